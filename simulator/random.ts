// Which chance events happen in this hospital, the same ones for the same seed?
import { seededRandom, type Random } from '../src/tools/statistics/seeded-random.ts';

export type { Random };

/** A stream named by the seed and any words, e.g. `stream('ocotillo', 17, 'labs')`. Every patient and every kind of record has its own, so that a change to one leaves the others as they were. */
export const stream = (...name: (string | number)[]): Random => seededRandom(name.join('|'));

/** Uniform on [low, high). */
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform();

/** Log-normal with this median; `spread` is the standard deviation of its logarithm. Skewed as most laboratory values and lengths of stay are. */
export const logNormal = (random: Random, median: number, spread: number): number => median * Math.exp(random.normal(0, spread));

/** A Poisson count, for small means (Knuth: The Art of Computer Programming, vol. 2, 3.4.1). */
export function poisson(random: Random, mean: number): number {
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > floor; product *= random.uniform()) count++;
  return count;
}

/** One key of the record, as likely as its weight. */
export const choose = <K extends string>(random: Random, weights: Readonly<Record<K, number>>): K => random.weighted(Object.entries(weights) as [K, number][]);
