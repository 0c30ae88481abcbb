// How does one file of an export arrive whole, whatever breaks on the way?
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../../../base/problem.ts';
import { asProblem } from '../../duckdb.ts';
import { isGzip } from '../../list-folder.ts';
import { countLines } from '../tables/read-records.ts';
import type { Answer, Ask } from './request.ts';
import { ask } from './request.ts';

/** The link is no longer good: the server must be asked for another. */
export class Expired extends Error {
  constructor(status: number) {
    super(`The link to a file has expired (${status}).`);
  }
}

export interface Download {
  url: string;
  /** Where it goes when it is whole; until then beside it as `.part`. */
  to: string;
  /** Resources the manifest promises. */
  count: number | undefined;
  token(): Promise<Ask['token']>;
  patiently(what: string, work: () => Promise<Answer>): Promise<Answer>;
  /** A transfer broke and goes on from here. */
  broke(bytes: number): Promise<void>;
  signal: AbortSignal | undefined;
}

const mostBreaks = 20;

/**
 * Downloads the bytes as the server sends them, packed or not; goes on with Range after a break, begins anew where the server
 * ignores Range or the file has changed, and is done only when length, line end and gzip are whole.
 * @throws Expired for 401, 403, 404 and 410; Problem when it will not come whole.
 */
export async function download({ url, to, count, token, patiently, broke, signal }: Download): Promise<{ bytes: number; sha256: string; lines: number }> {
  const part = `${to}.part`;
  let tag: string | undefined;
  let packed = false;
  for (let breaks = 0; ; breaks++) {
    const have = await stat(part).then(({ size }) => size, () => 0);
    // What an earlier process left is continued only where the server can vouch that it is the same file.
    const from = tag === undefined ? 0 : have;
    if (from === 0) await rm(part, { force: true });
    const answer = await patiently('download', async () =>
      ask(url, { headers: { accept: 'application/fhir+ndjson', 'accept-encoding': 'gzip', ...(from > 0 && tag !== undefined && { range: `bytes=${from}-`, 'if-range': tag }) }, token: await token(), signal }),
    );
    if ([401, 403, 404, 410].includes(answer.status)) {
      answer.body.resume();
      throw new Expired(answer.status);
    }
    if (answer.status === 416) {
      answer.body.resume();
      tag = undefined;
      if (breaks < mostBreaks) continue;
    }
    if (answer.status !== 200 && answer.status !== 206) {
      answer.body.resume();
      throw new Problem('unavailable', `The server does not give a file of the export (${answer.status}).`, 'Start the same command again.', [{ path: safe(url), says: `status ${answer.status}` }]);
    }
    const resumed = answer.status === 206 && Number(/^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1]) === from;
    if (answer.status === 206 && !resumed) {
      // a part that was not asked for
      answer.body.destroy();
      tag = undefined;
      continue;
    }
    // RFC 9110: only a strong validator proves that the parts belong together.
    const etag = answer.headers.etag;
    tag = etag && !etag.startsWith('W/') ? etag : answer.headers['last-modified'];
    packed = answer.headers['content-encoding'] === 'gzip';
    const promised = answer.headers['content-length'] === undefined ? undefined : Number(answer.headers['content-length']) + (resumed ? from : 0);
    let failed = false;
    try {
      await pipeline(answer.body, createWriteStream(part, { flags: resumed ? 'a' : 'w', mode: 0o600 }), ...(signal ? [{ signal }] : []));
    } catch (error) {
      if (signal?.aborted) throw error;
      const known = asProblem(error);
      if (known instanceof Problem) throw known;
      failed = true;
    }
    const bytes = await stat(part).then(({ size }) => size, () => 0);
    if (promised !== undefined && bytes !== promised) failed = true;
    if (!failed) {
      const { lines, trouble } = await countLines(part, packed || (await isGzip(part).catch(() => false)), signal);
      if (!trouble && (count === undefined || lines === count)) {
        const sha256 = await digestOf(part);
        await rename(part, to);
        return { bytes, sha256, lines };
      }
      if (!trouble && breaks > 0)
        throw new Problem('unavailable', `A file of the export has ${lines} lines where the manifest promises ${count}.`, 'Ask for the export anew, and tell the administrator of the server.', [{ path: safe(url), says: `${lines} lines, ${count} promised` }]);
      tag = undefined;
    }
    if (breaks === mostBreaks) throw new Problem('unavailable', `A download broke ${mostBreaks} times.`, 'Start the same command again; files that are whole are kept.', [{ path: safe(url), says: `${bytes} bytes arrived` }]);
    await broke(bytes);
  }
}

/** Links may carry a signature of their own; it is not shown. */
const safe = (url: string): string => url.split('?')[0] ?? url;

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) hash.update(piece);
  return hash.digest('hex');
}
