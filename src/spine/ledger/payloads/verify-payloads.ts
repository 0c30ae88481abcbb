// Is every sealed payload the one its entry commits to, and every key and name as it was written?
import { hash } from 'node:crypto';
import type { Db } from '../../../tools/server/database.ts';
import { hexOf } from '../base64.ts';
import { wholeAt } from '../compare-row.ts';
import { payloadShredded } from '../kinds.ts';
import { entriesOfKind } from '../records.ts';
import type { LedgerHouse } from '../signing.ts';
import type { Walk } from '../verify.ts';
import { decrypt, keyIn } from './envelope.ts';
import { readSealingKeys, type SealingKeys } from './keys.ts';
import * as records from './records.ts';
import { boundToKey } from './seal.ts';
import { boundToSubject, lookupOf } from './subjects.ts';

/** What entries of a stretch commit to, by position. */
export type Committed = Map<number, { digest: string; bytes: number }>;

/** Compares the sealed payloads of a stretch with the digests of its entries; `usedKeys` collects the keys they name. */
export async function comparePayloads(db: Db, walk: Walk, from: number, to: number, committed: Committed, usedKeys: Set<string>): Promise<void> {
  await records.copyPayloads(db, from, to, (row) => {
    let at = 6;
    const position = wholeAt(row, at);
    at += 8;
    const field = () => {
      const length = row.readInt32BE(at);
      const bytes = row.subarray(at + 4, at + 4 + length);
      at += 4 + length;
      return bytes;
    };
    const key = field().toString('utf8');
    const sealed = field();
    const should = committed.get(position);
    committed.delete(position);
    if (!should) return walk.fault('payload', `table payload, row ${position}: its entry commits to no payload kept here`, position);
    usedKeys.add(key);
    if (sealed.length !== should.bytes || hash('sha256', sealed) !== should.digest) walk.fault('payload', `table payload, column sealed, row ${position}: these are not the bytes the entry commits to`, position);
    else if (keyIn(sealed) !== key) walk.fault('column', `table payload, column key, row ${position} says ${key}, the sealed payload ${String(keyIn(sealed))}`, position);
  });
  for (const position of committed.keys()) walk.fault('payload', `table payload: the payload of entry ${position} is missing`, position);
}

/** Checks data keys, subjects and what is left over; after all stretches. */
export async function compareKeys(house: LedgerHouse, walk: Walk, size: number, usedKeys: Set<string>): Promise<void> {
  const beyond = await records.payloadBeyond(house.db, size);
  if (beyond !== null && beyond < 0) walk.fault('payload', `table payload, row ${beyond}: there is no such entry`);
  const keys = await readSealingKeys(house.config);
  const shredded = await shreddedKeys(house.db);
  for await (const rows of records.allKeys(house.db)) {
    for (const row of rows) {
      usedKeys.delete(row.id);
      const why = objectionTo(row, keys, shredded.get(row.id));
      if (why) walk.fault('column', `table data_key, row ${row.id}: ${why}`);
    }
  }
  for (const id of usedKeys) walk.fault('column', `table data_key: the key ${id}, which payloads are sealed with, is missing`);
  for await (const rows of records.allSubjects(house.db)) {
    for (const row of rows) if (!isWhole(row, keys)) walk.fault('column', `table subject, row ${row.reference}: reference, lookup, kek and sealed do not belong together`);
  }
}

type Shredded = { id: string; subject: string; year: number };

async function shreddedKeys(db: Db): Promise<Map<string, Shredded>> {
  const entries = await entriesOfKind(db, payloadShredded.kind);
  const found = new Map<string, Shredded>();
  for (const { leaf } of entries) {
    try {
      for (const key of (JSON.parse(leaf.toString('utf8')) as { body: { keys: Shredded[] } }).body.keys) found.set(key.id, key);
    } catch {
      // The entry itself has been reported.
    }
  }
  return found;
}

function objectionTo(row: records.DataKeyRow, keys: SealingKeys | null, shredded: Shredded | undefined): string | null {
  if (row.wrapped === null) {
    if (!shredded) return 'wrapped is empty, but no entry says that the key was shredded';
    if (shredded.subject !== row.subject || shredded.year !== row.year) return `subject and year are not those of the key that was shredded (${shredded.subject}, ${shredded.year})`;
    return null;
  }
  if (shredded) return 'wrapped is there, though an entry says that the key was shredded';
  const kek = row.kek === null ? undefined : keys?.keks.get(row.kek);
  if (!kek) return `kek ${String(row.kek)} is not in the file of sealing keys`;
  try {
    decrypt(kek, row.wrapped, boundToKey(row));
    return null;
  } catch {
    return 'id, subject, year, kek and wrapped do not belong together';
  }
}

function isWhole(row: records.SubjectRow, keys: SealingKeys | null): boolean {
  const kek = keys?.keks.get(row.kek);
  if (!keys || !kek) return false;
  try {
    const [system, value] = JSON.parse(decrypt(kek, row.sealed, boundToSubject(row)).toString('utf8')) as [string, string];
    return hexOf(lookupOf(keys.lookup, { system, value })) === hexOf(row.lookup);
  } catch {
    return false;
  }
}
