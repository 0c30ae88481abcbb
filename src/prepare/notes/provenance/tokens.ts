// Which words and numbers does a text hold, and where do they stand?

/** Room for tokens, one array per trait; grows as needed. */
export interface TokenStore {
  capacity: number;
  /** Of the folded letters and digits. */
  hash: Int32Array;
  start: Int32Array;
  end: Int32Array;
}

export const tokenStore = (capacity = 1 << 14): TokenStore => ({ capacity, hash: new Int32Array(capacity), start: new Int32Array(capacity), end: new Int32Array(capacity) });

/** From here on every code unit is a token of its own: these scripts put no space between words. */
const wordless = 0x2e80;

/** The folded letter or digit of a UTF-16 code unit; 0 for everything that only separates. */
const folded = foldingTable();

function foldingTable(): Uint16Array {
  const table = new Uint16Array(65_536);
  const belongs = /[\p{L}\p{M}\p{N}]/u;
  for (let code = 0; code < 65_536; code++) {
    if (code >= 0xd800 && code < 0xe000) {
      table[code] = code;
      continue;
    }
    const letter = String.fromCharCode(code);
    if (!belongs.test(letter)) continue;
    const lower = letter.toLowerCase();
    table[code] = lower.length === 1 ? lower.charCodeAt(0) : code;
  }
  return table;
}

/** The same for the bytes of ASCII: half the table fits beside everything else that is looked up. */
const foldedByte = Uint8Array.from(folded.subarray(0, 256), (code) => (code < 128 ? code : 0));

/** Into here a text is written out, as letters in an array are read far faster than letters in a string. */
const room = Buffer.allocUnsafeSlow(1 << 20);

/**
 * Writes the tokens of the text behind `from` and answers where they end. Case, punctuation, white space and line
 * breaks do not matter; numbers are kept, their decimal point separates two tokens. Linear in the text.
 */
export function tokenise(text: string, store: TokenStore, from: number): number {
  const { length } = text;
  // A token takes a letter and what separates it from the next, but for scripts where every letter is one.
  grow(store, from + ((length + 1) >> 1));
  // As many bytes of UTF-8 as code units: ASCII throughout, and every offset is the same in both.
  if (length < room.length && room.write(text, 'utf8') === length) {
    // Something that ends every token, so that each look at a letter needs no look at the length.
    room[length] = 0;
    return tokeniseBytes(room, length, store, from);
  }
  const units = length * 2 <= room.length ? room : Buffer.allocUnsafeSlow(length * 2);
  units.write(text, 'utf16le');
  return tokeniseUnits(new Uint16Array(units.buffer, units.byteOffset, length), length, store, from);
}

function tokeniseBytes(bytes: Uint8Array, length: number, store: TokenStore, from: number): number {
  const { hash, start, end } = store;
  let token = from;
  for (let at = 0; at < length; ) {
    let code = foldedByte[bytes[at]!]!;
    if (code === 0) {
      at++;
      continue;
    }
    start[token] = at;
    let h = 0x811c9dc5 ^ code;
    at++;
    while ((code = foldedByte[bytes[at]!]!) !== 0) {
      h = Math.imul(h, 0x01000193) ^ code;
      at++;
    }
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    hash[token] = h ^ (h >>> 13);
    end[token++] = at;
  }
  return token;
}

function tokeniseUnits(units: Uint16Array, length: number, store: TokenStore, from: number): number {
  let { hash, start, end, capacity } = store;
  let token = from;
  let at = 0;
  while (at < length) {
    let code = folded[units[at]!]!;
    if (code === 0) {
      at++;
      continue;
    }
    if (token === capacity) {
      grow(store, token + 1);
      ({ hash, start, end, capacity } = store);
    }
    start[token] = at;
    let h = 0x811c9dc5 ^ code;
    at++;
    if (code < wordless) {
      while (at < length) {
        code = folded[units[at]!]!;
        // Zero wraps round: one comparison for "nothing" and for "a token of its own".
        if ((code - 1) >>> 0 >= wordless - 1) break;
        h = Math.imul(h, 0x01000193) ^ code;
        at++;
      }
    }
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    hash[token] = h ^ (h >>> 13);
    end[token] = at;
    token++;
  }
  return token;
}

/** Makes room for at least so many tokens. */
export function grow(store: TokenStore, wanted: number): void {
  if (wanted <= store.capacity) return;
  const capacity = Math.max(wanted, store.capacity * 2);
  for (const trait of ['hash', 'start', 'end'] as const) {
    const wider = new Int32Array(capacity);
    wider.set(store[trait]);
    store[trait] = wider;
  }
  store.capacity = capacity;
}
