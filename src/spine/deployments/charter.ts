// What was promised for this deployment, before anyone saw a result?
import { z } from 'zod';
import { slug } from '../../tools/base/id.ts';
import { money } from '../../tools/base/money.ts';
import { dataSection } from './charter-data.ts';
import { contract, governance, pilot, rollout, safety, training } from './charter-promises.ts';
import { claim, metric, person, sentence } from './charter-words.ts';
import { productClass, productKind } from './products.ts';

const problem = z
  .strictObject({
    statement: sentence.describe('The problem, in the words of those who have it.'),
    metric: slug.optional().describe('The id of the adoption or value metric that shows the problem (gate 0.1).'),
    cost: z
      .strictObject({
        perYear: money,
        computedFrom: sentence.describe('The computation in words, e.g. "1,200 h a year at the loaded rate of a nurse".'),
        quantity: z.number().positive().optional().describe('How many a year: hours, denials, readmissions.'),
        unitValue: money.optional().describe('What one of them costs; quantity times this is `perYear`.'),
        low: money.optional(),
        high: money.optional(),
      })
      .nullable()
      .default(null)
      .describe('What the problem costs today, with its range (gate 0.2). Null: nobody has computed it.'),
    cause: z.enum(['process-design', 'data-quality', 'skill-gap', 'volume']).optional().describe('The root-cause class of the inefficiency.'),
    boughtBecause: z.enum(['bottleneck', 'marketing', 'competitor', 'demo', 'mandate']).optional().describe('Why this is being bought, honestly.'),
    notWhy: sentence.optional().describe('Why it is not bought because of marketing, a competitor or a demo.'),
  })
  .describe('The problem and what it costs.');

const owner = z
  .strictObject({
    clinical: person,
    hoursPerWeek: z.number().min(0).max(80).nullable().default(null).describe('Protected hours per week (gate 0.6).'),
    authority: sentence.optional().describe('What the owner may decide about the workflow.'),
    escalation: person.optional(),
    leader: person.optional().describe('The clinical leader who will use it too (gate 0.7).'),
  })
  .describe('The named, accountable clinical owner.');

const risk = z
  .strictObject({
    output: z.enum(['administrative', 'informs', 'recommends', 'acts']),
    severityIfWrong: z.enum(['none', 'minor', 'serious', 'death']),
    autonomy: z.enum(['human-decides', 'human-confirms', 'human-can-stop', 'autonomous']),
    population: sentence.optional().describe('Who is affected; vulnerable groups by name.'),
    vulnerable: z.boolean().default(false).describe('Children, the pregnant, psychiatric or incapacitated patients are among them.'),
  })
  .describe('The facts the risk tier is computed from (gate 0.10).');

const decision = z
  .strictObject({
    moment: sentence.describe('The moment where information and the capacity to act coincide.'),
    who: sentence,
    actionWindowMinutes: z.number().positive().optional().describe('How long acting still helps (gates 2.11, 3.8).'),
    eligible: sentence.optional().describe('The encounters in which it could be used: the denominator of use (gates 3.6, 3.9).'),
    suppressWhen: z.array(sentence).default([]).describe('Contexts in which it must stay silent, e.g. "already on antibiotics".'),
    outputs: z
      .array(
        z.strictObject({
          id: slug,
          name: sentence.describe('A class of output, e.g. "high risk of sepsis".'),
          action: sentence.describe('What a person is to do about it.'),
          owner: sentence.describe('Whose action that is.'),
          escalation: sentence.describe('To whom, when nobody acts.'),
          critical: z.boolean().default(false).describe('Nothing happens on it without a recorded human act (gate 2.5).'),
        }),
      )
      .default([])
      .describe('Every class of output with action, owner and escalation (gate 4.8).'),
  })
  .describe('The decision the AI is to serve.');

/** Year-1 cost lines by component; the eight of the cost table and the reserve. */
export const costComponents = ['model', 'infrastructure', 'monitoring', 'governance', 'security', 'operations', 'training', 'incident', 'contingency', 'other'] as const;

/** The charter of a deployment: one document, versioned; its sections can be locked, and every later edit shows. */
export const charter = z
  .strictObject({
    attending: z.literal('charter/1').describe('The format of this document.'),
    deployment: slug.describe('The short name of the deployment, used in URLs.'),
    title: sentence,
    problem,
    owner,
    product: z.strictObject({
      name: sentence,
      vendor: sentence,
      version: z.string().min(1),
      kind: productKind,
      class: productClass,
      intendedUse: sentence.optional().describe('The intended use as the maker states it.'),
      regulatory: sentence.optional().describe('Its regulatory status, e.g. a 510(k) number or "not a device".'),
    }),
    risk,
    decision,
    units: z.array(z.strictObject({ facility: slug, departments: z.array(slug).default([]) })).default([]),
    data: dataSection,
    pilot,
    claims: z.array(claim).default([]),
    sla: z
      .array(
        z.strictObject({
          id: slug,
          metric: sentence,
          measure: z.string().optional().describe('The id of the measure that feeds it, e.g. `performance.sensitivity`.'),
          atLeast: z.number().optional(),
          atMost: z.number().optional(),
          unit: z.string().optional(),
          window: sentence.optional().describe('Over which time it is judged.'),
          owner: sentence,
        }),
      )
      .default([])
      .describe('What must hold in operation, each with an owner (gates 2.9, 4.7).'),
    adoption: z.array(metric).default([]),
    value: z.array(metric).default([]),
    costs: z
      .array(z.strictObject({ line: sentence, component: z.enum(costComponents).default('other'), firstYear: money }))
      .default([])
      .describe('The Year-1 plan line by line (gate 0.8).'),
    training,
    safety,
    governance,
    rollout,
    contract,
  })
  .meta({ title: 'Attending charter', description: 'What was promised for one deployment of a clinical AI product.' });
export type Charter = z.infer<typeof charter>;

/** The sections that can be locked, each by itself. */
export const sections = [
  'problem', 'owner', 'product', 'risk', 'decision', 'units', 'data', 'pilot', 'claims', 'sla', 'adoption', 'value', 'costs',
  'training', 'safety', 'governance', 'rollout', 'contract',
] as const;
export type Section = (typeof sections)[number];
export const section = z.enum(sections);

/** What each section answers, for forms and documentation. */
export const sectionSays: Record<Section, string> = {
  problem: 'The problem and what it costs today.',
  owner: 'Who is accountable, with how many protected hours.',
  product: 'Which product in which version.',
  risk: 'The facts the risk tier is computed from.',
  decision: 'The moment it is to help in, and what is to happen on each output.',
  units: 'The facilities and departments it is for.',
  data: 'The exact fields and note types the model depends on.',
  pilot: 'What counts as production-ready, written before the pilot.',
  claims: 'The performance that was claimed, and the floor here.',
  sla: 'What must hold in operation, and who answers for it.',
  adoption: 'The metrics of use.',
  value: 'The metrics of outcome and money, with baselines.',
  costs: 'The Year-1 plan, line by line.',
  training: 'What people are taught before they meet it.',
  safety: 'How it is stopped, watched and reviewed.',
  governance: 'Who decides, how often they meet, who watches.',
  rollout: 'In which waves it grows, and which use is expected.',
  contract: 'What the contract says, and when it ends.',
};
