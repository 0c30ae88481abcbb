// What does one decision add to its day?
import { leadMs, wasShown, type Fact } from './fact.ts';
import { classOf } from './time-class.ts';

/** The row of `decisions.day` a fact belongs to. The day is the UTC day of the AI's answer. */
export const dayKeyOf = (fact: Fact) => ({
  day: fact.at.slice(0, 10), facility: fact.facility ?? '', department: fact.department ?? '', class: fact.class ?? '', disposition: fact.disposition, assurance: fact.assurance, arm: fact.arm ?? '',
});

export const counted = ['decisions', 'critical', 'repeats', 'undelivered', 'accepted', 'overridden', 'reasons', 'acted', 'timed', 'too_late', 'addressed'] as const;
export type Counted = Record<(typeof counted)[number], number>;

/** What it counts there: each 0 or 1. `timed`: shown, with a moment it was due. `addressed`: shown, to somebody known. */
export function countsOf(fact: Fact): Counted {
  const lead = leadMs(fact);
  return {
    decisions: 1,
    critical: Number(fact.critical),
    repeats: Number(wasShown(fact) && fact.repeatOf !== null),
    undelivered: Number(fact.delivered === false),
    accepted: Number(fact.act === 'accepted'),
    overridden: Number(fact.act === 'overridden'),
    reasons: Number(fact.act === 'overridden' && fact.reason !== null),
    acted: Number(wasShown(fact) && fact.actedAt !== null),
    timed: Number(lead !== null),
    too_late: Number(lead !== null && lead < 0),
    addressed: Number(isBehind(fact) && fact.user !== null),
  };
}

export const minute = 60_000;
export const hour = 60 * minute;
/** An action later than this is late for every window a charter may promise. */
const longest = 400 * 24 * 60;

/** The times it adds to its day: the answer, the recording, the look at it, and what was done on it or is still open. */
export function timesOf(fact: Fact): { what: 'answer' | 'record' | 'dwell' | 'acted' | 'silent'; class: number }[] {
  const at = Date.parse(fact.at);
  const times: ReturnType<typeof timesOf> = [{ what: 'record', class: classOf(Date.parse(fact.recordedAt) - at) }];
  if (fact.askedAt !== null) times.push({ what: 'answer', class: classOf(at - Date.parse(fact.askedAt)) });
  if (fact.dwellMs !== null) times.push({ what: 'dwell', class: classOf(fact.dwellMs) });
  if (wasShown(fact) && fact.shownAt !== null) {
    const shownAt = Date.parse(fact.shownAt);
    // Rounded up, so that whole minutes of a window are compared exactly.
    if (fact.actedAt !== null) times.push({ what: 'acted', class: Math.min(longest, Math.max(0, Math.ceil((Date.parse(fact.actedAt) - shownAt) / minute))) });
    else times.push({ what: 'silent', class: Math.floor(shownAt / hour) });
  }
  return times;
}

/** Does its patient, and whom it was meant for, count among the people of its day? */
export const isBehind = (fact: Pick<Fact, 'disposition'>): boolean => fact.disposition === 'shown';
