// Does a compiled routine reckon as the same lines of JavaScript do?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assemble, instantiate } from './assemble.ts';
import { compile, type Names } from './compile.ts';

const names: Names = { arrays: { big: { at: 64, bytes: 4 }, half: { at: 1024, bytes: 2 }, small: { at: 2048, bytes: 1 } }, cells: { total: 32 }, numbers: { seven: 7 } };
const made = (source: string) => instantiate(assemble(65_536, compile(source, names, 0))!);
const one = (source: string) => made(source).routines['f']!;

const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

it('knows every operator, and which binds closer', () => {
  const f = one(`function f(a, b) { return a + b * 3 - (a ^ b) | a >>> 3 & ~b << 2 ^ b >> 1; }`);
  const g = one(`function f(a, b) { return a < b && !(a == 5) || b >= seven ? a - -b : b > 0x10 ? 1 : 2; }`);
  fc.assert(fc.property(whole, whole, (a, b) => {
    expect(f(a, b)).toBe((((a + Math.imul(b, 3) - (a ^ b)) | 0) | (((a >>> 3) & (~b << 2)) ^ (b >> 1))) | 0);
    expect(g(a, b)).toBe((a < b && !(a === 5)) || b >= 7 ? (a + b) | 0 : b > 16 ? 1 : 2);
  }));
});

it('loops, leaves, goes on and calls', () => {
  const f = one(`
    // The odd numbers below n whose square is below 500, but not 9.
    inline function odd(n) { if (n & 1) return 1; return 0; }
    function f(n) {
      let sum = 0, seen = 0;
      for (let i = 0; i < n; i++) {
        if (!odd(i)) continue;
        if (square(i) >= 500) break;
        if (i == 9) continue;
        let j = i;
        while (1) { if (j <= 0) break; j -= 1; sum++; }
        seen++;
      }
      return sum * 100 + seen;
    }
    function square(n) { return n * n; }`);
  const expected = (n: number) => {
    const odd = Array.from({ length: Math.max(0, n) }, (_, i) => i).filter((i) => i % 2 === 1 && i * i < 500 && i !== 9);
    return odd.reduce((sum, i) => sum + i, 0) * 100 + odd.length;
  };
  for (const n of [-1, 0, 2, 9, 10, 30]) expect(f(n)).toBe(expected(n));
});

it('reads and writes memory as wide as it is', () => {
  const { routines, memory } = made(`
    function f(n) {
      for (let i = 0; i < n; i++) { big[i] = i - 2; half[i] = i - 2; small[i] = i - 2; big[i] += seven; }
      total = n;
      total -= 1;
      copy(big, 10, big, 1, 3);
      fill(half, 0, 2, 255);
      return big[10] + half[0] + small[1];
    }`);
  expect(routines['f']!(4)).toBe(6 + 65_535 + 255);
  expect([...new Int32Array(memory.buffer, 64, 4)]).toEqual([5, 6, 7, 8]);
  expect([...new Int32Array(memory.buffer, 104, 3)]).toEqual([6, 7, 8]);
  expect(new Int32Array(memory.buffer, 32, 1)[0]).toBe(3);
});

it('refuses what it does not know', () => {
  for (const [source, says] of [['function f() { return there; }', /nobody knows there/], ['function f() { seven = 8; }', /cannot be set/], ['function f(a) { return f(); }', /takes 1/], ['function f() { return 1 @ 2; }', /means nothing: @/], ['inline function g() { return g(); } function f() { return g(); }', /calls itself/], ['function f() { let a = 1', /too early|missing/]] as const)
    expect(() => made(source)).toThrow(says);
});
