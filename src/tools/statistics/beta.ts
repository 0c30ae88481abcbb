// What share of a beta distribution lies below x, and which x has this share below it?
import { binomialDensity } from './density.ts';

/**
 * Regularized incomplete beta function I_x(a, b): P(Beta(a, b) ≤ x), in [0, 1].
 * @param x in [0, 1]  @param a > 0  @param b > 0; anything else throws RangeError.
 * Continued fraction DLMF 8.17.22 in Lentz's form; its front factor in Loader's saddle-point form, so that shapes up
 * to 1e9 keep ten or more digits. The work grows with the square root of the larger shape.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x >= 0 && x <= 1 && a > 0 && b > 0 && a < Infinity && b < Infinity)) {
    throw new RangeError(`incompleteBeta needs 0 <= x <= 1 and positive shapes, not x = ${x}, a = ${a}, b = ${b}`);
  }
  if (x === 0 || x === 1) return x;
  return x < (a + 1) / (a + b + 2) ? below(x, 1 - x, a, b) : 1 - below(1 - x, x, b, a);
}

/** x^a (1-x)^b / (a·B(a,b)) times the continued fraction; converges where x is below the mean. */
function below(x: number, y: number, a: number, b: number): number {
  const front = (b / (a + b)) * binomialDensity(a, a + b, x, y);
  return Math.min(1, front * fraction(x, a, b));
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const safe = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 10_000_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h;
}

/**
 * The x with I_x(a, b) = p: quantile of the beta distribution.
 * @param p in [0, 1]. Newton's steps (the density is the derivative), kept inside a bracket that bisection shrinks,
 * so it cannot run away.
 */
export function inverseIncompleteBeta(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies between 0 and 1, not ${p}`);
  if (p === 0 || p === 1) return p;
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let i = 0; i < 400; i++) {
    const gap = incompleteBeta(x, a, b) - p;
    if (gap === 0) return x;
    if (gap < 0) low = x;
    else high = x;
    const slope = (binomialDensity(a, a + b, x) * ((a * b) / (a + b))) / (x * (1 - x));
    const step = x - gap / slope;
    // Near zero the answer may be 1e-30: halve the exponent there, not the width.
    const middle = low > 0 && high / low > 4 ? Math.sqrt(low * high) : low === 0 && high < 0.1 ? high / 8 : (low + high) / 2;
    const next = step > low && step < high ? step : middle;
    if (next === x || Math.abs(next - x) <= 2e-16 * x || next < 1e-308) return next;
    x = next;
  }
  return x;
}

/**
 * Quantile of Student's t with `degrees` > 0 degrees of freedom; p in (0, 1).
 * From the beta quantile: t² = d·(1-x)/x with x ~ Beta(d/2, ½). Abramowitz & Stegun 26.7.1.
 */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1 && degrees > 0)) {
    throw new RangeError(`studentQuantile needs 0 < p < 1 and positive degrees of freedom, not ${p}, ${degrees}`);
  }
  if (p === 0.5) return 0;
  const x = inverseIncompleteBeta(2 * Math.min(p, 1 - p), degrees / 2, 0.5);
  const t = Math.sqrt((degrees * (1 - x)) / x);
  return p < 0.5 ? -t : t;
}
