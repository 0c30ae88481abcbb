// Are words the same whatever their case, their punctuation and the lines they stand on?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMachine } from './machine.ts';
import { letterTable, plainMachine } from './plain-words.ts';
import { fingerprint, fingerprintStore, readWords, tokenise, tokenStore } from './tokens.ts';
import { gram, vectorMachine, window, type WordMachine } from './word-machine.ts';

const hashes = (text: string) => {
  const store = tokenStore(4);
  return [...store.hash.subarray(0, 0), ...Array.from({ length: tokenise(text, store, 0) }, (_, i) => store.hash[i]!)];
};

it('folds case and forgets punctuation, white space and line breaks', () => {
  expect(hashes('The “Pain”, at 7.5/10,\r\n  is WORSE…')).toEqual(hashes('the pain at 7 5 10 is worse'));
  expect(hashes('ÄRZTIN Ωmega ПАЦИЕНТ')).toEqual(hashes('ärztin ωmega пациент'));
  expect(hashes('7.4')).not.toEqual(hashes('7.5'));
});

it('makes each sign a token where no spaces stand between words', () => {
  expect(hashes('胸が痛い')).toHaveLength(4);
  expect(hashes('BP低い')).toEqual([...hashes('bp'), ...hashes('低い')]);
});

it('knows where each token stands', () => {
  const text = ' "Na+ 138"';
  const store = tokenStore(1);
  expect(tokenise(text, store, 0)).toBe(2);
  expect([0, 1].map((i) => text.slice(store.start[i]!, store.end[i]!))).toEqual(['Na', '138']);
});

it('keeps a fingerprint of every window, the same in every surrounding', () => {
  const words = Array.from({ length: 60 }, (_, i) => `w${(i * 7919) % 101}`);
  const prints = (text: string) => {
    const into = fingerprintStore();
    fingerprint(readWords(''), 0, into);
    expect(into.count).toBe(0);
    fingerprint(readWords(text), 0, into);
    return Array.from({ length: into.count }, (_, i) => ({ at: into.at[i]!, key: into.key[i]!, check: into.check[i]! }));
  };
  const alone = prints(words.join(' '));
  for (let i = 1; i < alone.length; i++) expect(alone[i]!.at - alone[i - 1]!.at).toBeLessThanOrEqual(window);
  for (let from = 0; from + gram + window - 1 <= 60; from++) {
    const piece = prints(`x y ${words.slice(from, from + gram + window - 1).join(' ')} z x`);
    expect(piece.some(({ key, check }) => alone.some((one) => one.key === key && one.check === check))).toBe(true);
  }
  expect(prints('a '.repeat(100)).length).toBeLessThan(20);
});

describe('vectors', () => {
  const letters = letterTable();
  const plain = plainMachine(letters);
  const vectors = vectorMachine(letters)!;

  /** Everything a machine says of a text. */
  const said = (machine: WordMachine, text: Uint8Array) => {
    const count = machine.cut(text);
    const kept = machine.print(count);
    const { hash, start, end, at, key, check } = machine;
    return { count, units: machine.units(), words: [hash, start, end].map((one) => [...one.subarray(0, count)]), prints: [at, key, check].map((one) => [...one.subarray(0, kept)]) };
  };
  const equal = (text: string) => expect(said(vectors, Buffer.from(text))).toEqual(said(plain, Buffer.from(text)));

  const word = fc.oneof(fc.constantFrom('a', 'The', '12.5', 'µg', 'Ärztin', 'ΩMEGA', 'ПАЦИЕНТ', 'e\u0301', 'İ', '“pain”', '°', '\u0000', '\r\n', '\ufffd', '\u007f'), fc.string({ unit: fc.constantFrom(...'abcXYZ019', 'é', 'ß', '_', '-') , maxLength: 40 }), fc.string());
  it('say of every text of words what the plain machine says', () => {
    fc.assert(fc.property(fc.array(word, { maxLength: 150 }), fc.constantFrom(' ', '', '\n', '; '), (words, between) => {
      const text = Buffer.from(words.join(between));
      fc.pre(vectors.cut(text) >= 0);
      expect(said(vectors, text)).toEqual(said(plain, text));
    }), { numRuns: 300 });
  });

  it('see where words end beside every border of their blocks', () => {
    for (let length = 0; length <= 140; length++) for (const last of ['b', ' ', 'é', '’', ' b']) equal(`${'a'.repeat(length)}${last}`);
    for (let length = 0; length <= 70; length++) equal(`${'é '.repeat(length)}${'x'.repeat(length)}`);
    equal('a '.repeat(60_000));
    equal('');
  });

  it('leave long texts and scripts without spaces to the plain machine, and a text that is read has the offsets of its string', () => {
    expect(vectors.cut(Buffer.from('a '.repeat(70_000)))).toBe(-1);
    expect(vectors.cut(Buffer.from('BP低い'))).toBe(-1);
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.array(word, { maxLength: 20 }).map((words) => words.join('“😀”'))), (text) => {
      const { count, length, machine } = readWords(text);
      expect(length).toBe(text.length);
      for (let i = 0; i < count; i++) {
        expect(machine.start[i]!).toBeGreaterThanOrEqual(i === 0 ? 0 : machine.end[i - 1]!);
        expect(text.slice(machine.start[i], machine.end[i])).toMatch(/^([\p{L}\p{M}\p{N}]+|.|\p{Cs}+)$/su);
      }
    }));
  });

  it('read bytes that are no UTF-8 as everybody shows them', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = Buffer.from(bytes).toString('utf8');
      const take = (of: string | Uint8Array) => {
        const { count, length, machine } = readWords(of);
        return { count, length, hash: [...machine.hash.subarray(0, count)], start: [...machine.start.subarray(0, count)], end: [...machine.end.subarray(0, count)] };
      };
      expect(take(bytes)).toEqual(take(text));
      expect(take(bytes).length).toBe(text.length);
    }));
  });
});

it('a machine without vectors finds the same words, and traces the same', () => {
  const text = 'He denies chest pain, and slept well; “no” fever since Tuesday (37.2 °C). '.repeat(9);
  const said = (vectors: boolean, of: string) => {
    const machine = openMachine(vectors);
    machine.run.restart();
    const traced = [of, `${of} now`].map((one) => {
      const { tokens, prints, length } = machine.read(one);
      machine.run.trace(tokens, prints, 0);
      const pieces = machine.run.span(0, length, 0);
      machine.run.file(prints);
      return { tokens, prints, length, out: [...machine.of.out.subarray(0, 11)], pieces };
    });
    return traced;
  };
  expect(said(false, text)).toEqual(said(true, text));
  expect(said(true, text)[1]!.out[0]).toBe(1);
});
