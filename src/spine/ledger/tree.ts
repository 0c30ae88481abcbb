// Which single hash stands for a whole list, and how does it grow with one more entry?
import { sha256, type Sha256 } from './sha256.ts';

/** How a Merkle tree hashes. RFC 6962 §2.1: a leaf after one zero byte, a node after one byte 1. */
export interface TreeHash {
  empty: Uint8Array;
  leaf(bytes: Uint8Array): Uint8Array;
  node(left: Uint8Array, right: Uint8Array): Uint8Array;
}

export function treeHash(hash: Sha256): TreeHash {
  // One desk for all leaves: a new array per leaf costs as much as hashing it. Functions here never wait, so the
  // desk is never shared by two.
  const pair = new Uint8Array(65);
  pair[0] = 1;
  let desk = new Uint8Array(4096);
  return {
    empty: hash(new Uint8Array(0)),
    leaf(bytes) {
      if (desk.length <= bytes.length) desk = new Uint8Array(bytes.length + 1);
      desk.set(bytes, 1);
      return hash(desk.subarray(0, bytes.length + 1));
    },
    node(left, right) {
      if (left.length !== 32 || right.length !== 32) throw new RangeError('a node joins two hashes of 32 bytes');
      pair.set(left, 1);
      pair.set(right, 33);
      return hash(pair);
    },
  };
}

/** The tree hash that runs anywhere. */
export const plainTreeHash: TreeHash = treeHash(sha256);

/**
 * The right edge of a tree: the roots of its complete subtrees, the largest (leftmost) first, one for each 1 in the
 * binary form of `size`. All that appending needs to know of the past; 32 bytes per doubling of the list.
 */
export interface Frontier {
  size: number;
  hashes: readonly Uint8Array[];
}

export const emptyFrontier: Frontier = { size: 0, hashes: [] };

/** Told of every complete subtree as it closes: its height, its number at that height and its root. */
export type Closed = (level: number, index: number, hash: Uint8Array) => void;

/** The frontier with these leaf hashes appended in order. The given one is left as it is. */
export function extend(frontier: Frontier, leafHashes: Iterable<Uint8Array>, tree: TreeHash = plainTreeHash, closed?: Closed): Frontier {
  return extendBySubtrees(frontier, 0, leafHashes, tree, closed);
}

/**
 * The frontier with the roots of complete subtrees of this height appended in order; `closed` is told of these and of
 * those above. Throws RangeError where the tree does not end on such a subtree.
 */
export function extendBySubtrees(frontier: Frontier, height: number, roots: Iterable<Uint8Array>, tree: TreeHash = plainTreeHash, closed?: Closed): Frontier {
  const each = 2 ** height;
  if (frontier.size % each !== 0) throw new RangeError(`a tree of ${frontier.size} leaves does not end on a subtree of ${each}`);
  const hashes = [...frontier.hashes];
  let many = frontier.size / each;
  for (const root of roots) {
    hashes.push(root);
    if (height > 0) closed?.(height, many, root);
    // A 1 at the end of the old number is a complete subtree waiting for a partner of its own height.
    let level = height;
    for (let left = many; left % 2 === 1; left = (left - 1) / 2) {
      const right = hashes.pop()!;
      const hash = tree.node(hashes.pop()!, right);
      hashes.push(hash);
      level += 1;
      closed?.(level, (left - 1) / 2, hash);
    }
    many += 1;
  }
  return { size: many * each, hashes };
}

/** The root of the tree with this right edge; RFC 6962's MTH. */
export function rootOf(frontier: Frontier, tree: TreeHash = plainTreeHash): Uint8Array {
  let root: Uint8Array | null = null;
  for (let i = frontier.hashes.length - 1; i >= 0; i--) {
    const hash = frontier.hashes[i]!;
    root = root === null ? hash : tree.node(hash, root);
  }
  return root ?? tree.empty;
}

/** The root over a list of leaf hashes. */
export const rootOfLeaves = (leafHashes: Iterable<Uint8Array>, tree: TreeHash = plainTreeHash): Uint8Array =>
  rootOf(extend(emptyFrontier, leafHashes, tree), tree);

/** The hashes of a frontier one after the other, as stored. */
export function frontierBytes(frontier: Frontier): Uint8Array {
  const bytes = new Uint8Array(32 * frontier.hashes.length);
  frontier.hashes.forEach((hash, i) => bytes.set(hash, 32 * i));
  return bytes;
}

/** Reads what `frontierBytes` wrote. Throws RangeError when the bytes do not fit the size. */
export function frontierFrom(size: number, bytes: Uint8Array): Frontier {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`a tree cannot have ${size} leaves`);
  let ones = 0;
  for (let left = size; left > 0; left = Math.floor(left / 2)) ones += left % 2;
  if (bytes.length !== 32 * ones) {
    throw new RangeError(`a tree of ${size} leaves has a right edge of ${32 * ones} bytes, not ${bytes.length}`);
  }
  // Copies, because a buffer from the database may be part of a larger one.
  return { size, hashes: Array.from({ length: ones }, (_, i) => bytes.slice(32 * i, 32 * i + 32)) };
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
