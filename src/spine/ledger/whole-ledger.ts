// Is the whole ledger in the database sound, and how does it leave the house?
import type { Db } from '../../tools/server/database.ts';
import { canonical } from '../../tools/base/canonical.ts';
import { joined } from './base64.ts';
import { keptBesides } from './beside.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { checkpointLine, entryLine, format, headerLine } from './export-file.ts';
import { cosignaturesOn } from './cosignature.ts';
import { keepsPayloadElsewhere, type Entry, type Verification } from './model.ts';
import { verifierKeyText, type VerifierKey } from './note.ts';
import { compareKeys, comparePayloads, type Committed } from './payloads/verify-payloads.ts';
import { allCosignatures, checkpointOfSize, checkpointsUpTo, entriesBetween, readHeadRow, rowsBeyond, storedNodes, type EntryRow, type Grown } from './records.ts';
import { columnsOf } from './prepare.ts';
import { height, soundStretch, stretch as usual } from './sound-stretch.ts';
import { keysInLedger, signHead, type LedgerHouse } from './signing.ts';
import { keptCheckpoint, readSigner } from './signing-key.ts';
import { serverTree } from './tree-on-server.ts';
import { frontierBytes, frontierFrom, rootOf, sameBytes } from './tree.ts';
import { walkLedger, type Walk } from './verify.ts';
import { knownWitnessKeys } from './witness/witnesses.ts';

/**
 * Verifies every byte that counts: each leaf against its hash, each column against its leaf, the sequence, every
 * checkpoint's signature, size, right edge and root, the head, and the checkpoint kept beside the key. Entries that
 * are appended meanwhile are left for the next time. The key in the data folder is trusted, and older keys the
 * ledger names; `given` trusts only those. `stretch` entries are looked at together.
 */
export async function verifyDatabase(house: LedgerHouse, given?: readonly VerifierKey[], stretch = usual): Promise<Verification> {
  // The kept checkpoint first: one that is signed after the head was read would seem to promise too much.
  const kept = await keptCheckpoint(house.config.dataFolder);
  const signer = await readSigner(house.config.dataFolder);
  const head = await readHeadRow(house.db);
  const keys = given ?? [...(signer ? [signer] : []), ...(await keysInLedger(house)).filter((key) => !signer || !sameBytes(key.publicKey, signer.publicKey))];
  const closed: Grown['nodes'] = [];
  const walk = await walkLedger({
    origin: head.origin ?? '',
    trust: { keys, from: given || signer ? 'given' : 'own' },
    kept: kept === null ? [] : [kept],
    tree: serverTree,
    closed: (level, index, hash) => void (level % 8 === 0 && closed.push({ level, index, hash })),
  });
  const checkpoints = await checkpointsUpTo(house.db, head.size);
  const check = async (upTo: number) => {
    while (checkpoints[0] && checkpoints[0].size <= upTo) await checkCheckpoint(walk, checkpoints.shift()!);
  };
  await check(0);
  const usedKeys = new Set<string>();
  const ends = [...checkpoints.map(({ size }) => size), ...sizeOf(kept)];
  for (let from = 0; from < head.size; from += stretch) {
    const to = Math.min(head.size, from + stretch);
    const found = await soundStretch(house.db, from, to, ends, keepsPayloadElsewhere);
    const committed: Committed = found?.committed ?? new Map();
    // Where entries are missing the tree ends elsewhere by now, and what follows is looked at one by one.
    if (found?.joined && walk.frontier().size === from) {
      walk.subtrees(height, Array.from({ length: found.hashes.length / 32 }, (_, nth) => found.hashes.subarray(32 * nth, 32 * nth + 32)));
      await check(to);
    } else if (found && !found.joined) {
      const hashes = Array.from({ length: to - from }, (_, nth) => found.hashes.subarray(32 * nth, 32 * nth + 32));
      let at = from;
      while (checkpoints[0] && checkpoints[0].size <= to) {
        walk.sound(hashes.slice(at - from, checkpoints[0].size - from));
        at = Math.max(at, checkpoints[0].size);
        await check(at);
      }
      walk.sound(hashes.slice(at - from));
    } else await lookClosely(house.db, walk, from, to, committed, () => checkpoints[0]?.size ?? Infinity, check);
    await comparePayloads(house.db, walk, from, to, committed, usedKeys);
  }
  for (const left of checkpoints) walk.fault('wrong-size', `a checkpoint covers ${left.size} entries that are not all there`);
  const frontier = walk.frontier();
  if (head.size !== frontier.size) walk.fault('wrong-head', `the head says ${head.size} entries, but ${frontier.size} are there`);
  else if (!sameBytes(head.frontier, frontierBytes(frontier))) walk.fault('wrong-head', 'the right edge stored in the head is not that of the entries');
  if ((head.last ?? -1) >= head.size) walk.fault('wrong-head', `entry ${head.last} stands beyond the head of ${head.size}`, head.last);
  const found = await walk.end();
  // Where entries are missing no subtree can be right; that has been said.
  if (frontier.size === head.size) await compareNodes(house.db, closed, head.size, walk);
  for (const compare of keptBesides()) await compare(house.db, { size: head.size, usedKeys, fault: walk.fault });
  await compareKeys(house, walk, head.size, usedKeys);
  await compareCosignatures(house, walk);
  await nothingBeyond(house.db, walk);
  return { ...found, sound: found.faults.length === 0 };
}

/**
 * The same for a ledger that goes on growing: what it holds now is signed first, as every five minutes anyway, and what
 * is appended while it is read waits for the next checkpoint, which is no fault.
 */
export async function verifyNow(house: LedgerHouse, given?: VerifierKey[]): Promise<Verification> {
  // Where it cannot be signed, verification says why.
  const signed = await signHead(house).then(({ size }) => size, () => null);
  const found = await verifyDatabase(house, given);
  const faults = found.faults.filter(({ reason, position }) => reason !== 'unsigned' || signed === null || position === null || position < signed);
  return { ...found, faults, sound: faults.length === 0 };
}

/** Rows of something that is not there yet: they would be taken for it once it is. */
async function nothingBeyond(db: Db, walk: Walk): Promise<void> {
  // Read after the rest: what was appended meanwhile is there by now.
  for (const { table, row } of await rowsBeyond(db)) walk.fault('wrong-size', `table ${table}, row ${row}: the ledger has not grown so far`);
}

/** How many entries the checkpoint covers that is kept beside the key. */
function sizeOf(kept: string | null): number[] {
  try {
    return kept === null ? [] : [parseCheckpoint(kept).size];
  } catch {
    // The walk says so.
    return [];
  }
}

/** The same stretch entry by entry, with a parser, naming what is wrong. */
async function lookClosely(db: Db, walk: Walk, from: number, to: number, committed: Committed, due: () => number, check: (upTo: number) => Promise<void>): Promise<void> {
  for await (const rows of entriesBetween(db, from, to)) {
    for (const row of rows) {
      walk.entry(row.leaf, (hash) => (sameBytes(hash, row.leaf_hash) ? null : row.leaf_hash));
      compareColumns(walk, row, committed);
      if (due() <= row.position + 1) await check(row.position + 1);
    }
  }
}

/** The stored roots of subtrees are what proofs and tiles are made of. */
async function compareNodes(db: Db, closed: Grown['nodes'], size: number, walk: Walk): Promise<void> {
  const expected = new Map(closed.map((node) => [`${node.level}/${node.index}`, node.hash]));
  for await (const rows of storedNodes(db)) {
    for (const { level, index, hash } of rows) {
      const name = `${level}/${index}`;
      // Appended while we were reading.
      if ((index + 1) * 2 ** level > size) continue;
      const should = expected.get(name);
      const place = `the stored hash of entries ${index * 2 ** level} to ${(index + 1) * 2 ** level - 1}`;
      if (!should) walk.fault('wrong-node', `table node, row ${name}: there is no such subtree`);
      else if (!sameBytes(hash, should)) walk.fault('wrong-node', `table node, row ${name}: ${place} is not theirs`, index * 2 ** level);
      expected.delete(name);
    }
  }
  for (const name of expected.keys()) walk.fault('wrong-node', `table node, row ${name} is missing`);
}

/** A cosignature is of the checkpoint it is filed under, by a witness that was named in the ledger. */
async function compareCosignatures(house: LedgerHouse, walk: Walk): Promise<void> {
  const keys = await knownWitnessKeys(house);
  for (const { size, witness, line } of await allCosignatures(house.db)) {
    const checkpoint = await checkpointOfSize(house.db, size);
    const isOne = checkpoint && line.startsWith(`— ${witness} `) && line.endsWith('\n') && line.indexOf('\n') === line.length - 1;
    const found = isOne ? await cosignaturesOn(checkpoint.note + line, keys).catch(() => null) : null;
    if (found?.good.some((one) => one.witness === witness)) continue;
    walk.fault('cosignature', `table cosignature, row ${size} of ${witness}: size, witness and line do not belong together`);
  }
}

async function checkCheckpoint(walk: Walk, row: { size: number; note: string; frontier: Buffer }): Promise<void> {
  await walk.checkpoint(row.note);
  try {
    const parsed = parseCheckpoint(row.note);
    if (parsed.size !== row.size) walk.fault('column', `a checkpoint of ${parsed.size} entries is filed under ${row.size}`);
    if (!sameBytes(rootOf(frontierFrom(row.size, row.frontier), serverTree), parsed.root)) {
      walk.fault('column', `the right edge stored with the checkpoint at ${row.size} is not the one it signs`);
    }
  } catch (error) {
    walk.fault('column', `the checkpoint filed under ${row.size} does not hold together: ${(error as Error).message}`);
  }
}

/** The columns exist for queries only; one that says something else than its leaf misleads every page. */
function compareColumns(walk: Walk, row: EntryRow, committed: Committed): void {
  let one: Entry;
  try {
    one = JSON.parse(row.leaf.toString('utf8')) as Entry;
    if (one.payload && !keepsPayloadElsewhere(one.kind)) committed.set(row.position, one.payload);
    const should = columnsOf(one);
    if (one.position !== row.position) walk.fault('column', `the leaf filed under ${row.position} is entry ${one.position}`, row.position);
    for (const name of Object.keys(should) as (keyof typeof should)[]) {
      if (row[name] !== should[name]) {
        walk.fault('column', `column ${name} of entry ${row.position} says ${canonical(row[name])}, its leaf ${canonical(should[name])}`, row.position);
      }
    }
  } catch {
    walk.fault('altered', `the leaf of entry ${row.position} cannot be read`, row.position);
  }
}

/**
 * The whole ledger as an export file, chunk by chunk, with a fresh checkpoint at its end. Memory does not grow with
 * it. Entries are handed out as they lie there: an altered ledger exports as an altered ledger.
 */
export async function* exportChunks(house: LedgerHouse): AsyncGenerator<Uint8Array> {
  const { size } = await signHead(house);
  const keys = await keysInLedger(house);
  const checkpoints = await checkpointsUpTo(house.db, size);
  const origin = (await readHeadRow(house.db)).origin ?? '';
  yield headerLine({ format, keys: keys.map(verifierKeyText), origin, size });
  const due = (upTo: number): Uint8Array[] => {
    const lines: Uint8Array[] = [];
    while (checkpoints[0] && checkpoints[0].size <= upTo) lines.push(checkpointLine(checkpoints.shift()!.note));
    return lines;
  };
  yield* due(0);
  for await (const rows of entriesBetween(house.db, 0, size)) {
    yield joined(...rows.flatMap((row) => [entryLine(row.leaf, row.leaf_hash), ...due(row.position + 1)]));
  }
}
