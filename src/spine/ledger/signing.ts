// When does the house sign its ledger, and what does it check before it vouches?
import { Problem } from '../../tools/base/problem.ts';
import { theHouse, type House } from '../../tools/server/capability.ts';
import type { Db } from '../../tools/server/database.ts';
import { actorOf, append } from './append.ts';
import { hexOf } from './base64.ts';
import { parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { findFields, newPlaces, wholeAt } from './compare-row.ts';
import { keyCreated } from './kinds.ts';
import { verifierKeyFrom, verifierKeyText, vouch, type Signer, type VerifierKey } from './note.ts';
import { addCheckpoint, addNodes, checkpointWith, copyEntries, countNodes, entriesBetween, entriesOfKind, lastCheckpoint, lockHead, nameLedger, readHead } from './records.ts';
import { keepCheckpoint, keptCheckpoint, signerFor } from './signing-key.ts';
import { serverTree } from './tree-on-server.ts';
import { emptyFrontier, extend, frontierFrom, rootOf, sameBytes, type Frontier } from './tree.ts';

export type LedgerHouse = Pick<House, 'db' | 'config' | 'clock'>;

/**
 * The signer of this ledger. On first use it makes the key in the data folder, gives the ledger its name (the origin)
 * and records the public key as an entry. Repeatable, and safe when instances start together.
 * @throws Problem when the key in the data folder belongs to another ledger.
 */
export async function openLedger(house: LedgerHouse): Promise<Signer> {
  await fillNodes(house.db);
  const { origin } = await readHead(house.db);
  const signer = await signerFor(house.config.dataFolder, origin ?? newOrigin(house));
  if (origin !== null && origin !== signer.name) throw foreignKey(signer.name, origin);
  if (origin === signer.name && (await keysInLedger(house)).some((key) => sameBytes(key.publicKey, signer.publicKey))) return signer;
  await house.db.transaction().execute(async (tx) => {
    const head = await lockHead(tx);
    if (head.origin === null) await nameLedger(tx, signer.name);
    else if (head.origin !== signer.name) throw foreignKey(signer.name, head.origin);
    // Looked at again under the lock: another instance may have been quicker.
    if ((await keysInLedger({ ...house, db: tx })).some((key) => sameBytes(key.publicKey, signer.publicKey))) return;
    await append(tx, {
      at: house.clock.now(),
      kind: keyCreated.kind,
      actor: actorOf(theHouse),
      subject: `ledger-key/${hexOf(signer.keyId)}`,
      body: { key: verifierKeyText(signer) },
    });
  });
  return signer;
}

/** A ledger that grew before roots of subtrees were kept gets them once; proofs are made of them. */
async function fillNodes(db: Db): Promise<void> {
  const stored = async (tx: Db) => ({ size: (await readHead(tx)).frontier.size, nodes: await countNodes(tx) });
  const before = await stored(db);
  if (before.nodes >= Math.floor(before.size / 256)) return;
  await db.transaction().execute(async (tx) => {
    const { frontier } = await lockHead(tx);
    let grown = emptyFrontier;
    for await (const rows of entriesBetween(tx, 0, frontier.size, 16_384)) {
      const nodes: { level: number; index: number; hash: Uint8Array }[] = [];
      grown = extend(grown, rows.map((row) => row.leaf_hash), serverTree, (level, index, hash) => void (level % 8 === 0 && nodes.push({ level, index, hash })));
      if (nodes.length > 0) await addNodes(tx, nodes);
    }
  });
}

const foreignKey = (key: string, ledger: string) =>
  new Problem(
    'conflict',
    `The signing key in the data folder is of ${key}, but the database holds the ledger ${ledger}.`,
    'Use the data folder that belongs to this database; or move ledger.key and ledger.checkpoint away to sign with a new key.',
  );

/** How many entries are copied out at a time. */
const stretch = 32_768;

/** A name nobody else has: the address people use where there is one, and some chance. */
function newOrigin({ config }: LedgerHouse): string {
  const place = config.url ? new URL(config.url).host : 'attending.local';
  return `${place}/ledger/${hexOf(crypto.getRandomValues(new Uint8Array(6)))}`;
}

/** The public keys the ledger itself names, the oldest first. */
export async function keysInLedger(house: Pick<House, 'db'>): Promise<VerifierKey[]> {
  const rows = await entriesOfKind(house.db, keyCreated.kind);
  return rows.flatMap((row) => {
    try {
      const { body } = JSON.parse(row.leaf.toString('utf8')) as { body: { key: string } };
      return [verifierKeyFrom(body.key)];
    } catch {
      return []; // verification reports the entry; here it vouches for nothing
    }
  });
}

export interface Signed {
  note: string;
  size: number;
  key: VerifierKey;
}

/**
 * Signs the ledger as it is now, and keeps the checkpoint in the database and beside the key.
 * Before that it hashes every entry since the last checkpoint this installation signed, and signs only what grew out
 * of it: a head that was tampered with is refused, not endorsed.
 * @throws Problem when the ledger does not continue from its last checkpoint.
 */
export async function signHead(house: LedgerHouse): Promise<Signed> {
  const signer = await openLedger(house);
  const { dataFolder } = house.config;
  const base = await lastVouchedFor(house, signer);
  const { frontier } = await readHead(house.db);
  if (base.frontier.size > frontier.size) throw notGrown(`it covers ${base.frontier.size} entries, and the database holds ${frontier.size}`);
  let grown = base.frontier;
  const places = newPlaces();
  while (grown.size < frontier.size) {
    const from = grown.size;
    const hashes: Uint8Array[] = [];
    await copyEntries(house.db, from, Math.min(frontier.size, from + stretch), (row) => {
      findFields(row, places);
      if (wholeAt(row, places[0]!) !== from + hashes.length) throw notGrown(`entries after ${from + hashes.length} are missing`);
      hashes.push(serverTree.leaf(row.subarray(places[2]!, places[3]!)));
    });
    if (hashes.length === 0) throw notGrown(`entries after ${from} are missing`);
    grown = extend(grown, hashes, serverTree);
  }
  if (grown.size !== frontier.size || !sameBytes(rootOf(grown, serverTree), rootOf(frontier, serverTree))) {
    throw notGrown('the entries since then do not hash to the head');
  }
  if (base.note !== null && base.frontier.size === frontier.size) return { note: base.note, size: frontier.size, key: signer };
  const note = await signCheckpoint({ origin: signer.name, size: frontier.size, root: rootOf(grown, serverTree) }, signer);
  await addCheckpoint(house.db, note, grown);
  await keepCheckpoint(dataFolder, note);
  return { note, size: frontier.size, key: signer };
}

/**
 * Where to start from: the checkpoint kept in the data folder; without one the last in the database that a key of
 * this ledger signed; without one the empty ledger. The stored frontier counts only if it hashes to the signed root.
 */
async function lastVouchedFor(house: LedgerHouse, signer: Signer): Promise<{ note: string | null; frontier: Frontier }> {
  const kept = await keptCheckpoint(house.config.dataFolder);
  if (kept !== null) {
    const { size } = readKept(kept);
    const row = await checkpointWith(house.db, size, kept);
    if (!row) throw notGrown('it is not in the database');
    return vouched(row, [signer]);
  }
  const row = await lastCheckpoint(house.db);
  if (!row) return { note: null, frontier: emptyFrontier };
  const { note, frontier } = await vouched(row, [signer, ...(await keysInLedger(house))]);
  // A checkpoint of an older key is a good start, but the new key has to sign for itself.
  const own = (await vouch(parseCheckpoint(note), [signer])).kind === 'signed';
  return { note: own ? note : null, frontier };
}

function readKept(kept: string): { size: number } {
  try {
    return parseCheckpoint(kept);
  } catch {
    throw new Problem('conflict', 'ledger.checkpoint in the data folder is no checkpoint.', 'Restore the file from a backup, or move it away.');
  }
}

async function vouched(row: { size: number; note: string; frontier: Buffer }, keys: VerifierKey[]): Promise<{ note: string; frontier: Frontier }> {
  const parsed = parseCheckpoint(row.note);
  const frontier = frontierFrom(row.size, row.frontier);
  if ((await vouch(parsed, keys)).kind !== 'signed') throw notGrown('no key of this ledger signed it');
  if (parsed.size !== row.size || !sameBytes(parsed.root, rootOf(frontier, serverTree))) throw notGrown('the right edge stored with it is not the one it signs');
  return { note: row.note, frontier };
}

const notGrown = (why: string) =>
  new Problem('conflict', `The ledger has not grown out of its last checkpoint: ${why}.`, 'Nothing was signed. Run `attending ledger verify` to see where it was altered.');
