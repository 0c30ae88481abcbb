// When does the model decide, so that a note finished later cannot inform it?
import type { DataSection } from '../../spine/deployments/model.ts';
import { minutesOf, sayMinutes } from '../../tools/base/durations.ts';
import type { EncounterHead } from './reading/heads.ts';

export interface Decision {
  /** "24 h after the encounter began". */
  says: string;
  /** Milliseconds since 1970 of this encounter's moment; null where its time is not known. */
  of(encounter: Pick<EncounterHead, 'start' | 'end'>): number | null;
}

/**
 * The moment the charter names (`data.decision`); else the end of the latest window of an element around the encounter, as in
 * check T04 of the data audit; null where neither is said.
 */
export function decisionOf(data: DataSection | null): Decision | null {
  if (data === null) return null;
  const ends = data.elements.flatMap(({ window: { anchor, after } }) => (anchor === 'any-time' ? [] : [{ anchor, after: after === undefined ? 0 : minutesOf(after) }]));
  const ofStart = ends.filter(({ anchor }) => anchor === 'encounter-start').sort((a, b) => b.after - a.after)[0];
  const ofEnd = ends.filter(({ anchor }) => anchor === 'encounter-end').sort((a, b) => b.after - a.after)[0];
  const chosen = data.decision ? { anchor: data.decision.anchor, after: data.decision.after === undefined ? 0 : minutesOf(data.decision.after) } : (ofStart ?? ofEnd);
  if (!chosen) return null;
  const isStart = chosen.anchor === 'encounter-start';
  return {
    says: `${chosen.after > 0 ? `${sayMinutes(chosen.after)} after ` : ''}the encounter ${chosen.after > 0 ? (isStart ? 'began' : 'ended') : isStart ? 'begins' : 'ends'}`,
    of({ start, end }) {
      const from = isStart ? start : end;
      return from === null ? null : Date.parse(from) + chosen.after * 60_000;
    },
  };
}
