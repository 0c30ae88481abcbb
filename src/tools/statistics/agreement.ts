// How far do two raters agree beyond chance?
import { wilson, type Interval } from './intervals.ts';
import { zOf } from './normal.ts';

export interface Agreement {
  /** Rated by both. */
  n: number;
  /** Share rated alike; null when n is 0. */
  observed: number | null;
  /** Wilson's interval of it. */
  observedInterval: Interval | null;
  /** Agreement expected by chance from the two raters' own shares. */
  expected: number | null;
  /** Null where chance alone agrees fully (both used one and the same answer): kappa says nothing then, and `pabak` does. */
  kappa: number | null;
  /** Large-sample standard error, for intervals. */
  standardError: number | null;
  interval: Interval | null;
  /** Prevalence-adjusted and bias-adjusted kappa: what kappa would be if all answers were equally common. */
  pabak: number | null;
  pabakInterval: Interval | null;
}

/**
 * Cohen's kappa of a square table of counts (rows: first rater, columns: second), with the large-sample interval and, beside
 * it, PABAK = (q·p_o − 1)/(q − 1) over the q answers anybody used (2·p_o − 1 for two), at least two.
 * Throws RangeError on a table that is not square or counts that are no whole numbers.
 * Sources: Cohen J. Educ Psychol Meas 1960;20:37-46; Fleiss JL, Cohen J, Everitt BS. Psychol Bull 1969;72:323-327 (standard
 * error, formula 13 with unit weights); Byrt T, Bishop J, Carlin JB. J Clin Epidemiol 1993;46:423-429; for more than two
 * answers Brennan RL, Prediger DJ. Educ Psychol Meas 1981;41:687-699.
 */
export function cohenKappa(table: readonly (readonly number[])[], confidence = 0.95): Agreement {
  const size = table.length;
  for (const row of table) {
    if (row.length !== size) throw new RangeError('a table of two raters has as many rows as columns');
    if (!row.every((count) => Number.isSafeInteger(count) && count >= 0)) throw new RangeError('counts are whole numbers of at least 0');
  }
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table.map((_, at) => table.reduce((sum, row) => sum + row[at]!, 0));
  const n = rows.reduce((sum, count) => sum + count, 0);
  if (n === 0) return { n, observed: null, observedInterval: null, expected: null, kappa: null, standardError: null, interval: null, pabak: null, pabakInterval: null };
  const alike = table.reduce((sum, row, at) => sum + row[at]!, 0);
  const observed = alike / n;
  const expected = rows.reduce((sum, row, at) => sum + (row / n) * (columns[at]! / n), 0);
  const observedInterval = wilson(alike, n, confidence);
  const used = Math.max(2, rows.filter((row, at) => row + columns[at]! > 0).length);
  const adjust = (share: number) => (used * share - 1) / (used - 1);
  const shared = { n, observed, observedInterval, expected, pabak: adjust(observed), pabakInterval: observedInterval && { low: adjust(observedInterval.low), high: adjust(observedInterval.high) } };
  if (1 - expected < 1e-12) return { ...shared, kappa: null, standardError: null, interval: null };
  const kappa = (observed - expected) / (1 - expected);
  let sum = 0;
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const share = table[i]![j]! / n;
      if (i === j) sum += share * (1 - ((rows[i]! + columns[i]!) / n) * (1 - kappa)) ** 2;
      else sum += share * (1 - kappa) ** 2 * ((columns[i]! + rows[j]!) / n) ** 2;
    }
  const variance = (sum - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2);
  const standardError = Math.sqrt(Math.max(0, variance));
  const z = zOf(confidence);
  return { ...shared, kappa, standardError, interval: { low: Math.max(-1, kappa - z * standardError), high: Math.min(1, kappa + z * standardError) } };
}

/**
 * One kappa over several questions: agreement and chance agreement are averaged over the questions first, which is steadier
 * than averaging kappas. Answers of one record belong together, so the interval is a jackknife over records.
 * @param records per record, per question, the pair of answers (numbers of categories), or null where one is missing
 * @returns kappa null where chance agrees fully or nothing was rated by both; interval null with fewer than three records.
 * Sources: De Vries H, Elliott MN, Kanouse DE, Teleki SS. Field Methods 2008;20:272-282 (pooled kappa); Efron B, Tibshirani RJ.
 * An Introduction to the Bootstrap. 1993, chapter 11 (jackknife).
 */
export function pooledKappa(records: readonly (readonly (readonly [number, number] | null)[])[], categories: number, confidence = 0.95): { n: number; records: number; kappa: number | null; interval: Interval | null } {
  const questions = Math.max(0, ...records.map((answers) => answers.length));
  const tables = Array.from({ length: questions }, (): number[][] => Array.from({ length: categories }, () => Array.from({ length: categories }, () => 0)));
  const put = (answers: (typeof records)[number], by: 1 | -1) => {
    for (const [at, pair] of answers.entries()) if (pair) tables[at]![pair[0]]![pair[1]]! += by;
  };
  for (const answers of records) put(answers, 1);
  const filled = records.filter((answers) => answers.some(Boolean));
  const n = filled.reduce((sum, answers) => sum + answers.filter(Boolean).length, 0);
  const kappa = pooledOf(tables);
  if (kappa === null || filled.length < 3) return { n, records: filled.length, kappa, interval: null };
  const without: number[] = [];
  for (const answers of filled) {
    put(answers, -1);
    const one = pooledOf(tables);
    put(answers, 1);
    if (one !== null) without.push(one);
  }
  const mean = without.reduce((sum, one) => sum + one, 0) / without.length;
  const spread = Math.sqrt(((without.length - 1) / without.length) * without.reduce((sum, one) => sum + (one - mean) ** 2, 0));
  const z = zOf(confidence);
  return { n, records: filled.length, kappa, interval: { low: Math.max(-1, kappa - z * spread), high: Math.min(1, kappa + z * spread) } };
}

function pooledOf(tables: readonly (readonly number[][])[]): number | null {
  const all = tables.map((table) => cohenShares(table)).filter((one) => one !== null);
  if (all.length === 0) return null;
  const observed = all.reduce((sum, one) => sum + one.observed, 0) / all.length;
  const expected = all.reduce((sum, one) => sum + one.expected, 0) / all.length;
  return 1 - expected < 1e-12 ? null : (observed - expected) / (1 - expected);
}

function cohenShares(table: readonly number[][]): { observed: number; expected: number } | null {
  const n = table.reduce((sum, row) => sum + row.reduce((all, count) => all + count, 0), 0);
  if (n === 0) return null;
  let observed = 0;
  let expected = 0;
  for (const [at, row] of table.entries()) {
    observed += row[at]! / n;
    expected += (row.reduce((all, count) => all + count, 0) / n) * (table.reduce((all, other) => all + other[at]!, 0) / n);
  }
  return { observed, expected };
}
