// How are the messages of OTLP read from protobuf, and the few answers written?

/**
 * What a field of a message is. `text`, `bytes` (as base64), `hex`, `whole` (int32, enum, bool by `truth`), `long`
 * (int64 as decimal text), `fixed64` (the same, eight bytes), `double`; or a message of its own.
 */
export type Kind = 'text' | 'bytes' | 'hex' | 'whole' | 'truth' | 'long' | 'fixed64' | 'double';
export interface Message {
  [field: number]: { name: string; is: Kind | (() => Message); many?: true };
}
export type Decoded = { [name: string]: unknown };

/** Messages may lie in messages so deep; OTLP's own reach seven, values of attributes may nest. */
const deepest = 40;

/**
 * A message in the shape of its JSON mapping (OTLP specification, JSON Protobuf Encoding: ids in hexadecimal). Unknown
 * fields are passed over, as the format asks. Throws RangeError on bytes that are no such message.
 * Wire format: Protocol Buffers encoding guide (protobuf.dev/programming-guides/encoding).
 */
export function decode(bytes: Uint8Array, message: Message, depth = 0): Decoded {
  if (depth > deepest) throw new RangeError('messages nest too deep');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Decoded = {};
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('ends inside a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a number has more than ten bytes');
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError('ends inside a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (number === 0 || number > 536_870_911) throw new RangeError('a field has no number');
    const field = message[number];
    const start = at;
    let value: unknown;
    switch (wire) {
      case 0: {
        const read = varint();
        value = field?.is === 'truth' ? read !== 0n : field?.is === 'whole' ? Number(BigInt.asIntN(32, read)) : BigInt.asIntN(64, read).toString();
        break;
      }
      case 1:
        take(8);
        value = field?.is === 'double' ? view.getFloat64(start, true) : view.getBigUint64(start, true).toString();
        break;
      case 2: {
        const part = take(Number(varint()));
        if (!field) break;
        if (typeof field.is === 'function') value = decode(part, field.is(), depth + 1);
        else if (field.is === 'text') value = utf8.decode(part);
        else if (field.is === 'hex') value = Buffer.from(part).toString('hex');
        else if (field.is === 'bytes') value = Buffer.from(part).toString('base64');
        else throw new RangeError(`field ${number} has the wire type of a text`);
        break;
      }
      case 5:
        take(4);
        value = view.getUint32(start, true);
        break;
      default:
        throw new RangeError(`wire type ${wire} is none`);
    }
    if (!field) continue;
    if (wire !== wireOf(field.is)) throw new RangeError(`field ${number} has the wire type ${wire}`);
    if (field.many) ((found[field.name] ??= []) as unknown[]).push(value);
    else found[field.name] = value;
  }
  return found;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const wireOf = (is: Message[number]['is']): number => (is === 'whole' || is === 'truth' || is === 'long' ? 0 : is === 'fixed64' || is === 'double' ? 1 : 2);

/** Bytes of a message made of these fields: a number as varint, a text or a message with its length. Zero and nothing are left out, as proto3 does. */
export function encode(fields: readonly [number, number | string | Uint8Array][]): Uint8Array {
  const parts: number[] = [];
  const varint = (value: number) => {
    let rest = BigInt(value);
    for (; rest > 127n; rest >>= 7n) parts.push(Number(rest & 127n) | 128);
    parts.push(Number(rest));
  };
  for (const [number, value] of fields) {
    if (typeof value === 'number') {
      if (value === 0) continue;
      varint(number << 3);
      varint(value);
      continue;
    }
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    if (bytes.length === 0) continue;
    varint((number << 3) | 2);
    varint(bytes.length);
    for (const byte of bytes) parts.push(byte);
  }
  return Uint8Array.from(parts);
}
