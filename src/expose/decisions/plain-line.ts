// Is this line plainly as the schema wants it? Then it need not be asked.
import { dispositions, type LineIn } from './intake.ts';

type Check = (value: unknown) => boolean;
type Fields = ReadonlyMap<string, Check>;
const fieldsOf = (checks: Readonly<Record<string, Check>>): Fields => new Map(Object.entries(checks));

const text = (most: number): Check => (value) => typeof value === 'string' && value.length > 0 && value.length <= most;
/** Any instant of a year of this century and a day that every month has, in UTC to the second or millisecond. */
const instant = /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;
const time: Check = (value) => typeof value === 'string' && instant.test(value);
const slugs = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const slug: Check = (value) => typeof value === 'string' && value.length >= 2 && value.length <= 64 && slugs.test(value);
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const truth: Check = (value) => typeof value === 'boolean';
const oneOf = (...words: string[]): Check => (value) => words.includes(value as string);
const id = text(200);

const output = fieldsOf({ class: slug, score: number, label: id, critical: truth });
const reason = fieldsOf({ code: id, system: id, text: (value) => typeof value === 'string' && value.length <= 2_000 });
const fits = (value: object, fields: Fields): boolean => {
  for (const name in value) {
    const check = fields.get(name);
    if (check === undefined || !check((value as Record<string, unknown>)[name])) return false;
  }
  return true;
};
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const fields: Readonly<Record<LineIn['what'], Fields>> = {
  decision: fieldsOf({
    what: truthy, key: id, at: time, askedAt: time, shownAt: time, subject: id, encounter: id, user: id, facility: slug, department: slug, version: id,
    output: (value) => isObject(value) && fits(value, output), disposition: oneOf(...Object.keys(dispositions)), rule: slug, arm: slug, momentAt: time,
  }),
  feedback: fieldsOf({
    what: truthy, key: id, at: time, act: oneOf('accepted', 'overridden'), user: id, reason: (value) => isObject(value) && value['code'] !== undefined && fits(value, reason),
    suggestion: id, edited: (value) => number(value) && (value as number) >= 0 && (value as number) <= 1, dwellMs: whole,
  }),
  outcome: fieldsOf({ what: truthy, key: id, at: time, name: slug, positive: (value) => value === null || typeof value === 'boolean', acted: truth, value: number }),
  use: fieldsOf({ what: truthy, key: id, at: time, touch: oneOf('displayed', 'opened', 'closed', 'edited', 'signed', 'discarded'), user: id, ms: whole }),
};
const needed: Readonly<Record<LineIn['what'], readonly string[]>> = { decision: ['key', 'at', 'subject', 'version'], feedback: ['key', 'at', 'act'], outcome: ['key', 'at', 'name', 'positive'], use: ['key', 'at', 'touch'] };
const times = ['at', 'askedAt', 'shownAt', 'momentAt'] as const;

function truthy(value: unknown): boolean {
  return Boolean(value);
}

/**
 * The line as `lineIn` reads it, or null where only the schema can tell: another way to write a time, a payload, a
 * fault. The schema takes most of the time of a batch, and nearly every line of one is plain. A property test holds
 * that both read the same.
 */
export function plainLine(value: unknown): LineIn | null {
  if (!isObject(value)) return null;
  const { what } = value;
  if (typeof what !== 'string' || !Object.hasOwn(fields, what)) return null;
  const kind = what as LineIn['what'];
  for (const name of needed[kind]) if (value[name] === undefined) return null;
  if (!fits(value, fields[kind])) return null;
  for (const name of times) {
    const at = value[name];
    if (typeof at === 'string' && at.length === 20) value[name] = `${at.slice(0, 19)}.000Z`;
  }
  if (kind === 'decision') {
    value['disposition'] ??= 'shown';
    const told = (value['output'] ??= {}) as Record<string, unknown>;
    told['critical'] ??= false;
  }
  if (kind === 'outcome') value['acted'] ??= false;
  return value as unknown as LineIn;
}
