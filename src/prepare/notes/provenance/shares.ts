// How large is each kind's share of a text, so that the four are exactly 100 per cent?
import { kinds, type Kind } from './model.ts';

/** Steps of 1/1024 per cent: sums of such numbers are exact in floating point, in any order. */
const steps = 102_400;

/** Shares in per cent of what was counted, by the largest remainder; null where there is nothing to share. */
export function sharesOf(counts: Record<Kind, number>): Record<Kind, number> | null {
  const whole = counts.copied + counts.templated + counts.imported + counts.authored;
  if (whole === 0) return null;
  const shares = { copied: 0, templated: 0, imported: 0, authored: 0 };
  let missing = steps;
  for (const kind of kinds) missing -= shares[kind] = Math.floor((counts[kind] / whole) * steps);
  const remainder = (kind: Kind) => (counts[kind] / whole) * steps - shares[kind];
  if (missing > 0) for (const kind of kinds.toSorted((a, b) => remainder(b) - remainder(a)).slice(0, missing)) shares[kind]++;
  for (const kind of kinds) shares[kind] /= 1024;
  return shares;
}
