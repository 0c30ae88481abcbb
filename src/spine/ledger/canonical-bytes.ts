// How does a value become its canonical bytes, without a text in between?
import { canonical } from '../../tools/base/canonical.ts';

// Where is written: one entry at a time, without waiting. Texts put together from pieces are ropes, and to flatten one
// takes longer than to write it.
let desk = Buffer.allocUnsafe(8_192);
let end = 0;

/** Begins anew. What was written before is forgotten. */
export function beginBytes(): void {
  end = 0;
}

/** How many bytes were written by now. */
export const writtenBytes = (): number => end;

/** A copy of what was written. */
export function endBytes(): Buffer {
  const bytes = Buffer.allocUnsafe(end);
  desk.copy(bytes, 0, 0, end);
  return bytes;
}

function room(more: number): void {
  if (end + more <= desk.length) return;
  const larger = Buffer.allocUnsafe(Math.max(2 * desk.length, end + more));
  desk.copy(larger, 0, 0, end);
  desk = larger;
}

/** Writes text as it is. */
export function putText(text: string): void {
  room(3 * text.length);
  if (text.length > shortest) {
    end += desk.write(text, end, 'utf8');
    return;
  }
  let at = end;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7e) {
      end += desk.write(text, end, 'utf8');
      return;
    }
    desk[at++] = code;
  }
  end = at;
}

/** From so many letters on it pays to ask the runtime. */
const shortest = 96;

/** Writes a word as canonical JSON does. Throws where it holds a lone surrogate. */
export function putWord(text: string): void {
  room(3 * text.length + 2);
  let at = end;
  desk[at++] = 0x22;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // An escape, or a letter beyond ASCII.
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return putText(canonical(text));
    desk[at++] = code;
  }
  desk[at++] = 0x22;
  end = at;
}

/**
 * Writes a value as canonical JSON (RFC 8785; a property test holds it). False where it is not plainly JSON: a number
 * that is none, a member that is undefined, an object of a kind of its own. What was written then is of no use.
 */
export function putJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      putWord(value);
      return true;
    case 'number':
      if (!Number.isFinite(value)) return false;
      putText(JSON.stringify(value));
      return true;
    case 'boolean':
      putText(value ? 'true' : 'false');
      return true;
    case 'object':
      if (value === null) putText('null');
      else return Array.isArray(value) ? putList(value) : putMembers(value as Record<string, unknown>);
      return true;
    default:
      return false;
  }
}

function putList(list: readonly unknown[]): boolean {
  putText('[');
  for (let i = 0; i < list.length; i++) {
    if (i > 0) putText(',');
    if (!putJson(list[i])) return false;
  }
  putText(']');
  return true;
}

function putMembers(value: Record<string, unknown>): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const keys = Object.keys(value);
  inOrder(keys);
  putText('{');
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (i > 0) putText(',');
    putWord(key);
    putText(':');
    if (!putJson(value[key])) return false;
  }
  putText('}');
  return true;
}

/** Puts a few words in order, by units of UTF-16. Most objects have few members, and the sort of lists makes a list of its own. */
function inOrder(words: string[]): void {
  if (words.length > 24) return void words.sort();
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    let at = i;
    for (; at > 0 && words[at - 1]! > word; at--) words[at] = words[at - 1]!;
    words[at] = word;
  }
}
