// What got better between two audits, what broke, what is new, and what cannot be said?
import { differenceOf, falseDiscoveries, probabilityOfSoFew } from '../../../tools/statistics/difference.ts';
import { count } from '../../../tools/ui/numbers.ts';
import type { AuditDocument, StoredFinding, Verdict } from '../model.ts';
import { unknownUnit } from '../units.ts';
import { checkName, share, sideOf } from './compare-words.ts';
import type { Change, Comparison, Movement } from './model.ts';
import { inPoints } from './movement-words.ts';

/** An audit as it is compared: audit.json, or a run on the server with small cells withheld. */
export type Compared = Pick<AuditDocument, 'finishedAt' | 'charter' | 'summary' | 'provenance' | 'absent' | 'elements' | 'export'> & { findings: readonly ComparedFinding[] };
export type ComparedFinding = Omit<StoredFinding, 'number' | 'rowCount'>;

export interface HowToCompare {
  /** The house's own name of a place, so that two names of one place are one; null: not known. */
  slugOf?: (facility: string) => string | null;
  /** Told by a person: the earlier name of a facility, and the later. */
  same?: ReadonlyMap<string, string>;
}

/**
 * Compares two audits finding by finding: the same check, the same element (same id and same meaning, or same meaning
 * under another id), the same facility and department. Months and clinicians are not compared. Differences carry
 * Newcombe's interval on the widened intervals; where it includes zero there is no clear change.
 */
export function compare(before: Compared, after: Compared, how: HowToCompare = {}): Comparison {
  const elements = matchElements(before.elements, after.elements);
  const places = matchFacilities(before, after, how);
  const nameOf = new Map([...before.elements, ...after.elements].map(({ id, name }) => [id, name]));
  const keyOf = ({ check, element, resource, unit }: ComparedFinding) => JSON.stringify([check, element, element === null ? resource : null, unit.facility, unit.department]);
  const earlier = new Map<string, ComparedFinding>();
  for (const finding of before.findings) {
    if (!isCompared(finding)) continue;
    const element = finding.element === null ? null : (elements.laterId.get(finding.element) ?? finding.element);
    const facility = finding.unit.facility === null ? null : (places.laterName.get(finding.unit.facility) ?? finding.unit.facility);
    earlier.set(keyOf({ ...finding, element, unit: { ...finding.unit, facility } }), finding);
  }
  const changes: Change[] = [];
  for (const finding of after.findings) {
    if (!isCompared(finding)) continue;
    const key = keyOf(finding);
    const was = earlier.get(key) ?? null;
    earlier.delete(key);
    changes.push(changeFrom(was, finding, finding, nameOf, finding.element !== null && elements.redefined.has(finding.element)));
  }
  for (const finding of earlier.values()) changes.push(changeFrom(finding, null, finding, nameOf, false));
  const tested = changes.filter((change) => change.p !== null);
  for (const [at, holds] of falseDiscoveries(tested.map(({ p }) => p!)).entries()) tested[at]!.holds = holds;
  changes.sort(byWeight);
  const counts = Object.fromEntries([...new Set(changes.map(({ movement }) => movement))].sort().map((movement) => [movement, changes.filter((change) => change.movement === movement).length]));
  return {
    attending: 'comparison/1',
    before: auditedOf(before),
    after: auditedOf(after),
    says: sayAll(changes),
    notes: notesOf(before, after, places.renamed.length),
    counts,
    changes,
    elements: { added: elements.added, removed: elements.removed, renamed: elements.renamed, redefined: [...elements.redefined].map(([id, says]) => ({ id, says })) },
    facilities: { added: places.added, gone: places.gone, renamed: places.renamed },
    resources: [...new Set([...Object.keys(before.export.resources), ...Object.keys(after.export.resources)])].sort().map((type) => ({ type, before: before.export.resources[type] ?? 0, after: after.export.resources[type] ?? 0 })),
    files: [...new Set([...before.export.files, ...after.export.files].map(({ name }) => name))].sort().map((name) => ({ name, before: linesOf(before, name), after: linesOf(after, name) })),
    absent: { added: lacking(after.absent, before.absent), gone: lacking(before.absent, after.absent) },
  };
}

const isCompared = ({ unit }: ComparedFinding) => unit.clinician === null && unit.month === null;
const linesOf = (audit: Compared, name: string) => audit.export.files.find((file) => file.name === name)?.lines ?? null;
const lacking = (these: AuditDocument['absent'], those: AuditDocument['absent']) => these.filter((one) => !those.some((other) => other.what === one.what)).map(({ what }) => what);
const auditedOf = ({ finishedAt, charter, summary, provenance }: Compared): Comparison['before'] => ({ at: finishedAt, charter: charter.digest, verdict: summary.verdict, patients: summary.patients, encounters: summary.encounters, resources: summary.resources, provenance: provenance.verdict, from: summary.from, to: summary.to });

type Elements = AuditDocument['elements'];
const meaningOf = ({ resource, path, per, window }: Elements[number]) => JSON.stringify([resource, path, per, window]);

/** An id that means something else now is another element; a meaning under a new id is the same. */
function matchElements(before: Elements, after: Elements) {
  const laterId = new Map<string, string>();
  const renamed: { before: string; after: string }[] = [];
  const redefined = new Map<string, string>();
  for (const now of after) {
    const was = before.find(({ id }) => id === now.id);
    if (was && meaningOf(was) !== meaningOf(now)) redefined.set(now.id, `${now.name} meant ${was.resource}.${was.path} per ${was.per} ${was.window}, and means ${now.resource}.${now.path} per ${now.per} ${now.window} now.`);
    if (was) continue;
    // Codes are not in audit.json: several elements read the same path, and then only the name tells them apart.
    const candidates = before.filter((one) => meaningOf(one) === meaningOf(now) && !after.some(({ id }) => id === one.id));
    const same = candidates.find(({ name }) => name === now.name) ?? null;
    if (same) {
      laterId.set(same.id, now.id);
      renamed.push({ before: same.id, after: now.id });
    }
  }
  return {
    laterId, renamed, redefined,
    added: after.filter(({ id }) => !before.some((one) => one.id === id) && !renamed.some((one) => one.after === id)).map(({ id }) => id),
    removed: before.filter(({ id }) => !after.some((one) => one.id === id) && !laterId.has(id)).map(({ id }) => id),
  };
}

const facilitiesOf = (audit: Compared) => [...new Set(audit.findings.flatMap(({ unit }) => (unit.facility === null || unit.facility === unknownUnit ? [] : [unit.facility])))].sort();
const folded = (name: string) => name.normalize('NFKD').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** The same name, the same name but for case and signs, the same place of the house, or a person says so. Nothing is guessed. */
function matchFacilities(before: Compared, after: Compared, { slugOf = () => null, same = new Map() }: HowToCompare) {
  const [was, is] = [facilitiesOf(before), facilitiesOf(after)];
  const laterName = new Map<string, string>();
  const renamed: { before: string; after: string }[] = [];
  const free = new Set(is);
  for (const name of was) if (free.delete(name)) laterName.set(name, name);
  for (const name of was) {
    if (laterName.has(name)) continue;
    const slug = slugOf(name);
    const fits = [...free].filter((other) => same.get(name) === other || folded(other) === folded(name) || (slug !== null && slugOf(other) === slug));
    if (fits.length !== 1) continue;
    free.delete(fits[0]!);
    laterName.set(name, fits[0]!);
    renamed.push({ before: name, after: fits[0]! });
  }
  return { laterName, renamed, added: [...free], gone: was.filter((name) => !laterName.has(name)) };
}

function changeFrom(was: ComparedFinding | null, is: ComparedFinding | null, about: ComparedFinding, nameOf: Map<string, string>, redefined: boolean): Change {
  const name = about.element === null ? (about.resource ?? 'the export') : (nameOf.get(about.element) ?? about.element);
  const base = { check: about.check, name: checkName(about.check), element: about.element, about: name, facility: about.unit.facility, department: about.unit.department, tier: about.tier };
  const none = { difference: null, low: null, high: null, p: null, holds: false };
  const where = [about.unit.facility, about.unit.department].filter(Boolean).join(', ');
  const what = `${checkName(about.check)} of ${name}${where ? ` in ${where}` : ''}`;
  const made = (movement: Movement, says: string, numbers: Partial<Change> = {}): Change => ({ ...base, movement, before: was?.suppressed ? null : sideOf(was), after: is?.suppressed ? null : sideOf(is), ...none, turned: null, ...numbers, says });
  if (was?.suppressed || is?.suppressed) return made('withheld', `${what}: fewer than five people stand behind one side, so its numbers are withheld.`);
  if (was === null) return made('new', `${what}: not measured or not listed before, ${share(is!)} now.`);
  if (is === null) return made('gone', `${what}: ${share(was)} before, not measured or not listed now.`);
  if (redefined) return made('not-comparable', `${what}: the charter means something else by it now, so the two numbers are not of one thing.`);
  const turned = turnOf(was.verdict, is.verdict);
  if (was.rate === null || is.rate === null) return made('not-comparable', `${what}: ${share(was)} before, ${share(is)} now; where nothing was measured there is nothing to subtract.`, { turned });
  if (was.low === null || was.high === null || is.low === null || is.high === null)
    return made('not-comparable', `${what}: ${share(was)} before, ${share(is)} now; without an interval nobody can say whether that is chance.`, { difference: is.rate - was.rate, turned });
  const { difference, low, high } = differenceOf({ value: is.rate, low: is.low, high: is.high }, { value: was.rate, low: was.low, high: was.high });
  const numbers = { difference, low, high, p: twoSided(was, is), turned };
  const said = `${what}: ${share(was)} before, ${share(is)} now, ${inPoints(difference)} (95 % interval ${inPoints(low)} to ${inPoints(high)})`;
  if (low <= 0 && high >= 0) return made('no-clear-change', `${said}: no clear change.`, numbers);
  const bound = is.bound ?? was.bound;
  if (bound === null) return made('moved', `${said}.`, numbers);
  return made(difference > 0 === (bound === 'at-least') ? 'better' : 'worse', `${said}${turned === 'broke' ? '; met before, not met now' : turned === 'fixed' ? '; met now' : ''}.`, numbers);
}

const turnOf = (was: Verdict, is: Verdict): Change['turned'] => (was === 'met' && is === 'not-met' ? 'broke' : is === 'met' && (was === 'not-met' || was === 'undecided') ? 'fixed' : null);

/** What n observations in clusters are worth, in whole numbers and never rounded up. */
export function effectiveCounts({ n, rate, figures }: Pick<ComparedFinding, 'n' | 'rate' | 'figures'>): { k: number; n: number } {
  const worth = Math.max(0, Math.min(n, Math.floor(figures['effectiveN'] ?? n)));
  return { n: worth, k: Math.max(0, Math.min(worth, Math.round((rate ?? 0) * worth))) };
}

function twoSided(was: ComparedFinding, is: ComparedFinding): number | null {
  // A spread or a correlation is no share of counts.
  if (was.k === null || is.k === null || was.n === 0 || is.n === 0) return null;
  const [a, b] = [effectiveCounts(was), effectiveCounts(is)];
  return Math.min(1, 2 * Math.min(probabilityOfSoFew(b.k, b.n, a.k, a.n), probabilityOfSoFew(a.k, a.n, b.k, b.n)));
}

function notesOf(before: Compared, after: Compared, renamed: number): string[] {
  const notes: string[] = [];
  if (before.charter.digest !== after.charter.digest) notes.push("The charter's data section changed between the two audits; elements that mean something else now are not compared.");
  if (before.provenance.verdict !== after.provenance.verdict) notes.push(`The data come from elsewhere: ${before.provenance.verdict.replaceAll('-', ' ')} before, ${after.provenance.verdict.replaceAll('-', ' ')} now.`);
  if (renamed > 0) notes.push(`${count(renamed)} ${renamed === 1 ? 'facility has' : 'facilities have'} another name now and ${renamed === 1 ? 'is' : 'are'} taken for the same.`);
  const [from, to] = [after.summary.from, before.summary.to];
  if (from !== null && to !== null && from <= to) notes.push('The two exports overlap in time: where they hold the same people the true intervals are narrower than those shown, so a real change may be called "no clear change".');
  if (before.finishedAt > after.finishedAt) notes.push('The audit named as the earlier one was made after the other.');
  return notes;
}

function sayAll(changes: readonly Change[]): string {
  const n = (movement: Movement) => changes.filter((change) => change.movement === movement).length;
  const broke = changes.filter((change) => change.turned === 'broke' && change.tier !== 'context').length;
  const parts = ([['better', 'better'], ['worse', 'worse'], ['no-clear-change', 'without clear change'], ['new', 'new'], ['gone', 'gone']] as const).flatMap(([movement, word]) => (n(movement) > 0 ? [`${count(n(movement))} ${word}`] : []));
  return `${parts.length > 0 ? parts.join(', ') : 'Nothing could be compared'}.${broke > 0 ? ` ${count(broke)} ${broke === 1 ? 'finding was' : 'findings were'} met before and ${broke === 1 ? 'is' : 'are'} not met now.` : ''}`;
}

const order: Record<Movement, number> = { worse: 0, better: 1, moved: 2, new: 3, gone: 4, 'not-comparable': 5, 'no-clear-change': 6, withheld: 7 };
const tierOrder = { critical: 0, important: 1, context: 2 };
const byWeight = (a: Change, b: Change) =>
  order[a.movement] - order[b.movement] || Number(b.turned === 'broke') - Number(a.turned === 'broke') || tierOrder[a.tier] - tierOrder[b.tier] ||
  Number(a.department !== null) - Number(b.department !== null) || Math.abs(b.difference ?? 0) - Math.abs(a.difference ?? 0) || (a.check < b.check ? -1 : a.check > b.check ? 1 : 0);
