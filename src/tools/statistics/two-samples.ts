// Do these two samples, or these rows of counts, come from the same source?
import { gammaQ } from './incomplete-gamma.ts';

/**
 * Two-sample Kolmogorov-Smirnov test: D, the largest distance between the two empirical distributions, and its
 * two-sided p. Null when a sample is empty. Throws RangeError on NaN.
 * p is exact, ties respected, while the sizes multiply to at most 10,000 (Hodges 1957's lattice paths, ties as in
 * Schröer & Trenkler, Comput Stat Data Anal 1995;20:185-202); beyond that Kolmogorov's limit with Stephens's
 * small-sample correction (J R Stat Soc B 1970;32:115-122), which ties make conservative.
 */
export function kolmogorovSmirnov(first: Iterable<number>, second: Iterable<number>): { d: number; p: number } | null {
  const a = sortedSample(first);
  const b = sortedSample(second);
  if (a.length === 0 || b.length === 0) return null;
  const ends = tieEnds(a, b);
  const product = a.length * b.length;
  let steps = 0;
  for (const [i, j] of ends) steps = Math.max(steps, Math.abs(i * b.length - j * a.length));
  const d = steps / product;
  return { d, p: product <= 10_000 ? exactP(a.length, b.length, steps, ends) : limitP(d, a.length, b.length) };
}

function sortedSample(sample: Iterable<number>): Float64Array {
  const sorted = Float64Array.from(sample);
  if (sorted.some(Number.isNaN)) throw new RangeError('a sample holds numbers; leave missing values out');
  return sorted.sort();
}

/** After each distinct value: how many of a and of b are at or below it. */
function tieEnds(a: Float64Array, b: Float64Array): [number, number][] {
  const ends: [number, number][] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (i < a.length && a[i]! <= value) i++;
    while (j < b.length && b[j]! <= value) j++;
    ends.push([i, j]);
  }
  return ends;
}

/** Share of all orderings that wander at least `steps` / (m·n) apart, looking only where a group of ties ends. */
function exactP(m: number, n: number, steps: number, ends: readonly [number, number][]): number {
  if (steps === 0) return 1;
  const looked = new Set(ends.map(([i, j]) => i + j));
  // share[j] after i of a: probability that a random ordering passes (i, j) without having wandered.
  let share = new Float64Array(n + 1);
  for (let i = 0; i <= m; i++) {
    const next = new Float64Array(n + 1);
    for (let j = 0; j <= n; j++) {
      const wandered = looked.has(i + j) && Math.abs(i * n - j * m) >= steps;
      if (wandered) continue;
      if (i === 0 && j === 0) next[j] = 1;
      else {
        const left = m + n - i - j + 1;
        const fromA = i > 0 ? share[j]! * ((m - i + 1) / left) : 0;
        const fromB = j > 0 ? next[j - 1]! * ((n - j + 1) / left) : 0;
        next[j] = fromA + fromB;
      }
    }
    share = next;
  }
  return Math.min(1, Math.max(0, 1 - share[n]!));
}

function limitP(d: number, m: number, n: number): number {
  const root = Math.sqrt((m * n) / (m + n));
  const lambda = (root + 0.12 + 0.11 / root) * d;
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let j = 1; j <= 100; j++) {
    const term = 2 * (j % 2 === 1 ? 1 : -1) * Math.exp(-2 * j * j * lambda * lambda);
    sum += term;
    if (Math.abs(term) < 1e-16) break;
  }
  return Math.min(1, Math.max(0, sum));
}

export interface ChiSquare {
  statistic: number;
  degrees: number;
  p: number;
  /** The smallest count expected under independence; below 5 the p is rough (Cochran. Biometrics 1954;10:417-451). */
  smallestExpected: number;
}

/**
 * Pearson's chi-square test that rows and columns of a table of counts are independent. Empty rows and columns are
 * left out; null when fewer than two of either remain. Throws RangeError on a negative or ragged table.
 */
export function chiSquare(table: readonly (readonly number[])[]): ChiSquare | null {
  const width = table[0]?.length ?? 0;
  for (const row of table) {
    if (row.length !== width) throw new RangeError('every row of the table needs the same number of columns');
    if (!row.every((count) => count >= 0 && count < Infinity)) throw new RangeError('counts are at least 0');
  }
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = Array.from({ length: width }, (_, c) => table.reduce((sum, row) => sum + row[c]!, 0));
  const total = rows.reduce((sum, count) => sum + count, 0);
  const degrees = (rows.filter(Boolean).length - 1) * (columns.filter(Boolean).length - 1);
  if (degrees < 1) return null;
  let statistic = 0;
  let smallestExpected = Infinity;
  for (const [r, row] of table.entries()) {
    for (const [c, count] of row.entries()) {
      const expected = (rows[r]! * columns[c]!) / total;
      if (expected === 0) continue;
      statistic += (count - expected) ** 2 / expected;
      smallestExpected = Math.min(smallestExpected, expected);
    }
  }
  return { statistic, degrees, p: chiSquareTail(statistic, degrees), smallestExpected };
}

/** P(X ≥ statistic) of a chi-square variable with `degrees` degrees of freedom. */
export const chiSquareTail = (statistic: number, degrees: number): number => gammaQ(degrees / 2, statistic / 2);
