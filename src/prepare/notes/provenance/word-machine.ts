// How are the words of a text found and hashed sixteen letters at a time?
import { all, answer, assemble, choose, during, i32, i64, instantiate, routine, v128, when, type Code, type Made } from './assemble.ts';

/** What was found in a text. Good until the next one. */
export interface WordMachine {
  /** Of the folded letters and digits of each word. */
  hash: Int32Array;
  /** In UTF-16 code units of the text. */
  start: Int32Array;
  end: Int32Array;
  /** Of each kept fingerprint: its first token, its key, and 32 bits more. */
  at: Int32Array;
  key: Int32Array;
  check: Int32Array;
  /** Cuts valid UTF-8 into words and answers how many there are; -1: this is not its kind of text. */
  cut(text: Uint8Array): number;
  /** UTF-16 code units of the text. */
  units(): number;
  /** Makes fingerprints of the first `tokens` words, and answers how many were kept. */
  print(tokens: number): number;
}

/** Longer texts are none of its business. */
const mostBytes = 1 << 17;

/** What a word's hash is made with: two rounds of MurmurHash3's finalizer (Appleby A, public domain) per eight bytes, twice at least. */
export const mixing = [0x25461380, 0x85ebca6b, 0xc2b2ae35] as const;
/** Of the rolling hash over words, of what is made of it, and of the second one beside it. */
export const printing = [0x5bd1e995, 0x85ebca6b, 0xcc9e2d51] as const;
/** Words of one fingerprint; of so many neighbouring fingerprints one is kept: equal text of gram + window - 1 words always shares one. */
export const gram = 6;
export const window = 8;

/** Stands for the second and third byte of a character that separates, so that they still count as such. No UTF-8 has it. */
const separated = 0xff;
/** In the table of letters: a word of its own. */
export const alone = 0xffff;

const words = mostBytes / 2 + 64;
/** Words of one text, however long, that others may put in: only what is touched takes room. */
export const mostWords = 8_500_000;
export const textAt = 64;
/** Sixteen bytes of ones and sixteen of zeros: sixteen of them from 16 - n on keep n letters. */
const maskAt = textAt + mostBytes + 256;
const foldAt = maskAt + 32;
const blockAt = foldAt + 2 * 65_536;
const allAt = blockAt + mostBytes / 4 + 64;
/** The smallest of each window. */
const leastAt = allAt + words * 4;
const [hashAt, startAt, endAt, atAt, keyAt, checkAt, size] = Array.from({ length: 7 }, (_, array) => leastAt + words * 4 + array * mostWords * 4) as [number, number, number, number, number, number, number];
export { hashAt, startAt, endAt, atAt, keyAt, checkAt, size };

/** The routines that read text, for a module in which they come first. */
export const textRoutines = () => [folding(), cutting(), printingOf()];

/** Reads with vectors; null where the processor has none. `letters`: of each UTF-16 code unit the folded letter, as long in UTF-8, 0 or `alone`. */
export function vectorMachine(letters: Uint16Array): WordMachine | null {
  const module = assemble(size + 256, textRoutines());
  return module && wordsOver(instantiate(module), letters);
}

/** The same over a module that has more. */
export function wordsOver(made: Made, letters: Uint16Array): WordMachine {
  const { buffer } = made.memory;
  const { fold, cut, print } = made.routines as Record<'fold' | 'cut' | 'print', (...numbers: number[]) => number>;
  new Uint16Array(buffer, foldAt, 65_536).set(letters);
  new Uint8Array(buffer, maskAt, 16).fill(255);
  const numbers = (at: number) => new Int32Array(buffer, at, words);
  const room = new Uint8Array(buffer, textAt, mostBytes);
  const first = new Int32Array(buffer, 0, 1);
  return {
    hash: numbers(hashAt), start: numbers(startAt), end: numbers(endAt), at: numbers(atAt), key: numbers(keyAt), check: numbers(checkAt),
    cut(text) {
      const { length } = text;
      if (length > mostBytes) return -1;
      room.set(text);
      const wide = fold(length);
      return wide < 0 ? -1 : cut(length, wide);
    },
    units: () => first[0]!,
    print,
  };
}

const { of, add, sub, mul, and, or, xor, shl, shr, lt, le, ge } = i32;

/** fold(length): makes every letter beyond ASCII small, marks what separates, and answers whether there was any; -1: a script without spaces. */
const folding = () => routine('fold', ['length'], { i32: ['at', 'mask', 'first', 'code', 'wide'] }, ({ length, at, mask, first, code, wide }) => {
  const byte = (offset: number) => i32.load8(at.get, textAt + offset);
  const tail = (offset: number) => and(byte(offset), of(0x3f));
  const put = (offset: number, value: Code) => i32.store8(at.get, value, textAt + offset);
  const sixBits = (shift: number) => or(and(shr(code.get, of(shift)), of(0x3f)), of(0x80));
  const letter = code.set(i32.load16(shl(code.get, of(1)), foldAt));
  const isNone = i32.isZero(code.get);
  return all(
    // Behind the text stand separators, as far as anybody looks.
    ...[0, 16, 32, 48, 64, 80].map((offset) => v128.store(length.get, v128.bytes(of(0)), textAt + offset)),
    during(lt(at.get, length.get),
      mask.set(v128.highBits(v128.load(at.get, textAt))),
      when(i32.isZero(mask.get), [at.by(of(16))], [
        wide.set(of(1)),
        at.by(i32.lowBit(mask.get)),
        first.set(byte(0)),
        when(ge(first.get, of(0xf0)), [answer(of(-1))]),
        when(lt(first.get, of(0xe0)), [
          code.set(or(shl(and(first.get, of(0x1f)), of(6)), tail(1))), letter,
          when(isNone, [put(0, of(0)), put(1, of(separated))], [put(0, or(shr(code.get, of(6)), of(0xc0))), put(1, sixBits(0))]),
          at.by(of(2)),
        ], [
          code.set(or(or(shl(and(first.get, of(0x0f)), of(12)), shl(tail(1), of(6))), tail(2))), letter,
          when(i32.lt(of(alone - 1), code.get), [answer(of(-1))]),
          when(isNone, [put(0, of(0)), put(1, of(separated)), put(2, of(separated))], [put(0, or(shr(code.get, of(12)), of(0xe0))), put(1, sixBits(6)), put(2, sixBits(0))]),
          at.by(of(3)),
        ]),
      ]),
    ),
    wide.get,
  );
});

/**
 * cut(length, wide): 64 bytes make a mask of letters; where it begins and ends a run, words do. Their bytes are hashed eight at a
 * time, ASCII with bit 0x20 set, which makes capitals small and leaves digits. `wide`: places become UTF-16 code units.
 */
const cutting = () => routine('cut', ['length', 'wide'], { i32: ['block', 'toStart', 'toEnd', 'at', 'left', 'rest', 'h', 'token', 'gone'], i64: ['letters', 'carry', 'edge', 'tails', 'eight'], v128: ['v', 'lengths', 'first', 'second', 'third', 'fourth', 'pair', 'other'] },
  ({ length, wide, block, toStart, toEnd, at, left, rest, h, token, gone, letters, carry, edge, tails, eight, v, lengths, first, second, third, fourth, pair, other }) => {
    const quarter = (offset: number, into: typeof letters, is: Code) => into.set(i64.or(into.get, i64.shl(i64.of32(v128.highBits(is)), i64.of(BigInt(offset)))));
    const splat = (byte: number) => v128.bytes(of(byte));
    const isWord = v128.or(
      v128.or(v128.less(v128.subBytes(v128.or(v.get, splat(0x20)), splat(97)), splat(26)), v128.less(v128.subBytes(v.get, splat(48)), splat(10))),
      v128.lessSigned(v.get, splat(-1)),
    );
    const isTail = v128.or(v128.lessSigned(v.get, splat(-64)), v128.equal(v.get, splat(-1)));
    const one = all(i32.store(at.get, add(block.get, i32.of64(i64.lowBit(edge.get)))), at.by(of(4)), edge.set(i64.and(edge.get, i64.sub(edge.get, i64.of(1n)))));
    /** A dozen at once, as most blocks have fewer: the processor cannot guess how many there are. What is too much is written over by the next. */
    const emit = (to: typeof toStart) => all(
      at.set(to.get),
      to.by(shl(i32.of64(i64.bits(edge.get)), of(2))),
      ...Array.from({ length: 12 }, () => one),
      during(i32.isZero(i64.isZero(edge.get)), one),
    );
    const before = () => i64.or(i64.shl(letters.get, i64.of(1n)), carry.get);
    const not = (one: Code) => i64.xor(one, i64.of(-1n));
    /** A place in bytes becomes one in code units: each second or third byte of a character before it takes one off. */
    const inUnits = (array: number) => all(
      at.set(i32.load(token.get, array)),
      block.set(shl(shr(at.get, of(6)), of(4))),
      i32.store(token.get, sub(sub(at.get, i32.load(block.get, blockAt + 8)), i32.of64(i64.bits(i64.and(i64.load(block.get, blockAt), i64.sub(i64.shl(i64.of(1n), i64.of32(and(at.get, of(63)))), i64.of(1n)))))), array),
    );
    const [seed, odd, even] = mixing;
    /** Eight bytes of the word from here on, made small; what is behind its end is 0. */
    const eightAt = (offset: number) => all(
      eight.set(i64.load(at.get, textAt + offset)),
      eight.set(i64.or(eight.get, i64.shr(i64.and(not(eight.get), i64.of(0x8080808080808080n)), i64.of(2n)))),
      rest.set(sub(left.get, of(offset))),
      eight.set(i64.and(eight.get, choose(i32.gt(rest.get, of(0)), i64.shr(i64.of(-1n), i64.of32(shl(sub(of(8), choose(lt(rest.get, of(8)), rest.get, of(8))), of(3)))), i64.of(0n)))),
    );
    const round = all(
      h.set(mul(xor(h.get, i32.of64(eight.get)), of(odd))),
      h.set(xor(h.get, shr(h.get, of(15)))),
      h.set(mul(xor(h.get, i32.of64(i64.shr(eight.get, i64.of(32n)))), of(even))),
      h.set(xor(h.get, shr(h.get, of(13)))),
    );
    const numbersOf = (number: number) => v128.numbers(of(number));
    /** The first sixteen letters of one of four words, made small. */
    const sixteen = (word: number) => all(
      v.set(v128.load(i32.load(token.get, startAt + 4 * word), textAt)),
      v128.and(v128.or(v.get, v128.andNot(splat(0x20), v128.lessSigned(v.get, splat(0)))), v128.load(v128.number(lengths.get, word), maskAt)),
    );
    /** Four words side by side: their first four letters each, then the next. */
    const across = all(
      first.set(sixteen(0)), second.set(sixteen(1)), third.set(sixteen(2)), fourth.set(sixteen(3)),
      pair.set(v128.lowNumbers(first.get, second.get)), first.set(v128.highNumbers(first.get, second.get)),
      other.set(v128.lowNumbers(third.get, fourth.get)), third.set(v128.highNumbers(third.get, fourth.get)),
      second.set(v128.highHalves(pair.get, other.get)), fourth.set(v128.highHalves(first.get, third.get)),
      third.set(v128.lowHalves(first.get, third.get)), first.set(v128.lowHalves(pair.get, other.get)),
    );
    const mixed = (part: typeof v, by: number, shift: number) => all(
      v.set(v128.mul(v128.xor(v.get, part.get), numbersOf(by))),
      v.set(v128.xor(v.get, v128.shrNumbers(v.get, of(shift)))),
    );
    /** The word at `token` alone, however long. */
    const hashOne = all(
      at.set(i32.load(token.get, startAt)),
      left.set(sub(i32.load(token.get, endAt), at.get)),
      h.set(of(seed)),
      eightAt(0), round, eightAt(8), round,
      // Few words are longer than two rounds.
      during(i32.gt(left.get, of(16)), at.by(of(8)), left.by(of(-8)), eightAt(8), round),
      i32.store(token.get, h.get, hashAt),
      token.by(of(4)),
    );
    return all(
      i32.store(of(0), length.get),
      toStart.set(of(startAt)), toEnd.set(of(endAt)),
      // One block more than there is text, so that the last word ends.
      during(le(block.get, length.get),
        letters.set(i64.of(0n)),
        ...[0, 16, 32, 48].flatMap((offset) => [v.set(v128.load(block.get, textAt + offset)), quarter(offset, letters, isWord)]),
        edge.set(i64.and(letters.get, not(before()))), emit(toStart),
        edge.set(i64.and(not(letters.get), before())), emit(toEnd),
        carry.set(i64.shr(letters.get, i64.of(63n))),
        block.by(of(64)),
      ),
      gone.set(sub(toStart.get, of(startAt))),
      // Four at a time; what is behind the last word is a number nobody reads.
      during(lt(token.get, gone.get),
        lengths.set(v128.sub(v128.load(token.get, endAt), v128.load(token.get, startAt))),
        when(v128.isAny(v128.greater(lengths.get, numbersOf(16))), [
          rest.set(add(token.get, of(16))),
          block.set(rest.get),
          during(lt(token.get, block.get), hashOne),
        ], [
          lengths.set(v128.sub(numbersOf(16), v128.most(lengths.get, numbersOf(0)))),
          across,
          v.set(numbersOf(seed)),
          mixed(first, odd, 15), mixed(second, even, 13), mixed(third, odd, 15), mixed(fourth, even, 13),
          v128.store(token.get, v.get, hashAt),
          token.by(of(16)),
        ]),
      ),
      when(wide.get, [
        block.set(of(0)), h.set(of(0)),
        during(le(block.get, length.get),
          tails.set(i64.of(0n)),
          ...[0, 16, 32, 48].flatMap((offset) => [v.set(v128.load(block.get, textAt + offset)), quarter(offset, tails, isTail)]),
          at.set(shr(block.get, of(2))),
          i64.store(at.get, tails.get, blockAt), i32.store(at.get, h.get, blockAt + 8),
          h.by(i32.of64(i64.bits(tails.get))),
          block.by(of(64)),
        ),
        i32.store(of(0), sub(length.get, h.get)),
        token.set(of(0)),
        during(lt(token.get, gone.get), inUnits(startAt), inUnits(endAt), token.by(of(4))),
      ]),
      shr(gone.get, of(2)),
    );
  });

/**
 * print(tokens): robust winnowing (Schleimer S, Wilkerson DS, Aiken A. SIGMOD 2003) over hashes of `gram` words (Karp RM, Rabin MO.
 * IBM J Res Dev 1987;31:249), four at a time: the smallest of every window is kept, among equals the one kept before. The smallest
 * of each window is found first, without asking where it stands; only where it changes, or where the one kept has left, is it looked for.
 */
const printingOf = () => routine('print', ['tokens'], { i32: ['grams', 'g', 'from', 'ends', 'kept', 'h', 'changes', 'change', 'due'], v128: ['v'] }, ({ tokens, grams, g, from, ends, kept, h, changes, change, due, v }) => {
  const [base, mix, second] = printing;
  const splat = (number: number) => v128.numbers(of(number));
  const at = (n: number) => v128.load(g.get, allAt + 4 * n);
  const isSmallest = (n: number) => i32.shl(v128.highBitsOfNumbers(v128.equalNumbers(v128.load(from.get, allAt + 4 * n), v128.loadOne(from.get, leastAt))), of(n));
  /** Keeps the last of the smallest in the window that begins at `from`. It leaves when the window behind it begins. */
  const keep = all(
    h.set(and(or(isSmallest(0), isSmallest(4)), choose(lt(sub(grams.get, from.get), of(4 * window)), sub(shl(of(1), shr(sub(grams.get, from.get), of(2))), of(1)), of(2 ** window - 1)))),
    due.set(add(from.get, shl(sub(of(31), i32.highZeros(h.get)), of(2)))),
    i32.store(kept.get, due.get, atAt),
    kept.by(of(4)), due.by(of(4)),
  );
  /** What there is to know of one that was kept; one does not wait for the other. */
  const know = all(
    from.set(i32.load(g.get, atAt)),
    i32.store(g.get, shr(from.get, of(2)), atAt), i32.store(g.get, i32.load(from.get, allAt), keyAt),
    h.set(of(0)),
    ...Array.from({ length: gram }, (_, i) => all(h.set(mul(xor(h.get, i32.load(from.get, hashAt + 4 * i)), of(second))), h.set(xor(h.get, shr(h.get, of(15)))))),
    i32.store(g.get, h.get, checkAt),
    g.by(of(4)),
  );
  // Places count in bytes of an array of numbers.
  return all(
    grams.set(shl(sub(tokens.get, of(gram - 1)), of(2))),
    when(le(grams.get, of(0)), [answer(of(0))]),
    during(lt(g.get, grams.get),
      v.set(v128.load(g.get, hashAt)),
      ...Array.from({ length: gram - 1 }, (_, i) => v.set(v128.add(v128.mul(v.get, splat(base)), v128.load(g.get, hashAt + 4 * (i + 1))))),
      v.set(v128.mul(v128.xor(v.get, v128.shrNumbers(v.get, of(16))), splat(mix))),
      v128.store(g.get, v128.xor(v.get, v128.shrNumbers(v.get, of(13))), allAt),
      g.by(of(16)),
    ),
    // Behind the last stands nothing smaller.
    v128.store(grams.get, splat(0x7fffffff), allAt), v128.store(grams.get, splat(0x7fffffff), allAt + 16),
    ends.set(choose(lt(grams.get, of(4 * window)), of(4), sub(grams.get, of(4 * (window - 1))))),
    g.set(of(0)),
    during(lt(g.get, ends.get),
      v.set(at(0)),
      ...Array.from({ length: window - 1 }, (_, n) => v.set(v128.least(v.get, at(n + 1)))),
      v128.store(g.get, v.get, leastAt),
      g.by(of(16)),
    ),
    from.set(of(0)), keep,
    g.set(of(0)),
    during(lt(g.get, ends.get),
      changes.set(v128.highBitsOfNumbers(v128.notEqualNumbers(v128.load(g.get, leastAt + 4), v128.load(g.get, leastAt)))),
      during(changes.get,
        change.set(add(g.get, shl(add(i32.lowBit(changes.get), of(1)), of(2)))),
        change.set(choose(lt(change.get, ends.get), change.get, ends.get)),
        changes.set(and(changes.get, sub(changes.get, of(1)))),
        // Of equal ones the next comes when the one before leaves.
        during(lt(due.get, change.get), from.set(due.get), keep),
        from.set(change.get),
        when(lt(from.get, ends.get), [keep]),
      ),
      g.by(of(16)),
    ),
    during(lt(due.get, ends.get), from.set(due.get), keep),
    g.set(of(0)),
    during(lt(g.get, kept.get), know),
    shr(kept.get, of(2)),
  );
});
