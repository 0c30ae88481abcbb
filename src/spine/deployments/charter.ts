// What was promised for this deployment, before anyone saw a result?
import { z } from 'zod';
import { day } from '../../tools/base/endpoint.ts';
import { slug } from '../../tools/base/id.ts';
import { money } from '../../tools/base/money.ts';
import { dataSection } from './charter-data.ts';

const sentence = z.string().trim().min(1).max(4_000);

/** How much depends on a value: critical blocks the gate, important is judged, context is reported. */
const claim = z
  .strictObject({
    id: slug,
    metric: sentence.describe('What is claimed, e.g. "sensitivity for sepsis within 6 h".'),
    value: z.number().describe('The promised value, in `unit`.'),
    unit: z.string().default('proportion'),
    floor: z.number().optional().describe('The lowest acceptable value at this site.'),
    population: sentence.optional(),
    source: sentence.describe('Who claims it, and where it is written.'),
  })
  .describe('A performance claim that will be held against local results.');

const metric = z
  .strictObject({
    id: slug,
    name: sentence,
    unit: z.string(),
    better: z.enum(['higher', 'lower']),
    baseline: z
      .strictObject({ value: z.number(), n: z.int().min(1), from: day, to: day, source: sentence })
      .nullable()
      .default(null)
      .describe('The value before go-live, its n and its period. Null: not measured yet.'),
    target: z.number().nullable().default(null),
    trackedByFinance: z.boolean().default(false).describe('A metric the CFO already tracks.'),
  })
  .describe('A metric of adoption, outcome or value.');

const person = z.strictObject({ name: sentence, email: z.email().optional(), role: sentence.optional() });

/** The charter of a deployment: one document, versioned; its sections can be locked, and every later edit shows. */
export const charter = z
  .strictObject({
    attending: z.literal('charter/1').describe('The format of this document.'),
    deployment: slug.describe('The short name of the deployment, used in URLs.'),
    title: sentence,
    problem: z
      .strictObject({
        statement: sentence.describe('The problem, in the words of those who have it.'),
        cost: z
          .strictObject({ perYear: money, computedFrom: sentence, low: money.optional(), high: money.optional() })
          .nullable()
          .default(null),
        notWhy: sentence.optional().describe('Why it is not bought because of marketing, a competitor or a demo.'),
      })
      .describe('The problem and what it costs.'),
    owner: z
      .strictObject({
        clinical: person,
        hoursPerWeek: z.number().min(0).max(80).nullable().default(null).describe('Protected hours per week.'),
        authority: sentence.optional().describe('What the owner may decide about the workflow.'),
        escalation: person.optional(),
      })
      .describe('The named, accountable clinical owner.'),
    product: z.strictObject({
      name: sentence,
      vendor: sentence,
      version: z.string().min(1),
      kind: z.enum(['alert', 'scribe', 'prior-authorization', 'imaging', 'risk-score', 'chat', 'other']),
      class: z.enum(['clinical', 'administrative']),
    }),
    risk: z
      .strictObject({
        output: z.enum(['administrative', 'informs', 'recommends', 'acts']),
        severityIfWrong: z.enum(['none', 'minor', 'serious', 'death']),
        autonomy: z.enum(['human-decides', 'human-confirms', 'human-can-stop', 'autonomous']),
        population: sentence.optional(),
      })
      .describe('The facts the risk tier is computed from.'),
    decision: z
      .strictObject({
        moment: sentence.describe('The moment where information and the capacity to act coincide.'),
        who: sentence,
        actionWindowMinutes: z.number().positive().optional(),
      })
      .describe('The decision the AI is to serve.'),
    units: z.array(z.strictObject({ facility: slug, departments: z.array(slug).default([]) })).default([]),
    data: dataSection,
    pilot: z
      .strictObject({
        from: day.optional(),
        to: day.optional(),
        criteria: z.array(sentence).default([]).describe('What counts as production-ready, written before the pilot.'),
      })
      .default({ criteria: [] }),
    claims: z.array(claim).default([]),
    sla: z
      .array(z.strictObject({ id: slug, metric: sentence, atLeast: z.number().optional(), atMost: z.number().optional(), owner: sentence }))
      .default([]),
    adoption: z.array(metric).default([]),
    value: z.array(metric).default([]),
    costs: z.array(z.strictObject({ line: sentence, firstYear: money })).default([]),
  })
  .meta({ title: 'Attending charter', description: 'What was promised for one deployment of a clinical AI product.' });
export type Charter = z.infer<typeof charter>;

/** The sections that can be locked, each by itself. */
export const sections = ['problem', 'owner', 'product', 'risk', 'decision', 'units', 'data', 'pilot', 'claims', 'sla', 'adoption', 'value', 'costs'] as const;
export type Section = (typeof sections)[number];
