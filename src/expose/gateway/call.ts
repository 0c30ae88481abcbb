// One call of an EHR: may it be asked, what is answered, is it recorded, and only then, what is shown?
import { hash } from 'node:crypto';
import { decisionKinds, eventText, nameOf, referencesOf } from '../decisions/decisions.ts';
import type { Disposition, Recorded } from '../decisions/model.ts';
import { appendGrouped, readyKey, seal, type Appending, type Sealed } from '../../spine/ledger/ledger.ts';
import type { Json } from '../../tools/base/canonical.ts';
import { shift } from '../../tools/base/clock.ts';
import type { House } from '../../tools/server/capability.ts';
import { askVendor, type Answer } from './ask-vendor.ts';
import { actionsAsCard, composed, noCards, standardReasons, vendorNames, withoutPrefetch, withoutToken, type Kept, type Reason } from './compose.ts';
import { TooLate, withinTime } from './deadlines.ts';
import { gatewayActor, type Delivery } from './delivery.ts';
import { judgeCall, judgeCard, variablesOf, type Asked } from './judge.ts';
import { deepest, JsonFault, memberOf, spanAt, spansOf, stringAt, valueAt, type Span } from './json-spans.ts';
import { shapeOf } from './fault-shape.ts';
import { lintContext } from './hook-context.ts';
import { lintAnswer } from './lint.ts';
import { signCall, type OwnKey } from './own-key.ts';
import { takeTurn, type CardRow } from './records.ts';
import type { Outcome, Traffic } from './traffic.ts';
import { mint, type Minted } from './uuids.ts';
import type { Serving, Watch } from './watch.ts';

/** What the parts of the gateway share while it is open. */
export interface Desk {
  house: House;
  watch: Watch;
  delivery: Delivery;
  /** What the vendor is still to hear of feedback. */
  outbox: { kick(): void; send(): Promise<void>; close(): Promise<void> };
  traffic: Traffic;
  key: OwnKey;
  /** The address of this house as others see it. */
  address(): string;
}

/** What goes back to the EHR. `settle` is told whether it left the house. */
export interface Reply {
  status: number;
  bytes: Uint8Array;
  outcome: Outcome;
  vendorMs: number | null;
  settle(delivered: boolean): void;
}

/** One output of the AI on its way into the ledger. */
interface Output {
  minted: Minted;
  /** Of its card's uuid, in hexadecimal; null until it is recorded. */
  name: string | null;
  disposition: Disposition;
  rule: string | null;
  label: string | null;
  class: string | null;
  score: number | null;
  critical: boolean;
  card: Omit<CardRow, 'at' | 'decision'> | null;
}

const nothingToSettle = () => {};
const digestOf = (bytes: Uint8Array): string => hash('sha256', bytes);

/** A fault of the caller's own request. */
export class BadCall extends Error {
  readonly status: 400 | 412;
  constructor(says: string, status: 400 | 412 = 400) {
    super(says);
    this.status = status;
  }
}

interface Request {
  root: Span;
  hook: string;
  hookInstance: string;
  patient: string | null;
  encounter: string | null;
  user: string | null;
}

/** @throws BadCall where it is no call of CDS Hooks. */
export function readCall(bytes: Uint8Array): Request {
  let root: Span;
  try {
    // Only the fields of the call itself are looked at; what lies deeper is checked and left alone.
    root = spansOf(bytes, deepest, 2);
  } catch (error) {
    if (error instanceof JsonFault) throw new BadCall(`The request is not JSON that can be taken: ${error.message}.`);
    throw error;
  }
  const context = spanAt(root, ['context']);
  const hook = stringAt(bytes, spanAt(root, ['hook']));
  const hookInstance = stringAt(bytes, spanAt(root, ['hookInstance']));
  if (!hook) throw new BadCall('The request has no `hook`.');
  if (!hookInstance) throw new BadCall('The request has no `hookInstance`.');
  if (context?.kind !== 'object') throw new BadCall('The request has no `context`.');
  const prefetch = memberOf(root, 'prefetch')?.value;
  if (prefetch && prefetch.kind !== 'object' && prefetch.kind !== 'null') throw new BadCall('`prefetch` is not an object.');
  const authorization = memberOf(root, 'fhirAuthorization')?.value;
  if (authorization && authorization.kind !== 'null' && !stringAt(bytes, spanAt(root, ['fhirServer']))) throw new BadCall('There is a `fhirAuthorization` without `fhirServer`.');
  const text = (key: string) => stringAt(bytes, spanAt(context, [key])) || null;
  return { root, hook, hookInstance, patient: text('patientId')?.replace(/^Patient\//, '') ?? null, encounter: text('encounterId')?.replace(/^Encounter\//, '') ?? null, user: text('userId') };
}

/** Answers one call. Everything that can fail here ends in no card, and in a record of it where a record can be made. */
export async function answerCall(desk: Desk, serving: Serving, service: string, bytes: Buffer, tenant: string | null, began: number): Promise<Reply> {
  const { house } = desk;
  const call = readCall(bytes);
  const askedAt = house.clock.now();
  const deadline = began + serving.judge.policy.deadlineMs;
  const empty = (outcome: Outcome, vendorMs: number | null = null): Reply => ({ status: 200, bytes: noCards, outcome, vendorMs, settle: nothingToSettle });
  // Who may not know of the latest kill switch shows nothing.
  if (!desk.watch.knows() && !(await knows(desk, deadline))) {
    desk.delivery.missed(serving.deployment, askedAt, 'unknowing');
    return empty('unknowing');
  }
  if (serving.mode === 'off') return empty('off');
  for (const fault of lintContext(bytes, call.hook, spanAt(call.root, ['context'])!)) desk.traffic.fault(serving.deployment, askedAt, fault);
  let asked: Asked & { momentAt: string | null };
  try {
    asked = await withinTime(whoAndWhere(house, serving, call, bytes, tenant, askedAt), deadline);
  } catch (error) {
    desk.delivery.missed(serving.deployment, askedAt, whyOf(error));
    return empty('ledger-failed');
  }
  const before = judgeCall(serving.judge, asked);
  const file = (arm: string | null): File => ({ desk, serving, service, call, asked, bytes, arm, askedAt, deadline, anyway: before.ask ? (before.anyway ?? null) : null });
  if (!before.ask) {
    if (before.disposition === null) return empty('off');
    const one = silent(before.disposition, askedAt, { rule: before.rule });
    await recordSilent(file(before.arm), one, house.clock.now(), null);
    return empty(before.disposition);
  }
  // The key of this patient is made ready while the vendor thinks.
  makeReady(house, asked.subject);
  const beganAsking = performance.now();
  const forwarded = withoutPrefetch(bytes, call.root, new Set(Object.keys(serving.connection.prefetch)));
  const answer = await ask(desk, serving, service, forwarded, deadline - performance.now());
  const vendorMs = performance.now() - beganAsking;
  const at = house.clock.now();
  const read = readAnswer(answer);
  if ('fault' in read) {
    const late = !answer.ok && answer.why === 'late';
    const one = silent(late ? 'late' : 'withheld', at, { label: read.fault });
    await recordSilent(file(before.arm), one, at, answer.ok ? answer.bytes : null);
    // 412 asks the EHR for data and is no output: the EHR has to hear it.
    return answer.ok && answer.status === 412 ? { ...empty('vendor-failed', vendorMs), status: 412, bytes: Buffer.from('{"title":"The service needs data that neither prefetch nor the FHIR server gave."}') } : empty(late ? 'late' : 'vendor-failed', vendorMs);
  }
  return release(file(before.arm), before.shows, at, (answer as Answer & { ok: true }).bytes, read, vendorMs);
}

const ready = new Map<string, number>();

/** The key of a patient stays at hand for a minute; within most of it there is nothing to be made ready. */
function makeReady(house: House, subject: string): void {
  const now = performance.now();
  if (now - (ready.get(subject) ?? -Infinity) < 50_000) return;
  if (ready.size > 10_000) ready.clear();
  ready.set(subject, now);
  void readyKey(house, subject).catch(() => void ready.delete(subject));
}

interface File {
  desk: Desk;
  serving: Serving;
  service: string;
  call: Request;
  asked: Asked & { momentAt: string | null };
  bytes: Buffer;
  arm: string | null;
  askedAt: string;
  deadline: number;
  /** The rule that holds in this context, where this call is of the sample that is shown anyway. */
  anyway: string | null;
}

function silent(disposition: Disposition, now: string, more: Partial<Output> = {}): Output {
  return { minted: mint(now), name: null, disposition, rule: null, label: null, class: null, score: null, critical: false, card: null, ...more };
}

/** Who is asked about, by reference, and where. Throws where the database cannot be reached. */
async function whoAndWhere(house: House, serving: Serving, call: Request, bytes: Buffer, tenant: string | null, now: string): Promise<Asked & { momentAt: string | null }> {
  // A call about nobody is a subject of its own: it can be shredded like any other.
  const patient = call.patient ?? `call ${call.hookInstance}`;
  const [subject, encounter, user] = await referencesOf(house, [{ kind: 'patient', value: patient }, { kind: 'encounter', value: call.encounter ?? undefined }, { kind: 'user', value: call.user ?? undefined }]);
  const part = (key: string): Json => {
    const found = serving.reads ? memberOf(call.root, key)?.value : undefined;
    return found ? (valueAt(bytes, found) as Json) : {};
  };
  const context = part('context');
  const prefetch = part('prefetch');
  const variables = variablesOf({ now, hook: call.hook, context, prefetch });
  const withTenant = (name: string) => (name === 'tenant' ? tenant : variables(name));
  const placed = (path: Serving['facilityOf']) => {
    const text = path?.(withTenant) ?? null;
    if (text === null) return null;
    return serving.connection.places.names[text] ?? (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text) ? text : null);
  };
  const moment = serving.momentOf?.(withTenant) ?? null;
  return {
    now, hook: call.hook, context, prefetch, deployment: serving.deployment, secret: serving.secret, mode: serving.mode, subject: subject!, encounter: encounter!, user: user!,
    facility: placed(serving.facilityOf), department: placed(serving.departmentOf), momentAt: moment !== null && Number.isFinite(Date.parse(moment)) ? new Date(moment).toISOString() : null,
  };
}

async function ask(desk: Desk, serving: Serving, service: string, body: Uint8Array, within: number): Promise<Answer> {
  const path = `${serving.base.pathname.replace(/\/$/, '')}/cds-services/${encodeURIComponent(service)}`;
  return askVendor(serving.pool, { method: 'POST', path, headers: await headersTo(desk, serving, path), body }, within);
}

/** What goes along with a question to the vendor. The EHR's own token stays here. */
export async function headersTo(desk: Desk, serving: Serving, path: string): Promise<Record<string, string>> {
  const headers: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json', 'accept-encoding': 'identity' };
  if (serving.connection.sign) headers['authorization'] = `Bearer ${await tokenFor(desk, serving, path)}`;
  return headers;
}

function tokenFor(desk: Desk, serving: Serving, path: string): Promise<string> {
  return signCall(desk.key, desk.house, { iss: desk.address(), aud: `${serving.base.origin}${path}`, jku: `${desk.address()}/cds/jwks.json` });
}

interface ReadAnswer {
  root: Span;
  value: { cards: Json[]; systemActions?: Json };
  cards: Span & { kind: 'array' };
  faults: ReturnType<typeof lintAnswer>;
}

/** What the vendor said, or in one word why it cannot be used. */
function readAnswer(answer: Answer): ReadAnswer | { fault: string } {
  if (!answer.ok) return { fault: `vendor-${answer.why}` };
  if (answer.status !== 200) return { fault: `vendor-${answer.status}` };
  let root: Span;
  try {
    root = spansOf(answer.bytes);
  } catch {
    return { fault: /html/i.test(answer.type) || answer.bytes.subarray(0, 64).toString('latin1').trimStart().startsWith('<') ? 'vendor-html' : 'vendor-not-json' };
  }
  const cards = spanAt(root, ['cards']);
  if (cards?.kind !== 'array') return { fault: 'vendor-no-cards' };
  const value = JSON.parse(answer.bytes.toString('utf8')) as ReadAnswer['value'];
  return { root, value, cards, faults: lintAnswer(value as unknown as Json) };
}

/** Judges each card, records everything, and gives the EHR what may be shown. */
async function release(file: File, shows: boolean, at: string, answered: Buffer, read: ReadAnswer, vendorMs: number): Promise<Reply> {
  const { desk, serving, service, asked } = file;
  const { judge, mode } = serving;
  for (const fault of read.faults) desk.traffic.fault(serving.deployment, at, fault, () => shapeOf(fault.card === null ? (read.value as unknown as Json) : read.value.cards[fault.card]!));
  const broken = new Set(read.faults.flatMap(({ card, severity }) => (severity === 'error' && card !== null ? [card] : [])));
  const dropAll = judge.policy.failure.lint === 'drop-all' && read.faults.some(({ severity }) => severity === 'error');
  const outputs: Output[] = [];
  const kept: Kept[] = [];
  for (const [nth, card] of read.value.cards.entries()) {
    const minted = mint(at);
    const { class: said, critical } = judge.classOf(card, variablesOf(asked, card));
    const names = vendorNames(answered, read.cards.items[nth]!);
    const one: Output = {
      minted, name: null, disposition: 'shown', rule: null, label: labelOf(card), class: said, score: scoreOf(card), critical,
      card: names.card === null ? null : { service, card: names.card, suggestions: names.suggestions.map((name) => name ?? '') },
    };
    outputs.push(one);
    if (dropAll || broken.has(nth) || names.suggestions.length > 0xfff) Object.assign(one, { disposition: 'withheld', label: 'lint' });
    else if (!shows) one.disposition = 'shadow';
    else {
      const { held, anyway } = judgeCard(judge, asked, card);
      const rule = held ?? (await turnFor(file, said, at));
      if (rule) Object.assign(one, { disposition: 'suppressed', rule });
      else {
        // Shown in a context that a rule excludes: the record says so, and the gate counts it.
        one.rule = anyway ?? file.anyway;
        kept.push({ nth, minted, reasons: reasonsFor(judge.policy.human, critical, card) });
      }
    }
  }
  const added: string[] = [];
  const actions = spanAt(read.root, ['systemActions']);
  if (actions?.kind === 'array' && actions.items.length > 0) {
    const sound = !read.faults.some(({ path, severity }) => severity === 'error' && path.startsWith('systemActions'));
    const suggest = judge.policy.human.systemActions === 'suggest' && shows && sound && !dropAll && actions.items.length < 0xfff;
    const one = silent(suggest ? 'shown' : shows ? 'withheld' : 'shadow', at, { label: suggest ? 'system-actions-suggested' : 'system-actions-held' });
    outputs.push(one);
    if (suggest) added.push(actionsAsCard(answered, actions, one.minted, serving.title));
  }
  if (outputs.length === 0) outputs.push(silent('shadow', at, { label: 'no-card' }));
  const reply = composed(answered, read.root, kept, added);
  const shown = outputs.filter(({ disposition }) => disposition === 'shown');
  const outcome: Outcome =
    shown.length > 0 ? 'shown' : dropAll || (broken.size > 0 && broken.size === read.value.cards.length) ? 'lint' : !shows || mode === 'shadow' ? 'shadow' : outputs.some(({ disposition }) => disposition === 'suppressed') ? 'suppressed' : 'empty';
  const withhold = (why: 'late' | 'killed' | 'withheld', as: Outcome): Reply => {
    for (const one of shown) tell(file, one, false, why);
    return { status: 200, bytes: noCards, outcome: as, vendorMs, settle: nothingToSettle };
  };
  try {
    await withinTime(record(file, outputs, at, answered, reply, true), file.deadline);
  } catch (error) {
    if (error instanceof TooLate) return withhold('late', 'late');
    if (shown.length > 0 && judge.policy.failure.ledger === 'show-and-flag' && desk.watch.knows()) {
      const late = await Promise.all(shown.map(async (one) => ({ event: await eventOf(file, one, at), appending: await entryOf(file, one, at) })));
      desk.delivery.missed(serving.deployment, at, whyOf(error), late);
      return { status: 200, bytes: reply, outcome: 'flagged', vendorMs, settle: nothingToSettle };
    }
    desk.delivery.missed(serving.deployment, at, whyOf(error));
    // It may stand in the ledger all the same, after a lost connection; then it has to stand there that nobody saw it.
    return withhold('withheld', 'ledger-failed');
  }
  if (shown.length > 0) {
    // The last look before it leaves: somebody may have pressed the kill switch while the vendor was thinking.
    const known = desk.watch.knows() || (await knows(desk, file.deadline));
    const now = desk.watch.find(serving.deployment);
    // Not knowing is no kill: the record says that it was held back, and the traffic why.
    if (!known) return withhold('withheld', 'unknowing');
    if (!now || now.mode === 'suspended' || now.mode === 'off' || now.mode === 'shadow') return withhold('killed', 'killed');
    if (performance.now() > file.deadline) return withhold('late', 'late');
  }
  return { status: 200, bytes: reply, outcome, vendorMs, settle: (delivered) => shown.forEach((one) => tell(file, one, delivered, null)) };
}

function tell({ desk, serving }: File, { minted, card, name }: Output, delivered: boolean, disposition: 'late' | 'killed' | 'withheld' | null): void {
  const at = desk.house.clock.now();
  const { decision } = minted;
  desk.delivery.tell({ deployment: serving.deployment, event: { what: 'delivered', decision, at, delivered, disposition }, name, card: card && delivered ? { ...card, decision, at } : null });
}

const field = (of: Json | undefined, key: string): Json | undefined => (typeof of === 'object' && of !== null && !Array.isArray(of) ? of[key] : undefined);
const labelOf = (card: Json): string | null => (['info', 'warning', 'critical'].includes(field(card, 'indicator') as string) ? (field(card, 'indicator') as string) : null);
/** A number called `score` in the card's extension, or one level below it. */
function scoreOf(card: Json): number | null {
  const extension = field(card, 'extension');
  if (typeof extension !== 'object' || extension === null || Array.isArray(extension)) return null;
  for (const one of [extension['score'], ...Object.values(extension).map((inner) => field(inner, 'score'))]) if (typeof one === 'number' && Number.isFinite(one)) return one;
  return null;
}

function reasonsFor(human: Serving['judge']['policy']['human'], critical: boolean, card: Json): Reason[] {
  const theirs = field(card, 'overrideReasons');
  const has = Array.isArray(theirs) && theirs.length > 0;
  const reasons: Reason[] = [...human.reasons];
  if (critical && human.criticalNeedsReason && !has && reasons.length === 0) reasons.push(...standardReasons);
  return reasons;
}

/** The built-in rules that need a memory: the same said again, and a budget that is spent. */
async function turnFor({ desk, serving, asked }: File, said: string | null, at: string): Promise<'repeat' | 'budget' | null> {
  const { repeat, budget } = serving.judge.policy;
  if (!repeat && budget.perEncounter === null && budget.perUserDay === null) return null;
  const encounter = asked.encounter ?? asked.subject;
  const budgets: { whom: string; most: number; since: string }[] = [];
  if (budget.perEncounter !== null) budgets.push({ whom: `encounter ${encounter}`, most: budget.perEncounter, since: shift(at, -8 * 86_400_000) });
  if (budget.perUserDay !== null && asked.user !== null) budgets.push({ whom: `user ${asked.user}`, most: budget.perUserDay, since: shift(at, -86_400_000) });
  const taken = await takeTurn(desk.house.db, {
    deployment: serving.deployment, at, class: said ?? '', budgets,
    repeat: repeat ? { whom: repeat.by === 'patient' ? `patient ${asked.subject}` : `encounter ${encounter}`, since: shift(at, -repeat.withinMinutes * 60_000) } : null,
  }).catch(() => 'budget' as const);
  return taken === 'taken' ? null : taken;
}

/** Writes every output into the ledger, sealed with what was asked and answered. Returns when it is on the disk. */
async function record(file: File, outputs: readonly Output[], at: string, answered: Buffer | null, reply: Uint8Array, isJson = false): Promise<void> {
  const { house } = file.desk;
  const { subject } = file.asked;
  const [first, ...rest] = outputs;
  const whole = entryOf(file, first!, at, await seal(house, subject, payloadOf(file, answered, isJson, reply)));
  if (rest.length === 0) return void (await appendGrouped(house.db, await whole));
  const others = rest.map(async (one, i) => entryOf(file, one, at, await seal(house, subject, Buffer.from(JSON.stringify({ with: first!.minted.decision, nth: i + 1 })))));
  await Promise.all((await Promise.all([whole, ...others])).map((one) => appendGrouped(house.db, one)));
}

/** Records what nobody sees. The EHR does not wait for a database that is silent; what comes to nothing afterwards is told as missed. */
async function recordSilent(file: File, one: Output, at: string, answered: Buffer | null): Promise<void> {
  const { desk, serving } = file;
  const recorded = record(file, [one], at, answered, noCards).catch((error: unknown) => desk.delivery.missed(serving.deployment, at, whyOf(error)));
  await withinTime(recorded, Math.max(file.deadline, performance.now() + graceForSilence)).catch(() => {});
}
/** For so many milliseconds, even when its time is over, an empty answer waits to be recorded first. */
const graceForSilence = 1_000;

/** The whole call, as JSON that holds the very texts: a reader sees them, and their digests are of the untouched bytes. */
function payloadOf({ call, bytes, service, serving }: File, answered: Buffer | null, isJson: boolean, reply: Uint8Array): Buffer {
  // Written by hand: hexadecimal needs no escape, and most of it is that.
  const told = `{"service":${JSON.stringify(service)},"policy":${serving.policyVersion},"request":"${digestOf(bytes)}","response":${answered ? `"${digestOf(answered)}"` : 'null'},"reply":"${digestOf(reply)}"}`;
  const parts: Uint8Array[] = [Buffer.from(`{"digests":${told},"request":`), withoutToken(bytes, call.root), Buffer.from(',"response":')];
  if (answered === null) parts.push(Buffer.from('null'));
  else parts.push(isJson ? answered : Buffer.from(JSON.stringify(answered.toString('utf8', 0, 20_000))));
  parts.push(Buffer.from(',"reply":'), reply, Buffer.from('}'));
  return Buffer.concat(parts);
}

async function eventOf({ desk, serving, asked, arm, askedAt }: File, one: Output, at: string): Promise<Recorded> {
  one.name ??= (await nameOf(desk.house, serving.deployment, 'decision', one.minted.uuid(0))).toString('hex');
  return {
    what: 'recorded', decision: one.minted.decision, at, name: one.name, askedAt, shownAt: one.disposition === 'shown' ? at : null,
    subject: asked.subject, encounter: asked.encounter, user: asked.user, facility: asked.facility, department: asked.department, version: serving.version, class: one.class, score: one.score, label: one.label,
    critical: one.critical, disposition: one.disposition, rule: one.rule, arm, momentAt: asked.momentAt, assurance: 'enforced', via: 'gateway',
  };
}

async function entryOf(file: File, one: Output, at: string, sealed?: Sealed): Promise<Appending> {
  const event = await eventOf(file, one, at);
  return {
    at: file.desk.house.clock.now(), kind: decisionKinds.recorded.kind, actor: gatewayActor, deployment: file.serving.deployment, subject: `decision/${one.minted.decision}`,
    body: event as unknown as Json, bodyText: eventText(event), ...(sealed && { sealed }),
  };
}

/** A process that was busy for a moment looks once more before it gives up; who cannot reach the database does not wait long. */
async function knows({ watch }: Desk, deadline: number): Promise<boolean> {
  if (!watch.knows()) await withinTime(watch.look(), Math.min(deadline, performance.now() + longestLook)).catch(() => {});
  return watch.knows();
}
const longestLook = 400;

/** In one word why nothing could be recorded: counted in the entry that tells of the gap. Codes of the database, never its messages. */
function whyOf(error: unknown): string {
  if (error instanceof TooLate) return 'late';
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
}
