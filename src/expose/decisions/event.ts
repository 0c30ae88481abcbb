// What is kept of each thing told about a decision, in words that hold no patient and no free text?
import { z } from 'zod';
import { canonical } from '../../tools/base/canonical.ts';
import { instant } from '../../tools/base/endpoint.ts';
import { idOf } from '../../tools/base/id.ts';
import { assurance, disposition } from './intake.ts';

const reference = z.string().nullable();
const text = z.string().nullable();

const sealed = z.strictObject({ digest: z.string(), bytes: z.int() }).optional().describe('Of a record in a batch: the digest and length of what is sealed beside it.');

/** Ways in. The gateway and the SDK release after recording; the others report. */
export const ways = ['gateway', 'sdk', 'rest', 'batch', 'csv', 'otlp'] as const;
export const way = z.enum(ways);
export type Way = z.infer<typeof way>;

const about = { decision: idOf('dec'), at: instant };

/** An answer of the AI. `name` is the keyed hash of the producer's key. */
export const recordedEvent = z.strictObject({
  what: z.literal('recorded'),
  ...about,
  name: z.string(),
  askedAt: instant.nullable(),
  shownAt: instant.nullable(),
  subject: z.string(),
  encounter: reference,
  user: reference,
  facility: text,
  department: text,
  version: z.string(),
  class: text,
  score: z.number().nullable(),
  label: text,
  critical: z.boolean(),
  disposition,
  rule: text,
  arm: text,
  momentAt: instant.nullable(),
  assurance,
  via: way,
  payload: sealed,
});
export const deliveredEvent = z.strictObject({ what: z.literal('delivered'), ...about, delivered: z.boolean(), disposition: disposition.nullable().describe('What became of it after all, where that is something else.') });
export const feedbackEvent = z.strictObject({
  what: z.literal('feedback'), ...about,
  act: z.enum(['accepted', 'overridden']), user: reference, reason: text, reasonSystem: text, suggestion: text, edited: z.number().nullable(), dwellMs: z.int().nullable(), payload: sealed,
});
export const outcomeEvent = z.strictObject({ what: z.literal('outcome'), ...about, name: z.string(), positive: z.boolean().nullable(), acted: z.boolean(), value: z.number().nullable() });
export const usedEvent = z.strictObject({ what: z.literal('used'), ...about, touch: z.enum(['displayed', 'opened', 'closed', 'edited', 'signed', 'discarded']), user: reference, ms: z.int().nullable() });

export const event = z.discriminatedUnion('what', [recordedEvent, deliveredEvent, feedbackEvent, outcomeEvent, usedEvent]);
export type Event = z.infer<typeof event>;
export type Recorded = z.infer<typeof recordedEvent>;

const membersOf = (schema: { shape: object }) => Object.keys(schema.shape).sort().map((name) => ({ name, opening: `"${name}":` }));
const members = { recorded: membersOf(recordedEvent), delivered: membersOf(deliveredEvent), feedback: membersOf(feedbackEvent), outcome: membersOf(outcomeEvent), used: membersOf(usedEvent) };
/** ASCII that needs no escape, in JSON. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** The canonical text of an event (RFC 8785): what `canonical` writes, in a third of its time, as events are flat and their members known. */
export function eventText(one: Event): string {
  let text = '{';
  for (const { name, opening } of members[one.what]) {
    const value = (one as Record<string, unknown>)[name];
    if (value === undefined) continue;
    if (text.length > 1) text += ',';
    text += opening + (value === null ? 'null' : typeof value === 'string' && plain.test(value) ? `"${value}"` : canonical(value));
  }
  return `${text}}`;
}
