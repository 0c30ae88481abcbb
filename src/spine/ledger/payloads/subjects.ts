// By which random reference is a patient or user known in the records, and who may ask for the name behind it?
import { hash } from 'node:crypto';
import { canonical, canonicalBytes } from '../../../tools/base/canonical.ts';
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller } from '../../../tools/server/capability.ts';
import type { Db } from '../../../tools/server/database.ts';
import { actorOf, append } from '../append.ts';
import { subjectFound, subjectRevealed } from '../kinds.ts';
import { decrypt, encrypt } from './envelope.ts';
import { freshSealingKeys, kekOf, sealingKeys } from './keys.ts';
import * as records from './records.ts';
import type { SealingHouse } from './seal.ts';

/** Whom or what it is: a patient's, an encounter's or a user's identifier, and whose numbering that is. */
export interface Identifier {
  system: string;
  value: string;
}

const caches = new WeakMap<Db, Map<string, string>>();
const mostRemembered = 50_000;

/** What a sealed identifier is bound to. */
export const boundToSubject = ({ reference, lookup, kek }: Pick<records.SubjectRow, 'reference' | 'lookup' | 'kek'>): Uint8Array =>
  canonicalBytes(['subject', reference, lookup.toString('hex'), kek]);

/** HMAC-SHA-256 (RFC 2104) of the identifier: the same identifier is found again, and the database alone cannot guess. */
export const lookupOf = (key: Buffer, identifier: Identifier): Buffer => Buffer.from(lookupText(key, identifier), 'latin1');

/**
 * The same, one character a byte. Two plain hashes over bytes that lie ready but for the last: for a text this short
 * `createHmac` takes twice the time, and every call of the gateway asks four times.
 */
function lookupText(key: Buffer, { system, value }: Identifier): string {
  const desk = deskOf(key);
  const text = `[${canonical(system)},${canonical(value)}]`;
  // A unit of UTF-16 takes three bytes at most.
  if (block + 3 * text.length > desk.inner.length) desk.inner = Buffer.concat([desk.inner.subarray(0, block), Buffer.alloc(3 * text.length)]);
  const end = block + desk.inner.write(text, block, 'utf8');
  desk.outer.write(hash('sha256', desk.inner.subarray(0, end), 'binary'), block, 'latin1');
  return hash('sha256', desk.outer, 'binary');
}

const block = 64;
const desks = new WeakMap<Buffer, { inner: Buffer; outer: Buffer }>();

/** The key as RFC 2104 mixes it in, with room behind it. Our keys have 32 bytes, less than a block of 64. Hashing never waits, so that two never share a desk at once. */
function deskOf(key: Buffer): { inner: Buffer; outer: Buffer } {
  const there = desks.get(key);
  if (there) return there;
  const padded = (byte: number, room: number) => Buffer.from(Uint8Array.from({ length: block + room }, (_, i) => (i < block ? (key[i] ?? 0) ^ byte : 0)));
  const made = { inner: padded(0x36, 1_024), outer: padded(0x5c, 32) };
  desks.set(key, made);
  return made;
}

/** A name for an identifier that needs no way back: equal identifiers have equal names, and the database alone cannot guess. */
export const keyedHash = async (house: Pick<SealingHouse, 'config'>, identifier: Identifier): Promise<Buffer> => lookupOf((await sealingKeys(house.config)).lookup, identifier);

/** The same for many of one system, without waiting in between. */
export async function keyedHashes(house: Pick<SealingHouse, 'config'>, system: string, values: readonly string[]): Promise<Buffer[]> {
  const { lookup } = await sealingKeys(house.config);
  return values.map((value) => lookupOf(lookup, { system, value }));
}

/** The reference of an identifier, made on first use. For many at once: `referencesFor`. */
export async function referenceFor(house: SealingHouse, identifier: Identifier): Promise<string> {
  return (await referencesFor(house, [identifier]))[0]!;
}

/**
 * The references of identifiers, in their order: what a room does at the door with everything that names a patient or
 * user. This is the house at its own work and is not logged one by one; a person who asks is (`reveal`, `find`).
 */
export async function referencesFor(house: SealingHouse, identifiers: readonly Identifier[]): Promise<string[]> {
  const { lookup: lookupKey } = await sealingKeys(house.config);
  let cache = caches.get(house.db);
  if (!cache) caches.set(house.db, (cache = new Map()));
  const lookups = identifiers.map((one) => lookupText(lookupKey, one));
  const known = allOf(cache, lookups);
  if (known) return known;
  const missing = new Map<string, { lookup: Buffer; identifier: Identifier }>();
  lookups.forEach((name, i) => {
    if (!cache.has(name)) missing.set(name, { lookup: Buffer.from(name, 'latin1'), identifier: identifiers[i]! });
  });
  if (missing.size > 0) {
    const found = await records.subjectsByLookup(house.db, [...missing.values()].map((one) => one.lookup));
    const there = new Set(found.map((row) => row.lookup.toString('latin1')));
    const { current, keks } = there.size < missing.size ? await freshSealingKeys(house.config) : await sealingKeys(house.config);
    const made = [...missing].filter(([name]) => !there.has(name)).map(([, { lookup, identifier }]) => {
      const row = { reference: newId('sub', house.clock.now()), lookup, kek: current };
      return { ...row, sealed: encrypt(keks.get(current)!, canonicalBytes([identifier.system, identifier.value]), boundToSubject(row)) };
    });
    if (made.length > 0) await records.addSubjects(house.db, made);
    // Read again where something was made: another instance may have been quicker.
    const all = made.length > 0 ? [...found, ...(await records.subjectsByLookup(house.db, made.map((row) => row.lookup)))] : found;
    const byLookup = new Map(all.map((row) => [row.lookup.toString('latin1'), row.reference]));
    const answer = lookups.map((name) => byLookup.get(name) ?? cache.get(name)!);
    if (cache.size + all.length > mostRemembered) cache.clear();
    for (const [lookup, reference] of byLookup) cache.set(lookup, reference);
    return answer;
  }
  return lookups.map((name) => cache.get(name)!);
}

/** What is remembered of all of them; null where one is not. Who comes back is nearly every caller. */
function allOf(cache: ReadonlyMap<string, string>, names: readonly string[]): string[] | null {
  const found: string[] = [];
  for (const name of names) {
    const one = cache.get(name);
    if (one === undefined) return null;
    found.push(one);
  }
  return found;
}

export const forgetCachedSubjects = (db: Db): void => void caches.delete(db);

/** Whom a reference stands for; who asked and why goes into the ledger before the answer. */
export async function reveal(house: SealingHouse, by: Caller, reference: string, why: string): Promise<Identifier> {
  const row = await records.subjectByReference(house.db, reference);
  if (!row) throw new Problem('not-found', `Whom ${reference} stands for is not known here, or was deleted.`, 'The ledger says when: entries of the kind subject.forgotten.');
  const identifier = await openSubject(house, row);
  await house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: subjectRevealed.kind, actor: actorOf(by), subject: `subject/${reference}`, body: { why } }));
  return identifier;
}

/** The reference of an identifier, or null; who asked and why goes into the ledger, the identifier does not. */
export async function find(house: SealingHouse, by: Caller, identifier: Identifier, why: string): Promise<string | null> {
  const { lookup } = await sealingKeys(house.config);
  const [row] = await records.subjectsByLookup(house.db, [lookupOf(lookup, identifier)]);
  await house.db.transaction().execute((tx) =>
    append(tx, { at: house.clock.now(), kind: subjectFound.kind, actor: actorOf(by), subject: row ? `subject/${row.reference}` : 'subject/none', body: { system: identifier.system, found: Boolean(row), why } }),
  );
  return row?.reference ?? null;
}

/** The identifier in a row. Throws Problem where the row was altered, or its KEK is gone. */
export async function openSubject(house: SealingHouse, row: records.SubjectRow): Promise<Identifier> {
  const kek = await kekOf(house.config, row.kek);
  if (!kek) throw new Problem('unavailable', `The key ${row.kek} is not in the file of sealing keys.`, 'Restore the file from a backup.', [{ file: house.config.sealingKeys, says: row.kek }]);
  try {
    const [system, value] = JSON.parse(decrypt(kek, row.sealed, boundToSubject(row)).toString('utf8')) as [string, string];
    return { system, value };
  } catch {
    throw new Problem('conflict', `The record of ${row.reference} does not open: it was altered.`, 'Run `attending ledger verify`.');
  }
}
