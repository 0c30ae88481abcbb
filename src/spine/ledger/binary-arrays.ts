// How does a list of values reach PostgreSQL as one parameter, without being written out as text?

/** OIDs of element types in the binary form of an array (PostgreSQL source, `pg_type.dat`). */
const oids = { bytea: 17, bigint: 20, smallint: 21, text: 25, timestamptz: 1184 } as const;

/**
 * An array in PostgreSQL's binary form (`array_send`): the driver hands a Buffer over as it is, and the server reads it
 * where the statement says `$1::bytea[]`. As text, bytes would be doubled to hexadecimal and every quote escaped.
 */
export function byteaArray(items: readonly Uint8Array[]): Buffer {
  let length = 20;
  for (const item of items) length += 4 + item.length;
  const buffer = Buffer.allocUnsafe(length);
  let at = header(buffer, 'bytea', items.length, false);
  for (const item of items) {
    at = buffer.writeInt32BE(item.length, at);
    buffer.set(item, at);
    at += item.length;
  }
  return buffer.subarray(0, at);
}

export function textArray(items: readonly (string | null)[]): Buffer {
  let length = 20;
  for (const item of items) length += 4 + (item === null ? 0 : 3 * item.length);
  const buffer = Buffer.allocUnsafe(length);
  let at = header(buffer, 'text', items.length, true);
  for (const item of items) {
    if (item === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const written = writeShort(buffer, item, at + 4);
    buffer.writeInt32BE(written, at);
    at += 4 + written;
  }
  return buffer.subarray(0, at);
}

/** Writes a text, letter by letter where it is short: to ask the runtime takes longer. Gives how many bytes it has. */
function writeShort(into: Buffer, text: string, at: number): number {
  if (text.length > 64) return into.write(text, at, 'utf8');
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7e) return into.write(text, at, 'utf8');
    into[at + i] = code;
  }
  return text.length;
}

/** So many byte strings of known lengths, with where each begins, to be written there by hand. */
export function roomForBytea(count: number, lengthOf: (nth: number) => number): { array: Buffer; starts: number[] } {
  let length = 20;
  for (let nth = 0; nth < count; nth++) length += 4 + lengthOf(nth);
  const array = Buffer.allocUnsafe(length);
  const starts: number[] = [];
  let at = header(array, 'bytea', count, false);
  for (let nth = 0; nth < count; nth++) {
    const start = array.writeInt32BE(lengthOf(nth), at);
    starts.push(start);
    at = start + lengthOf(nth);
  }
  return { array: array.subarray(0, at), starts };
}

export const bigintArray = (items: readonly number[]): Buffer => wholes('bigint', items);

/** Instants, as microseconds since 2000. */
export function timestamptzArray(items: readonly string[]): Buffer {
  let last = '';
  let instant = 0;
  return wholes('timestamptz', items.map((at) => {
    // Those of one commit came within milliseconds.
    if (at !== last) instant = (Date.parse((last = at)) - epoch) * 1000;
    return instant;
  }));
}

const epoch = Date.UTC(2000, 0, 1);

export function smallintArray(items: readonly number[]): Buffer {
  const buffer = Buffer.allocUnsafe(20 + 6 * items.length);
  let at = header(buffer, 'smallint', items.length, false);
  for (const item of items) at = buffer.writeInt16BE(item, buffer.writeInt32BE(2, at));
  return buffer.subarray(0, at);
}

function wholes(type: 'bigint' | 'timestamptz', items: readonly number[]): Buffer {
  const buffer = Buffer.allocUnsafe(20 + 12 * items.length);
  let at = header(buffer, type, items.length, false);
  for (const item of items) {
    at = buffer.writeInt32BE(8, at);
    const high = Math.floor(item / 0x1_0000_0000);
    at = buffer.writeInt32BE(high, at);
    at = buffer.writeUInt32BE(item - high * 0x1_0000_0000, at);
  }
  return buffer.subarray(0, at);
}

/** Dimensions, whether there are nulls, the element's type, and for one dimension its length and first index. */
function header(buffer: Buffer, type: keyof typeof oids, count: number, nulls: boolean): number {
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(nulls ? 1 : 0, 4);
  buffer.writeInt32BE(oids[type], 8);
  if (count === 0) return 12;
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return 20;
}
