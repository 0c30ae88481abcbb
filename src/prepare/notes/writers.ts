// How are ways of writing spread over writers, without naming one?
import { between } from './cells.ts';
import type { Desk } from './desk.ts';
import { shareNames, type Distribution } from './model.ts';

/** Writers with fewer patients say little about themselves and much about those patients. */
const fewestPatients = 5;
const fewestWriters = 5;

/** For everything, each facility and each department with at least one writer. */
export function distributionsOf(desk: Pick<Desk, 'writers'>): Distribution[] {
  const groups = new Map<string, { facility: string | null; department: string | null; values: Map<Distribution['what'], number[]>; authors: number }>();
  for (const { facility, department, cell } of desk.writers.values()) {
    if (cell.patients < fewestPatients || cell.characters === 0) continue;
    for (const where of [{ facility: null, department: null }, { facility, department: null }, { facility, department }]) {
      const key = JSON.stringify([where.facility, where.department]);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { ...where, values: new Map(), authors: 0 }));
      group.authors++;
      for (const [at, name] of shareNames.entries()) group.values.set(name, [...(group.values.get(name) ?? []), cell.kinds[at]! / cell.characters]);
      group.values.set('authored-words', [...(group.values.get('authored-words') ?? []), cell.authoredWords / cell.notes]);
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? 1 : -1)).reverse().flatMap(([, { facility, department, values, authors }]) =>
    [...shareNames, 'authored-words' as const].map((what) => {
      const sorted = [...(values.get(what) ?? [])].sort((a, b) => a - b);
      const suppressed = authors < fewestWriters;
      const at = (share: number) => (suppressed ? null : Number(between(sorted, share)!.toPrecision(6)));
      return { what, facility, department, type: null, authors: suppressed ? 0 : authors, p10: at(0.1), p25: at(0.25), p50: at(0.5), p75: at(0.75), p90: at(0.9), suppressed };
    }),
  );
}
