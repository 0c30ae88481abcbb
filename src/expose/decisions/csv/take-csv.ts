// How does a CSV file become a batch, tried first without writing, and named by its own lines?
import { Readable } from 'node:stream';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { requireDeployment } from '../../../spine/deployments/deployments.ts';
import { takeBatch } from '../batch.ts';
import type { LineIn } from '../intake.ts';
import type { BatchAnswer } from '../model.ts';
import { faultsOf, guessMapping, lineMaker, parseMapping, type Mapping } from './mapping.ts';
import { rowsOf, type Row } from './rows.ts';

export type Bytes = ReadableStream<Uint8Array> | Readable;

export interface Taking {
  what: LineIn['what'];
  /** As `parseMapping` reads it; what it leaves open is guessed from the names of the columns. */
  map: string;
  zone: string | null;
  dryRun: boolean;
  gzip: boolean;
}

const previewed = 20;

async function header(rows: AsyncGenerator<Row>): Promise<string[]> {
  const first = await rows.next();
  const columns = first.done ? null : first.value.cells;
  if (!columns || columns.length < 2) throw new Problem('bad-input', 'The first line has no columns.', 'Send CSV with a header; comma, semicolon or tab between the columns.', [{ line: 1, says: 'fewer than two columns' }]);
  const twice = columns.find((one, nth) => columns.indexOf(one) !== nth);
  if (twice !== undefined) throw new Problem('bad-input', `Two columns are called ${twice || '(nothing)'}.`, 'Give each column its own name.', [{ line: 1, says: twice }]);
  return columns.map((one) => one.replace(/^\uFEFF/, ''));
}

/** The columns of a file, its first 20 rows, and what its columns seem to be. */
export async function previewCsv(body: Bytes, what: LineIn['what'], gzip: boolean): Promise<{ columns: string[]; rows: string[][]; mapping: Mapping; faults: string[] }> {
  const rows = rowsOf(body, gzip);
  const columns = await header(rows);
  const first: string[][] = [];
  for await (const { cells } of rows) {
    if (cells) first.push(cells);
    if (first.length === previewed) break;
  }
  const mapping = guessMapping(what, columns);
  return { columns, rows: first, mapping, faults: faultsOf(what, mapping, columns) };
}

/**
 * Takes a CSV file in as a batch; the numbers of refused lines are those of the file. The same file again writes nothing
 * twice, so one that broke off is sent again whole. A dry run checks every row and writes nothing.
 * @throws Problem where there is no header, or the mapping lacks something.
 */
export async function takeCsv(house: House, caller: Caller, deployment: string, body: Bytes, { what, map, zone, dryRun, gzip }: Taking): Promise<BatchAnswer> {
  await requireDeployment(house.db, caller, deployment);
  if (zone !== null && !/^(Z|[+-]\d\d:\d\d)$/.test(zone)) throw new Problem('bad-input', `${zone} is no offset.`, 'Write Z or, for example, +01:00.', [{ path: 'zone', says: zone }]);
  const rows = rowsOf(body, gzip);
  const columns = await header(rows);
  const mapping = { ...guessMapping(what, columns), ...mappingIn(what, map) };
  const faults = faultsOf(what, mapping, columns);
  if (faults.length > 0) throw new Problem('bad-input', 'The columns of this file do not fill a record.', 'Say which column is what: field=column, or field:=text for every row.', faults.map((says) => ({ path: 'map', says })));
  return takeBatch(house, caller, deployment, Readable.toWeb(Readable.from(lines(rows, lineMaker(what, mapping, columns, zone)), { objectMode: false })) as ReadableStream<Uint8Array>, { via: 'csv', gzip: false, dryRun });
}

function mappingIn(what: LineIn['what'], map: string): Mapping {
  try {
    return parseMapping(what, map);
  } catch (error) {
    throw new Problem('bad-input', 'The mapping cannot be read.', 'field=column, or field:=text for every row, with commas between.', [{ path: 'map', says: (error as Error).message }]);
  }
}

/** Each row on the line on which it begins in the file, so that the numbers agree. */
async function* lines(rows: AsyncGenerator<Row>, make: (cells: readonly string[]) => Record<string, unknown>): AsyncGenerator<Buffer> {
  let text = '';
  let at = 1;
  for await (const { cells, line } of rows) {
    text += '\n'.repeat(line - at) + (cells === null ? '"a quote is not closed, or the row is too long"' : JSON.stringify(make(cells)));
    at = line;
    if (text.length > 100_000) {
      yield Buffer.from(text);
      text = '';
    }
  }
  yield Buffer.from(text);
}
