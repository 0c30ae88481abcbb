// How do many names reach PostgreSQL as one parameter, in the order of its index?

/**
 * Names in hexadecimal (the first 32 digits count) as an array of uuid in PostgreSQL's binary form (`array_send`), and
 * which name stands where. They are in order: neighbours in the index are then written together, and two writers of the
 * same names never wait for each other in a circle.
 */
export function uuidArray(names: readonly string[]): { array: Buffer; order: Uint32Array } {
  const many = names.length;
  const raw = Buffer.allocUnsafe(16 * many);
  // The first 32 bits of a name and its place, in one number that is held exactly.
  const keys = new Float64Array(many);
  for (let nth = 0; nth < many; nth++) {
    raw.write(names[nth]!.slice(0, 32), 16 * nth, 'hex');
    keys[nth] = raw.readUInt32BE(16 * nth) * 0x20_0000 + nth;
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
    array.writeInt32BE(16, 20 + 20 * to);
    raw.copy(array, 24 + 20 * to, 16 * nth, 16 * nth + 16);
  }
  return { array, order };
}

/** Its OID (PostgreSQL source, `pg_type.dat`). */
const uuid = 2950;
