// What is promised about the pilot, training, safety, governance, growth and the contract?
import { z } from 'zod';
import { day } from '../../tools/base/endpoint.ts';
import { slug } from '../../tools/base/id.ts';
import { person, sentence, share } from './charter-words.ts';

// Every number here is optional and has no default: a number nobody promised is not a promise. Where a gate needs
// one and the charter is silent, the gate's playbook says its own default and shows it as a default.

export const pilot = z
  .strictObject({
    from: day.optional(),
    to: day.optional(),
    criteria: z.array(sentence).default([]).describe('What counts as production-ready, written before the pilot (gate 3.2).'),
    comparison: sentence.optional().describe('With whom or what it is compared: arms, or the units without it.'),
    minimumCases: z.int().min(1).optional().describe('Adjudicated cases before a verdict (gate 3.7).'),
    unpluggedDays: z.int().min(1).optional().describe('Working days without any special support (gate 3.4).'),
    retained: share.optional().describe('The share of use and quality that must remain in the unplugged window (gate 3.4).'),
    championAbsent: share.optional().describe('Use without the champion in the room ÷ with (gate 3.5).'),
    volunteersAtMost: share.optional().describe('The largest share of volunteers among the pilot users (gate 3.3).'),
    silentRunWeeks: z.int().min(1).optional().describe('Weeks in shadow mode before anybody sees an output (gate 2.10).'),
  })
  .prefault({})
  .describe('The pilot, and what would count as a success.');

export const training = z
  .strictObject({
    exposuresBeforePilot: z.int().min(0).optional().describe('Contacts per pilot user (gate 2.12).'),
    exposuresBeforeGoLive: z.int().min(0).optional().describe('Contacts per user (gate 4.1).'),
    formats: z.array(z.enum(['document', 'video', 'live-demo', 'hands-on', 'scenario'])).default([]),
    hoursPerPerson: z.number().min(0).optional(),
    behaviours: z.array(z.strictObject({ id: slug, says: sentence })).default([]).describe('What people are taught to do; coaching looks for the same (gate 4.6).'),
    wrongOutputsCaught: share.optional().describe('Share of seeded wrong outputs that must be caught (gate 4.2).'),
  })
  .prefault({})
  .describe('What people are taught before they meet it.');

export const safety = z
  .strictObject({
    acknowledgeMinutes: z.number().positive().optional().describe('From alarm to acknowledgement (gate 2.4).'),
    stopMinutes: z.number().positive().optional().describe('From alarm to stop (gate 2.4).'),
    reviewBusinessDays: z.number().positive().optional().describe('From incident to review (gate 2.4).'),
    fallback: sentence.optional().describe('How the work is done while it is stopped.'),
    subgroups: z.array(z.strictObject({ attribute: sentence, maxGap: z.number().min(0) })).default([]).describe('Groups of patients, and the largest acceptable gap (gates 2.10, 6.4).'),
    doubleCheck: share.optional().describe('The share of outputs people check by hand today or are asked to (gate 3.12).'),
    independentReviewer: person.optional().describe('Who signs the safety case without having built it (gate 4.10).'),
  })
  .prefault({})
  .describe('How it is stopped, watched and reviewed.');

/** The four constituencies a committee needs: clinical leadership, IT, operations and end users. */
export const constituencies = ['clinical-leadership', 'it', 'operations', 'end-user'] as const;

export const governance = z
  .strictObject({
    committee: z.array(person.extend({ constituency: z.enum(constituencies) })).default([]).describe('Who decides (gate 2.7).'),
    monitor: person.optional().describe('Who watches the numbers.'),
    validator: person.optional().describe('The clinical authority who judges what the monitor finds.'),
    cadence: z
      .strictObject({ rollout: z.enum(['weekly', 'monthly']).optional(), rampUp: z.enum(['weekly', 'monthly', 'quarterly']).optional(), mature: z.enum(['monthly', 'quarterly']).optional() })
      .prefault({})
      .describe('How often the committee reviews in each phase.'),
    escalation: z
      .strictObject({ technical: person.optional(), process: person.optional(), training: person.optional(), organisational: person.optional() })
      .prefault({})
      .describe('To whom an issue of each class goes.'),
    reviewTriggers: z.array(sentence).default([]).describe('What opens a review outside the cadence.'),
    revalidateEveryDays: z.int().min(1).optional().describe('Revalidation on local data; quarterly is usual. Retraining is another thing.'),
  })
  .prefault({})
  .describe('Who decides, how often they meet, who watches.');

export const rollout = z
  .strictObject({
    waves: z.array(z.strictObject({ name: sentence, from: day, users: z.int().min(1).optional() })).default([]).describe('Growth in steps, never all at once (gate 5.1).'),
    sustainedUse: share.optional().describe('Share of users with it in at least half of their eligible encounters at six months (gate 5.3).'),
    rescueBelow: share.optional().describe('Under this share it is rescued or stopped.'),
    benefit: z
      .strictObject({ rollout: share.optional(), rampUp: share.optional(), mature: share.optional() })
      .prefault({})
      .describe('Share of the planned benefit to be seen in each phase (gate 5.5).'),
  })
  .prefault({})
  .describe('In which waves it grows, and which use is expected.');

const clause = z.strictObject({ text: sentence, where: sentence.optional().describe('Its place in the contract, e.g. "§ 7.2".') });

export const contract = z
  .strictObject({
    signed: day.optional(),
    ends: day.optional().describe('The renewal review begins 120 days before (gate G6).'),
    clauses: z
      .strictObject({
        sla: clause.optional(),
        guarantee: clause.optional(),
        exit: clause.optional(),
        materialChange: clause.optional().describe('The vendor gives notice of material changes.'),
      })
      .prefault({})
      .describe('The four clauses a contract needs (gate 4.11).'),
  })
  .prefault({})
  .describe('What the contract says, and when it ends.');
