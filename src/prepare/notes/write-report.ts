// How do notes.json, notes.html and spans.ndjson come to stand in a folder, whole or not at all?
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { Problem } from '../../tools/base/problem.ts';
import type { NotesDocument } from './model.ts';
import { reportHtml } from './report.ts';

export const notesJson = (document: NotesDocument): string => `${JSON.stringify(document, null, 1)}\n`;

export interface Writing {
  /** Where lines of spans go while the charts are traced; waits where the disk is slower. */
  spans(lines: string): Promise<void>;
  /** Puts everything in its place; what stood there before stays until then. */
  finish(document: NotesDocument): Promise<Record<'json' | 'html', string> & { spans: string | null }>;
  /** Removes what is half written. */
  abandon(): Promise<void>;
}

export async function openReport(folder: string, withSpans: boolean): Promise<Writing> {
  const place = (name: string) => join(folder, name);
  const part = (name: string) => join(folder, `.${name}.${process.pid}.part`);
  let stream: WriteStream | null = null;
  let failure: unknown = null;
  try {
    await mkdir(folder, { recursive: true });
    if (withSpans) {
      stream = createWriteStream(part('spans.ndjson'), { mode: 0o600 });
      stream.on('error', (error) => void (failure = error));
      await once(stream, 'open');
    }
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  const abandon = async () => {
    stream?.destroy();
    for (const name of ['notes.json', 'notes.html', 'spans.ndjson']) await rm(part(name), { force: true });
  };
  return {
    async spans(lines) {
      if (failure) throw cannotWrite(folder, failure);
      if (!stream || stream.write(lines)) return;
      const full = stream;
      // A disk that fails closes the stream instead.
      await new Promise<void>((go) => {
        const on = () => {
          full.off('drain', on);
          full.off('close', on);
          go();
        };
        full.on('drain', on);
        full.on('close', on);
      });
    },
    async finish(document) {
      try {
        if (stream) {
          stream.end();
          await once(stream, 'close');
          if (failure) throw failure;
        }
        for (const [name, text] of [['notes.json', notesJson(document)], ['notes.html', reportHtml(document)]] as const) {
          const file = await open(part(name), 'w');
          try {
            await file.writeFile(text);
            await file.sync();
          } finally {
            await file.close();
          }
        }
        for (const name of ['notes.json', 'notes.html', ...(withSpans ? ['spans.ndjson'] : [])]) await rename(part(name), place(name));
      } catch (error) {
        await abandon();
        throw cannotWrite(folder, error);
      }
      return { json: place('notes.json'), html: place('notes.html'), spans: withSpans ? place('spans.ndjson') : null };
    },
    abandon,
  };
}

function cannotWrite(folder: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const why: Record<string, string> = { ENOSPC: 'the disk is full', EACCES: 'it may not be written', EROFS: 'it is read-only', EDQUOT: 'the quota is used up', ENOTDIR: 'a part of its path is a file', EEXIST: 'it is a file, not a folder' };
  return new Problem('unavailable', `The report cannot be written into ${folder}: ${why[code] ?? (error as Error).message}.`, 'Make room or name another folder with --out; an earlier report there is untouched.', [{ file: folder, says: code || 'write failed' }]);
}
