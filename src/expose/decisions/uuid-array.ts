// How do many names reach PostgreSQL as one parameter, in the order of its index?
import { textArray } from '../../spine/ledger/ledger.ts';

/**
 * Names in hexadecimal, all of one length (their first 32 digits count), as an array of uuid in PostgreSQL's binary form (`array_send`), and
 * which name stands where. They are in order: neighbours in the index are then written together, and two writers of the
 * same names never wait for each other in a circle.
 */
export function uuidArray(names: readonly string[]): { array: Buffer; order: Uint32Array } {
  const many = names.length;
  // All at once: to ask the runtime for the bytes of each takes longer than all the rest.
  const raw = Buffer.from(names.join(''), 'hex');
  const length = raw.length / many;
  // The first 32 bits of a name and its place, in one number that is held exactly.
  const keys = new Float64Array(many);
  for (let nth = 0; nth < many; nth++) {
    const at = length * nth;
    keys[nth] = (raw[at]! * 0x100_0000 + (raw[at + 1]! << 16) + (raw[at + 2]! << 8) + raw[at + 3]!) * 0x20_0000 + nth;
  }
  keys.sort();
  const order = new Uint32Array(many);
  const array = Buffer.allocUnsafe(20 + 20 * many);
  array.writeInt32BE(many === 0 ? 0 : 1, 0);
  array.writeInt32BE(0, 4);
  array.writeInt32BE(uuid, 8);
  if (many === 0) return { array: array.subarray(0, 12), order };
  array.writeInt32BE(many, 12);
  array.writeInt32BE(1, 16);
  for (let to = 0; to < many; to++) {
    const nth = keys[to]! % 0x20_0000;
    order[to] = nth;
    const at = 20 + 20 * to;
    array[at] = array[at + 1] = array[at + 2] = 0;
    array[at + 3] = 16;
    for (let i = 0; i < 16; i++) array[at + 4 + i] = raw[length * nth + i]!;
  }
  return { array, order };
}

/** Ids of one length and of ASCII, in this order, as an array of text in the same form. */
export function idArray(ids: readonly string[], order: Uint32Array): Buffer {
  const many = order.length;
  const raw = Buffer.from(ids.join(''), 'latin1');
  const length = raw.length / ids.length;
  if (many === 0 || !Number.isInteger(length)) return textArray(Array.from(order, (nth) => ids[nth]!));
  const array = Buffer.allocUnsafe(20 + (4 + length) * many);
  for (const [nth, word] of [1, 0, text, many, 1].entries()) array.writeInt32BE(word, 4 * nth);
  let at = 20;
  for (let to = 0; to < many; to++) {
    at = array.writeInt32BE(length, at);
    const from = length * order[to]!;
    for (let i = 0; i < length; i++) array[at++] = raw[from + i]!;
  }
  return array;
}

/** Their OIDs (PostgreSQL source, `pg_type.dat`). */
const [uuid, text] = [2950, 25] as const;
