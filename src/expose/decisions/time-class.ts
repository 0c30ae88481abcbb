// How are times of many days added up, and what is their median, without keeping each?

/** Neighbouring classes are two per cent apart: a quantile is right to one per cent. */
const step = Math.log(1.02);

/** The class of a time in milliseconds. Below zero (clocks differ) it is that of its size, with the sign. */
export const classOf = (ms: number): number => Math.sign(ms) * Math.round(Math.log1p(Math.abs(ms)) / step);

/** The time in the middle of a class, in whole milliseconds. */
export const timeOf = (of: number): number => Math.round(Math.sign(of) * Math.expm1(Math.abs(of) * step));

export interface Class {
  class: number;
  decisions: number;
}

/** The time below which the share `q` of all lies (nearest rank); null where there is none. */
export function quantile(classes: readonly Class[], q: number): number | null {
  const sorted = classes.filter(({ decisions }) => decisions > 0).sort((a, b) => a.class - b.class);
  const n = sorted.reduce((sum, one) => sum + one.decisions, 0);
  let before = 0;
  for (const one of sorted) {
    before += one.decisions;
    if (before >= q * n) return timeOf(one.class);
  }
  return null;
}
