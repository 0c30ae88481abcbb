// What do some lines of a batch say, each read once and most of them without an object of its own?
import { problemsOf } from '../../tools/server/http.ts';
import { lineIn, type LineIn } from './intake.ts';
import { longestLine, textOf, type LineOf } from './lines.ts';
import { field, order, readPlain, sorts, width, type Slots } from './plain-bytes.ts';
import { plainLine } from './plain-line.ts';
import { dispositionLength } from './record-bytes.ts';
import { latestTold, nonsenseIn } from './tell.ts';

export interface Refused {
  line: number;
  says: string;
  path: string | null;
}

/** Lines that are no fault by themselves; what stands at n in each list is of line n. */
export interface Sheet {
  lines: LineOf[];
  /** The sort of each, from 1 on, in the order of `sorts`. */
  kinds: Uint8Array;
  /** The fields of those that are plain. */
  slots: Slots;
  /** What the schema made of the others. */
  told: (LineIn | undefined)[];
  keys: string[];
  subjects: (string | undefined)[];
  encounters: (string | undefined)[];
  users: (string | undefined)[];
}

/** Reads lines; those with a fault of their own are refused. */
export function readSheet(raw: readonly LineOf[], now: string, refuse: (one: Refused) => void): Sheet {
  const slots: Slots = { places: new Int32Array(raw.length * width), spelled: [] };
  const sheet: Sheet = { lines: [], kinds: new Uint8Array(raw.length), slots, told: [], keys: [], subjects: [], encounters: [], users: [] };
  const latest = Buffer.from(latestTold(now));
  const last = order(latest, 0, latest.length);
  for (const one of raw) {
    const nth = sheet.lines.length;
    const kind = one.bytes === null ? 0 : readPlain(one.bytes, one.from, one.to, slots, nth);
    if (one.bytes !== null && kind > 0 && (kind > 1 || makesSense(one.bytes, slots, nth, last))) {
      sheet.kinds[nth] = kind;
      sheet.told.push(undefined);
      sheet.keys.push(textAt(one.bytes, slots, nth, field.key)!);
      sheet.subjects.push(textAt(one.bytes, slots, nth, field.subject));
      sheet.encounters.push(textAt(one.bytes, slots, nth, field.encounter));
      sheet.users.push(textAt(one.bytes, slots, nth, field.user));
    } else {
      // What the attempt left behind is of no line.
      slots.places.fill(0, nth * width, (nth + 1) * width);
      const read = readLine(textOf(one));
      const fault = 'says' in read ? read : read.told.what === 'decision' ? nonsenseIn(read.told, now) : null;
      if (fault) {
        refuse({ line: one.line, says: fault.says, path: fault.path });
        continue;
      }
      const { told } = read as { told: LineIn };
      const { subject, encounter, user } = told as { subject?: string; encounter?: string; user?: string };
      sheet.kinds[nth] = sorts.indexOf(told.what) + 1;
      sheet.told.push(told);
      sheet.keys.push(told.key);
      sheet.subjects.push(subject);
      sheet.encounters.push(encounter);
      sheet.users.push(user);
    }
    sheet.lines.push(one);
  }
  return sheet;
}

const textAt = (bytes: Buffer, { places }: Slots, nth: number, of: number): string | undefined => {
  const to = places[nth * width + 2 * of + 1]!;
  return to === 0 ? undefined : bytes.toString('latin1', places[nth * width + 2 * of]!, to);
};

/** What `nonsenseIn` says nothing against. */
function makesSense(bytes: Buffer, slots: Slots, nth: number, last: number): boolean {
  const { places } = slots;
  const has = (of: number): boolean => places[nth * width + 2 * of + 1] !== 0;
  const when = (of: number): number => order(bytes, places[nth * width + 2 * of]!, places[nth * width + 2 * of + 1]!);
  const at = when(field.at);
  if (at > last || (has(field.askedAt) && when(field.askedAt) > at)) return false;
  if (has(field.shownAt) && (dispositionLength(slots, nth) !== 'shown'.length || when(field.shownAt) < at)) return false;
  return !has(field.rule) || dispositionLength(slots, nth) === 'suppressed'.length;
}

/** One line by itself. */
export function readLine(text: string | null): { told: LineIn } | { says: string; path: string | null } {
  if (text === null) return { says: `longer than ${longestLine.toLocaleString('en-US')} bytes`, path: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { says: `no JSON: ${(error as Error).message}`, path: null };
  }
  const plain = plainLine(value);
  if (plain) return { told: plain };
  const parsed = lineIn.safeParse(value);
  if (parsed.success) return { told: parsed.data };
  const first = problemsOf(parsed.error)[0];
  return { says: first?.says ?? 'not as described', path: first?.path ?? null };
}
