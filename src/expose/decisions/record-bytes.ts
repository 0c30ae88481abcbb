// Which bytes are kept of a plain line of a batch, written from its own bytes?
import type { Way } from './event.ts';
import { field, unknown, width, yes, type Slots } from './plain-bytes.ts';

/** Bytes that every record has around what its line says, and numbers, at most. */
export const around = 1_600;

// Where is written: one record at a time, without waiting. `quote` is what stands around a word, and after it.
let out: Buffer = Buffer.alloc(0);
let end = 0;
let line: Buffer = out;
let places: Int32Array = new Int32Array(0);
let spelled: readonly string[] = [];
let base = 0;

const constant = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const nothing = constant('null');
const zeroMs = constant('.000Z');
const [trueText, falseText] = [constant('true'), constant('false')];

/** Begins to write what line `nth` of these says to `into`, from `at` on. */
function begin(into: Buffer, at: number, bytes: Buffer, slots: Slots, nth: number): void {
  out = into;
  end = at;
  line = bytes;
  places = slots.places;
  spelled = slots.spelled;
  base = nth * width;
}

function put(text: Uint8Array): void {
  const into = out;
  const at = end;
  for (let i = 0; i < text.length; i++) into[at + i] = text[i]!;
  end = at + text.length;
}
/** ASCII that is no part of the line. */
function say(text: string): void {
  if (text.length < 16) for (let i = 0; i < text.length; i++) out[end++] = text.charCodeAt(i);
  else end += out.write(text, end, 'latin1');
}
const has = (nth: number): boolean => places[base + 2 * nth + 1] !== 0;
function copy(nth: number): void {
  const into = out;
  const from = line;
  const stop = places[base + 2 * nth + 1]!;
  let at = end;
  for (let i = places[base + 2 * nth]!; i < stop; i++) into[at++] = from[i]!;
  end = at;
}
function quoted(nth: number, quote: Uint8Array): void {
  put(quote);
  copy(nth);
  put(quote);
}
/** An instant with its milliseconds. */
function time(nth: number, quote: Uint8Array): void {
  put(quote);
  copy(nth);
  if (places[base + 2 * nth + 1]! - places[base + 2 * nth]! === 20) {
    end--;
    put(zeroMs);
  }
  put(quote);
}
function number(nth: number): void {
  if (places[base + 2 * nth + 1]! < 0) say(spelled[places[base + 2 * nth]!]!);
  else copy(nth);
}
function truth(nth: number): void {
  const stands = places[base + 2 * nth]!;
  put(stands === yes ? trueText : stands === unknown ? nothing : falseText);
}
const mark = constant('"');
function maybe(nth: number): void {
  if (has(nth)) quoted(nth, mark);
  else put(nothing);
}
function maybeTime(nth: number): void {
  if (has(nth)) time(nth, mark);
  else put(nothing);
}
function maybeNumber(nth: number): void {
  if (has(nth)) number(nth);
  else put(nothing);
}
function maybeSay(text: string | null): void {
  if (text === null) return put(nothing);
  out[end++] = 0x22;
  say(text);
  out[end++] = 0x22;
}

const of = Object.fromEntries(
  Object.entries({
    arm: '{"arm":', askedAt: ',"askedAt":', assurance: ',"assurance":"reported","at":', class: ',"class":', critical: ',"critical":', decision: ',"decision":"', department: '","department":', disposition: ',"disposition":', encounter: ',"encounter":',
    facility: ',"facility":', label: ',"label":', momentAt: ',"momentAt":', name: ',"name":"', rule: '","rule":', score: ',"score":', shownAt: ',"shownAt":', subject: ',"subject":"', user: '","user":', version: ',"version":', via: ',"via":"', recorded: '","what":"recorded"}', shown: '"shown"',
    act: '{"act":', at: ',"at":', dwellMs: '","dwellMs":', edited: ',"edited":', reason: ',"reason":', system: ',"reasonSystem":', suggestion: ',"suggestion":', by: ',"user":', feedback: ',"what":"feedback"}',
    acted: '{"acted":', outcome: '","name":', positive: ',"positive":', value: ',"value":', outcomeEnd: ',"what":"outcome"}', atFirst: '{"at":', ms: '","ms":', touch: ',"touch":', used: ',"what":"used"}',
  }).map(([name, text]) => [name, constant(text)]),
) as Record<'arm' | 'askedAt' | 'assurance' | 'class' | 'critical' | 'decision' | 'department' | 'disposition' | 'encounter' | 'facility' | 'label' | 'momentAt' | 'name' | 'rule' | 'score' | 'shownAt' | 'subject' | 'user' | 'version' | 'via' | 'recorded' | 'shown' | 'act' | 'at' | 'dwellMs' | 'edited' | 'reason' | 'system' | 'suggestion' | 'by' | 'feedback' | 'acted' | 'outcome' | 'positive' | 'value' | 'outcomeEnd' | 'atFirst' | 'ms' | 'touch' | 'used', Uint8Array>;

/** What `decisionText` writes, as bytes into `into` from `at` on; gives where they end. A property test holds that both are the same. */
export function writeDecision(into: Buffer, at: number, bytes: Buffer, slots: Slots, nth: number, { name, id, via, subject, encounter, user }: { name: string; id: string; via: Way; subject: string; encounter: string | null; user: string | null }): number {
  begin(into, at, bytes, slots, nth);
  put(of.arm); maybe(field.arm);
  put(of.askedAt); maybeTime(field.askedAt);
  put(of.assurance); time(field.at, mark);
  put(of.class); maybe(field.class);
  put(of.critical); truth(field.critical);
  put(of.decision); say(id);
  put(of.department); maybe(field.department);
  put(of.disposition); if (has(field.disposition)) quoted(field.disposition, mark); else put(of.shown);
  put(of.encounter); maybeSay(encounter);
  put(of.facility); maybe(field.facility);
  put(of.label); maybe(field.label);
  put(of.momentAt); maybeTime(field.momentAt);
  put(of.name); say(name);
  put(of.rule); maybe(field.rule);
  put(of.score); maybeNumber(field.score);
  put(of.shownAt); if (dispositionLength(slots, nth) === 'shown'.length) time(has(field.shownAt) ? field.shownAt : field.at, mark); else put(nothing);
  put(of.subject); say(subject);
  put(of.user); maybeSay(user);
  put(of.version); quoted(field.version, mark);
  put(of.via); say(via);
  put(of.recorded);
  return end;
}

/** By the number of its letters `shown` is told from every other disposition, and so is `suppressed`. */
export const dispositionLength = ({ places }: Slots, nth: number): number => {
  const place = nth * width + 2 * field.disposition;
  return places[place + 1] === 0 ? 'shown'.length : places[place + 1]! - places[place]!;
};

/** What `aboutText` writes, in the same way. */
export function writeAbout(into: Buffer, at: number, bytes: Buffer, slots: Slots, nth: number, kind: number, decision: string, user: string | null): number {
  begin(into, at, bytes, slots, nth);
  switch (kind) {
    case 2:
      put(of.act); quoted(field.act, mark);
      put(of.at); time(field.at, mark);
      put(of.decision); say(decision);
      put(of.dwellMs); maybeNumber(field.dwellMs);
      put(of.edited); maybeNumber(field.edited);
      put(of.reason); maybe(field.code);
      put(of.system); maybe(field.system);
      put(of.suggestion); maybe(field.suggestion);
      put(of.by); maybeSay(user);
      put(of.feedback);
      break;
    case 3:
      put(of.acted); truth(field.acted);
      put(of.at); time(field.at, mark);
      put(of.decision); say(decision);
      put(of.outcome); quoted(field.name, mark);
      put(of.positive); truth(field.positive);
      put(of.value); maybeNumber(field.value);
      put(of.outcomeEnd);
      break;
    default:
      put(of.atFirst); time(field.at, mark);
      put(of.decision); say(decision);
      put(of.ms); maybeNumber(field.ms);
      put(of.touch); quoted(field.touch, mark);
      put(of.by); maybeSay(user);
      put(of.used);
  }
  return end;
}

// --- the same about it as a text inside JSON: every quote escaped --------------------------------------------------------

const escaped = constant('\\"');
const member = (name: string): Uint8Array => constant(`\\"${name}\\":`);
const said = {
  act: member('act'), at: member('at'), dwellMs: member('dwellMs'), edited: member('edited'), key: member('key'), reason: constant('\\"reason\\":{\\"code\\":'), system: member('system'), suggestion: member('suggestion'), user: member('user'),
  acted: member('acted'), name: member('name'), positive: member('positive'), value: member('value'), ms: member('ms'), what: member('what'),
} as const;
function comma(): void {
  out[end++] = 0x2c;
}
function word(name: Uint8Array, nth: number): void {
  if (!has(nth)) return;
  put(name); quoted(nth, escaped); comma();
}
function count(name: Uint8Array, nth: number): void {
  if (!has(nth)) return;
  put(name); number(nth); comma();
}
function flag(name: Uint8Array, nth: number): void {
  put(name); truth(nth); comma();
}
function when(): void {
  put(said.at); time(field.at, escaped); comma();
}

/** What `saidOf` writes, as it stands inside a JSON string, in the same way. */
export function writeSaid(into: Buffer, at: number, bytes: Buffer, slots: Slots, nth: number, kind: number): number {
  begin(into, at, bytes, slots, nth);
  out[end++] = 0x7b;
  switch (kind) {
    case 2:
      word(said.act, field.act); when(); count(said.dwellMs, field.dwellMs); count(said.edited, field.edited); word(said.key, field.key);
      if (has(field.code)) {
        put(said.reason); quoted(field.code, escaped); comma();
        word(said.system, field.system);
        out[end - 1] = 0x7d;
        comma();
      }
      word(said.suggestion, field.suggestion); word(said.user, field.user);
      break;
    case 3:
      flag(said.acted, field.acted); when(); word(said.key, field.key); word(said.name, field.name); flag(said.positive, field.positive); count(said.value, field.value);
      break;
    default:
      when(); word(said.key, field.key); count(said.ms, field.ms); word(said.user, field.user); word(said.what, field.touch);
  }
  // The last comma becomes the brace.
  out[end - 1] = 0x7d;
  return end;
}

