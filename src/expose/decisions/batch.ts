// How do many lines become one commit, with every line provable and a bad one named?
import { append, actorOf, keyedNames, leafList, type LeafList, type Names, type Sealed } from '../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Json } from '../../tools/base/canonical.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { kinds } from './entry-kinds.ts';
import type { Way } from './event.ts';
import type { LineIn } from './intake.ts';
import { linesOf, type LineOf } from './lines.ts';
import type { BatchAnswer } from './model.ts';
import { referencesAmong, type References } from './names.ts';
import { sorts } from './plain-bytes.ts';
import { around, writeAbout, writeDecision, writeSaid } from './record-bytes.ts';
import { aboutText, decisionText, saidOf } from './record-text.ts';
import * as records from './records.ts';
import { readSheet, type Refused, type Sheet } from './sheet.ts';
import { sealedOf } from './tell.ts';

/** Lines of one transaction: what a crash can undo, and what memory holds. */
const linesAtOnce = 10_000;
/** Lines that are read and made ready together: what is made of them on the way is forgotten while it is young. */
const linesInStep = 2_500;
/** Long lines make smaller steps and parts; of bytes. */
const textInStep = 4_000_000;
const mostProblems = 1_000;

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
    await makeReady(desk, ready, begin(desk, raw), nobody, asking);
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
  // A step ahead of the one that is made ready: whom its lines speak of is looked up meanwhile.
  let ahead: Begun | null = null;
  const step = async () => {
    const lines = waiting;
    waiting = [];
    const bytes = length;
    length = 0;
    if (dryRun) return tryOut(desk, lines, tried, answer, refuse);
    const now = ahead;
    ahead = lines.length > 0 ? begin(desk, lines, bytes) : null;
    if (now === null) return;
    await makeReady(desk, part, now, underWay.fresh, asking);
    part.length += now.length;
    if (part.raw.length > linesAtOnce - linesInStep || part.length >= 4 * textInStep) await flush();
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
        length += one.to - one.from;
        if (waiting.length < linesInStep && length < textInStep) continue;
        await step();
      }
    }
  } finally {
    // What was begun is finished, even where the stream breaks off: the answer says what is recorded.
    if (waiting.length > 0) await step();
    if (ahead !== null) await step();
    if (part.raw.length > 0) await flush();
    await underWay.done;
  }
  answer.problems.sort((a, b) => a.line - b.line);
  if (answer.lines === 0) throw new Problem('bad-input', 'There is no line in this batch.', 'Send one JSON object per line, each with `what`: decision, feedback, outcome or use.');
  return answer;
}

/** What all parts of a batch are made ready with. */
interface Desk {
  house: House;
  via: Way;
  names: Record<LineIn['what'], Names>;
  now: string;
}

async function namesFor(house: House, deployment: string): Promise<Desk['names']> {
  const of = (what: LineIn['what']) => keyedNames(house, `decisions/${deployment}/${what}`);
  return { decision: await of('decision'), feedback: await of('feedback'), outcome: await of('outcome'), use: await of('use') };
}

/** Decisions by the producer's key, with whom they are about. */
type Fresh = ReadonlyMap<string, { id: string; subject: string }>;
const nobody: Fresh = new Map();

/** Lines made ready to be written: everything but what only the database decides. */
interface Ready {
  /** The lines as they came, to begin anew with where another was quicker. */
  raw: LineOf[];
  /** Of their bytes together. */
  length: number;
  /** The names of the records, in hexadecimal, in their order. */
  names: string[];
  /** The decision each is about. */
  decisions: string[];
  list: LeafList;
  sealed: { nth: number; sealed: Sealed }[];
  /** Decisions that nobody knew when this was made ready. */
  fresh: Map<string, { id: string; subject: string }>;
  /** Names of what was told about decisions. */
  said: Set<string>;
  before: number;
  refused: Refused[];
}

const newReady = (): Ready => ({ raw: [], length: 0, names: [], decisions: [], list: leafList(linesAtOnce), sealed: [], fresh: new Map(), said: new Set(), before: 0, refused: [] });

/** Lines read, while it is looked up whom they speak of. */
interface Begun {
  raw: readonly LineOf[];
  length: number;
  sheet: Sheet;
  refused: Refused[];
  reference: Promise<References>;
}

function begin({ house, now }: Desk, raw: readonly LineOf[], length = 0): Begun {
  const refused: Refused[] = [];
  const sheet = readSheet(raw, now, (one) => void refused.push(one));
  const reference = referencesAmong(house, { patient: sheet.subjects, encounter: sheet.encounters, user: sheet.users });
  // Looked at when its turn comes; until then its failure is no accident nobody saw.
  reference.catch(() => {});
  return { raw, length, sheet, refused, reference };
}

/** Makes more lines ready. `under way`: the decisions of a part that is being written at this moment and not to be found yet. */
async function makeReady({ house, via, names, now }: Desk, ready: Ready, begun: Begun, underWay: Fresh, asking: boolean): Promise<void> {
  const { sheet } = begun;
  for (const one of begun.raw) ready.raw.push(one);
  ready.refused.push(...begun.refused);
  const { lines, kinds, keys, slots } = sheet;
  const saidAt = (nth: number): string => {
    const told = sheet.told[nth];
    const name = names[sorts[kinds[nth]! - 1]!];
    if (told !== undefined) return name(saidOf(told as Exclude<LineIn, { what: 'decision' }>));
    const { bytes, from, to } = lines[nth]!;
    return name.written(writeSaid(name.room(to - from + around), name.at, bytes!, slots, nth, kinds[nth]!));
  };
  const said = asking ? lines.map((_, nth) => (kinds[nth] === 1 ? null : saidAt(nth))) : null;
  const askedKeys = asking ? [...new Set(keys)] : elsewhere(sheet, underWay, ready.fresh);
  const nameOfKey = new Map(askedKeys.map((key) => [key, names.decision(key)]));
  const known = await records.knownNames(house.db, [...nameOfKey.values(), ...new Set(said?.filter((one) => one !== null))]);
  const reference = await begun.reference;
  const seal = async (subject: string, payload: Json): Promise<{ digest: string; length: number }> => {
    const sealed = (await sealedOf(house, { sealedFor: subject, payload }))!;
    ready.sealed.push({ nth: ready.list.length, sealed });
    return { digest: sealed.digest, length: sealed.bytes.length };
  };
  const { list } = ready;
  const note = (name: string, decision: string) => {
    ready.names.push(name);
    ready.decisions.push(decision);
  };
  for (let nth = 0; nth < lines.length; nth++) {
    const { line, bytes, from, to } = lines[nth]!;
    const key = keys[nth]!;
    const told = sheet.told[nth];
    const fresh = underWay.get(key) ?? ready.fresh.get(key);
    const asked = nameOfKey.get(key);
    const before = (asked === undefined ? undefined : known.get(asked)) ?? fresh?.id;
    if (kinds[nth] === 1) {
      if (before !== undefined) {
        ready.before++;
        continue;
      }
      const name = asked ?? names.decision(key);
      const id = newId('dec', now);
      const subject = reference('patient', sheet.subjects[nth])!;
      ready.fresh.set(key, { id, subject });
      if (told?.what === 'decision') {
        const sealed = told.payload === undefined || told.payload === null ? null : await seal(subject, told.payload);
        list.add(decisionText(told, { name, id, via, subject, reference, sealed }));
      } else list.wrote(writeDecision(list.room(to - from + around), list.at, bytes!, slots, nth, { name, id, via, subject, encounter: reference('encounter', sheet.encounters[nth]), user: reference('user', sheet.users[nth]) }));
      note(name, id);
      continue;
    }
    if (before === undefined) {
      ready.refused.push({ line, says: 'no decision with this key has been recorded', path: 'key' });
      continue;
    }
    const name = said?.[nth] ?? saidAt(nth);
    if (known.has(name) || ready.said.has(name)) {
      ready.before++;
      continue;
    }
    ready.said.add(name);
    if (told !== undefined && told.what !== 'decision') {
      const text = told.what === 'feedback' ? told.reason?.text : undefined;
      const sealed = text === undefined ? null : await seal(fresh?.subject ?? before, { reason: text });
      list.add(aboutText(told, { decision: before, reference, sealed }));
    } else list.wrote(writeAbout(list.room(to - from + around), list.at, bytes!, slots, nth, kinds[nth]!, before, reference('user', sheet.users[nth])));
    note(name, before);
  }
}

/** The keys of decisions that are spoken of here and told elsewhere. */
function elsewhere({ keys, kinds }: Sheet, ...here: readonly Fresh[]): string[] {
  const told = new Set<string>();
  const asked = new Set<string>();
  for (let nth = 0; nth < keys.length; nth++) {
    const key = keys[nth]!;
    if (kinds[nth] === 1) told.add(key);
    else if (!told.has(key) && !here.some((one) => one.has(key))) asked.add(key);
  }
  return [...asked];
}

/** What would become of these lines; nothing is written, not even a reference. */
async function tryOut({ house, names, now }: Desk, raw: readonly LineOf[], tried: Set<string>, answer: BatchAnswer, refuse: (one: Refused) => void): Promise<void> {
  const { lines, kinds, keys } = readSheet(raw, now, refuse);
  const nameOfKey = new Map([...new Set(keys)].map((key) => [key, names.decision(key)]));
  const known = await records.knownNames(house.db, [...nameOfKey.values()]);
  for (const [nth, { line }] of lines.entries()) {
    const key = keys[nth]!;
    const before = known.has(nameOfKey.get(key)!) || tried.has(key);
    if (kinds[nth] !== 1 && !before) refuse({ line, says: 'no decision with this key has been recorded', path: 'key' });
    else if (kinds[nth] === 1 && before) answer.before++;
    else answer.recorded++;
    if (kinds[nth] === 1) tried.add(key);
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
