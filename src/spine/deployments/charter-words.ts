// Which small words do the sections of a charter share?
import { z } from 'zod';
import { day } from '../../tools/base/endpoint.ts';
import { slug } from '../../tools/base/id.ts';

export const sentence = z.string().trim().min(1).max(4_000);
export const share = z.number().min(0).max(1);

/** Somebody by name. A role alone ("the ICU") owns nothing. */
export const person = z.strictObject({ name: sentence, email: z.email().optional(), role: sentence.optional() });

/** A performance claim that will be held against local results (gates 2.10 and 3.7). */
export const claim = z
  .strictObject({
    id: slug,
    metric: sentence.describe('What is claimed, e.g. "sensitivity for sepsis within 6 h".'),
    value: z.number().describe('The promised value, in `unit`.'),
    unit: z.string().default('proportion'),
    better: z.enum(['higher', 'lower']).default('higher'),
    floor: z.number().optional().describe('The worst value acceptable at this site, on the pessimistic end of the interval.'),
    maxDrop: z.number().min(0).optional().describe('The largest acceptable loss against the promised value, in `unit`.'),
    population: sentence.optional(),
    source: sentence.describe('Who claims it, and where it is written.'),
  })
  .describe('A performance claim that will be held against local results.');

/** A metric of adoption, outcome or value, registered with its baseline before go-live (gate 1.8). */
export const metric = z
  .strictObject({
    id: slug,
    name: sentence,
    unit: z.string(),
    better: z.enum(['higher', 'lower']),
    kind: z
      .enum(['adoption', 'engagement', 'operational', 'financial', 'satisfaction', 'outcome', 'technical'])
      .optional()
      .describe('What it speaks of. Technical ones (uptime, latency, volume) prove no value by themselves.'),
    baseline: z
      .strictObject({
        value: z.number(),
        n: z.int().min(1),
        from: day,
        to: day,
        points: z.int().min(1).optional().describe('How many data points it rests on, e.g. weeks.'),
        source: sentence,
      })
      .nullable()
      .default(null)
      .describe('The value before go-live, its n and its period. Null: not measured yet.'),
    target: z.number().nullable().default(null),
    by: day.optional().describe('The day by which the target is to be reached.'),
    trackedByFinance: z.boolean().default(false).describe('A metric the CFO already tracks.'),
  })
  .describe('A metric of adoption, outcome or value.');
