// How much of a notes audit may this caller see?
import type { Caller } from '../../tools/server/capability.ts';
import { rowReaders, type Finding, type NotesDocument, type ShownNotes } from './model.ts';

/** Cells under five people are withheld from everybody who may not see single documents anyway. */
const smallest = 5;

const isPart = ({ facility, department, type }: Finding['unit']): boolean => facility !== null || department !== null || type !== null;

export function shownNotes(document: NotesDocument, caller: Caller, charts: number): ShownNotes {
  const all = caller.roles.some((role) => rowReaders.includes(role));
  const { findings, export: _, ...rest } = document;
  return {
    ...rest,
    charts,
    shares: rest.shares.map((row) => (all || row.level === 'all' || row.patients >= smallest ? row : { ...row, notes: 0, characters: 0, words: 0, authoredWords: 0, shares: null, copiedInterval: null, templatedInterval: null, staleEncounters: { spans: 0, p50: null, p90: null, max: null } })),
    findings: findings.map(({ rows, ...finding }, number) => {
      const suppressed = !all && isPart(finding.unit) && (finding.figures['patients'] ?? finding.n) < smallest;
      return suppressed
        ? { ...finding, number, rowCount: rows.length, suppressed, n: 0, k: null, rate: null, low: null, high: null, verdict: 'not-measurable' as const, says: 'Fewer than five people stand behind this, so its numbers are withheld.', figures: {} }
        : { ...finding, number, rowCount: rows.length, suppressed };
    }),
  };
}
