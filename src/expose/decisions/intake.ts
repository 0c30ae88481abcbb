// What may be told about an AI decision, and in which words?
import { z } from 'zod';
import { instant } from '../../tools/base/endpoint.ts';
import { slug } from '../../tools/base/id.ts';

/** What became of a decision. */
export const dispositions = {
  shown: 'A person saw it, or it was put where a person sees it.',
  shadow: 'Answered in silence; nobody saw it.',
  suppressed: 'Held back by a rule, because the context made it needless.',
  killed: 'Stopped by the kill switch or by a suspension.',
  late: 'Answered after the time that was set; nobody saw it.',
  withheld: 'Not released: it could not be recorded, or it broke a rule of safety.',
} as const;
export type Disposition = keyof typeof dispositions;
export const disposition = z.enum(Object.keys(dispositions) as [Disposition, ...Disposition[]]);

/** How sure is it that the record was made before anybody saw the output? Never mixed without saying so. */
export const assurances = {
  enforced: 'The gateway released it only after it was recorded.',
  attested: 'The product’s own SDK released it only after it was recorded.',
  reported: 'It was told after the fact.',
} as const;
export type Assurance = keyof typeof assurances;
export const assurance = z.enum(Object.keys(assurances) as [Assurance, ...Assurance[]]);

const identifier = (says: string) => z.string().min(1).max(200).describe(says);
const words = z.string().min(1).max(200);
/** An instant of a producer, whatever its offset; kept in UTC with milliseconds. */
const time = z
  .iso.datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .pipe(instant);

/** The producer's own name of a decision; the same key again is the same decision. */
export const key = identifier('The producer’s own id of the decision, unique in the deployment. The same key again is the same decision and is recorded once.');

/** One AI output for one subject, as its producer tells it. */
export const decisionIn = z.strictObject({
  key,
  at: time.describe('When the AI answered.'),
  askedAt: time.optional().describe('When it was asked.'),
  shownAt: time.optional().describe('When it was put before a person; only with the disposition `shown`. `at` where it is left out.'),
  subject: identifier('The patient. Replaced by a random reference at the door; never kept as it came.'),
  encounter: identifier('The encounter. Replaced like the subject.').optional(),
  user: identifier('The person it was meant for. Replaced like the subject.').optional(),
  facility: slug.optional(),
  department: slug.optional(),
  version: words.describe('The version of the model that answered.'),
  output: z
    .strictObject({
      class: slug.optional().describe('The class of output, as the charter names it (`decision.outputs[].id`).'),
      score: z.number().optional(),
      label: words.optional(),
      critical: z.boolean().default(false).describe('Nothing may happen on it without a recorded human act.'),
    })
    .prefault({})
    .describe('What can be counted of the answer; without free text.'),
  disposition: disposition.default('shown'),
  rule: slug.optional().describe('The rule that suppressed it.'),
  arm: slug.optional().describe('The arm of the pilot or rollout.'),
  momentAt: time.optional().describe('The moment the decision it serves was due: an answer after it is too late.'),
  payload: z.json().optional().describe('Input and output in full. Compressed and sealed with the subject’s own key.'),
});
export type DecisionIn = z.output<typeof decisionIn>;

/** Why a clinician went another way: CDS Hooks override reasons, or the hospital's own. */
export const reason = z.strictObject({ code: words, system: words.optional(), text: z.string().max(2_000).optional().describe('Free text is sealed with the payload.') });

/** What a clinician did with a decision. */
export const feedbackIn = z.strictObject({
  key,
  at: time,
  act: z.enum(['accepted', 'overridden']).describe('`ignored` is inferred from silence, never told.'),
  user: identifier('Who did it.').optional(),
  reason: reason.optional(),
  suggestion: words.optional().describe('Which of its suggestions.'),
  edited: z.number().min(0).max(1).optional().describe('Share of a drafted text that was changed before it was signed.'),
  dwellMs: z.int().min(0).optional().describe('How long it was looked at, in milliseconds, where the product measured it.'),
});
export type FeedbackIn = z.output<typeof feedbackIn>;

/** What turned out to be true, or what was done in the world. */
export const outcomeIn = z.strictObject({
  key,
  at: time.describe('When it happened.'),
  name: slug.describe('Which outcome, e.g. `sepsis` or `antibiotic-given`.'),
  positive: z.boolean().nullable().describe('Whether it happened. Null: looked for and not to be known.'),
  acted: z.boolean().default(false).describe('True where this is the action the output asked for, e.g. the order it suggested.'),
  value: z.number().optional(),
});
export type OutcomeIn = z.output<typeof outcomeIn>;

/** A touch between a person and the product. */
export const useIn = z.strictObject({
  key,
  at: time,
  what: z.enum(['displayed', 'opened', 'closed', 'edited', 'signed', 'discarded']),
  user: identifier('Who.').optional(),
  ms: z.int().min(0).optional().describe('How long, in milliseconds.'),
});
export type UseIn = z.output<typeof useIn>;

/** One line of a batch: `what` says which of the four it is. */
export const lineIn = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('decision'), ...decisionIn.shape }),
  z.strictObject({ what: z.literal('feedback'), ...feedbackIn.shape }),
  z.strictObject({ what: z.literal('outcome'), ...outcomeIn.shape }),
  z.strictObject({ what: z.literal('use'), ...useIn.omit({ what: true }).shape, touch: useIn.shape.what }),
]);
export type LineIn = z.output<typeof lineIn>;
