// What does notes.json say?
import { quantileOf, shareIn, sharesOf, staleP90 } from './cells.ts';
import { count, inOrder, isWhole, percent, smallestWhole, tidy } from './check.ts';
import { documentsAt, everything, keyOf, unitOf, type Desk } from './desk.ts';
import { fixesOf } from './fixes.ts';
import type { Finding, NotesDocument, ShareRow, Unit, Verdict } from './model.ts';
import { distributionsOf } from './writers.ts';
import { unknownUnit } from './reading/charts.ts';

/** Longer chains and older text are counted together. */
const mostHops = 20;
const mostEncounters = 20;

export function documentOf(desk: Desk, findings: Finding[], about: { startedAt: string; finishedAt: string; version: string; charter: { digest: string; deployment: string | null } | null }): NotesDocument {
  const { tally } = desk;
  return {
    attending: 'notes/1',
    tool: { name: 'attending', version: about.version },
    startedAt: about.startedAt,
    finishedAt: about.finishedAt,
    charter: about.charter && { digest: about.charter.digest, deployment: about.charter.deployment },
    summary: summaryOf(desk, findings),
    shares: shareRows(desk),
    noteTypes: desk.noteTypes,
    distributions: distributionsOf(desk),
    chains: {
      depth: folded(desk.depths, mostHops).map(([hops, spans]) => ({ hops, spans })),
      encounters: folded(desk.cells.get(keyOf(everything))?.ages ?? new Map(), mostEncounters).map(([encounters, spans]) => ({ encounters, spans })),
      days: { p50: quantileOf(desk.days, 0.5), p90: quantileOf(desk.days, 0.9) },
    },
    findings,
    fixes: fixesOf(findings),
    export: {
      resources: Object.fromEntries(Object.entries(tally.resources).sort(([a], [b]) => (a < b ? -1 : 1))),
      files: tally.files.map(({ name, bytes, lines, badLineCount, trouble }) => ({ name, bytes, lines, badLineCount, trouble })),
      badLines: tally.badLines,
    },
  };
}

const levelOf = ({ facility, department, type }: Unit): ShareRow['level'] => (department !== null ? 'department' : type !== null ? (facility === null ? 'type' : 'facility-type') : facility === null ? 'all' : 'facility');

function shareRows(desk: Desk): ShareRow[] {
  return inOrder(desk.cells).map(([key, cell]) => {
    const unit = unitOf(key);
    const bounds = (kind: 'copied' | 'templated') => {
      const { low, high } = shareIn(cell, kind);
      return low === null || high === null ? null : { low: tidy(low)!, high: tidy(high)! };
    };
    const spans = [...cell.ages.values()].reduce((sum, one) => sum + one, 0);
    return {
      level: levelOf(unit), ...unit, notes: cell.notes, patients: cell.patients, characters: cell.characters, words: cell.words, authoredWords: cell.authoredWords,
      shares: sharesOf(cell.kinds), copiedInterval: bounds('copied'), templatedInterval: desk.templatesKnown ? bounds('templated') : null,
      staleEncounters: { spans, p50: quantileOf(cell.ages, 0.5), p90: spans === 0 ? null : staleP90(cell), max: spans === 0 ? null : Math.max(...cell.ages.keys()) },
    };
  });
}

function folded(counts: ReadonlyMap<number, number>, most: number): [number, number][] {
  const sums = new Map<number, number>();
  for (const [value, spans] of counts) sums.set(Math.min(most, value), (sums.get(Math.min(most, value)) ?? 0) + spans);
  return [...sums].sort((a, b) => a[0] - b[0]);
}

const severity: readonly Verdict[] = ['not-met', 'undecided', 'not-measurable', 'met'];

function summaryOf(desk: Desk, findings: readonly Finding[]): NotesDocument['summary'] {
  const all = documentsAt(desk, keyOf(everything));
  const cell = desk.cells.get(keyOf(everything));
  const shares = cell ? sharesOf(cell.kinds) : null;
  const stale = cell && cell.ages.size > 0 ? staleP90(cell) : null;
  const judged = ['U03', 'U04', 'U07', 'U02'].map((check) => findings.find((finding) => finding.check === check && isWhole(finding.unit)));
  // Without a copy nothing is stale; without a note type expected none is missing.
  const verdicts = judged.map((finding, at): Verdict => finding?.verdict ?? (cell && cell.notes >= smallestWhole && (at === 2 || at === 3) ? 'met' : 'not-measurable'));
  const verdict = severity.find((one) => verdicts.includes(one))!;
  const wrong = judged.filter((finding) => finding?.verdict === 'not-met').map((finding) => finding!.says);
  const says =
    !cell || cell.notes === 0 ? 'There is no readable note of the population in this export.'
    : verdict === 'not-met' ? wrong.join(' ')
    : verdict === 'undecided' ? 'The text keeps every line on the estimate, but the interval of at least one does not: more notes would decide.'
    : verdict === 'not-measurable' ? (cell.notes < smallestWhole ? `With ${count(cell.notes)} readable notes nothing is judged; ${smallestWhole} are needed.` : desk.templatesKnown ? 'Not everything criterion 1.6 asks for could be measured.' : 'Too few patients to tell a template from a copy.')
    : `${percent(shares!.copied)} of the text is copied, ${percent(shares!.templated)} templated, ${percent(shares!.authored)} written for the note; every line of criterion 1.6 is kept.`;
  const facilities = new Set([...desk.documents.keys()].map(unitOf).flatMap(({ facility }) => (facility === null || facility === unknownUnit ? [] : facility)));
  const departments = new Set([...desk.documents.keys()].map(unitOf).flatMap(({ facility, department }) => (department === null || department === unknownUnit ? [] : `${facility} ${department}`)));
  return {
    verdict, says,
    documents: all.all, notes: cell?.notes ?? 0, patients: cell?.patients ?? 0,
    authors: new Set([...desk.writers.keys()].map((key) => (JSON.parse(key) as string[])[0])).size,
    facilities: facilities.size, departments: departments.size, types: new Set([...desk.documents.keys()].map(unitOf).flatMap(({ facility, type }) => (facility === null && type !== null ? type : []))).size,
    characters: cell?.characters ?? 0, words: cell?.words ?? 0, shares, staleEncounters: stale, deepest: desk.depths.size === 0 ? null : Math.max(...desk.depths.keys()),
    from: desk.first, to: desk.last, badLines: desk.tally.files.reduce((sum, { badLineCount }) => sum + badLineCount, 0),
    templatesKnown: desk.templatesKnown, structuredKnown: desk.structuredKnown,
  };
}
