// Are words the same whatever their case, their punctuation and the lines they stand on?
import { expect, it } from 'vitest';
import { fingerprint, fingerprintStore, readWords, tokenise, tokenStore } from './tokens.ts';
import { gram, window } from './word-machine.ts';

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
