// How far has a distribution moved, and is that more than chance?
import { chiSquareTail } from './two-samples.ts';

export interface Shift {
  /** Population stability index: Σ (q - p) ln(q / p). */
  psi: number;
  /** Jensen-Shannon divergence in bits, 0 to 1. */
  jensenShannon: number;
  /** P of a chi-square at least this large if nothing had moved. */
  p: number;
  degrees: number;
}

/**
 * Compares two sets of counts over the same categories. Empty categories get half a case, which keeps the index finite.
 * The probability is that of Pearson's homogeneity test on the effective sizes (first-order correction for clustering,
 * Rao & Scott 1981): PSI itself is about (1/n + 1/m)·χ² with one degree of freedom less than there are categories.
 * @returns null with fewer than two categories in use, or nobody on one side.
 * Source: PSI: Siddiqi N. Credit Risk Scorecards. 2006; its distribution: Yurdakul B. Statistical Properties of Population
 * Stability Index. Dissertation, Western Michigan University, 2018; divergence: Lin J. IEEE Trans Inf Theory 1991;37:145-151.
 */
export function populationShift(before: readonly number[], after: readonly number[], effective: { before: number; after: number }): Shift | null {
  const used = before.flatMap((n, i) => (n + (after[i] ?? 0) > 0 ? [i] : []));
  const sum = (counts: readonly number[]) => used.reduce((total, i) => total + counts[i]!, 0);
  const [n, m] = [sum(before), sum(after)];
  if (used.length < 2 || n === 0 || m === 0) return null;
  const shares = (counts: readonly number[], total: number) => used.map((i) => Math.max(counts[i]!, 0.5) / (total + used.reduce((extra, j) => extra + (counts[j]! === 0 ? 0.5 : 0), 0)));
  const [p, q] = [shares(before, n), shares(after, m)];
  let psi = 0;
  let jensenShannon = 0;
  let chi = 0;
  for (const [at, i] of used.entries()) {
    const [a, b] = [p[at]!, q[at]!];
    psi += (b - a) * Math.log(b / a);
    const middle = (a + b) / 2;
    jensenShannon += (a * Math.log2(a / middle) + b * Math.log2(b / middle)) / 2;
    const [x, y] = [before[i]! / n, after[i]! / m];
    const pooled = (before[i]! + after[i]!) / (n + m);
    chi += (x - y) ** 2 / pooled;
  }
  const worth = 1 / (1 / Math.max(1, effective.before) + 1 / Math.max(1, effective.after));
  const degrees = used.length - 1;
  return { psi, jensenShannon, p: chiSquareTail(chi * worth, degrees), degrees };
}
