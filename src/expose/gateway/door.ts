// How does a request of an EHR come in and its answer go out, byte for byte?
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { House, RawDoor } from '../../tools/server/capability.ts';
import { answerCall, BadCall, type Desk } from './call.ts';
import { checkCaller, type Checked } from './check-caller.ts';
import { codingOf, decoded, TooMuch } from './content-coding.ts';
import { forget, remind, withinTime } from './deadlines.ts';
import { openDelivery } from './delivery.ts';
import { addressOf, discoveryFor, servicesIn } from './discovery.ts';
import { takeFeedback } from './feedback.ts';
import { allowAll, allowOrigin, answerPreflight } from './origins.ts';
import { openOutbox } from './outbox.ts';
import { openOwnKey, publishedKeys } from './own-key.ts';
import { openTraffic } from './traffic.ts';
import { watchPolicies, type Serving } from './watch.ts';

/** The largest request that is taken, in bytes: a prefetch of ten megabytes and what stands around it. */
export const largestRequest = 16_000_000;
/** Up to so many bytes an answer is written in one piece with its head. */
const smallAnswer = 16_384;
/** A request has to be here whole within this time, in milliseconds, unless told otherwise. */
const usualSlowest = 10_000;
/** So long, in milliseconds, feedback and keys wait for the database; a database that is frozen never says no. */
const longestWait = 10_000;

const address = /^\/cds\/([a-z0-9_-]{1,64})\/cds-services(?:\/([^/?]+)(\/feedback)?)?\/?(?:\?.*)?$/;

/** Opens the gateway: what it serves, what it signs with, and what it still has to tell. */
export async function openDoor(house: House, patience: { slowest?: number } = {}): Promise<RawDoor & { desk: Desk }> {
  const { slowest = usualSlowest } = patience;
  const key = await openOwnKey(house);
  const watch = await watchPolicies(house);
  const traffic = openTraffic(house);
  const desk = { house, watch, delivery: openDelivery(house, traffic), traffic, key, address: () => addressOf(house) } as Desk;
  desk.outbox = openOutbox(desk);
  const busy = new Set<Promise<void>>();
  return {
    desk,
    answer: (incoming, outgoing) => {
      const work = handle(desk, incoming, outgoing, slowest).catch((error: Error) => {
        house.log.error('a call through the gateway failed', { error: error.stack ?? error.message });
        say(outgoing, 500, 'Something went wrong here, and it is written in the log.');
      });
      busy.add(work);
      void work.finally(() => busy.delete(work));
    },
    close: async () => {
      await Promise.all(busy);
      await desk.outbox.close();
      await desk.delivery.close();
      await watch.close();
    },
  };
}

async function handle(desk: Desk, incoming: IncomingMessage, outgoing: ServerResponse, slowest: number): Promise<void> {
  const began = performance.now();
  const { method = 'GET', url = '/' } = incoming;
  outgoing.on('error', () => {});
  const reads = method === 'GET' || method === 'HEAD';
  if (reads && /^\/cds\/jwks\.json(?:\?.*)?$/.test(url)) {
    allowAll(outgoing);
    const keys = await withinTime(publishedKeys(desk.house), began + longestWait).catch(() => null);
    return keys === null ? say(outgoing, 503, 'The keys cannot be read right now; ask again.', { 'retry-after': '2' }) : send(outgoing, 200, Buffer.from(keys));
  }
  const found = address.exec(url);
  const serving = found && desk.watch.find(found[1]!);
  if (!found || !serving) return say(outgoing, 404, 'There is no CDS service at this address.', {}, nowhere);
  allowOrigin(serving.connection, incoming, outgoing);
  if (method === 'OPTIONS') return answerPreflight(incoming, outgoing);
  const [, , rawService, feedback] = found;
  if (rawService === undefined) return reads ? answerDiscovery(desk, serving, incoming, outgoing, url) : say(outgoing, 405, 'Discovery is asked with GET.', { allow: 'GET, HEAD, OPTIONS' });
  if (method !== 'POST') return say(outgoing, 405, 'A service is called with POST.', { allow: 'POST, OPTIONS' });
  let service: string;
  try {
    service = decodeURIComponent(rawService);
  } catch {
    return say(outgoing, 404, 'There is no CDS service at this address.', {}, nowhere);
  }
  // Only what the vendor has described: the gateway is no way to other addresses of the vendor.
  if (serving.discovery && !servicesOf(serving).has(service)) return say(outgoing, 404, 'The vendor describes no such service.', {}, 'Ask discovery which there are: the same address up to `/cds-services`.');
  if (!/^application\/(?:[\w.+-]*\+)?json\b/i.test(incoming.headers['content-type'] ?? '')) return say(outgoing, 415, 'A call is JSON (`content-type: application/json`).');
  const coding = codingOf(incoming.headers['content-encoding']);
  if (coding === null) return say(outgoing, 415, 'The body is packed in a way that is not undone here; send it as gzip, deflate or br, or as it is.', { 'accept-encoding': 'gzip, deflate, br' });
  const refused = (status: number, says: string) => {
    desk.traffic.count(serving.deployment, desk.house.clock.now(), 'refused', performance.now() - began, null);
    incoming.resume();
    say(outgoing, status, says, status === 401 ? { 'www-authenticate': 'Bearer' } : {});
  };
  const body = readBody(incoming, slowest);
  // A refusal must not leave a rejection that nobody hears.
  body.catch(() => {});
  const checked = serving.connection.callers.check === 'none' ? anybody : await checkCaller(desk.house, serving.connection, incoming.headers.authorization, audiencesOf(desk, incoming, url));
  if (!checked.ok) return refused(checked.status, checked.says);
  let bytes: Buffer;
  try {
    bytes = await body;
    if (coding !== 'identity') bytes = await decoded(bytes, coding, largestRequest);
  } catch (error) {
    if (error instanceof TooMuch) return refused(413, `The request is larger than ${largestRequest / 1_000_000} MB when it is unpacked.`);
    if (error instanceof Error) return refused(400, `The request is not packed as it says (${coding}).`);
    const { status, message } = error as BodyFault;
    if (status === 0) return;
    outgoing.setHeader('connection', 'close');
    return refused(status, message);
  }
  try {
    if (feedback) {
      const taken = await withinTime(takeFeedback(desk, serving, service, bytes), performance.now() + longestWait);
      return send(outgoing, 200, Buffer.from(JSON.stringify(taken)));
    }
    const reply = await answerCall(desk, serving, service, bytes, checked.tenant, began);
    if (outgoing.destroyed) reply.settle(false);
    else outgoing.once('close', () => reply.settle(outgoing.writableFinished));
    send(outgoing, reply.status, reply.bytes);
    desk.traffic.count(serving.deployment, desk.house.clock.now(), reply.outcome, performance.now() - began, reply.vendorMs);
  } catch (error) {
    if (error instanceof BadCall) return refused(error.status, error.message);
    if (feedback) {
      desk.house.log.warn('feedback could not be recorded', { deployment: serving.deployment, error: (error as Error).message });
      return say(outgoing, 503, 'The feedback cannot be recorded right now; send it again.', { 'retry-after': '2' });
    }
    throw error;
  }
}

const anybody: Checked = { ok: true, issuer: null, tenant: null };

const described = new WeakMap<Serving, Set<string>>();
function servicesOf(serving: Serving): Set<string> {
  let ids = described.get(serving);
  if (!ids) described.set(serving, (ids = new Set(servicesIn(serving.discovery!.bytes).map(({ id }) => id))));
  return ids;
}

async function answerDiscovery(desk: Desk, serving: Serving, incoming: IncomingMessage, outgoing: ServerResponse, url: string): Promise<void> {
  // Discovery tells nothing about a patient; a token is checked where one comes, and need not come.
  if (incoming.headers.authorization !== undefined) {
    const checked = await checkCaller(desk.house, serving.connection, incoming.headers.authorization, audiencesOf(desk, incoming, url));
    if (!checked.ok) return say(outgoing, checked.status, checked.says);
  }
  send(outgoing, 200, serving.discovery ? discoveryFor(serving.discovery.bytes, serving.connection.prefetch) : Buffer.from('{"services":[]}'));
}

/** Under which addresses this endpoint is known: the one told in the settings, else the one that was asked. */
function audiencesOf(desk: Desk, incoming: IncomingMessage, url: string): string[] {
  const path = url.replace(/[?#].*$/, '').replace(/\/$/, '');
  const told = desk.house.config.url;
  if (told !== null) return [`${told.replace(/\/$/, '')}${path}`];
  return ['http', 'https'].map((scheme) => `${scheme}://${incoming.headers.host ?? ''}${path}`);
}

interface BodyFault {
  /** 0: the caller is gone, and nobody hears an answer. */
  status: 0 | 408 | 413;
  message: string;
}

function readBody(incoming: IncomingMessage, slowest: number): Promise<Buffer> {
  return new Promise((done, failed) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const due = remind(performance.now() + slowest, () => fail(408, 'The request did not come whole in time.'));
    const fail = (status: BodyFault['status'], message: string) => {
      forget(due);
      incoming.removeListener('data', take);
      failed({ status, message } satisfies BodyFault);
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length > largestRequest) fail(413, `The request is larger than ${largestRequest / 1_000_000} MB.`);
      else chunks.push(chunk);
    };
    incoming.on('data', take);
    incoming.once('end', () => {
      forget(due);
      done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    incoming.once('error', () => fail(0, ''));
    incoming.once('close', () => (incoming.complete ? undefined : fail(0, '')));
  });
}

export function send(outgoing: ServerResponse, status: number, bytes: Uint8Array, headers: Record<string, string> = {}, type = 'application/json'): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  outgoing.writeHead(status, { 'content-type': type, 'content-length': bytes.length, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers });
  // One write with the head: Latin-1 is byte for byte, and a small answer is not worth a second piece.
  if (bytes.length <= smallAnswer) outgoing.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'), 'latin1');
  else outgoing.end(bytes);
}

const nowhere = 'Discovery is at `/cds/{deployment}/cds-services`; the page of the deployment’s gateway shows the address to give to the EHR.';

const say = (outgoing: ServerResponse, status: number, title: string, headers: Record<string, string> = {}, next?: string): void =>
  send(outgoing, status, Buffer.from(JSON.stringify({ type: 'urn:attending:problem:gateway', title, status, next })), headers, 'application/problem+json');
