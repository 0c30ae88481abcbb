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
    const written = buffer.write(item, at + 4, 'utf8');
    buffer.writeInt32BE(written, at);
    at += 4 + written;
  }
  return buffer.subarray(0, at);
}

export const bigintArray = (items: readonly number[]): Buffer => wholes('bigint', items);

/** Instants, as microseconds since 2000. */
export const timestamptzArray = (items: readonly string[]): Buffer => wholes('timestamptz', items.map((at) => (Date.parse(at) - epoch) * 1000));

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
