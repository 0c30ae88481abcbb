// How likely is exactly this count, even when the counts are in the billions?
import { logGamma } from './gamma.ts';

/**
 * Poisson density e^-λ λ^x / Γ(x+1), for real x ≥ 0 and λ ≥ 0; no cancellation at large values.
 * Source: Loader C. Fast and accurate computation of binomial probabilities. 2000 (saddle-point form).
 */
export function poissonDensity(x: number, lambda: number): number {
  if (!(x >= 0 && lambda >= 0)) throw new RangeError(`poissonDensity needs x >= 0 and a rate >= 0, not ${x}, ${lambda}`);
  if (lambda === 0) return x === 0 ? 1 : 0;
  if (x === 0) return Math.exp(-lambda);
  return Math.exp(-stirlingError(x) - deviance(x, lambda)) / Math.sqrt(2 * Math.PI * x);
}

/**
 * Binomial density P(X = k) of n trials with probability p, for real 0 ≤ k ≤ n; accurate up to n of 1e15.
 * Source: Loader 2000, as above.
 */
export function binomialDensity(k: number, n: number, p: number, q: number = 1 - p): number {
  if (!(k >= 0 && k <= n && p >= 0 && p <= 1)) {
    throw new RangeError(`binomialDensity needs 0 <= k <= n and 0 <= p <= 1, not k = ${k}, n = ${n}, p = ${p}`);
  }
  if (p === 0) return k === 0 ? 1 : 0;
  if (q === 0) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const exponent =
    stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * q);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}

/** ln Γ(x+1) minus Stirling's formula: what the formula leaves out. */
function stirlingError(x: number): number {
  if (x < 15) return logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - 0.5 * Math.log(2 * Math.PI);
  const s = 1 / (x * x);
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - s / 1188) * s) * s) * s) / x;
}

/** x·ln(x/m) + m - x, without cancellation when x is near m. */
function deviance(x: number, m: number): number {
  if (x === 0) return m;
  if (Math.abs(x - m) < 0.1 * (x + m)) {
    const v = (x - m) / (x + m);
    let sum = (x - m) * v;
    let term = 2 * x * v;
    for (let j = 1; j < 1000; j++) {
      term *= v * v;
      const next = sum + term / (2 * j + 1);
      if (next === sum) break;
      sum = next;
    }
    return sum;
  }
  return x * Math.log(x / m) + m - x;
}
