// U12: do writers differ in how they write?
import { findingOf, percent, type Check } from '../check.ts';
import { everything } from '../desk.ts';
import { distributionsOf } from '../writers.ts';

export const writersDiffer: Check = {
  id: 'U12',
  name: 'Variation between writers',
  asks: 'How far apart are writers in how much they copy?',
  family: 'variation',
  formula: 'n: writers with text on five patients or more. Rate: the 90th minus the 10th percentile of their copied shares. With fewer than five such writers nothing is shown.',
  threshold: null,
  source: 'Quantiles: Hyndman and Fan 1996, type 7. Just culture: no writer is named, and none is ranked.',
  limits: 'Writers of different departments see different patients; the distributions by department stand beside it.',
  find: (desk) => distributionsOf(desk).filter(({ what, suppressed }) => what === 'copied' && !suppressed).map(({ facility, department, type, authors, p10, p50, p90 }) => {
    const where = facility === null ? everything : { facility, department, type };
    return findingOf(writersDiffer, desk, where, { n: authors, k: null, rate: p90! - p10!, low: null, high: null }, {
      weight: authors, tier: 'context', says: `Of ${authors} writers${facility === null ? '' : ` in ${department === null ? '' : `${department}, `}${facility}`}, the middle one copies ${percent(p50!)} of the text, one in ten ${percent(p10!)} or less, one in ten ${percent(p90!)} or more.`,
      figures: { p10, p50, p90 },
    });
  }),
};
