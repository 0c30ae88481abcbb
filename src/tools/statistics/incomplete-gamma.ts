// What are the incomplete integrals of the gamma function worth?
import { poissonDensity } from './density.ts';

/** Lower regularized incomplete gamma P(a, x), in [0, 1]; a > 0, x ≥ 0. DLMF 8.2.4. */
export const gammaP = (a: number, x: number): number => {
  demand(a, x);
  if (x === 0) return 0;
  return x < a + 1 ? series(a, x) : 1 - fraction(a, x);
};

/** Upper regularized incomplete gamma Q(a, x) = 1 - P(a, x), accurate where it is tiny. */
export const gammaQ = (a: number, x: number): number => {
  demand(a, x);
  if (x === 0) return 1;
  return x < a + 1 ? 1 - series(a, x) : fraction(a, x);
};

function demand(a: number, x: number): void {
  if (!(a > 0 && a < Infinity && x >= 0 && x < Infinity)) {
    throw new RangeError(`the incomplete gamma function needs a > 0 and x >= 0, not a = ${a}, x = ${x}`);
  }
}

/** P(a, x) by its power series (DLMF 8.7.1); converges fast for x < a + 1. */
function series(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return Math.min(1, poissonDensity(a, x) * sum);
}

/** Q(a, x) by its continued fraction (DLMF 8.9.2) in Lentz's form; for x ≥ a + 1. */
function fraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 10_000_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / nonZero(an * d + b, tiny);
    c = nonZero(b + an / c, tiny);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return Math.min(1, poissonDensity(a, x) * a * h);
}

const nonZero = (value: number, tiny: number) => (Math.abs(value) < tiny ? tiny : value);
