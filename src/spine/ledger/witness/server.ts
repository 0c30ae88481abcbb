// How does one hospital witness the ledger of another, with a key and a folder of its own?
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Clock } from '../../../tools/base/clock.ts';
import { Problem } from '../../../tools/base/problem.ts';
import { cosignatureAlgorithm, keyIdOf, witnessKeyText, type Signer, type VerifierKey } from '../note.ts';
import { signerFor } from '../signing-key.ts';
import { judge, type Answer } from './judge.ts';

export interface WitnessServer {
  /** What a log is configured with: the verifier key of type 4. */
  key: string;
  port: number;
  stop(): Promise<void>;
}

export interface WitnessOptions {
  /** Where its key and the last checkpoint of each log lie. */
  folder: string;
  /** The name it signs under, e.g. `witness.hospital.example`. Only used when the key is made. */
  name: string;
  port: number;
  host: string;
  logs: readonly VerifierKey[];
  clock: Clock;
}

const largestRequest = 64_000;

/**
 * A witness by C2SP tlog-witness: `POST /add-checkpoint`; `GET /` tells its key. It keeps the last checkpoint it
 * cosigned for each log, written and flushed before it answers, and cosigns only what grew out of that.
 */
export async function startWitness({ folder, name, port, host, logs, clock }: WitnessOptions): Promise<WitnessServer> {
  if (!/^[^\s+\p{Cc}]+$/u.test(name)) throw new Problem('bad-input', 'The name of a witness has neither spaces nor plus signs.', 'Name it like an address: witness.hospital.example.');
  await mkdir(folder, { recursive: true });
  const own = await signerFor(folder, name, 'witness.key');
  // A key of its own kind: the id says that it signs what others wrote, with a time.
  const signer: Signer = { ...own, keyId: keyIdOf(own.name, own.publicKey, cosignatureAlgorithm) };
  const key = witnessKeyText(signer);
  const seenAt = (origin: string) => join(folder, `${createHash('sha256').update(origin).digest('hex')}.checkpoint`);
  const seenOf = (origin: string) => readFile(seenAt(origin), 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Only "never seen" counts as never seen: a file that cannot be read must not become a fresh start.
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  // One request at a time: looking at what was seen and remembering the new one must not mix.
  let turn: Promise<unknown> = Promise.resolve();
  const answer = (body: string): Promise<Answer> => {
    const mine = turn.then(async () => {
      const found = await judge(body, logs, signer, seenOf, Math.floor(Date.parse(clock.now()) / 1000));
      if (found.remember !== undefined) await writeWhole(seenAt(found.remember.slice(0, found.remember.indexOf('\n'))), found.remember);
      return found;
    });
    turn = mine.catch(() => {});
    return mine;
  };
  const server = createServer((request, response) => {
    void respond(request, response, key, answer).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, host, done)).catch((error: Error) => {
    throw new Problem('unavailable', `The witness cannot listen: ${error.message}.`, 'Choose another --port.');
  });
  const stop = () => new Promise<void>((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
  return { key, port: (server.address() as { port: number }).port, stop };
}

async function respond(request: IncomingMessage, response: ServerResponse, key: string, answer: (body: string) => Promise<Answer>): Promise<void> {
  const path = (request.url ?? '').split('?')[0];
  const say = (status: number, text: string, type = 'text/plain; charset=utf-8') => void response.writeHead(status, { 'content-type': type }).end(text);
  if (path === '/' && request.method === 'GET') return say(200, `${key}\n`);
  if (path !== '/add-checkpoint') return say(404, 'there is only POST /add-checkpoint\n');
  if (request.method !== 'POST') return say(405, 'add-checkpoint is a POST\n');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largestRequest) return say(413, 'the request is too long\n');
    chunks.push(chunk);
  }
  const { status, text, size } = await answer(Buffer.concat(chunks).toString('utf8'));
  say(status, text, size === undefined ? undefined : 'text/x.tlog.size');
}

/** Written beside, flushed, put in place, and the folder flushed: after a power cut it is the old one or the new. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.part`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const folder = await open(join(path, '..'), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
