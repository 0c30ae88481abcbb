// How are ways of writing spread over writers, without naming one?
import { between, type Cell } from './cells.ts';
import type { Desk } from './desk.ts';
import { shareNames, type Distribution } from './model.ts';

/** Writers with fewer patients say little about themselves and much about those patients. */
const fewestPatients = 5;
const fewestWriters = 5;

type Place = { facility: string | null; department: string | null };

/** For everything, each facility and each department. A writer of several departments is one writer in everything. */
export function distributionsOf(desk: Pick<Desk, 'writers'>): Distribution[] {
  const groups = new Map<string, Place & { writers: Map<string, Sums> }>();
  for (const [key, { facility, department, cell }] of desk.writers) {
    const [author] = JSON.parse(key) as [string];
    for (const where of [{ facility: null, department: null }, { facility, department: null }, { facility, department }]) {
      const name = JSON.stringify([where.facility, where.department]);
      let group = groups.get(name);
      if (!group) groups.set(name, (group = { ...where, writers: new Map() }));
      let sums = group.writers.get(author);
      if (!sums) group.writers.set(author, (sums = { patients: 0, notes: 0, characters: 0, authoredWords: 0, kinds: [0, 0, 0, 0] }));
      sums.patients += cell.patients;
      sums.notes += cell.notes;
      sums.characters += cell.characters;
      sums.authoredWords += cell.authoredWords;
      for (let kind = 0; kind < 4; kind++) sums.kinds[kind]! += cell.kinds[kind]!;
    }
  }
  return [...groups].sort(([a], [b]) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1)).flatMap(([, { facility, department, writers }]) => {
    const mine = [...writers.values()].filter(({ patients, characters }) => patients >= fewestPatients && characters > 0);
    const suppressed = mine.length < fewestWriters;
    return [...shareNames, 'authored-words' as const].map((what, at) => {
      const sorted = mine.map(({ kinds, characters, authoredWords, notes }) => (what === 'authored-words' ? authoredWords / notes : kinds[at]! / characters)).sort((a, b) => a - b);
      const quantile = (share: number) => (suppressed ? null : Number(between(sorted, share)!.toPrecision(6)));
      return { what, facility, department, type: null, authors: suppressed ? 0 : mine.length, p10: quantile(0.1), p25: quantile(0.25), p50: quantile(0.5), p75: quantile(0.75), p90: quantile(0.9), suppressed };
    });
  });
}

type Sums = Pick<Cell, 'patients' | 'notes' | 'characters' | 'authoredWords' | 'kinds'>;

const rankOf = (key: string): number => (JSON.parse(key) as (string | null)[]).filter((one) => one !== null).length;
