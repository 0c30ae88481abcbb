// What is the logarithm of the gamma function?

/**
 * ln Γ(x) for x > 0; relative error about 1e-15.
 * Source: Lanczos C. SIAM J Numer Anal 1964;1:86-96, with Godfrey's coefficients for g = 7, n = 9.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`logGamma needs a positive number, not ${x}`);
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  // Written out: it is asked millions of times, and a loop over a list takes twice as long.
  const sum =
    0.9999999999998099 + 676.5203681218851 / (y + 1) - 1259.1392167224028 / (y + 2) + 771.3234287776531 / (y + 3) - 176.6150291621406 / (y + 4) +
    12.507343278686905 / (y + 5) - 0.13857109526572012 / (y + 6) + 9.984369578019572e-6 / (y + 7) + 1.5056327351493116e-7 / (y + 8);
  const t = y + 7.5;
  return halfLogOf2Pi + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

const halfLogOf2Pi = 0.5 * Math.log(2 * Math.PI);
