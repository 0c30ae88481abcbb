// Is the whole ledger in the database sound, and how does it leave the house?
import { canonical } from '../../tools/base/canonical.ts';
import { columnsOf } from './append.ts';
import { joined } from './base64.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { checkpointLine, entryLine, format, headerLine } from './export-file.ts';
import type { Entry, Verification } from './model.ts';
import { verifierKeyText, type VerifierKey } from './note.ts';
import { checkpointsUpTo, entriesBetween, readHeadRow, type EntryRow } from './records.ts';
import { keysInLedger, signHead, type LedgerHouse } from './signing.ts';
import { keptCheckpoint, readSigner } from './signing-key.ts';
import { serverTree } from './tree-on-server.ts';
import { frontierBytes, frontierFrom, rootOf, sameBytes } from './tree.ts';
import { walkLedger, type Walk } from './verify.ts';

/**
 * Verifies every byte that counts: each leaf against its hash, each column against its leaf, the sequence, every
 * checkpoint's signature, size, right edge and root, the head, and the checkpoint kept beside the key. Entries that
 * are appended meanwhile are left for the next time. The key in the data folder is trusted, and older keys the
 * ledger names; `keys` trusts only those given.
 */
export async function verifyDatabase(house: LedgerHouse, given?: readonly VerifierKey[]): Promise<Verification> {
  // The kept checkpoint first: one that is signed after the head was read would seem to promise too much.
  const kept = await keptCheckpoint(house.config.dataFolder);
  const signer = await readSigner(house.config.dataFolder);
  const head = await readHeadRow(house.db);
  const keys = given ?? [...(signer ? [signer] : []), ...(await keysInLedger(house)).filter((key) => !signer || !sameBytes(key.publicKey, signer.publicKey))];
  const walk = await walkLedger({
    origin: head.origin ?? '',
    trust: { keys, from: given || signer ? 'given' : 'own' },
    kept: kept === null ? [] : [kept],
    tree: serverTree,
  });
  const checkpoints = await checkpointsUpTo(house.db, head.size);
  const check = async (upTo: number) => {
    while (checkpoints[0] && checkpoints[0].size <= upTo) await checkCheckpoint(walk, checkpoints.shift()!);
  };
  await check(0);
  for await (const rows of entriesBetween(house.db, 0, head.size)) {
    for (const row of rows) {
      walk.entry(row.leaf, (hash) => (sameBytes(hash, row.leaf_hash) ? null : row.leaf_hash));
      compareColumns(walk, row);
      if (checkpoints[0] && checkpoints[0].size <= row.position + 1) await check(row.position + 1);
    }
  }
  for (const left of checkpoints) walk.fault('wrong-size', `a checkpoint covers ${left.size} entries that are not all there`);
  const frontier = walk.frontier();
  if (head.size !== frontier.size) walk.fault('wrong-head', `the head says ${head.size} entries, but ${frontier.size} are there`);
  else if (!sameBytes(head.frontier, frontierBytes(frontier))) walk.fault('wrong-head', 'the right edge stored in the head is not that of the entries');
  if ((head.last ?? -1) >= head.size) walk.fault('wrong-head', `entry ${head.last} stands beyond the head of ${head.size}`, head.last);
  return walk.end();
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
function compareColumns(walk: Walk, row: EntryRow): void {
  let one: Entry;
  try {
    one = JSON.parse(row.leaf.toString('utf8')) as Entry;
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
