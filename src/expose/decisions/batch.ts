// How do many lines become one commit, with every line provable and a bad one named?
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { append, actorOf, rootOfLeaves, type Sealed } from '../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import { canonicalBytes } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { problemsOf } from '../../tools/server/http.ts';
import { kinds } from './entry-kinds.ts';
import type { Way } from './event.ts';
import { lineIn, type LineIn } from './intake.ts';
import type { BatchAnswer } from './model.ts';
import { nameOf } from './names.ts';
import * as records from './records.ts';
import { nonsenseIn, sealedOf, writeAbout, writeDecision, type Told, type Written } from './tell.ts';

/** Lines of one transaction: what a crash can undo, and what memory holds. */
const linesAtOnce = 20_000;
const longestLine = 1_000_000;
const mostProblems = 1_000;

interface Line {
  line: number;
  told: LineIn;
}

/**
 * Takes NDJSON in, plain or gzipped, some lines at a time: each part is one transaction with one entry of the ledger
 * that commits to all its records. What was told before is not written again, so a batch that broke off is sent again whole.
 * @throws Problem where the body is no gzip although it says so, or holds nothing.
 */
export async function takeBatch(house: House, caller: Caller, deployment: string, body: ReadableStream<Uint8Array> | null, { via, gzip }: { via: Way; gzip: boolean }): Promise<BatchAnswer> {
  const found = await requireDeployment(house.db, caller, deployment);
  const answer: BatchAnswer = { batch: null, position: null, lines: 0, recorded: 0, before: 0, refused: 0, problems: [] };
  const refuse = (line: number, says: string, path: string | null = null) => {
    answer.refused++;
    if (answer.problems.length < mostProblems) answer.problems.push({ line, path, says });
  };
  let waiting: Line[] = [];
  const now = house.clock.now();
  const flush = async () => {
    if (waiting.length > 0) await record(house, caller, found.id, via, waiting, answer, refuse);
    waiting = [];
  };
  if (body)
    for await (const { line, text } of linesOf(body, gzip)) {
      answer.lines++;
      const read = readLine(text);
      if ('fault' in read) refuse(line, read.fault, read.path);
      else {
        const fault = read.told.what === 'decision' ? nonsenseIn(read.told, now) : null;
        if (fault) refuse(line, fault.says, fault.path);
        else waiting.push({ line, told: read.told });
      }
      if (waiting.length >= linesAtOnce) await flush();
    }
  await flush();
  if (answer.lines === 0) throw new Problem('bad-input', 'There is no line in this batch.', 'Send one JSON object per line, each with `what`: decision, feedback, outcome or use.');
  return answer;
}

function readLine(text: string | null): { told: LineIn } | { fault: string; path: string | null } {
  if (text === null) return { fault: `longer than ${longestLine.toLocaleString('en-US')} bytes`, path: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { fault: `no JSON: ${(error as Error).message}`, path: null };
  }
  const parsed = lineIn.safeParse(value);
  if (parsed.success) return { told: parsed.data };
  const first = problemsOf(parsed.error)[0];
  return { fault: first?.says ?? 'not as described', path: first?.path ?? null };
}

async function record(house: House, caller: Caller, deployment: string, via: Way, lines: readonly Line[], answer: BatchAnswer, refuse: (line: number, says: string, path?: string | null) => void): Promise<void> {
  const decided = await Promise.all(lines.map(({ told }) => nameOf(house, deployment, 'decision', told.key)));
  const known = await records.knownNames(house.db, deployment, decided);
  const written: Written[] = [];
  const mine = new Map<string, string>();
  for (const [nth, { line, told }] of lines.entries()) {
    const name = decided[nth]!;
    const hex = name.toString('hex');
    const before = known.get(hex) ?? mine.get(hex);
    if (told.what === 'decision') {
      if (before !== undefined) {
        answer.before++;
        continue;
      }
      const id = newId('dec', house.clock.now());
      mine.set(hex, id);
      const { what: _, ...rest } = told;
      written.push(await writeDecision(house, name, id, rest, 'reported', via));
    } else if (before === undefined) refuse(line, 'no decision with this key has been recorded', 'key');
    else written.push(await writeAbout(house, deployment, before, aboutOf(told)));
  }
  const subjects = new Map(written.flatMap(({ event }) => (event.what === 'recorded' ? [[event.decision, event.subject]] : [])));
  const sealed: (Sealed | null)[] = [];
  for (const one of written) sealed.push(one.payload === null ? null : await sealedOf(house, { ...one, sealedFor: subjects.get(one.sealedFor ?? '') ?? one.sealedFor }));
  const bodies = written.map(({ event }, nth) => Buffer.from(canonicalBytes(sealed[nth] ? { ...event, payload: { digest: sealed[nth].digest, bytes: sealed[nth].bytes.length } } : event)));
  await house.db.transaction().execute(async (tx) => {
    const fresh = await records.noteNames(tx, deployment, written.map(({ name, event }) => ({ name, decision: event.decision })));
    // Of one record told twice in this very part the first stands.
    const kept: number[] = [];
    for (const [nth, { name }] of written.entries()) if (fresh.delete(name.toString('hex'))) kept.push(nth);
    answer.before += written.length - kept.length;
    if (kept.length === 0) return;
    const batch = newId('bat', house.clock.now());
    const root = rootOfLeaves(kept.map((nth) => bodies[nth]!));
    await records.keepBatchRecords(tx, batch, kept.map((nth) => ({ decision: written[nth]!.event.decision, body: bodies[nth]!, sealed: sealed[nth] ?? null })));
    const appended = await append(tx, {
      at: house.clock.now(), kind: kinds.batch.kind, actor: actorOf(caller), deployment, subject: `batch/${batch}`,
      body: { batch, records: kept.length, root: Buffer.from(root).toString('hex'), via },
    });
    await records.keepBatch(tx, { id: batch, deployment_id: deployment, position: appended.position, records: kept.length, root: Buffer.from(root) });
    answer.recorded += kept.length;
    answer.batch = batch;
    answer.position = appended.position;
  });
}

function aboutOf(told: Exclude<LineIn, { what: 'decision' }>): Exclude<Told, { what: 'decision' }> {
  if (told.what === 'use') {
    const { what: _, touch, ...rest } = told;
    return { what: 'use', told: { ...rest, what: touch } };
  }
  const { what, ...rest } = told;
  return { what, told: rest } as Exclude<Told, { what: 'decision' }>;
}

/** Lines of a stream, blank ones left out; one that is too long is null, and none of it is kept. */
async function* linesOf(body: ReadableStream<Uint8Array>, gzip: boolean): AsyncGenerator<{ line: number; text: string | null }> {
  const raw = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  const source: Readable = gzip ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => source.destroy(error));
  const parts: Buffer[] = [];
  let held = 0;
  let tooLong = false;
  let line = 0;
  const take = (chunk: Buffer, from: number, to: number) => {
    held += to - from;
    if (held > longestLine) {
      tooLong = true;
      parts.length = 0;
    } else parts.push(chunk.subarray(from, to));
  };
  const end = (): { line: number; text: string | null } | null => {
    line++;
    const text = tooLong ? null : Buffer.concat(parts).toString('utf8');
    parts.length = held = 0;
    const blank = text !== null && text.trim() === '';
    const one = blank ? null : { line, text: tooLong ? null : text };
    tooLong = false;
    return one;
  };
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        take(chunk, from, at);
        from = at + 1;
        const one = end();
        if (one) yield one;
      }
      take(chunk, from, chunk.length);
    }
  } catch (error) {
    if (/^Z_|ERR_.*ZLIB|incorrect header|unexpected end/.test(`${(error as NodeJS.ErrnoException).code} ${(error as Error).message}`))
      throw new Problem('bad-input', `The gzip of this batch breaks off or is none, after line ${line}.`, 'What came before it is recorded; send the whole batch again, nothing is recorded twice.', [{ line, says: (error as Error).message }]);
    throw error;
  }
  if (held > 0) {
    const one = end();
    if (one) yield one;
  }
}
