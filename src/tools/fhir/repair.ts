// How is a file with bad lines made readable without losing a good line or a line number?
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { asProblem } from './duckdb.ts';
import { badLineLimit, type BadLine } from './model.ts';
import { judgeLine, readLines, type Ending } from './read-lines.ts';

export interface Repaired {
  lines: number;
  blankLines: number;
  badLines: BadLine[];
  badLineCount: number;
  resources: Record<string, number>;
  trouble?: string;
}

/**
 * Copies a file line by line; each blank or bad line becomes `{}`, so that line n of the copy is line n of the file.
 * Reads at the speed of JSON.parse, in memory bounded by `longestLine`. The copy is `target`, plain text.
 */
export async function repair(path: string, gzip: boolean, target: string, signal?: AbortSignal, onBytes?: (bytes: number) => void): Promise<Repaired> {
  const done: Repaired = { lines: 0, blankLines: 0, badLines: [], badLineCount: 0, resources: {} };
  const ending: Ending = {};
  const out = createWriteStream(target, { highWaterMark: 1 << 20 });
  let failure: unknown;
  out.on('error', (error) => (failure = error));
  try {
    let pieces: Buffer[] = [];
    let waiting = 0;
    const flush = async () => {
      if (failure) throw failure;
      const full = !out.write(Buffer.concat(pieces));
      pieces = [];
      waiting = 0;
      if (full) await Promise.race([once(out, 'drain'), once(out, 'close')]);
    };
    for await (const raw of readLines(path, gzip, ending, signal)) {
      done.lines = raw.line;
      onBytes?.(raw.length + 1);
      const judged = judgeLine(raw);
      let text: Buffer = emptyObject;
      if (judged.kind === 'resource') {
        done.resources[judged.type] = (done.resources[judged.type] ?? 0) + 1;
        text = judged.text;
      } else if (judged.kind === 'blank') done.blankLines++;
      else {
        done.badLineCount++;
        if (done.badLines.length < badLineLimit)
          done.badLines.push({ line: raw.line, reason: judged.reason, ...(judged.path && { path: judged.path }) });
      }
      pieces.push(text, lineEnd);
      waiting += text.length + 1;
      if (waiting > 1 << 20) await flush();
    }
    await flush();
    out.end();
    await finished(out);
  } catch (error) {
    throw asProblem(failure ?? error);
  } finally {
    out.destroy();
  }
  if (ending.trouble) done.trouble = ending.trouble;
  return done;
}

const emptyObject = Buffer.from('{}');
const lineEnd = Buffer.from('\n');
