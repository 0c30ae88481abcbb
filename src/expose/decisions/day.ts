// What does one decision add to its day?
import { leadMs, wasShown, type Fact } from './fact.ts';

/** The row of `decisions.day` a fact belongs to. The day is the UTC day of the AI's answer. */
export const dayKeyOf = (fact: Fact) => ({
  day: fact.at.slice(0, 10), facility: fact.facility ?? '', department: fact.department ?? '', class: fact.class ?? '', disposition: fact.disposition, assurance: fact.assurance, arm: fact.arm ?? '',
});

export const counted = ['decisions', 'critical', 'repeats', 'undelivered', 'accepted', 'overridden', 'reasons', 'acted', 'timed', 'too_late'] as const;
export type Counted = Record<(typeof counted)[number], number>;

/** What it counts there: each 0 or 1. `timed`: shown, with a moment it was due. */
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
  };
}
