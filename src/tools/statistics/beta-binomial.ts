// How do shares spread over units, and how likely is it that a unit shows nothing at all by chance?
import { incompleteBeta } from './beta.ts';
import type { Cluster } from './design-effect.ts';
import { intraclassCorrelation } from './design-effect.ts';
import { logGamma } from './gamma.ts';

/** Shares of units drawn from a beta distribution with this mean; `correlation` is that of two observations of one unit (0: all units alike). */
export interface BetaBinomial {
  mean: number;
  correlation: number;
}

/** Fewer units than this do not tell how shares spread; their pooled mean and analysis of variance are taken instead. */
const enoughToFit = 5;

/**
 * ln P(X = k) of n trials in a unit whose probability is drawn from a beta distribution, without the binomial coefficient; `ofAll`: ln Γ(α + β + n).
 * Source: Skellam JG. J R Stat Soc B 1948;10:257-261.
 */
function logLikelihood({ k, n }: Cluster, { mean }: BetaBinomial, known: Known | null, ofAll: number): number {
  if (known === null) return k * Math.log(mean) + (n - k) * Math.log1p(-mean);
  const { a, b, ofA, ofB, ofBoth } = known;
  return logGamma(a + k) - ofA + logGamma(b + n - k) - ofB - ofAll + ofBoth;
}

/** What a unit adds to the likelihood; with `speaking`, given that it says something. */
function term(one: Cluster, guess: BetaBinomial, known: Known | null, speaking: boolean): number {
  const ofAll = known === null ? 0 : logGamma(known.a + known.b + one.n);
  const said = logLikelihood(one, guess, known, ofAll);
  return speaking ? said - Math.log(-Math.expm1(Math.min(-1e-12, logSilence(one.n, guess, known, ofAll)))) : said;
}

/** What every unit needs of one guess: α, β and their gamma functions; null where all units are alike. */
interface Known {
  a: number;
  b: number;
  ofA: number;
  ofB: number;
  ofBoth: number;
}

function knownOf(guess: BetaBinomial): Known | null {
  if (guess.correlation < 1e-9) return null;
  const [a, b] = shapes(guess);
  return { a, b, ofA: logGamma(a), ofB: logGamma(b), ofBoth: logGamma(a + b) };
}

/** The shapes α and β of the beta distribution: mean α/(α+β), correlation 1/(α+β+1). */
export function shapes({ mean, correlation }: BetaBinomial): [alpha: number, beta: number] {
  const sum = 1 / correlation - 1;
  return [mean * sum, (1 - mean) * sum];
}

/** ln P(no event in n observations of one unit); `ofAll`: ln Γ(α + β + n), where it is known. */
function logSilence(n: number, peers: BetaBinomial, known?: Known | null, ofAll?: number): number {
  const { mean, correlation } = peers;
  if (mean <= 0 || n <= 0) return 0;
  if (mean >= 1) return -Infinity;
  if (correlation < 1e-9) return n * Math.log1p(-mean);
  const { a, b, ofB, ofBoth } = known ?? knownOf(peers)!;
  return logGamma(b + n) - ofB - (ofAll ?? logGamma(a + b + n)) + ofBoth;
}

/**
 * P that a unit with n observations shows nothing although its share is drawn like its peers': B(α, β+n)/B(α, β).
 * Between peers that differ it is far more than (1 - p)^n; with correlation 0 it is that.
 */
export const betaBinomialSilence = (n: number, peers: BetaBinomial): number => Math.exp(logSilence(n, peers));

/**
 * The same for a unit whose own share is at least `floor`: the beta distribution cut off below. A unit that speaks less than
 * that is as good as silent, and its silence is no chance.
 */
export function silenceAbove(n: number, peers: BetaBinomial, floor: number): number {
  if (peers.mean <= floor) return betaBinomialSilence(n, peers);
  if (peers.correlation < 1e-9 || peers.mean >= 1) return betaBinomialSilence(n, peers);
  const [a, b] = shapes(peers);
  const above = incompleteBeta(1 - floor, b, a);
  return above <= 0 ? 0 : Math.min(1, (betaBinomialSilence(n, peers) * incompleteBeta(1 - floor, b + n, a)) / above);
}

/** Less than this part of what peers have on average is as good as nothing. */
export const asGoodAsSilent = 0.1;

/**
 * Maximum likelihood of mean and correlation. With `speaking`, units with k = 0 are left out and each other counts by
 * what it says given that it says something (zero-truncated), so that silent units do not pass as ordinary spread, and
 * small units that are silent by chance do not bias the rest.
 * @returns null without any unit, or where no event or only events were seen and nothing can be spread: then see the pooled share.
 */
export function fitBetaBinomial(clusters: readonly Cluster[], { speaking = false } = {}): BetaBinomial | null {
  const used = clusters.filter(({ k, n }) => n > 0 && (!speaking || k > 0));
  const [k, n] = used.reduce(([k, n], one) => [k + one.k, n + one.n], [0, 0]);
  if (n === 0) return null;
  const pooled = k / n;
  if (used.length < enoughToFit || pooled === 1 || pooled === 0) return { mean: pooled, correlation: Math.min(0.99, Math.max(0, intraclassCorrelation(used) ?? 0)) };
  // Units alike in k and n say the same: each kind is worked out once a guess, and added once a unit, in the order of the units.
  const kinds = new Map<string, number>();
  const kindOf = used.map(({ k, n }) => {
    const key = `${k}/${n}`;
    return kinds.get(key) ?? (kinds.set(key, kinds.size), kinds.size - 1);
  });
  const ofKind: Cluster[] = [];
  used.forEach((one, at) => (ofKind[kindOf[at]!] ??= one));
  const terms = new Float64Array(ofKind.length);
  const minus = (x: number, y: number): number => {
    const guess = { mean: logistic(x), correlation: logistic(y) };
    const known = knownOf(guess);
    ofKind.forEach((one, at) => (terms[at] = term(one, guess, known, speaking)));
    let sum = 0;
    for (const kind of kindOf) sum -= terms[kind]!;
    return sum;
  };
  const start = Math.min(0.5, Math.max(0.01, intraclassCorrelation(used) ?? 0.05));
  const [x, y] = smallest(minus, [logit(Math.min(0.999, Math.max(0.001, pooled))), logit(start)]);
  return { mean: logistic(x), correlation: logistic(y) };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, x))));
const logit = (p: number): number => Math.log(p / (1 - p));

/** The least value of a function of two numbers; Nelder JA, Mead R. Comput J 1965;7:308-313. */
function smallest(f: (x: number, y: number) => number, [x, y]: [number, number]): [number, number] {
  type Point = { at: [number, number]; value: number };
  const point = (a: number, b: number): Point => ({ at: [a, b], value: f(a, b) });
  const between = (p: Point, q: Point, t: number): Point => point(p.at[0] + t * (q.at[0] - p.at[0]), p.at[1] + t * (q.at[1] - p.at[1]));
  let corners = [point(x, y), point(x + 0.5, y), point(x, y + 0.5)];
  for (let round = 0; round < 400; round++) {
    corners.sort((a, b) => a.value - b.value);
    const [best, good, worst] = corners as [Point, Point, Point];
    if (Math.abs(worst.value - best.value) < 1e-10 * (Math.abs(best.value) + 1e-10)) break;
    const middle: Point = { at: [(best.at[0] + good.at[0]) / 2, (best.at[1] + good.at[1]) / 2], value: 0 };
    const mirrored = between(worst, middle, 2);
    if (mirrored.value < best.value) {
      const further = between(worst, middle, 3);
      corners = [best, good, further.value < mirrored.value ? further : mirrored];
    } else if (mirrored.value < good.value) corners = [best, good, mirrored];
    else {
      const closer = between(mirrored.value < worst.value ? mirrored : worst, middle, 0.5);
      corners = closer.value < worst.value ? [best, good, closer] : [best, between(best, good, 0.5), between(best, worst, 0.5)];
    }
  }
  return corners.sort((a, b) => a.value - b.value)[0]!.at;
}

export interface Silence {
  /** P of silence by chance if the unit were like its peers and had at least a tenth of what they have on average. */
  chance: number;
  /** Given its silence, the probability that it is nothing but chance. */
  falseAlarm: number;
}

/**
 * For each unit without any event: how likely its silence is by chance, and how likely a false alarm is. Units are taken
 * as a mixture of silent ones (or as good as silent: under a tenth of the peers' mean) and ones that speak like their peers (beta-binomial, fitted to those that speak); the share
 * of silent ones is estimated by maximum likelihood, at least half a unit. With fewer than ten units there is nothing to
 * estimate it from: `falseAlarm` is then Bonferroni's bound, chance × units.
 * @returns one entry per unit; null where the unit speaks or no peer does.
 * Source: Efron B. Large-Scale Inference. 2010, ch. 5 (local false discovery rate); Newton MA et al. Biostatistics 2004;5:155-176.
 */
export function silences(units: readonly Cluster[]): { peers: BetaBinomial | null; silences: (Silence | null)[] } {
  const peers = fitBetaBinomial(units, { speaking: true });
  if (!peers) return { peers: null, silences: units.map(() => null) };
  const chances = units.map(({ n }) => silenceAbove(n, peers, asGoodAsSilent * peers.mean));
  const quiet = units.map(({ k }) => k === 0);
  let share = Math.max(0.5 / units.length, quiet.filter(Boolean).length / units.length);
  if (units.length >= 10)
    for (let round = 0; round < 200; round++) {
      const expected = chances.reduce((sum, chance, i) => sum + (quiet[i] ? share / (share + (1 - share) * chance) : 0), 0);
      share = Math.max(0.5 / units.length, expected / units.length);
    }
  return {
    peers,
    silences: chances.map((chance, i) => {
      if (!quiet[i] || units[i]!.n === 0) return null;
      return { chance, falseAlarm: units.length < 10 ? Math.min(1, chance * units.length) : ((1 - share) * chance) / (share + (1 - share) * chance) };
    }),
  };
}
