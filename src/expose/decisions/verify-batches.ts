// Is every record that came in a batch, and what is sealed beside it, what the batch's entry of the ledger commits to?
import { hash } from 'node:crypto';
import { keyIn, rootOfLeaves, type Comparing } from '../../spine/ledger/ledger.ts';
import type { Db } from '../../tools/server/database.ts';
import { kinds } from './entry-kinds.ts';
import * as records from './records.ts';

/** So many records are held at a time; a single batch has 20,000 at most. */
const mostRecords = 20_000;
/** So many entries are asked for at a time: the gateway writes many small batches. */
const mostEntries = 1_000;

/** Compares tables `decisions.batch`, `batch_page` and `batch_payload` with the ledger: part of every verification of the database. */
export async function compareBatches(db: Db, comparing: Comparing): Promise<void> {
  for (let from = 0; ; ) {
    const rows = await records.committedBatches(db, kinds.batch.kind, from, comparing.size, mostEntries);
    const last = rows.at(-1);
    if (!last) break;
    from = last.position + 1;
    let some: Committed[] = [];
    let held = 0;
    for (const row of rows) {
      const one = committedBy(row);
      // An entry that cannot be read has been reported.
      if (one === null) continue;
      some.push(one);
      held += one.says.records;
      if (held < mostRecords) continue;
      await compareSome(db, some, comparing);
      some = [];
      held = 0;
    }
    await compareSome(db, some, comparing);
  }
  for (const { table, row } of await records.uncommitted(db, kinds.batch.kind, comparing.size)) comparing.fault('column', `table decisions.${table}, row ${row}: no entry of the ledger commits to it`);
}

interface Committed {
  row: records.CommittedBatch;
  deployment: string | null;
  says: { batch: string; records: number; root: string };
}

function committedBy(row: records.CommittedBatch): Committed | null {
  try {
    const { deployment, body } = JSON.parse(row.leaf.toString('utf8')) as { deployment: string | null; body: Committed['says'] };
    return { row, deployment, says: body };
  } catch {
    return null;
  }
}

async function compareSome(db: Db, some: readonly Committed[], comparing: Comparing): Promise<void> {
  if (some.length === 0) return;
  const pages = new Map<string, records.PageRow[]>();
  for (const page of await records.pagesOf(db, some.map(({ says }) => says.batch))) pages.set(page.batch, [...(pages.get(page.batch) ?? []), page]);
  for (const one of some) await compareOne(db, one, pages.get(one.says.batch) ?? [], comparing);
}

async function compareOne(db: Db, { row, deployment, says }: Committed, pages: readonly records.PageRow[], { usedKeys, fault }: Comparing): Promise<void> {
  const { position } = row;
  const name = `row ${says.batch}`;
  if (row.id === null) return fault('column', `table decisions.batch: ${name}, which entry ${position} commits to, is missing`, position);
  if (row.id !== says.batch) fault('column', `table decisions.batch, column id: ${row.id} stands at position ${position}, its entry says ${says.batch}`, position);
  if (row.deployment_id !== deployment) fault('column', `table decisions.batch, column deployment_id, ${name}: it is not that of entry ${position}`, position);
  if (row.records !== says.records) fault('column', `table decisions.batch, column records, ${name} says ${row.records}, entry ${position} ${says.records}`, position);
  if (row.root?.toString('hex') !== says.root) fault('column', `table decisions.batch, column root, ${name}: it is not that of entry ${position}`, position);
  const lines = linesOf(pages);
  if (typeof lines === 'string') return fault('altered', `table decisions.batch_page, ${name}: ${lines}`, position);
  if (lines.length !== says.records || Buffer.from(rootOfLeaves(lines)).toString('hex') !== says.root) return fault('altered', `table decisions.batch_page, columns first, packed and lines, ${name}: these are not the ${says.records} records that entry ${position} commits to`, position);
  const committed = new Map(lines.flatMap((line, nth) => (line.includes(hasPayload) ? [[nth, payloadOf(line)] as const] : [])));
  for (const { nth, key, sealed } of await records.sealedBeside(db, says.batch)) {
    const at = `table decisions.batch_payload, row ${says.batch} ${nth}`;
    const should = committed.get(nth);
    committed.delete(nth);
    if (!should) {
      fault('payload', `${at}: its record commits to no payload`, position);
      continue;
    }
    usedKeys.add(key);
    if (sealed.length !== should.bytes || hash('sha256', sealed) !== should.digest) fault('payload', `${at}, column sealed: these are not the bytes the record commits to`, position);
    else if (keyIn(sealed) !== key) fault('column', `${at}, column key says ${key}, the sealed payload ${String(keyIn(sealed))}`, position);
  }
  for (const nth of committed.keys()) fault('payload', `table decisions.batch_payload, row ${says.batch} ${nth} is missing`, position);
}

/** The records of pages that follow each other, or what is wrong with the pages. */
function linesOf(pages: readonly records.PageRow[]): Buffer[] | string {
  const lines: Buffer[] = [];
  for (const page of pages) {
    if (page.first !== lines.length) return `column first says ${page.first} where record ${lines.length} follows`;
    try {
      for (const line of records.linesIn(page)) lines.push(line);
    } catch {
      return `the page from record ${page.first} on cannot be unpacked (columns packed and lines)`;
    }
  }
  return lines;
}

/** In canonical JSON these quotes inside a text would be escaped: where this stands a record has a payload. */
const hasPayload = Buffer.from('"payload":{"bytes":');
const payloadOf = (line: Buffer): { digest: string; bytes: number } => (JSON.parse(line.toString('utf8')) as { payload: { digest: string; bytes: number } }).payload;
