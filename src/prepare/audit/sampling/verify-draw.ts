// Is this the sample its seed and this export give, record by record?
import { createHash } from 'node:crypto';
import { seedDigest } from './draw.ts';
import { ticketOf } from './frame.ts';
import type { SampleDocument } from './sample-words.ts';

/** Every way in which `given` differs from `again`, the same draw recomputed; empty: it is the same. */
export function differences(given: SampleDocument, again: SampleDocument): string[] {
  const found: string[] = [];
  const say = (what: string, here: unknown, there: unknown) => {
    if (JSON.stringify(here) !== JSON.stringify(there)) found.push(`${what}: the sample says ${short(here)}, drawn again it is ${short(there)}.`);
  };
  if (given.seedDigest !== seedDigest(given.request.seed)) found.push('The digest of the seed is not that of the seed: another seed was fixed before the data were read.');
  say('Data section of the charter (digest)', given.charter.digest, again.charter.digest);
  say('Records in the frame', given.frame.records, again.frame.records);
  say('Digest of the frame', given.frame.digest, again.frame.digest);
  say('Strata', given.frame.level, again.frame.level);
  const strata = (document: SampleDocument) => document.strata.map(({ facility, department, period, size, n, spread, probability, weight }) => [facility, department, period, size, n, spread, probability, weight]);
  say('Sizes of the strata', digestOf(strata(given)), digestOf(strata(again)));
  const inOrder = (document: SampleDocument) => document.records.filter(({ drawn }) => drawn).map(({ record, stratum, rank }) => JSON.stringify([record, stratum, rank]));
  const [mine, theirs] = [new Set(inOrder(given)), new Set(inOrder(again))];
  const extra = [...mine].filter((one) => !theirs.has(one));
  const missing = [...theirs].filter((one) => !mine.has(one));
  if (extra.length > 0) found.push(`${extra.length} drawn records do not follow from the seed, the first ${extra[0]}.`);
  if (missing.length > 0) found.push(`${missing.length} records that follow from the seed are not in the sample, the first ${missing[0]}.`);
  const wrong = given.records.filter((one) => one.ticket !== ticketOf(given.request.seed, one.record));
  if (wrong.length > 0) found.push(`${wrong.length} tickets are not SHA-256 of seed and record, the first that of ${wrong[0]!.record}.`);
  const held = (document: SampleDocument) => Object.fromEntries(document.records.filter(({ drawn }) => drawn).map(({ record, found: values }) => [record, values]));
  const [given_, again_] = [held(given), held(again)];
  const changed = Object.keys(given_).filter((record) => again_[record] !== undefined && JSON.stringify(given_[record]) !== JSON.stringify(again_[record]));
  if (changed.length > 0) found.push(`Of ${changed.length} drawn records the export holds other values than the sample says, the first ${changed[0]}.`);
  return found;
}

const digestOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
const short = (value: unknown) => String(value).slice(0, 80);
