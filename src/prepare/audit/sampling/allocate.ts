// How many records are drawn from each stratum, so that taking more later only ever adds?

export interface Cell {
  facility: string;
  department: string | null;
  size: number;
  /** S_h: 1 for a proportional allocation. */
  spread: number;
}

/**
 * Gives one record after the other to the stratum with the largest N_h·S_h/√(n_h(n_h+1)); a stratum below its minimum comes
 * first, the largest before the others. Ties go to the earlier stratum. The result for n+1 contains that for n, so "take k
 * more" goes on where this ended, and it is the exact whole-number optimum of Neyman's variance (all S_h alike: proportional).
 * @param start how many each stratum has already  @param take how many are given; fewer where the strata hold no more
 * Source: Wright T. The American Statistician 2012;66:217-224 (Neyman's allocation is apportionment by equal proportions).
 */
export function allocate(cells: readonly Cell[], start: readonly number[], take: number, minimum: number, may: (cell: Cell) => boolean = () => true): number[] {
  const given = [...start];
  // A stratum all of one mind still gets its turn: S_h is never nothing.
  const mass = cells.map(({ size, spread }) => size * Math.max(spread, 0.05));
  const priority = (at: number): number => {
    const cell = cells[at]!;
    const n = given[at]!;
    if (n >= cell.size || !may(cell)) return -1;
    if (n < minimum) return Number.MAX_VALUE / 2 ** n / (1 + 1 / mass[at]!);
    return mass[at]! / Math.sqrt(n * (n + 1));
  };
  const waiting = cells.map((_, at) => priority(at));
  for (let taken = 0; taken < take; taken++) {
    let best = -1;
    for (let at = 0; at < waiting.length; at++) if (waiting[at]! > 0 && (best < 0 || waiting[at]! > waiting[best]!)) best = at;
    if (best < 0) break;
    given[best]!++;
    waiting[best] = priority(best);
  }
  return given;
}

/** The whole allocation: the first `size` in all or in every facility, then each extension in order. */
export function allocateAll(cells: readonly Cell[], { size, per, minimum }: { size: number; per: 'export' | 'facility'; minimum: number }, extensions: readonly { facility: string; department: string | null; take: number }[] = []): number[] {
  let given = cells.map(() => 0);
  if (per === 'facility') for (const facility of new Set(cells.map((cell) => cell.facility))) given = allocate(cells, given, size, minimum, (cell) => cell.facility === facility);
  else given = allocate(cells, given, size, minimum);
  for (const { facility, department, take } of extensions) given = allocate(cells, given, take, minimum, (cell) => cell.facility === facility && (department === null || cell.department === department));
  return given;
}
