// How does a payload become unreadable for good, while its entry and proof stay?
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../../tools/base/problem.ts';
import { theHouse, type Caller } from '../../../tools/server/capability.ts';
import { actorOf, append } from '../append.ts';
import { kekRotated, payloadShredded, subjectForgotten } from '../kinds.ts';
import { lockHead } from '../records.ts';
import { decrypt, encrypt } from './envelope.ts';
import { everything, holds } from './holds.ts';
import { addKek, dropOldKeks, kekOf, sealingKeys } from './keys.ts';
import * as records from './records.ts';
import { boundToKey, forgetCachedKeys, type SealingHouse } from './seal.ts';
import { boundToSubject, forgetCachedSubjects } from './subjects.ts';

/**
 * Payloads are kept for six years from the end of the year they were made in: 45 CFR 164.316(b)(2)(i) asks for six
 * years from the day a record was made or was last in effect.
 */
export const retainedYears = 6;

/** So many keys go into one entry. */
const batch = 300;

/** The key as an entry names it: with these words verification knows a shredded key from one that was taken away. */
const named = ({ id, subject, year }: records.DataKeyRow) => ({ id, subject, year });

/**
 * Destroys the keys of a subject: none of its payloads can be read again. With `forget` also whom the reference stands
 * for. The ciphertexts stay, so that digests and proofs still fit.
 * @throws Problem `conflict` while a legal hold is in force.
 */
export async function shredSubject(house: SealingHouse, by: Caller, subject: string, why: string, forget = false): Promise<{ keys: number }> {
  const keys = await house.db.transaction().execute(async (tx) => {
    // Under the head's lock no hold can be placed between looking and destroying.
    await lockHead(tx);
    const held = (await holds(tx)).find((one) => one.subject === subject || one.subject === everything);
    if (held) throw new Problem('conflict', `A legal hold is in force since ${held.placedAt.slice(0, 10)}: nothing about this subject may be destroyed.`, 'Lift the hold first.', [{ path: held.id, says: held.why }]);
    const found = await records.lockKeysOf(tx, subject);
    const known = forget ? await records.subjectByReference(tx, subject) : null;
    if (found.length === 0 && !known) throw new Problem('not-found', `There is nothing left to destroy about ${subject}.`);
    const at = house.clock.now();
    if (found.length > 0) {
      await records.shredKeys(tx, found.map((row) => row.id));
      await append(tx, { at, kind: payloadShredded.kind, actor: actorOf(by), subject: `subject/${subject}`, body: { keys: found.map(named), why } });
    }
    if (known) {
      await records.deleteSubject(tx, subject);
      await append(tx, { at, kind: subjectForgotten.kind, actor: actorOf(by), subject: `subject/${subject}`, body: { why } });
    }
    return found.length;
  });
  forgetCachedKeys(house.db);
  forgetCachedSubjects(house.db);
  return { keys };
}

/** Destroys the keys of payloads past retention, but for subjects under a hold. Repeatable; answers how many. */
export async function shredPastRetention(house: SealingHouse, signal?: AbortSignal): Promise<number> {
  const last = Number(house.clock.now().slice(0, 4)) - retainedYears - 1;
  let destroyed = 0;
  for (;;) {
    if (signal?.aborted) return destroyed;
    const count = await house.db.transaction().execute(async (tx) => {
      await lockHead(tx);
      const held = (await holds(tx)).map((one) => one.subject);
      if (held.includes(everything)) return 0;
      const found = await records.lockKeysUntil(tx, last, held, batch);
      if (found.length === 0) return 0;
      await records.shredKeys(tx, found.map((row) => row.id));
      await append(tx, { at: house.clock.now(), kind: payloadShredded.kind, actor: actorOf(theHouse), subject: `retention/${last}`, body: { keys: found.map(named), why: `kept for ${retainedYears} years, as 45 CFR 164.316(b)(2)(i) asks` } });
      return found.length;
    });
    if (count === 0) break;
    destroyed += count;
  }
  if (destroyed > 0) forgetCachedKeys(house.db);
  return destroyed;
}

/**
 * Makes a new KEK, wraps every data key and identifier with it, and drops the old ones: older copies of the database
 * cannot be opened any more, which is how shredding reaches backups. Repeatable after a crash.
 */
export async function rotateKek(house: SealingHouse, by: Caller): Promise<{ kek: string; keys: number; subjects: number }> {
  await sealingKeys(house.config);
  const kek = await addKek(house.config);
  const fresh = (await kekOf(house.config, kek))!;
  const first = await rewrapAll(house, kek, fresh);
  // Another instance may just have wrapped something with the key it read before; it reads the file each time.
  await sleep(1000);
  const second = await rewrapAll(house, kek, fresh);
  const keys = first.keys + second.keys;
  const subjects = first.subjects + second.subjects;
  await house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: kekRotated.kind, actor: actorOf(by), subject: `sealing/${kek}`, body: { kek, keys, subjects } }));
  await dropOldKeks(house.config);
  return { kek, keys, subjects };
}

async function rewrapAll(house: SealingHouse, kek: string, fresh: Buffer): Promise<{ keys: number; subjects: number }> {
  const done = { keys: 0, subjects: 0 };
  for (;;) {
    const found = await house.db.transaction().execute(async (tx) => {
      const old = await records.wrappedByOthers(tx, kek, 1000);
      for (const row of old.keys) await records.rewrapKey(tx, { ...row, kek, wrapped: encrypt(fresh, decrypt(await oldKek(house, row.kek!), row.wrapped!, boundToKey(row)), boundToKey({ ...row, kek })) });
      for (const row of old.subjects) await records.rewrapSubject(tx, { ...row, kek, sealed: encrypt(fresh, decrypt(await oldKek(house, row.kek), row.sealed, boundToSubject(row)), boundToSubject({ ...row, kek })) });
      return old;
    });
    if (found.keys.length + found.subjects.length === 0) return done;
    done.keys += found.keys.length;
    done.subjects += found.subjects.length;
  }
}

async function oldKek(house: SealingHouse, id: string): Promise<Buffer> {
  const found = await kekOf(house.config, id);
  if (!found) throw new Problem('unavailable', `The key ${id} is not in the file of sealing keys.`, 'Restore the file from a backup.', [{ file: house.config.sealingKeys, says: id }]);
  return found;
}
