// With which key is a payload about this subject sealed, and who opens it again?
import { randomBytes } from 'node:crypto';
import { canonicalBytes } from '../../../tools/base/canonical.ts';
import { minutes } from '../../../tools/base/clock.ts';
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import type { Db } from '../../../tools/server/database.ts';
import { actorOf, append } from '../append.ts';
import { payloadOpened } from '../kinds.ts';
import type { Sealed } from '../prepare.ts';
import { decrypt, encrypt, openWith, sealWith } from './envelope.ts';
import { freshSealingKeys, kekOf } from './keys.ts';
import * as records from './records.ts';

export type SealingHouse = Pick<House, 'db' | 'config' | 'clock'>;

interface OpenKey {
  id: string;
  secret: Buffer;
  /** In milliseconds since 1970. */
  since: number;
  year: string;
}

const caches = new WeakMap<Db, Map<string, OpenKey>>();
/** A key that was shredded by another instance is used no longer than this. */
const rememberedFor = minutes(1);
const mostRemembered = 20_000;

/** What a wrapped data key is bound to: moved to another row it does not open. */
export const boundToKey = ({ id, subject, year, kek }: records.DataKeyRow): Uint8Array => canonicalBytes(['data-key', id, subject, year, kek]);

/**
 * Compresses and seals a payload about a subject (by its reference) with the subject's own key of this year, which is
 * made on first use. What comes back goes into the entry: `append(tx, { …, sealed })`.
 */
export async function seal(house: SealingHouse, subject: string, plain: Uint8Array): Promise<Sealed> {
  return sealWith(await keyFor(house, subject), plain);
}

/** Makes the key of a subject ready, for a payload that comes in a moment. */
export const readyKey = async (house: SealingHouse, subject: string): Promise<void> => void (await keyFor(house, subject));

async function keyFor(house: SealingHouse, subject: string): Promise<OpenKey> {
  const now = house.clock.now();
  let cache = caches.get(house.db);
  if (!cache) caches.set(house.db, (cache = new Map()));
  const cached = cache.get(subject);
  const at = Date.parse(now);
  if (cached && at - cached.since < rememberedFor && now.startsWith(cached.year)) return cached;
  const year = Number(now.slice(0, 4));
  const row = (await records.liveKey(house.db, subject, year)) ?? (await makeKey(house, subject, year));
  const key = { id: row.id, secret: await unwrap(house, row), since: at, year: now.slice(0, 4) };
  if (cache.size >= mostRemembered) cache.delete(cache.keys().next().value!);
  cache.delete(subject);
  cache.set(subject, key);
  return key;
}

/** Shredded keys leave the memory of this process at once. */
export const forgetCachedKeys = (db: Db): void => void caches.delete(db);

async function makeKey(house: SealingHouse, subject: string, year: number): Promise<records.DataKeyRow> {
  const { current, keks } = await freshSealingKeys(house.config);
  const row = { id: newId('dek', house.clock.now()), subject, year, kek: current, wrapped: null };
  await records.addKey(house.db, { ...row, wrapped: encrypt(keks.get(current)!, randomBytes(32), boundToKey(row)) });
  return (await records.liveKey(house.db, subject, year))!;
}

async function unwrap(house: SealingHouse, row: records.DataKeyRow): Promise<Buffer> {
  const kek = row.kek && (await kekOf(house.config, row.kek));
  if (!kek || !row.wrapped) throw new Problem('unavailable', 'The key that wraps this data key is not in the file of sealing keys.', 'Restore the file from a backup.', [{ file: house.config.sealingKeys, says: row.kek ?? 'shredded' }]);
  return decrypt(kek, row.wrapped, boundToKey(row));
}

/**
 * Opens the payload of an entry and remembers in the ledger who did and why, before it is handed out.
 * @throws Problem `not-found` where there is none, or its key was shredded; `conflict` where it was altered.
 */
export async function openPayload(house: SealingHouse, by: Caller, position: number, why: string): Promise<{ subject: string; plain: Buffer }> {
  const row = await records.payloadOf(house.db, position);
  if (!row) throw new Problem('not-found', `Entry ${position} has no sealed payload.`);
  return openBeside(house, by, { position, key: row.key, sealed: row.sealed }, why);
}

/** Opens what another room keeps sealed under an entry of its own, such as a record of a batch (`nth`); remembered like any other. */
export async function openBeside(house: SealingHouse, by: Caller, { position, key: name, sealed, ...place }: { position: number; key: string; sealed: Buffer; nth?: number }, why: string): Promise<{ subject: string; plain: Buffer }> {
  const key = await records.keyById(house.db, name);
  if (!key) throw new Problem('not-found', `Entry ${position} has no sealed payload.`);
  if (key.wrapped === null) throw new Problem('not-found', `The payload of entry ${position} was shredded: its key is destroyed. The entry and its proof stay.`, 'The ledger says when and why: entries of the kind payload.shredded.');
  let plain: Buffer;
  try {
    plain = openWith(await unwrap(house, key), sealed);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('conflict', `The payload of entry ${position} does not open: it was altered.`, 'Run `attending ledger verify`.');
  }
  await house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: payloadOpened.kind, actor: actorOf(by), subject: `entry/${position}`, body: { position, ...place, subject: key.subject, why } }));
  return { subject: key.subject, plain };
}
