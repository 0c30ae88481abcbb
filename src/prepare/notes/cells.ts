// How much text of each kind stands in each part of the hospital, and how sure is that?
import { studentQuantile } from '../../tools/statistics/beta.ts';
import { wilsonOf } from '../../tools/statistics/intervals.ts';
import { zOf } from '../../tools/statistics/normal.ts';
import { shareNames, type Shares } from './model.ts';

export type Kind = (typeof shareNames)[number];
/** Characters of each kind, in the order of `shareNames`. */
export type Counts = [number, number, number, number];

/** Sums over the notes of one part, and over its patients the products that an interval needs. */
export interface Cell {
  notes: number;
  patients: number;
  characters: number;
  words: number;
  authoredWords: number;
  kinds: Counts;
  /** Σ over patients of x², x·m and m², with m the patient's characters and x those of a kind. */
  xx: Counts;
  xm: Counts;
  mm: number;
  /** Copied spans by age in encounters; unknown ages are not in it. */
  ages: Map<number, number>;
}

export const emptyCell = (): Cell => ({ notes: 0, patients: 0, characters: 0, words: 0, authoredWords: 0, kinds: [0, 0, 0, 0], xx: [0, 0, 0, 0], xm: [0, 0, 0, 0], mm: 0, ages: new Map() });

/** A patient's own sums join the cell: the patient is the cluster. */
export function joinPatient(cell: Cell, patient: Cell): void {
  cell.patients++;
  cell.notes += patient.notes;
  cell.characters += patient.characters;
  cell.words += patient.words;
  cell.authoredWords += patient.authoredWords;
  const m = patient.characters;
  cell.mm += m * m;
  for (let kind = 0; kind < 4; kind++) {
    const x = patient.kinds[kind]!;
    cell.kinds[kind]! += x;
    cell.xx[kind]! += x * x;
    cell.xm[kind]! += x * m;
  }
  for (const [age, spans] of patient.ages) cell.ages.set(age, (cell.ages.get(age) ?? 0) + spans);
}

export interface ShareInterval {
  value: number | null;
  low: number | null;
  high: number | null;
  /** Characters worth: what as many independent ones would tell. */
  effectiveN: number | null;
}

/**
 * A share of the text with its 95 % interval. Text clusters in patients, and patients have different amounts of it, so the share is a
 * ratio Σx/Σm whose variance is K/(K-1)·Σ(x-rm)²/(Σm)² over K patients (Cochran WG. Sampling Techniques, 3rd ed. 1977, §6.3 and §9A.1).
 * The interval is Wilson's on the n that has this variance, with Student's t on K-1 degrees of freedom (Korn EL, Graubard BI.
 * Survey Methodology 1998;24:193-201). One patient alone gives no interval.
 */
export function shareIn({ kinds, characters, patients, xx, xm, mm }: Cell, kind: Kind): ShareInterval {
  const at = shareNames.indexOf(kind);
  if (characters === 0) return { value: null, low: null, high: null, effectiveN: null };
  const value = kinds[at]! / characters;
  if (patients < 2) return { value, low: null, high: null, effectiveN: null };
  const spread = Math.max(0, xx[at]! - 2 * value * xm[at]! + value * value * mm);
  const variance = ((patients / (patients - 1)) * spread) / (characters * characters);
  // Where every patient has the same share there is no spread to see; then patients, not characters, are what was observed.
  const binomial = value * (1 - value);
  const effectiveN = Math.max(1, variance === 0 ? patients : Math.min(characters, binomial / variance));
  const z = zOf(0.95);
  const worth = effectiveN * (z / studentQuantile(0.975, patients - 1)) ** 2;
  const interval = wilsonOf(value * worth, worth, z);
  return { value, low: value === 0 ? 0 : Math.min(value, interval?.low ?? value), high: value === 1 ? 1 : Math.max(value, interval?.high ?? value), effectiveN };
}

const steps = 1 << 20;

/** The four shares in steps of 2⁻²⁰, by the largest remainder: they sum to exactly 1. Null where there is no text. */
export function sharesOf(kinds: Counts): Shares | null {
  const whole = kinds[0] + kinds[1] + kinds[2] + kinds[3];
  if (whole === 0) return null;
  const exact = kinds.map((one) => (one / whole) * steps);
  const rounded = exact.map(Math.floor);
  const order = [0, 1, 2, 3].sort((a, b) => exact[b]! - rounded[b]! - (exact[a]! - rounded[a]!));
  const missing = steps - rounded.reduce((sum, one) => sum + one, 0);
  for (const at of order.slice(0, missing)) rounded[at]!++;
  return Object.fromEntries(shareNames.map((name, at) => [name, rounded[at]! / steps])) as Shares;
}

/** The smallest value that at least this share of the counted reaches or stays under; null of nothing. */
export function quantileOf(counts: ReadonlyMap<number, number>, share: number): number | null {
  const total = [...counts.values()].reduce((sum, one) => sum + one, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const [value, count] of [...counts].sort((a, b) => a[0] - b[0])) {
    seen += count;
    if (seen >= share * total) return value;
  }
  return null;
}

/** Quantile by linear interpolation between order statistics (Hyndman RJ, Fan Y. Am Stat 1996;50:361-365, type 7). `sorted` ascends. */
export function between(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const place = (sorted.length - 1) * share;
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (place - low);
}

/** With fewer copied spans a percentile of them is chance. */
export const fewestSpans = 30;

/**
 * How many encounters old copied text is, 90th percentile over the copied spans. Where there are too few spans for that among enough
 * notes, over the notes: a span stands for its note, a note without one is 0 encounters old. Null where neither can be said.
 */
export function staleP90({ ages, notes }: Pick<Cell, 'ages' | 'notes'>): number | null {
  const spans = [...ages.values()].reduce((sum, one) => sum + one, 0);
  if (spans >= fewestSpans || notes < fewestSpans) return quantileOf(ages, 0.9);
  return quantileOf(new Map([...ages, [0, (ages.get(0) ?? 0) + Math.max(0, notes - spans)]]), 0.9);
}
