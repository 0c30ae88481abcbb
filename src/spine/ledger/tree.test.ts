// Does the tree hash as RFC 6962 says, and does every altered proof fail?
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyRanges,
  inclusionRanges,
  rangeHash,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts';
import { sha256 } from './sha256.ts';
import { emptyFrontier, extend, frontierBytes, frontierFrom, plainTreeHash, rootOf, rootOfLeaves, sameBytes } from './tree.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('SHA-256', () => {
  it('of "abc" and of nothing (FIPS 180-4 examples)', () => {
    expect(hex(sha256(new TextEncoder().encode('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hex(sha256(new Uint8Array(0)))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
  it("is Node's own, at every length", () => {
    for (let n = 0; n < 300; n++) {
      const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + n) % 256);
      expect(hex(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});

// The test vectors of Certificate Transparency's reference implementation (merkle_tree_test.cc): leaves and roots.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(bytesOf);
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** RFC 6962 §2.1 word for word: the definition the quick way is compared with. */
function merkleTreeHash(list: readonly Uint8Array[]): Uint8Array {
  if (list.length === 0) return sha256(new Uint8Array(0));
  if (list.length === 1) return list[0]!;
  let k = 1;
  while (k * 2 < list.length) k *= 2;
  return plainTreeHash.node(merkleTreeHash(list.slice(0, k)), merkleTreeHash(list.slice(k)));
}
const numbered = (n: number) => Array.from({ length: n }, (_, i) => plainTreeHash.leaf(new TextEncoder().encode(`entry ${i}`)));

describe('the tree', () => {
  it.each(roots.map((root, i) => [i + 1, root] as const))('of %d known leaves', (n, root) => {
    expect(hex(rootOfLeaves(leaves.slice(0, n).map((leaf) => plainTreeHash.leaf(leaf))))).toBe(root);
  });
  it('of none is the hash of nothing', () => expect(hex(rootOf(emptyFrontier))).toBe(hex(sha256(new Uint8Array(0)))));
  it('grows to the same root however it is cut, stored and taken up again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 130 }), (a, b) => {
        const all = numbered(a + b);
        const first = extend(emptyFrontier, all.slice(0, a));
        const again = frontierFrom(first.size, frontierBytes(first));
        expect(hex(rootOf(extend(again, all.slice(a))))).toBe(hex(merkleTreeHash(all)));
      }),
    );
  });
  it('refuses a right edge that does not fit', () => {
    expect(() => frontierFrom(3, new Uint8Array(32))).toThrow(/64 bytes, not 32/);
    expect(() => frontierFrom(-1, new Uint8Array(0))).toThrow(RangeError);
  });
});

describe('proofs', () => {
  const sizes = fc.integer({ min: 1, max: 90 }).chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));
  const flip = (hash: Uint8Array) => Uint8Array.from(hash, (byte, i) => (i === 5 ? byte ^ 4 : byte));

  it('inclusion holds for every leaf and breaks with any change', () => {
    fc.assert(
      fc.property(sizes, ([index, size]) => {
        const all = numbered(size);
        const proof = inclusionRanges(index, size).map((range) => rangeHash(range, subtreesOf(all)));
        const claim = { index, size, leafHash: all[index]!, root: merkleTreeHash(all), proof };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, leafHash: flip(claim.leafHash) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, all[0]!] })).toBe(false);
        if (proof.length > 0) {
          expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(false);
          expect(verifyInclusion({ ...claim, proof: proof.with(0, flip(proof[0]!)) })).toBe(false);
        }
        expect(verifyInclusion({ ...claim, index: size })).toBe(false);
      }),
    );
  });
  it('consistency holds for every pair and breaks with any change', () => {
    fc.assert(
      fc.property(sizes, ([before, size]) => {
        const earlier = before + 1;
        const all = numbered(size);
        const proof = consistencyRanges(earlier, size).map((range) => rangeHash(range, subtreesOf(all)));
        const claim = { earlier, size, earlierRoot: merkleTreeHash(all.slice(0, earlier)), root: merkleTreeHash(all), proof };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, earlierRoot: flip(claim.earlierRoot) })).toBe(false);
        expect(verifyConsistency({ ...claim, root: flip(claim.root) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...proof, all[0]!] })).toBe(false);
        for (const [i, step] of proof.entries()) {
          expect(verifyConsistency({ ...claim, proof: proof.with(i, flip(step)) })).toBe(false);
        }
      }),
    );
  });
  it('stay short in a tree of a quadrillion', () => {
    expect(inclusionRanges(123_456_789, 2 ** 50 + 1).length).toBeLessThan(60);
    expect(consistencyRanges(123_456_789, 2 ** 50 + 1).length).toBeLessThan(60);
    expect(() => consistencyRanges(0, 5)).toThrow(RangeError);
    expect(() => inclusionRanges(5, 5)).toThrow(RangeError);
  });
});

const folder = process.env.ATTENDING_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const vectors = `${folder}/conformance/merkle`;

describe.skipIf(!existsSync(vectors))('public proof vectors of transparency-dev (../shared/conformance/merkle)', () => {
  // The body of a skipped block is read all the same.
  it('are there', () => expect(existsSync(vectors)).toBe(true));
  const read = (kind: string) =>
    (existsSync(vectors) ? (readdirSync(`${vectors}/${kind}`, { recursive: true }) as string[]) : [])
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file, JSON.parse(readFileSync(`${vectors}/${kind}/${file}`, 'utf8')) as Vector] as const);
  interface Vector {
    leafIdx: number;
    treeSize: number;
    size1: number;
    size2: number;
    root: string;
    root1: string;
    root2: string;
    leafHash: string;
    proof: string[] | null;
    wantErr: boolean;
  }
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

  it.each(read('inclusion'))('inclusion %s', (_, v) => {
    const holds = verifyInclusion({
      index: v.leafIdx,
      size: v.treeSize,
      leafHash: bytes(v.leafHash),
      root: bytes(v.root),
      proof: (v.proof ?? []).map(bytes),
    });
    expect(holds).toBe(!v.wantErr);
  });
  it.each(read('consistency'))('consistency %s', (_, v) => {
    const holds = verifyConsistency({
      earlier: v.size1,
      size: v.size2,
      earlierRoot: bytes(v.root1),
      root: bytes(v.root2),
      proof: (v.proof ?? []).map(bytes),
    });
    expect(holds).toBe(!v.wantErr);
  });
});

it('compares bytes', () => {
  expect(sameBytes(bytesOf('0102'), bytesOf('0102'))).toBe(true);
  expect(sameBytes(bytesOf('0102'), bytesOf('010203'))).toBe(false);
});
