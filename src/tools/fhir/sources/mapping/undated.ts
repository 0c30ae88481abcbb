// Does a mapping know when things happened, or only how long after an admission?
import type { Mapping, TimeFrom } from './model.ts';

/**
 * `day`: no day is known, only hours: every time counts from a moment of which the year is told, and the time of day. `hour`: neither.
 * Then windows, delays and the order within a stay are right; months, weekdays and the order of stays are not.
 */
export function undatedOf({ anchors, records }: Mapping): 'day' | 'hour' | undefined {
  const times = records.flatMap(({ time, end, recorded }) => [time, end, recorded].filter((one): one is TimeFrom => one !== undefined));
  if (times.length === 0) return undefined;
  const known = times.map((time): 'day' | 'hour' | undefined => {
    if (typeof time === 'string' || 'column' in time) return undefined;
    if ('constant' in time) return 'hour';
    const at = anchors[time.from]?.at;
    if (at === undefined || typeof at === 'string' || 'column' in at) return undefined;
    return 'year' in at && at.clock !== undefined ? 'day' : 'hour';
  });
  if (known.includes(undefined)) return undefined;
  return known.includes('day') ? 'day' : 'hour';
}

export const sayUndated = (undated: 'day' | 'hour'): string =>
  `No day is known, only how long after an admission${undated === 'hour' ? '' : ' and at what time of day'}: windows, delays and the order within a stay are right; months, weekdays and whatever compares stays are not judged.`;
