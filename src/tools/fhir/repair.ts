// How is a file with bad lines made readable without losing a good line or a line number?
import { open } from 'node:fs/promises';
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
export async function repair(path: string, gzip: boolean, target: string, signal?: AbortSignal): Promise<Repaired> {
  const done: Repaired = { lines: 0, blankLines: 0, badLines: [], badLineCount: 0, resources: {} };
  const ending: Ending = {};
  const out = await open(target, 'wx').catch(refuse);
  try {
    let pieces: Buffer[] = [];
    let waiting = 0;
    const flush = async () => {
      await out.writeFile(Buffer.concat(pieces));
      pieces = [];
      waiting = 0;
    };
    for await (const raw of readLines(path, gzip, ending, signal)) {
      done.lines = raw.line;
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
  } catch (error) {
    refuse(error);
  } finally {
    await out.close();
  }
  if (ending.trouble) done.trouble = ending.trouble;
  return done;
}

const emptyObject = Buffer.from('{}');
const lineEnd = Buffer.from('\n');

function refuse(error: unknown): never {
  throw asProblem(error);
}
