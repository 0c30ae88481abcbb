// How is it shown with a handful of hashes that an entry is in the tree, or that one tree grew out of another?
import { plainTreeHash, sameBytes, type TreeHash } from './tree.ts';

/** Leaves `from` up to, not including, `to`. */
export interface Range {
  from: number;
  to: number;
}

/** Root of the complete subtree number `index` at `level`: leaves index·2^level to (index+1)·2^level. */
export type Subtree = (level: number, index: number) => Uint8Array;

/**
 * The ranges whose hashes prove that leaf `index` is in the tree of `size` leaves, in the order of the proof
 * (RFC 6962 §2.1.1, PATH). About log2(size) of them. Throws RangeError unless 0 ≤ index < size.
 */
export function inclusionRanges(index: number, size: number): Range[] {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) {
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  }
  const path: Range[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      path.unshift({ from: middle, to });
      to = middle;
    } else {
      path.unshift({ from, to: middle });
      from = middle;
    }
  }
  return path;
}

/**
 * The ranges whose hashes prove that the tree of `size` leaves grew out of its first `earlier` ones (RFC 6962
 * §2.1.2, PROOF). Throws RangeError unless 0 < earlier ≤ size; about the empty tree there is nothing to prove.
 */
export function consistencyRanges(earlier: number, size: number): Range[] {
  if (!(Number.isSafeInteger(earlier) && Number.isSafeInteger(size) && earlier > 0 && earlier <= size)) {
    throw new RangeError(`nothing shows that a tree of ${size} leaves grew out of one of ${earlier}`);
  }
  const path: Range[] = [];
  let from = 0;
  let to = size;
  while (to !== earlier) {
    const middle = from + split(to - from);
    if (earlier <= middle) {
      path.unshift({ from: middle, to });
      to = middle;
    } else {
      path.unshift({ from, to: middle });
      from = middle;
    }
  }
  // The subtree both share is known to the asker when it is the whole earlier tree.
  if (from > 0) path.unshift({ from, to });
  return path;
}

/** Hash of a range that a proof names, from complete subtrees only; so proofs cost O(log² n) look-ups at most. */
export function rangeHash({ from, to }: Range, subtree: Subtree, tree: TreeHash = plainTreeHash): Uint8Array {
  const width = to - from;
  const left = split(width);
  if (width === 1 || left * 2 === width) return subtree(Math.round(Math.log2(width)), from / width);
  return tree.node(rangeHash({ from, to: from + left }, subtree, tree), rangeHash({ from: from + left, to }, subtree, tree));
}

/** Complete subtrees of a list held in memory. */
export function subtreesOf(leafHashes: readonly Uint8Array[], tree: TreeHash = plainTreeHash): Subtree {
  const known = new Map<string, Uint8Array>();
  const subtree: Subtree = (level, index) => {
    if (level === 0) return leafHashes[index]!;
    const name = `${level}/${index}`;
    const found = known.get(name) ?? tree.node(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
    known.set(name, found);
    return found;
  };
  return subtree;
}

/**
 * Is the leaf with this hash number `index` of the tree with this size and root? False for every proof that is too
 * short, too long or altered. RFC 9162 §2.1.3.2.
 */
export function verifyInclusion(
  { index, size, leafHash, root, proof }: { index: number; size: number; leafHash: Uint8Array; root: Uint8Array; proof: readonly Uint8Array[] },
  tree: TreeHash = plainTreeHash,
): boolean {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size) || leafHash.length !== 32) return false;
  let fn = index;
  let sn = size - 1;
  let found = leafHash;
  for (const step of proof) {
    if (sn === 0 || step.length !== 32) return false;
    if (fn % 2 === 1 || fn === sn) {
      found = tree.node(step, found);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      found = tree.node(found, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameBytes(found, root);
}

/**
 * Did the tree of `size` and `root` grow out of the one of `earlier` and `earlierRoot` by appending only?
 * RFC 9162 §2.1.4.2. False for the empty tree: everything grew out of nothing, so it proves nothing.
 */
export function verifyConsistency(
  { earlier, size, earlierRoot, root, proof }: { earlier: number; size: number; earlierRoot: Uint8Array; root: Uint8Array; proof: readonly Uint8Array[] },
  tree: TreeHash = plainTreeHash,
): boolean {
  if (!(Number.isSafeInteger(earlier) && Number.isSafeInteger(size) && earlier > 0 && earlier <= size)) return false;
  if (earlier === size) return proof.length === 0 && sameBytes(earlierRoot, root);
  if (proof.length === 0 || proof.some((step) => step.length !== 32)) return false;
  let fn = earlier - 1;
  let sn = size - 1;
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  // When the earlier tree is complete its root is the first step, and is left out of the proof.
  const steps = fn === 0 ? [earlierRoot, ...proof] : [...proof];
  if (steps[0]!.length !== 32) return false;
  let first = steps[0]!;
  let second = steps[0]!;
  for (const step of steps.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      first = tree.node(step, first);
      second = tree.node(step, second);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      second = tree.node(second, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameBytes(first, earlierRoot) && sameBytes(second, root);
}

const half = (n: number) => Math.floor(n / 2);

/** The largest power of two below n; 1 for n = 1 and 2. */
function split(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
