// How is an element's look-back window said in words?
import type { Element } from '../../spine/deployments/model.ts';
import { minutesOf, sayMinutes } from '../../tools/base/durations.ts';

/** "from 24 h before to 6 h after encounter start", "anywhere in the export", "during the encounter". */
export function sayWindow({ window: { anchor, before, after }, per, resource }: Element): string {
  if (anchor === 'any-time') return per === 'encounter' && resource !== 'Patient' ? 'during the encounter' : 'anywhere in the export';
  const point = anchor === 'encounter-start' ? 'encounter start' : 'encounter end';
  const say = (duration: string) => sayMinutes(minutesOf(duration));
  if (before && after) return `from ${say(before)} before to ${say(after)} after ${point}`;
  if (before) return `within ${say(before)} before ${point}`;
  if (after) return `within ${say(after)} after ${point}`;
  return `with a time, whenever, beside ${point}`;
}
