// How do many lines become one commit, with every line provable and a bad one named?
import { append, actorOf, keyedNames, leafList, type LeafList, type Sealed } from '../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Json } from '../../tools/base/canonical.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { problemsOf } from '../../tools/server/http.ts';
import { kinds } from './entry-kinds.ts';
import type { Way } from './event.ts';
import { lineIn, type LineIn } from './intake.ts';
import { linesOf, longestLine, type LineOf } from './lines.ts';
import type { BatchAnswer } from './model.ts';
import { referencesIn } from './names.ts';
import { plainLine } from './plain-line.ts';
import { aboutText, decisionText, saidOf } from './record-text.ts';
import * as records from './records.ts';
import { nonsenseIn, sealedOf } from './tell.ts';

/** Lines of one transaction: what a crash can undo, and what memory holds. */
const linesAtOnce = 10_000;
/** Lines that are read and made ready together: what is made of them on the way is forgotten while it is young. */
const linesInStep = 2_500;
/** Long lines make smaller steps and parts. */
const textInStep = 4_000_000;
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
  const refuse = ({ line, says, path }: Refused) => {
    answer.refused++;
    if (answer.problems.length < mostProblems) answer.problems.push({ line, path, says });
  };
  const desk: Desk = { house, via, names: await namesFor(house, found.id), now: house.clock.now() };
  // That lines are new is taken for granted, and the database refuses those that are not: to ask about each costs as
  // much as to write it. Once one was known, all are asked about: somebody sends a batch again.
  let asking = false;
  // While one part is written the next is read and made ready: the database and this process work at the same time.
  let underWay: { fresh: Fresh; done: Promise<boolean> } = { fresh: nobody, done: Promise.resolve(false) };
  const again = async (raw: readonly LineOf[]): Promise<Ready> => {
    const ready = newReady();
    await makeReady(desk, ready, raw, nobody, asking);
    return ready;
  };
  const settle = async (ready: Ready, pages: Promise<Buffer[]>): Promise<boolean> => {
    let next = ready;
    let result = await write(house, caller, found.id, via, next, pages);
    for (let tries = 0; result === null; tries++) {
      if (tries === 5) throw new Problem('conflict', 'Others tell the same decisions at the same moment, again and again.', 'What came before is recorded; send the whole batch again, nothing is recorded twice.');
      asking = true;
      next = await again(ready.raw);
      result = await write(house, caller, found.id, via, next, records.packed(next.list));
    }
    next.refused.forEach(refuse);
    answer.recorded += next.list.length;
    answer.before += next.before;
    answer.batch = result.batch ?? answer.batch;
    answer.position = result.position ?? answer.position;
    return next !== ready;
  };
  const tried = new Set<string>();
  let waiting: LineOf[] = [];
  let length = 0;
  let part = newReady();
  const step = async () => {
    const lines = waiting;
    waiting = [];
    part.length += length;
    length = 0;
    if (dryRun) return tryOut(desk, lines, tried, answer, refuse);
    await makeReady(desk, part, lines, underWay.fresh, asking);
  };
  const flush = async () => {
    let ready = part;
    part = newReady();
    const previous = underWay;
    let pages = records.packed(ready.list);
    // Looked at when it is written.
    pages.catch(() => {});
    // The ids this one leans on became others: make it ready again.
    if (await previous.done) {
      ready = await again(ready.raw);
      pages = records.packed(ready.list);
    }
    const done = settle(ready, pages);
    // Looked at when its turn comes; until then its failure is no accident nobody saw.
    done.catch(() => {});
    underWay = { fresh: ready.fresh, done };
  };
  try {
    for await (const some of body ? linesOf(body, gzip) : []) {
      answer.lines += some.length;
      for (const one of some) {
        waiting.push(one);
        length += one.text?.length ?? 0;
        if (waiting.length < linesInStep && length < textInStep) continue;
        await step();
        if (part.raw.length > linesAtOnce - linesInStep || part.length >= 4 * textInStep) await flush();
      }
    }
  } finally {
    // What was begun is finished, even where the stream breaks off: the answer says what is recorded.
    if (waiting.length > 0) await step();
    if (part.raw.length > 0) await flush();
    await underWay.done;
  }
  answer.problems.sort((a, b) => a.line - b.line);
  if (answer.lines === 0) throw new Problem('bad-input', 'There is no line in this batch.', 'Send one JSON object per line, each with `what`: decision, feedback, outcome or use.');
  return answer;
}

interface Refused {
  line: number;
  says: string;
  path: string | null;
}

/** Lines read and checked; those with a fault of their own are refused. */
function readLines(lines: readonly LineOf[], now: string, refuse: (one: Refused) => void): Line[] {
  const found: Line[] = [];
  for (const { line, text } of lines) {
    const read = readLine(text);
    const fault = 'says' in read ? read : read.told.what === 'decision' ? nonsenseIn(read.told, now) : null;
    if (fault) refuse({ line, says: fault.says, path: fault.path });
    else if ('told' in read) found.push({ line, told: read.told });
  }
  return found;
}

function readLine(text: string | null): { told: LineIn } | { says: string; path: string | null } {
  if (text === null) return { says: `longer than ${longestLine.toLocaleString('en-US')} bytes`, path: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { says: `no JSON: ${(error as Error).message}`, path: null };
  }
  const plain = plainLine(value);
  if (plain) return { told: plain };
  const parsed = lineIn.safeParse(value);
  if (parsed.success) return { told: parsed.data };
  const first = problemsOf(parsed.error)[0];
  return { says: first?.says ?? 'not as described', path: first?.path ?? null };
}

/** What all parts of a batch are made ready with. */
interface Desk {
  house: House;
  via: Way;
  names: Record<LineIn['what'], (value: string) => string>;
  now: string;
}

async function namesFor(house: House, deployment: string): Promise<Desk['names']> {
  const of = (what: LineIn['what']) => keyedNames(house, `decisions/${deployment}/${what}`);
  return { decision: await of('decision'), feedback: await of('feedback'), outcome: await of('outcome'), use: await of('use') };
}

/** Decisions by their name, with whom they are about. */
type Fresh = ReadonlyMap<string, { id: string; subject: string }>;
const nobody: Fresh = new Map();

/** Lines made ready to be written: everything but what only the database decides. */
interface Ready {
  /** The lines as they came, to begin anew with where another was quicker. */
  raw: LineOf[];
  /** Of their texts together. */
  length: number;
  /** The names of the records, in hexadecimal, in their order. */
  names: string[];
  /** The decision each is about. */
  decisions: string[];
  list: LeafList;
  sealed: { nth: number; sealed: Sealed }[];
  /** Names of decisions that nobody knew when this was made ready. */
  fresh: Map<string, { id: string; subject: string }>;
  /** Names of what was told about decisions. */
  said: Set<string>;
  before: number;
  refused: Refused[];
}

const newReady = (): Ready => ({ raw: [], length: 0, names: [], decisions: [], list: leafList(linesAtOnce), sealed: [], fresh: new Map(), said: new Set(), before: 0, refused: [] });

/** Makes more lines ready. `under way`: the decisions of a part that is being written at this moment and not to be found yet. */
async function makeReady({ house, via, names, now }: Desk, ready: Ready, raw: readonly LineOf[], underWay: Fresh, asking: boolean): Promise<void> {
  for (const one of raw) ready.raw.push(one);
  const lines = readLines(raw, now, (one) => void ready.refused.push(one));
  const named = namesOfKeys(lines, names.decision);
  const said = lines.map(({ told }) => (told.what === 'decision' ? null : names[told.what](saidOf(told))));
  const known = await records.knownNames(house.db, asking ? [...new Set([...named, ...said.filter((one) => one !== null)])] : elsewhere(lines, named, underWay, ready.fresh));
  const reference = await referencesIn(house, lines.map(({ told }) => told as { subject?: string | undefined; encounter?: string | undefined; user?: string | undefined }));
  const seal = async (subject: string, payload: Json): Promise<{ digest: string; length: number }> => {
    const sealed = (await sealedOf(house, { sealedFor: subject, payload }))!;
    ready.sealed.push({ nth: ready.list.length, sealed });
    return { digest: sealed.digest, length: sealed.bytes.length };
  };
  const keep = (name: string, decision: string, text: string) => {
    ready.names.push(name);
    ready.decisions.push(decision);
    ready.list.add(text);
  };
  for (const [nth, { line, told }] of lines.entries()) {
    const name = named[nth]!;
    const fresh = underWay.get(name) ?? ready.fresh.get(name);
    const before = known.get(name) ?? fresh?.id;
    if (told.what === 'decision') {
      if (before !== undefined) {
        ready.before++;
        continue;
      }
      const id = newId('dec', now);
      const subject = reference('patient', told.subject)!;
      ready.fresh.set(name, { id, subject });
      const sealed = told.payload === undefined || told.payload === null ? null : await seal(subject, told.payload);
      keep(name, id, decisionText(told, { name, id, via, subject, reference, sealed }));
    } else if (before === undefined) ready.refused.push({ line, says: 'no decision with this key has been recorded', path: 'key' });
    else if (known.has(said[nth]!) || ready.said.has(said[nth]!)) ready.before++;
    else {
      ready.said.add(said[nth]!);
      const text = told.what === 'feedback' ? told.reason?.text : undefined;
      const sealed = text === undefined ? null : await seal(fresh?.subject ?? before, { reason: text });
      keep(said[nth]!, before, aboutText(told, { decision: before, reference, sealed }));
    }
  }
}

/** The name of the decision each line is about. Lines about one decision stand near each other. */
function namesOfKeys(lines: readonly Line[], nameOf: (key: string) => string): string[] {
  const names = new Map<string, string>();
  return lines.map(({ told: { key } }) => {
    let name = names.get(key);
    if (name === undefined) names.set(key, (name = nameOf(key)));
    return name;
  });
}

/** The names of decisions that are spoken of here and told elsewhere. */
function elsewhere(lines: readonly Line[], named: readonly string[], ...here: readonly Fresh[]): string[] {
  const told = new Set<string>();
  const asked = new Set<string>();
  for (const [nth, { told: { what } }] of lines.entries()) {
    const name = named[nth]!;
    if (what === 'decision') told.add(name);
    else if (!told.has(name) && !here.some((one) => one.has(name))) asked.add(name);
  }
  return [...asked];
}

/** What would become of these lines; nothing is written, not even a reference. */
async function tryOut({ house, names, now }: Desk, raw: readonly LineOf[], tried: Set<string>, answer: BatchAnswer, refuse: (one: Refused) => void): Promise<void> {
  const lines = readLines(raw, now, refuse);
  const named = namesOfKeys(lines, names.decision);
  const known = await records.knownNames(house.db, [...new Set(named)]);
  for (const [nth, { line, told }] of lines.entries()) {
    const name = named[nth]!;
    const before = known.has(name) || tried.has(name);
    if (told.what !== 'decision' && !before) refuse({ line, says: 'no decision with this key has been recorded', path: 'key' });
    else if (told.what === 'decision' && before) answer.before++;
    else answer.recorded++;
    if (told.what === 'decision') tried.add(name);
  }
}

/** Writes what is ready in one transaction; null where something of it is known already, and nothing was written. */
async function write(house: House, caller: Caller, deployment: string, via: Way, { names, decisions, list, sealed }: Ready, pages: Promise<Buffer[]>): Promise<{ batch: string | null; position: number | null } | null> {
  if (list.length === 0) return { batch: null, position: null };
  const batch = newId('bat', house.clock.now());
  const root = list.root();
  const made = await pages;
  return house.db.transaction().execute(async (tx) => {
    await records.noteNewNames(tx, names, decisions);
    await records.keepPages(tx, batch, made);
    await records.keepBatchPayloads(tx, batch, sealed);
    const { position } = await append(tx, {
      at: house.clock.now(), kind: kinds.batch.kind, actor: actorOf(caller), deployment, subject: `batch/${batch}`,
      body: { batch, records: list.length, root: root.toString('hex'), via },
    });
    await records.keepBatch(tx, { id: batch, deployment_id: deployment, position, records: list.length, root });
    return { batch, position };
  }).catch((error: unknown) => {
    if (records.wasTold(error)) return null;
    throw error;
  });
}
