// How are many records written one after the other and hashed as the leaves of a list of their own, without an object for each?
import { hash } from 'node:crypto';

/**
 * Records of text, one line each, growing in one stretch of memory, with their leaf hashes. The root over them is that of
 * `rootOfLeaves` (RFC 6962 §2.1; a test holds it): where `left` is the largest power of two below the length, joining
 * neighbours level by level, with the last one waiting where it has no neighbour, makes the same tree.
 */
export interface LeafList {
  /** Adds a record. It holds no line feed, as no canonical JSON does. */
  add(text: string): void;
  /** The memory in which the next record is written by hand, from `at` on, with room for so many bytes; then `wrote` says where it ends. */
  room(most: number): Buffer;
  at: number;
  wrote(end: number): void;
  length: number;
  /** The bytes of records `from` up to, not including, `to`: each but the last of them followed by a line feed. */
  lines(from: number, to: number): Uint8Array;
  root(): Buffer;
}

/** For so many records at most. */
export function leafList(most: number): LeafList {
  // Before each record stands one byte: zero while it is hashed as a leaf, then the line feed that parts it from the one before.
  let bytes = Buffer.allocUnsafe(1 << 20);
  let end = 0;
  const starts = new Float64Array(most + 1);
  // One byte before them, as `rootOf` wants it.
  const hashes = Buffer.allocUnsafe(1 + 32 * most);
  const list: LeafList = {
    length: 0,
    at: 1,
    add(text) {
      // UTF-8 needs three bytes at most for one unit of UTF-16.
      list.room(3 * text.length);
      list.wrote(list.at + bytes.write(text, list.at, 'utf8'));
    },
    room(most) {
      const needed = list.at + most;
      if (needed > bytes.length) {
        const more = Buffer.allocUnsafe(Math.max(needed, 2 * bytes.length));
        bytes.copy(more, 0, 0, end);
        bytes = more;
      }
      return bytes;
    },
    wrote(next) {
      bytes[end] = 0;
      hashes.write(hash('sha256', bytes.subarray(end, next), 'binary'), 1 + 32 * list.length, 'latin1');
      bytes[end] = 10;
      starts[list.length] = end + 1;
      list.length += 1;
      end = next;
      list.at = next + 1;
      starts[list.length] = next + 1;
    },
    lines: (from, to) => bytes.subarray(starts[from]!, Math.max(starts[from]!, starts[to]! - 1)),
    root: () => rootOf(Buffer.from(hashes.subarray(0, 1 + 32 * list.length)), list.length),
  };
  return list;
}

/** The roots of complete subtrees of 2^`height` leaves, one after the other. The hashes stand behind one byte that is free and are used up. */
export function subtreeRoots(hashes: Buffer, height: number): Uint8Array {
  const each = 2 ** height;
  const many = Math.floor((hashes.length - 1) / 32 / each);
  const roots = new Uint8Array(32 * many);
  // What stands before a subtree is used up by now.
  for (let nth = 0; nth < many; nth++) roots.set(rootOf(hashes.subarray(32 * each * nth, 32 * each * (nth + 1) + 1), each), 32 * nth);
  return roots;
}

/**
 * Joins the hashes in place, level by level. They begin behind one byte that is free; before every other pair stands a
 * hash that is joined already, whose last byte becomes the mark of a node.
 */
function rootOf(hashes: Buffer, length: number): Buffer {
  if (length === 0) return Buffer.from(hash('sha256', '', 'hex'), 'hex');
  for (let many = length; many > 1; many = Math.ceil(many / 2)) {
    for (let at = 0; at + 1 < many; at += 2) {
      hashes[32 * at] = 1;
      hashes.write(hash('sha256', hashes.subarray(32 * at, 32 * at + 65), 'binary'), 1 + 16 * at, 'latin1');
    }
    if (many % 2 === 1) hashes.copy(hashes, 1 + 16 * (many - 1), 1 + 32 * (many - 1), 1 + 32 * many);
  }
  return hashes.subarray(1, 33);
}
