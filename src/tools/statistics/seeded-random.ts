// Which chance is the same on every machine, given the same words to start from?

/** Chance that can be repeated. Never for keys or passwords. */
export interface Random {
  /** In [0, 1), 53 bits. */
  uniform(): number;
  /** A whole number from `low` to `high`, both included; every one equally likely. */
  integer(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of these, equally likely. Throws RangeError on none. */
  pick<T>(items: readonly T[]): T;
  /** One of these, as likely as its weight says; weights are ≥ 0 and not all 0. */
  weighted<T>(items: readonly (readonly [item: T, weight: number])[]): T;
  /** A new array in another order; every order equally likely (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** Normal with this mean and standard deviation. */
  normal(mean?: number, deviation?: number): number;
  /** Exponential with this mean: waiting times. */
  exponential(mean?: number): number;
  /** An own stream under a name: what is drawn from it does not disturb this one. */
  fork(name: string): Random;
}

/**
 * A generator whose stream depends on the seed alone. xoshiro128** (Blackman D, Vigna S. ACM Trans Math Softw
 * 2021;47:36), its state filled from the seed's UTF-16 code units by MurmurHash3's finalizer in a chain. Only 32-bit
 * integer steps and the four exactly rounded IEEE operations and square root are used; Math.log is not, because
 * engines may round it differently. The stream is pinned by a test: changing it changes every simulated hospital.
 */
export function seededRandom(seed: string): Random {
  const state = stateOf(seed);

  function word(): number {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotate(state[3]!, 11);
    return result;
  }

  const uniform = () => ((word() >>> 5) * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992;

  function integer(low: number, high: number): number {
    const span = high - low + 1;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || span < 1 || !Number.isSafeInteger(span)) {
      throw new RangeError(`integer needs whole numbers low <= high, not ${low}, ${high}`);
    }
    // Drop the last, incomplete round: a remainder would favour small numbers.
    const limit = 9_007_199_254_740_992 - (9_007_199_254_740_992 % span);
    for (;;) {
      const draw = uniform() * 9_007_199_254_740_992;
      if (draw < limit) return low + (draw % span);
    }
  }

  function pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('there is nothing to pick from');
    return items[integer(0, items.length - 1)]!;
  }

  function weighted<T>(items: readonly (readonly [T, number])[]): T {
    let total = 0;
    for (const [, weight] of items) {
      if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`a weight is at least 0, not ${weight}`);
      total += weight;
    }
    if (total === 0) throw new RangeError('some weight must be above 0');
    let left = uniform() * total;
    for (const [item, weight] of items) {
      if (left < weight) return item;
      left -= weight;
    }
    return items.findLast(([, weight]) => weight > 0)![0]; // rounding left a crumb
  }

  function shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = integer(0, i);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }

  /** Marsaglia's polar method. Its second number is thrown away, so that a draw has no hidden state. */
  function normal(mean = 0, deviation = 1): number {
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const s = x * x + y * y;
      if (s > 0 && s < 1) return mean + deviation * x * Math.sqrt((-2 * naturalLog(s)) / s);
    }
  }

  return {
    uniform,
    integer,
    pick,
    weighted,
    shuffle,
    normal,
    chance: (probability) => uniform() < probability,
    exponential: (mean = 1) => -mean * naturalLog(1 - uniform()),
    fork: (name) => seededRandom(`${seed}\u0000${name}`),
  };
}

const rotate = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0;

function stateOf(seed: string): Uint32Array {
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) {
    let h = Math.imul(i + 1, 0x9e3779b9);
    for (let at = 0; at < seed.length; at++) h = scatter(h ^ seed.charCodeAt(at)) + 0x85ebca6b;
    state[i] = scatter(h ^ seed.length);
  }
  if (state.every((part) => part === 0)) state[0] = 1; // the one state that never leaves zero
  return state;
}

function scatter(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * ln x for 0 < x ≤ 1 from exactly rounded operations only: x = m·2^e with m in [√½, √2), and the series
 * 2·artanh((m-1)/(m+1)). Error about 1e-16 relative to 1.
 */
function naturalLog(x: number): number {
  let exponent = 0;
  while (x < Math.SQRT1_2) {
    x *= 2;
    exponent--;
  }
  const s = (x - 1) / (x + 1);
  let power = s;
  let sum = 0;
  for (let k = 1; k < 50; k += 2) {
    const next = sum + power / k;
    if (next === sum) break;
    sum = next;
    power *= s * s;
  }
  return 2 * sum + exponent * Math.LN2;
}
