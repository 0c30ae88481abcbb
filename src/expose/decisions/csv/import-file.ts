// How does a file at a terminal become records?
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Problem } from '../../../tools/base/problem.ts';
import { theHouse, type House } from '../../../tools/server/capability.ts';
import { takeBatch } from '../batch.ts';
import { lineIn, type LineIn } from '../intake.ts';
import type { BatchAnswer } from '../model.ts';
import { takeCsv } from './take-csv.ts';

const sorts = lineIn.options.map((option) => option.shape.what.value);

/** Takes in a file, CSV or (by its name) NDJSON, and says what became of it. */
export async function importFile(house: House, file: string, { deployment, what, map, zone, dryRun }: { deployment: string; what: string; map: string; zone?: string; dryRun: boolean }, say: (text: string) => void): Promise<BatchAnswer> {
  if (!sorts.includes(what as LineIn['what'])) throw new Problem('bad-input', `${what} is no sort of record.`, `Use one of ${sorts.join(', ')}.`, [{ path: '--what', says: what }]);
  const gzip = await isGzip(file);
  const source = createReadStream(file);
  const answer = /\.(ndjson|jsonl)(\.gz)?$/i.test(file)
    ? await takeBatch(house, theHouse, deployment, Readable.toWeb(source) as ReadableStream<Uint8Array>, { via: 'batch', gzip, dryRun })
    : await takeCsv(house, theHouse, deployment, source, { what: what as LineIn['what'], map, zone: zone ?? null, dryRun, gzip });
  const n = (count: number) => count.toLocaleString('en-US');
  say(`${n(answer.lines)} lines: ${n(answer.recorded)} ${dryRun ? 'would be recorded' : 'recorded'}, ${n(answer.before)} known before, ${n(answer.refused)} refused.`);
  for (const { line, path, says } of answer.problems.slice(0, 20)) say(`  line ${line}${path ? `, ${path}` : ''}: ${says}`);
  if (answer.refused > 20) say(`  and ${n(answer.refused - 20)} more`);
  return answer;
}

async function isGzip(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    await handle.close();
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } catch (error) {
    throw new Problem('bad-input', 'The file cannot be read.', 'Name a file that is there.', [{ file, says: (error as Error).message }]);
  }
}
