// How large is each kind's share of a text, so that the four are exactly 100 per cent?
import { kinds, type Kind } from './model.ts';

/** Steps of 1/1024 per cent: sums of such numbers are exact in floating point, in any order. */
const steps = 102_400;

const remainder = { copied: 0, templated: 0, imported: 0, authored: 0 };

/** Shares in per cent of what was counted, by the largest remainder; null where there is nothing to share. */
export function sharesOf(counts: Record<Kind, number>): Record<Kind, number> | null {
  const whole = counts.copied + counts.templated + counts.imported + counts.authored;
  if (whole === 0) return null;
  const shares = { copied: 0, templated: 0, imported: 0, authored: 0 };
  let missing = steps;
  for (const kind of kinds) {
    const exact = (counts[kind] / whole) * steps;
    missing -= shares[kind] = Math.floor(exact);
    remainder[kind] = exact - shares[kind];
  }
  for (; missing > 0; missing--) {
    let largest: Kind = kinds[0];
    for (const kind of kinds) if (remainder[kind] > remainder[largest]) largest = kind;
    shares[largest]++;
    remainder[largest] = -1;
  }
  for (const kind of kinds) shares[kind] /= 1024;
  return shares;
}
