// Is this still, byte for byte, the ledger that was signed?
import { base64Of } from './base64.ts';
import { parseCheckpoint } from './checkpoint.ts';
import type { Fault, Verification } from './model.ts';
import { verifierKeyText, vouch, type VerifierKey } from './note.ts';
import { emptyFrontier, extend, extendBySubtrees, plainTreeHash, rootOf, sameBytes, type Closed, type Frontier, type TreeHash } from './tree.ts';

export interface Trust {
  keys: readonly VerifierKey[];
  /** `own`: the keys came with the data; the data then prove that they agree with themselves, not who made them. */
  from: 'given' | 'own';
}

export interface Expectation {
  origin: string;
  trust: Trust;
  /** Checkpoints kept from earlier: the ledger must have grown out of each. */
  kept?: readonly string[];
  tree?: TreeHash;
  /** Told of every complete subtree, over the hashes that were recorded. */
  closed?: Closed;
}

export interface Walk {
  /**
   * The next entry: its leaf, and what was recorded beside it. `recorded` answers null when the hash of the leaf is
   * the recorded one, else the recorded one.
   */
  entry(leaf: Uint8Array, recorded: (hash: Uint8Array) => Uint8Array | null, line?: number | null): void;
  /** Entries in order that were found to be what was recorded, each numbered as it should be: their leaf hashes. */
  sound(hashes: readonly Uint8Array[]): void;
  /** The same by the roots of complete subtrees of this height over them, where no checkpoint ends inside and the tree ends on one. */
  subtrees(height: number, roots: readonly Uint8Array[]): void;
  /** A signed checkpoint, where it stands among the entries. */
  checkpoint(note: string, line?: number | null): Promise<void>;
  fault(reason: Fault['reason'], says: string, position?: number | null, line?: number | null): void;
  /** How many entries were walked, and the right edge over them. */
  frontier(): Frontier;
  end(): Promise<Verification>;
}

const mostFaults = 100;
const batch = 1024;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Walks a ledger from its first entry to its last, in order, and collects what is wrong. Pure: it runs in a browser,
 * in the SDK, in the offline command and over the database. Memory does not grow with the ledger.
 */
export async function walkLedger(expected: Expectation): Promise<Walk> {
  const tree = expected.tree ?? plainTreeHash;
  const faults: Fault[] = [];
  const waiting: Uint8Array[] = [];
  let frontier = emptyFrontier;
  /** The position the next entry should have; differs from the tree's size once entries are missing. */
  let next = 0;
  let last: Uint8Array | null = null;
  let count = 0;
  let signed = 0;
  let checkpoints = 0;
  /** Roots say nothing any more once the sequence is broken or a root was already wrong. */
  let broken = false;
  const kept = await readKept();

  function fault(reason: Fault['reason'], says: string, position: number | null = null, line: number | null = null): void {
    if (faults.length < mostFaults) faults.push({ position, line, reason, says });
  }

  async function readKept(): Promise<Map<number, string>> {
    const roots = new Map<number, string>();
    for (const note of expected.kept ?? []) {
      try {
        const parsed = parseCheckpoint(note);
        const vouching = await vouch(parsed, expected.trust.keys);
        if (parsed.origin !== expected.origin) fault('wrong-origin', `the checkpoint you kept is of ${parsed.origin}, not of ${expected.origin}`);
        else if (vouching.kind !== 'signed') fault('wrong-signature', `the checkpoint you kept, of ${parsed.size} entries, is not signed by a trusted key`);
        else if (parsed.size > 0) roots.set(parsed.size, base64Of(parsed.root));
      } catch (error) {
        fault('bad-line', `the checkpoint you kept cannot be read: ${(error as Error).message}`);
      }
    }
    return roots;
  }

  /** Brings the right edge up to the entries seen; in batches, because it copies itself each time. */
  function settle(): void {
    frontier = extend(frontier, waiting, tree, expected.closed);
    waiting.length = 0;
  }

  function entry(leaf: Uint8Array, recorded: (hash: Uint8Array) => Uint8Array | null, line: number | null = null): void {
    const computed = tree.leaf(leaf);
    const other = recorded(computed);
    // The tree goes on with the recorded hash: when the root then fits, this entry is the only altered one.
    const hash = other?.length === 32 ? other : computed;
    const position = positionIn(leaf);
    if (other !== null) fault('altered', `entry ${next} is not what was recorded: its bytes and its hash do not agree`, next, line);
    if (position === null) fault('altered', `entry ${next} is not a readable entry`, next, line);
    else if (position < next) {
      const twice = position === next - 1 && last !== null && sameBytes(last, hash);
      fault(twice ? 'duplicated' : 'out-of-order', `entry ${position} stands where entry ${next} belongs`, position, line);
      if (!twice) broken = true;
      return;
    } else if (position > next) {
      const gap = position - next === 1 ? `entry ${next} is missing` : `entries ${next} to ${position - 1} are missing`;
      fault('missing', `${gap}; entry ${position} follows entry ${next - 1}`, next, line);
      broken = true;
    }
    next = position === null ? next + 1 : position + 1;
    count += 1;
    waiting.push(hash);
    last = hash;
    if (kept.size > 0 && kept.has(count)) checkKept();
    else if (waiting.length >= batch) settle();
  }

  function sound(hashes: readonly Uint8Array[]): void {
    for (const hash of hashes) {
      next += 1;
      count += 1;
      waiting.push(hash);
      last = hash;
      if (kept.size > 0 && kept.has(count)) checkKept();
      else if (waiting.length >= batch) settle();
    }
  }

  function subtrees(height: number, roots: readonly Uint8Array[]): void {
    settle();
    frontier = extendBySubtrees(frontier, height, roots, tree, expected.closed);
    next += roots.length * 2 ** height;
    count += roots.length * 2 ** height;
    last = null;
    if (kept.has(count)) checkKept();
  }

  function checkKept(): void {
    const root = kept.get(count);
    settle();
    if (!broken && base64Of(rootOf(frontier, tree)) !== root) {
      fault('not-grown', `the first ${count} entries are not those of the checkpoint you kept`);
    }
    kept.delete(count);
  }

  async function checkpoint(note: string, line: number | null = null): Promise<void> {
    checkpoints += 1;
    let parsed: ReturnType<typeof parseCheckpoint>;
    try {
      parsed = parseCheckpoint(note);
    } catch (error) {
      return fault('bad-line', `checkpoint ${checkpoints} cannot be read: ${(error as Error).message}`, null, line);
    }
    const name = `the checkpoint at ${parsed.size} entries`;
    const vouching = await vouch(parsed, expected.trust.keys);
    if (vouching.kind === 'forged') return fault('wrong-signature', `${name} does not carry a true signature of ${vouching.by.name}`, null, line);
    if (vouching.kind === 'unknown') return fault('wrong-signature', `${name} is signed by no trusted key`, null, line);
    if (parsed.origin !== expected.origin) return fault('wrong-origin', `${name} is of ${parsed.origin}, not of ${expected.origin}`, null, line);
    if (parsed.size !== next) return fault('wrong-size', `${name} stands after ${next}`, Math.min(parsed.size, next), line);
    settle();
    if (broken) return;
    if (!sameBytes(rootOf(frontier, tree), parsed.root)) {
      broken = true;
      return fault('wrong-root', `entries ${signed} to ${parsed.size - 1} are not those that were signed: the root differs`, signed, line);
    }
    signed = parsed.size;
  }

  async function end(): Promise<Verification> {
    settle();
    for (const size of kept.keys()) {
      fault('not-grown', `a checkpoint you kept covers ${size} entries, but there are ${count}`);
    }
    if (signed < count && !broken) {
      fault('unsigned', `no signed checkpoint covers entries ${signed} to ${count - 1}`, signed);
    }
    return {
      sound: faults.length === 0,
      origin: expected.origin,
      entries: count,
      root: base64Of(rootOf(frontier, tree)),
      signed,
      checkpoints,
      keys: expected.trust.keys.map(verifierKeyText),
      trust: expected.trust.from,
      faults,
    };
  }

  return { entry, sound, subtrees, checkpoint, fault, end, frontier: () => (settle(), frontier) };
}

/** The position an entry claims, or null when the leaf is no entry. */
function positionIn(leaf: Uint8Array): number | null {
  const quick = positionNearEnd(leaf);
  if (quick !== null) return quick;
  try {
    const { position } = JSON.parse(decoder.decode(leaf)) as { position: unknown };
    return typeof position === 'number' && Number.isSafeInteger(position) && position >= 0 ? position : null;
  } catch {
    return null;
  }
}

const key = new TextEncoder().encode(',"position":');
const follows = new TextEncoder().encode(',"subject":"');

/**
 * The position without parsing, which is half the time of a verification: canonical JSON ends with the members
 * `position` and `subject`, and inside the string of the subject these quotes would be escaped. Null when unsure.
 */
function positionNearEnd(leaf: Uint8Array): number | null {
  for (let at = leaf.length - key.length; at >= 0; at--) {
    if (leaf[at] !== key[0] || !stands(key, leaf, at)) continue;
    let position = 0;
    let digit = at + key.length;
    for (; digit < at + key.length + 15 && leaf[digit]! >= 0x30 && leaf[digit]! <= 0x39; digit++) {
      position = position * 10 + leaf[digit]! - 0x30;
    }
    return digit > at + key.length && stands(follows, leaf, digit) ? position : null;
  }
  return null;
}

function stands(pattern: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < pattern.length; i++) if (bytes[at + i] !== pattern[i]) return false;
  return true;
}
