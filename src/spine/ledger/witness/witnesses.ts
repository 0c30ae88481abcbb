// Which witnesses has this ledger, and what did each of them sign?
import { between } from '../../../tools/base/clock.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import type { Db } from '../../../tools/server/database.ts';
import { actorOf, append } from '../append.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import { cosignaturesOn } from '../cosignature.ts';
import { witnessAdded, witnessRefused, witnessRemoved } from '../kinds.ts';
import { witnessKeyFrom, witnessKeyText, type VerifierKey } from '../note.ts';
import { checkpointOfSize, entriesOfKind, lastCosignature } from '../records.ts';
import { problemOf } from './submit.ts';

export interface Witness {
  name: string;
  url: string;
  key: VerifierKey;
  addedAt: string;
}

interface Told {
  position: number;
  at: string;
  body: { name: string; url: string; key: string; says: string };
}

async function told(db: Db, kind: string): Promise<Told[]> {
  return (await entriesOfKind(db, kind)).flatMap((row) => {
    try {
      return [JSON.parse(row.leaf.toString('utf8')) as Told];
    } catch {
      return []; // verification reports the entry; here it names no witness
    }
  });
}

/** The witnesses now. The ledger itself is the list: naming and removing one are entries, so nobody adds one unseen. */
export async function witnesses({ db }: Pick<House, 'db'>): Promise<Witness[]> {
  const [added, removed] = await Promise.all([told(db, witnessAdded.kind), told(db, witnessRemoved.kind)]);
  return added
    .filter((one, i) => !removed.some((gone) => gone.body.name === one.body.name && gone.position > one.position) && !added.slice(i + 1).some((later) => later.body.name === one.body.name))
    .flatMap(({ at, body }) => keysIn(body.key).map((key) => ({ name: body.name, url: body.url, key, addedAt: at })));
}

/** Every key a witness of this ledger ever had: old cosignatures are checked with them. */
export async function knownWitnessKeys({ db }: Pick<House, 'db'>): Promise<VerifierKey[]> {
  return (await told(db, witnessAdded.kind)).flatMap((one) => keysIn(one.body.key));
}

function keysIn(text: string): VerifierKey[] {
  try {
    return [witnessKeyFrom(text)];
  } catch {
    return [];
  }
}

export async function addWitness(house: Pick<House, 'db' | 'clock'>, by: Caller, { url, key }: { url: string; key: string }): Promise<{ name: string }> {
  let witness: VerifierKey;
  try {
    witness = witnessKeyFrom(key);
  } catch (error) {
    throw new Problem('bad-input', `This is not the key of a witness: ${(error as Error).message}.`, '`attending ledger witness` prints it at its start.', [{ path: 'key', says: 'not a verifier key of type 4' }]);
  }
  const now = await witnesses(house);
  if (now.some((one) => one.name === witness.name)) throw new Problem('conflict', `There is a witness ${witness.name} already.`, 'Remove it first, if it has a new address or key.');
  await house.db.transaction().execute((tx) =>
    append(tx, { at: house.clock.now(), kind: witnessAdded.kind, actor: actorOf(by), subject: `witness/${witness.name}`, body: { name: witness.name, url: url.replace(/\/+$/, ''), key: witnessKeyText(witness) } }),
  );
  return { name: witness.name };
}

export async function removeWitness(house: Pick<House, 'db' | 'clock'>, by: Caller, name: string): Promise<{ name: string }> {
  if (!(await witnesses(house)).some((one) => one.name === name)) throw new Problem('not-found', `There is no witness ${name}.`, 'See the list of witnesses.');
  await house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: witnessRemoved.kind, actor: actorOf(by), subject: `witness/${name}`, body: { name } }));
  return { name };
}

/** Each witness with what it cosigned last and what went wrong since. */
export async function witnessStates(house: Pick<House, 'db'>) {
  const refusals = await told(house.db, witnessRefused.kind);
  return Promise.all(
    (await witnesses(house)).map(async ({ name, url, key, addedAt }) => {
      const last = await lastCosignature(house.db, name);
      const checkpoint = last && (await checkpointOfSize(house.db, last.size));
      const [good] = checkpoint ? (await cosignaturesOn(checkpoint.note + last.line, [key])).good : [];
      const cosignedAt = good ? new Date(good.time * 1000).toISOString() : null;
      const refusal = refusals.findLast((one) => one.body.name === name);
      const standing = refusal && (cosignedAt === null || between(cosignedAt, refusal.at) >= 0);
      return {
        name,
        url,
        key: witnessKeyText(key),
        addedAt,
        cosigned: good ? parseCheckpoint(checkpoint!.note).size : null,
        cosignedAt,
        problem: problemOf(name),
        refused: standing ? { position: refusal.position, at: refusal.at, says: refusal.body.says } : null,
      };
    }),
  );
}
