// Is a line built like one before it, so that its record can be written without parsing it?
import { parseCutting, type Json, type Resource } from './cutting.ts';
import type { NoteHead } from './heads.ts';
import { packed, restOf, textsOf } from './heads.ts';
import { lineMachine, longestKnown, places, type Field, type Part } from './line-machine.ts';
import { shapeOf, type Shape } from './shapes.ts';
import type { DecodedText } from './decode.ts';

/** What a document says: whose it is, its head, and its text where that stands in the line. */
export interface SaidOfLine {
  subject: string;
  head: NoteHead;
  text: DecodedText | null;
}

export type ReadDocument = (resource: Resource, contents: readonly string[], place: { file: number; line: number }) => SaidOfLine | null;

export interface KnownLines {
  /** The record of a line, good until the next; null: it has to be parsed. */
  read(line: Buffer, file: number, row: number): Buffer | null;
  /** Of the record that was read last. */
  keyHash(): number;
  textSize(): number;
  resourceType(): string;
  /** Looks at a line that had to be parsed, so that the next like it need not be. */
  learn(line: Buffer): void;
}

/** After so many lines of which no form could be made, and where all places are taken, only every 256th is looked at: making a form costs more than parsing many lines. */
const patience = 16;
const seldom = 256;

/**
 * An export writes its documents in few forms. A form is made of one line by asking `read`, which reads parsed resources, about it again
 * and again with one value changed: a value that nobody reads, or that comes out as it went in, may differ from line to line; any other
 * must stay as it is. `line-machine.ts` then copies the values of each further line to where they came out. What it cannot be sure of it
 * leaves to the parser. Each form is tried on its own line first, and kept where both agree to the byte.
 */
export function knownLines(read: ReadDocument): KnownLines {
  const machine = lineMachine();
  const known: { form: string; resourceType: string }[] = [];
  let last = 0;
  let next = 0;
  let missed = 0;
  let failed = 0;

  function keep(line: Buffer): boolean {
    const made = formOf(line, read);
    if (made === null) return false;
    const form = JSON.stringify([made.parts, made.key, made.texts]);
    if (known.some((one) => one.form === form)) return false;
    const place = next++ % places;
    const resourceType = made.said.head.resource;
    const { key, texts, parts, said } = made;
    const wanted = Buffer.concat([Buffer.from(said.subject + packed(said.head), 'latin1'), said.text!.bytes!]);
    known[place] = { form, resourceType };
    last = place;
    if (machine.keep(place, parts, key, texts, restOf(said.head))) {
      machine.line.set(line);
      const size = machine.read(place, line.length, said.head.file, said.head.line);
      if (size >= 0 && machine.record.subarray(machine.from() + 12, machine.from() + size).equals(wanted)) return true;
    }
    // No line holds the end of a line.
    known[place] = { form: '', resourceType };
    machine.keep(place, [{ before: '\n', kind: 'end', more: 0 }], null, [], 0);
    return false;
  }

  function tryOn(line: Buffer, file: number, row: number): Buffer | null {
    machine.line.set(line);
    for (let tried = 0; tried < known.length; tried++) {
      const size = machine.read(last, line.length, file, row);
      if (size >= 0) return machine.record.subarray(machine.from(), machine.from() + size);
      last = (last + 1) % known.length;
    }
    return null;
  }

  return {
    read(line, file, row) {
      if (known.length === 0 || line.length >= longestKnown) return null;
      return tryOn(line, file, row);
    },
    keyHash: machine.keyHash,
    textSize: machine.textSize,
    resourceType: () => known[last]!.resourceType,
    learn(line) {
      if (line.length >= longestKnown) return;
      const isWorthIt = (known.length < places && failed < patience) || missed % seldom === 0;
      missed++;
      if (isWorthIt) failed = keep(line) ? 0 : failed + 1;
    },
  };
}

interface Form {
  parts: Part[];
  key: Field;
  texts: Field[];
  said: SaidOfLine;
}

/** What stands in a value, in front of and behind what may differ, and what is put there to see where it comes out. */
interface Slot {
  kind: Part['kind'];
  more: number;
  before: string;
  value: string;
  behind: string;
  probes: string[];
}

/** `Patient/7`; `text/plain` is something else. */
const reference = /^([A-Z][A-Za-z]+\/)([^/:?]+)$/;
const moment = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?)(Z|\+00:00)$/;
const plainText = /^[\u0020-\u007e]+$/;

function slotOf(value: string | number): Slot | null {
  if (typeof value === 'number') return { kind: 'number', more: 0, before: '', value: String(value), behind: '', probes: [] };
  if (!plainText.test(value) || value.includes('"') || value.includes('\\')) return null;
  const time = moment.exec(value);
  if (time) return { kind: 'time', more: time[1]!.length, before: '', value: time[1]!, behind: time[2]!, probes: ['1998-07-26T05:04:03.210', '2031-12-09T20:10:30.987'].map((probe) => probe.slice(0, time[1]!.length)) };
  const named = reference.exec(value);
  if (named) return { kind: 'reference', more: 0, before: named[1]!, value: named[2]!, behind: '', probes: ['Q', 'q-7.z'] };
  // What is more than copied, a reference or a time somewhere, does not come out like this.
  return { kind: 'text', more: 0, before: '', value, behind: '', probes: ['Q', 'Patient/Q', 'urn:uuid:7', 'https://q.example/Patient/7?x=1', '2024-02-03', '1998-07-26T05:04:03.210Z', '@0'] };
}

function formOf(line: Buffer, read: ReadDocument): Form | null {
  const parsed = parseCutting(line);
  const shape = shapeOf(line, parsed);
  if (shape === null || shape.cut < 0) return null;
  const ask = (resource: Resource) => read(resource, parsed.contents, { file: 0, line: 1 });
  const wasRead = new Map<object, Set<string>>();
  const found = ask(watched(shape.resource, wasRead) as Resource);
  if (found === null || found.text === null || found.text.bytes === null || found.text.format !== 'text' || found.text.charset !== null || found.text.trouble !== null) return null;
  // The text is good until the next is asked for.
  const said: SaidOfLine = { ...found, text: { ...found.text, bytes: Buffer.from(found.text.bytes) } };
  // Nothing is said of UTF-8 where that is what the document promises, or where it promises nothing.
  const text = read(shape.resource, [Buffer.from('Müller – 5 µg').toString('base64')], { file: 0, line: 1 })?.text;
  const readsUtf8 = text?.bytes?.toString() === 'Müller – 5 µg' && text.charset === null && text.trouble === null;
  const outcome = [said.subject, ...textsOf(said.head)];
  const fields: Field[] = outcome.map((text) => (text === null ? null : { before: text, value: -1, behind: '' }));
  const parts: Part[] = [];
  let before = '';
  let values = 0;
  for (const [n, { holder, key }] of shape.values.entries()) {
    before += shape.between[n]!.toString('latin1');
    if (n === shape.cut) {
      parts.push({ before, kind: 'base64', more: readsUtf8 ? 1 : 0 });
      before = '';
      values++;
      continue;
    }
    const value = holder[key] as string | number;
    const slot = slotOf(value);
    const comesOut = slot === null ? null : wasRead.get(holder)?.has(key) ? placesOf(shape, n, slot, outcome, said, ask) : [];
    if (slot === null || comesOut === null || comesOut.some(({ at }) => fields[at]!.value >= 0)) before += String(value);
    else {
      for (const { at, field } of comesOut) fields[at] = { ...field, value: values };
      parts.push({ before: before + slot.before, kind: slot.kind, more: slot.more });
      before = slot.behind;
      values++;
    }
  }
  parts.push({ before: before + shape.between[shape.values.length]!.toString('latin1'), kind: 'end', more: 0 });
  // Letters beyond ASCII are more bytes than letters.
  if (!isAscii(parts.map((part) => part.before).join('')) || !isAscii(fields.map((field) => (field === null ? '' : field.before + field.behind)).join(''))) return null;
  return { parts, key: fields[0]!, texts: fields.slice(1), said };
}

interface ComesOut {
  /** Which of the texts. */
  at: number;
  field: { before: string; behind: string };
}

const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;

/** Where a value comes out, with what stands around it there; null: it does something else, too. */
function placesOf({ values, resource }: Shape, n: number, slot: Slot, outcome: readonly (string | null)[], said: SaidOfLine, ask: (resource: Resource) => SaidOfLine | null): ComesOut[] | null {
  if (slot.kind === 'number') return null;
  const { holder, key } = values[n]!;
  const kept = holder[key]!;
  let places: ComesOut[] | undefined;
  try {
    for (const probe of slot.probes) {
      holder[key] = slot.before + probe + slot.behind;
      const other = ask(resource);
      if (other === null || other.text?.bytes?.equals(said.text!.bytes!) !== true || restOf(other.head) !== restOf(said.head)) return null;
      const now = [other.subject, ...textsOf(other.head)];
      if (now.length !== outcome.length) return null;
      const changed: ComesOut[] = [];
      for (const [at, text] of now.entries()) {
        const was = outcome[at]!;
        if (text === was) continue;
        if (text === null || was === null) return null;
        const behind = slot.kind === 'time' ? was.slice(was.indexOf(slot.value) + slot.value.length) : '';
        const before = was.slice(0, was.length - slot.value.length - behind.length);
        if (was !== before + slot.value + behind || text !== before + probe + behind) return null;
        changed.push({ at, field: { before, behind } });
      }
      if (places !== undefined && JSON.stringify(places) !== JSON.stringify(changed)) return null;
      places = changed;
    }
  } finally {
    holder[key] = kept;
  }
  // A time or a reference that is read and does nothing may differ: only whether it is one could matter. A word could be one that does.
  return places === undefined || (places.length === 0 && slot.kind === 'text') ? null : places;
}

/** Notes which members are read. */
function watched(value: Json, wasRead: Map<object, Set<string>>): Json {
  if (value === null || typeof value !== 'object') return value;
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === 'string') {
        const keys = wasRead.get(target);
        if (keys) keys.add(key);
        else wasRead.set(target, new Set([key]));
      }
      return watched(Reflect.get(target, key) as Json, wasRead);
    },
  });
}
