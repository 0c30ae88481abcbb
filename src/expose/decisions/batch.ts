// How do many lines become one commit, with every line provable and a bad one named?
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { append, actorOf, rootOfLeaves, type Sealed } from '../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import { canonical } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { problemsOf } from '../../tools/server/http.ts';
import { kinds } from './entry-kinds.ts';
import { eventText, type Event, type Way } from './event.ts';
import { lineIn, type LineIn } from './intake.ts';
import type { BatchAnswer } from './model.ts';
import { namesOf, referencesIn } from './names.ts';
import { plainLine } from './plain-line.ts';
import * as records from './records.ts';
import { aboutWritten, decisionWritten, nonsenseIn, sealedOf, type About, type Written } from './tell.ts';

/** Lines of one transaction: what a crash can undo, and what memory holds. */
const linesAtOnce = 10_000;
const longestLine = 1_000_000;
const mostProblems = 1_000;

interface Line {
  line: number;
  told: LineIn;
}

/**
 * Takes NDJSON in, plain or gzipped, some lines at a time: each part is one transaction with one entry of the ledger
 * that commits to all its records. A dry run writes nothing and says what would be recorded. What was told before is not written again, so a batch that broke off is sent again whole.
 * @throws Problem where the body is no gzip although it says so, or holds nothing.
 */
export async function takeBatch(house: House, caller: Caller, deployment: string, body: ReadableStream<Uint8Array> | null, { via, gzip, dryRun = false }: { via: Way; gzip: boolean; dryRun?: boolean }): Promise<BatchAnswer> {
  const found = await requireDeployment(house.db, caller, deployment);
  const answer: BatchAnswer = { batch: null, position: null, lines: 0, recorded: 0, before: 0, refused: 0, problems: [] };
  const refuse = (line: number, says: string, path: string | null = null) => {
    answer.refused++;
    if (answer.problems.length < mostProblems) answer.problems.push({ line, path, says });
  };
  const now = house.clock.now();
  let waiting: Line[] = [];
  // While one part is written the next is read and made ready: the database and this process work at the same time.
  let underWay: { fresh: ReadonlyMap<string, string>; done: Promise<boolean> } | null = null;
  const settle = async (ready: Ready): Promise<boolean> => {
    let moved = false;
    let next = ready;
    let result = await write(house, caller, found.id, via, next);
    for (let tries = 0; result === null; tries++) {
      if (tries === 5) throw new Problem('conflict', 'Others tell the same decisions at the same moment, again and again.', 'What came before is recorded; send the whole batch again, nothing is recorded twice.');
      moved = true;
      next = await makeReady(house, found.id, via, ready.lines, new Map());
      result = await write(house, caller, found.id, via, next);
    }
    for (const { line, says, path } of next.refused) refuse(line, says, path);
    answer.recorded += result.recorded;
    answer.before += next.before + next.written.length - result.recorded;
    answer.batch = result.batch ?? answer.batch;
    answer.position = result.position ?? answer.position;
    return moved;
  };
  const tried = new Set<string>();
  const flush = async () => {
    const lines = waiting;
    waiting = [];
    if (dryRun) return tryOut(house, found.id, lines, tried, answer, refuse);
    const previous = underWay;
    let ready = await makeReady(house, found.id, via, lines, previous?.fresh ?? new Map());
    underWay = null;
    // The ids this one leans on became others: make it ready again.
    if (await previous?.done) ready = await makeReady(house, found.id, via, lines, new Map());
    const done = settle(ready);
    // Looked at when its turn comes; until then its failure is no accident nobody saw.
    done.catch(() => {});
    underWay = { fresh: ready.fresh, done };
  };
  try {
    for await (const { line, text } of body ? linesOf(body, gzip) : []) {
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
  } finally {
    // What was begun is finished, even where the stream breaks off: the answer says what is recorded.
    if (waiting.length > 0) await flush();
    await (underWay as { done: Promise<boolean> } | null)?.done;
  }
  answer.problems.sort((a, b) => a.line - b.line);
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
  const plain = plainLine(value);
  if (plain) return { told: plain };
  const parsed = lineIn.safeParse(value);
  if (parsed.success) return { told: parsed.data };
  const first = problemsOf(parsed.error)[0];
  return { fault: first?.says ?? 'not as described', path: first?.path ?? null };
}

/** Lines made ready to be written: everything but what only the database decides. */
interface Ready {
  lines: readonly Line[];
  written: Written[];
  sealed: (Sealed | null)[];
  bodies: Buffer[];
  /** Names of decisions that nobody knew when this was made ready. */
  fresh: Map<string, string>;
  before: number;
  refused: { line: number; says: string; path: string }[];
}

/** `under way`: the decisions of a part that is being written at this moment and not to be found yet. */
async function makeReady(house: House, deployment: string, via: Way, lines: readonly Line[], underWay: ReadonlyMap<string, string>): Promise<Ready> {
  const keys = [...new Set(lines.map(({ told }) => told.key))];
  const named = new Map((await namesOf(house, deployment, 'decision', keys)).map((name, nth) => [keys[nth]!, { name, hex: name.toString('hex') }]));
  const known = await records.knownNames(house.db, deployment, [...named.values()].map(({ name }) => name));
  const reference = await referencesIn(house, lines.map(({ told }) => told as { subject?: string | undefined; encounter?: string | undefined; user?: string | undefined }));
  const ready: Ready = { lines, written: [], sealed: [], bodies: [], fresh: new Map(), before: 0, refused: [] };
  const about: { nth: number; decision: string; one: About }[] = [];
  const now = house.clock.now();
  for (const { line, told } of lines) {
    const { name, hex } = named.get(told.key)!;
    const before = known.get(hex) ?? underWay.get(hex) ?? ready.fresh.get(hex);
    if (told.what === 'decision') {
      if (before !== undefined) {
        ready.before++;
        continue;
      }
      const id = newId('dec', now);
      ready.fresh.set(hex, id);
      ready.written.push(decisionWritten(name, id, told, 'reported', via, reference));
    } else if (before === undefined) ready.refused.push({ line, says: 'no decision with this key has been recorded', path: 'key' });
    else {
      about.push({ nth: ready.written.length, decision: before, one: aboutOf(told) });
      // Its place; the name comes with those of all of its sort.
      ready.written.push(nameless);
    }
  }
  for (const what of ['feedback', 'outcome', 'use'] as const) {
    const these = about.filter(({ one }) => one.what === what);
    const names = await namesOf(house, deployment, what, these.map(({ one }) => canonical(one.told)));
    these.forEach(({ nth, decision, one }, i) => void (ready.written[nth] = aboutWritten(names[i]!, decision, one, reference)));
  }
  const subjects = new Map(ready.written.flatMap(({ event }) => (event.what === 'recorded' ? [[event.decision, event.subject]] : [])));
  for (const one of ready.written) {
    const sealed = one.payload === null ? null : await sealedOf(house, { ...one, sealedFor: subjects.get(one.sealedFor ?? '') ?? one.sealedFor });
    ready.sealed.push(sealed);
    ready.bodies.push(Buffer.from(eventText(sealed ? ({ ...one.event, payload: { digest: sealed.digest, bytes: sealed.bytes.length } } as Event) : one.event), 'utf8'));
  }
  return ready;
}

/** What would become of these lines; nothing is written, not even a reference. */
async function tryOut(house: House, deployment: string, lines: readonly Line[], tried: Set<string>, answer: BatchAnswer, refuse: (line: number, says: string, path: string) => void): Promise<void> {
  const names = await namesOf(house, deployment, 'decision', lines.map(({ told }) => told.key));
  const known = await records.knownNames(house.db, deployment, names);
  for (const [nth, { line, told }] of lines.entries()) {
    const hex = names[nth]!.toString('hex');
    const before = known.has(hex) || tried.has(hex);
    if (told.what !== 'decision' && !before) refuse(line, 'no decision with this key has been recorded', 'key');
    else if (told.what === 'decision' && before) answer.before++;
    else answer.recorded++;
    if (told.what === 'decision') tried.add(hex);
  }
}

const nameless: Written = { name: Buffer.alloc(0), sealedFor: null, payload: null, event: { what: 'used', decision: '', at: '', touch: 'opened', user: null, ms: null } };

/** Writes what is ready in one transaction; null where another told one of its decisions meanwhile, and nothing was written. */
async function write(house: House, caller: Caller, deployment: string, via: Way, ready: Ready): Promise<{ batch: string | null; position: number | null; recorded: number } | null> {
  const { written, bodies, sealed } = ready;
  if (written.length === 0) return { batch: null, position: null, recorded: 0 };
  return house.db.transaction().execute(async (tx) => {
    const fresh = await records.noteNames(tx, deployment, written.map(({ name, event }) => ({ name, decision: event.decision })));
    if ([...ready.fresh.keys()].some((hex) => !fresh.has(hex))) throw outrun;
    // Of one record told twice in this very part the first stands.
    const kept: number[] = [];
    for (const [nth, { name }] of written.entries()) if (fresh.delete(name.toString('hex'))) kept.push(nth);
    if (kept.length === 0) return { batch: null, position: null, recorded: 0 };
    const batch = newId('bat', house.clock.now());
    const root = Buffer.from(rootOfLeaves(kept.map((nth) => bodies[nth]!)));
    await records.keepBatchRecords(tx, batch, kept.map((nth) => ({ decision: written[nth]!.event.decision, body: bodies[nth]!, sealed: sealed[nth] ?? null })));
    const { position } = await append(tx, {
      at: house.clock.now(), kind: kinds.batch.kind, actor: actorOf(caller), deployment, subject: `batch/${batch}`,
      body: { batch, records: kept.length, root: root.toString('hex'), via },
    });
    await records.keepBatch(tx, { id: batch, deployment_id: deployment, position, records: kept.length, root });
    return { batch, position, recorded: kept.length };
  }).catch((error: unknown) => {
    if (error === outrun) return null;
    throw error;
  });
}

const outrun = new Error('another told one of these decisions at the same moment');

function aboutOf(told: Exclude<LineIn, { what: 'decision' }>): About {
  if (told.what === 'use') {
    const { what: _, touch, ...rest } = told;
    return { what: 'use', told: { ...rest, what: touch } };
  }
  const { what, ...rest } = told;
  return { what, told: rest } as About;
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
