// Do clients and services of others work through this house as they are: browsers, old protocols, packed bodies?
import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entries } from '../../spine/ledger/ledger.ts';
import * as api from './model.ts';
import { policy } from './policy.ts';
import { call, card, json, openHospital, setPolicy, slug } from './test-ehr.ts';

const sandbox = 'https://sandbox.cds-hooks.org';
const { house, vendor, gateway, close } = await openHospital({ origins: [sandbox] });
afterAll(close);
beforeAll(async () => {
  await setPolicy(house, policy.parse({ mode: 'live', deadlineMs: 20_000 }));
  await gateway.settle();
});
beforeEach(() => {
  vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card()] });
  vendor.asked.length = 0;
});

const shown = (text: string) => (JSON.parse(text) as { cards: { summary: string }[] }).cards.map(({ summary }) => summary);
const headers = { 'content-type': 'application/json' };
const post = (body: BodyInit | Uint8Array, more: Record<string, string> = {}) => fetch(`${gateway.base}/sepsis`, { method: 'POST', headers: { ...headers, ...more }, body: body as BodyInit });

/** What a client writes and reads on the bare connection. */
async function raw(text: string, until: RegExp | 'close' = 'close'): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.write(text);
  if (until === 'close') await once(socket, 'close');
  else await expect.poll(() => until.test(answer), { timeout: 10_000 }).toBe(true);
  socket.destroy();
  return answer;
}

describe('a page in a browser, such as the sandbox of CDS Hooks', () => {
  it('is let in at every address by the preflight, with whatever headers it names', async () => {
    for (const [path, method] of [['', 'GET'], ['/', 'GET'], ['/sepsis', 'POST'], ['/sepsis/feedback', 'POST']] as const) {
      const answer = await fetch(`${gateway.base}${path}`, { method: 'OPTIONS', headers: { origin: sandbox, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type,x-requested-with' } });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe(sandbox);
      expect(answer.headers.get('access-control-allow-methods')).toContain(method);
      expect(answer.headers.get('access-control-allow-headers')).toContain('x-requested-with');
      expect(answer.headers.get('vary')).toBe('origin');
    }
  });

  it('may read answers and refusals, and a page nobody named may not', async () => {
    for (const [path, init, status] of [['', {}, 200], ['/sepsis', { method: 'POST', headers, body: JSON.stringify(call()) }, 200], ['/unknown', { method: 'POST', headers, body: '{}' }, 404], ['/sepsis', { method: 'POST', headers, body: '{' }, 400]] as [string, RequestInit, number][]) {
      const asked = (origin: string) => fetch(`${gateway.base}${path}`, { ...init, headers: { ...init.headers, origin } });
      const answer = await asked(sandbox);
      expect([path, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([path, status, sandbox]);
      expect((await asked('https://elsewhere.example')).headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('of any origin reads the public keys, and everything where the connection says so', async () => {
    const keys = await fetch(`${gateway.url}/cds/jwks.json`, { headers: { origin: 'https://vendor.example' } });
    expect([keys.status, keys.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    await house.call(api.putService, { params: { deployment: slug }, body: { url: `${vendor.url}/v1`, callers: { check: 'none' }, sign: false, origins: ['*'] } as never });
    await gateway.settle();
    expect((await fetch(gateway.base, { headers: { origin: 'http://localhost:8080' } })).headers.get('access-control-allow-origin')).toBe('http://localhost:8080');
  });
});

describe('a client', () => {
  it('reads discovery with or without a slash, by GET or HEAD, whatever it accepts', async () => {
    for (const path of ['', '/', '?_format=json']) expect(((await (await fetch(`${gateway.base}${path}`, { headers: { accept: 'text/html, */*;q=0.1' } })).json()) as { services: unknown[] }).services).toHaveLength(1);
    const head = await fetch(gateway.base, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'application/json', '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(10);
  });

  it('is told what is allowed where its method is not', async () => {
    expect((await fetch(`${gateway.base}/sepsis`)).headers.get('allow')).toContain('POST');
    expect((await fetch(gateway.base, { method: 'DELETE' })).headers.get('allow')).toContain('GET');
  });

  it('needs no token where the connection asks for none, and one it brings all the same does no harm', async () => {
    expect((await post(JSON.stringify(call()))).status).toBe(200);
    expect(shown(await (await post(JSON.stringify(call()), { authorization: 'Bearer not.a.jwt' })).text())).toEqual(['Sepsis is likely']);
  });

  it.each<[string, (text: string) => Uint8Array]>([['gzip', (text) => gzipSync(text)], ['x-gzip', (text) => gzipSync(text)], ['deflate', (text) => deflateSync(text)], ['br', (text) => brotliCompressSync(text)], ['identity', (text) => Buffer.from(text)]])('may pack its body as %s, and the vendor gets it unpacked', async (coding, pack) => {
    const text = JSON.stringify(call());
    expect(shown(await (await post(pack(text), { 'content-encoding': coding })).text())).toEqual(['Sepsis is likely']);
    expect(vendor.calls().at(-1)!.body.toString()).toBe(text);
    expect(vendor.calls().at(-1)!.headers['content-encoding']).toBeUndefined();
  });

  it('is refused where its packing is unknown, a lie, or a bomb', async () => {
    expect((await post('{}', { 'content-encoding': 'zstd' })).status).toBe(415);
    expect((await post(JSON.stringify(call()), { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await post(gzipSync(Buffer.alloc(40_000_000, 32)), { 'content-encoding': 'gzip' })).status).toBe(413);
    expect(vendor.calls()).toEqual([]);
  });

  it('may send it in chunks, speak HTTP/1.0, wait for 100-continue, or keep the connection for more', async () => {
    const { pathname } = new URL(`${gateway.base}/sepsis`);
    const body = JSON.stringify(call());
    const half = Math.floor(body.length / 2);
    const chunk = (part: string) => `${part.length.toString(16)}\r\n${part}\r\n`;
    const chunked = `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunk(body.slice(0, half))}${chunk(body.slice(half))}0\r\n\r\n`;
    expect(await raw(chunked)).toMatch(/^HTTP\/1\.1 200 [\s\S]*Sepsis is likely/);
    expect(await raw(`POST ${pathname} HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)).toMatch(/^HTTP\/1\.1 200 [\s\S]*Sepsis is likely/);
    const waiting = `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    expect(await raw(waiting)).toMatch(/^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 200 [\s\S]*Sepsis is likely/);
    const one = `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    expect((await raw(one + one, /HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 200 [\s\S]*Sepsis is likely[\s\S]*\}$/)).match(/Sepsis is likely/g)).toHaveLength(2);
  });

  it.each<[string, object]>([
    ['has a FHIR server and no authorization for it', { fhirServer: 'https://ehr.example/r4' }],
    ['sends no prefetch', { prefetch: undefined }],
    ['says that a prefetch found nothing', { prefetch: { patient: null } }],
    ['says that there is no prefetch at all', { prefetch: null }],
    ['writes null for everything it leaves out', { fhirServer: null, fhirAuthorization: null, extension: null, context: { userId: 'Practitioner/7', patientId: 'p-9', encounterId: null } }],
    ['still speaks 1.0, with a user and a redirect beside the context', { user: 'Practitioner/7', redirect: 'https://ehr.example/back' }],
    ['names the extension of its maker', { extension: { 'com.example.session': { depth: [1, 2.50] } } }],
    ['asks from outside an encounter', { context: { userId: 'PractitionerRole/9', patientId: 'p-9' } }],
  ])('%s', async (_name, changes) => {
    const text = JSON.stringify(call(changes));
    expect(shown(await (await post(text)).text())).toEqual(['Sepsis is likely']);
    expect(vendor.calls().at(-1)!.body.toString()).toBe(text);
  });
});

it('feedback may write null for what it leaves out', async () => {
  const { text } = await gateway.ask();
  const [only] = (JSON.parse(text) as { cards: { uuid: string }[] }).cards;
  const told = await gateway.post('sepsis/feedback', { feedback: [{ card: only!.uuid, outcome: 'accepted', acceptedSuggestions: null, overrideReason: null, outcomeTimestamp: house.clock.now() }] });
  expect([told.status, await told.json()]).toEqual([200, { recorded: 1 }]);
});

describe('a service', () => {
  it('may add members of its own, pack its answer, send it in chunks or call it by another type', async () => {
    for (const answer of [
      (outgoing: import('node:http').ServerResponse) => json(outgoing, { cards: [card()], extension: { a: 1 }, apiVersion: '3.1', debug: null }),
      (outgoing: import('node:http').ServerResponse) => void outgoing.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify({ cards: [card()] }))),
      (outgoing: import('node:http').ServerResponse) => void (outgoing.writeHead(200, { 'content-type': 'application/json' }), outgoing.write('{"cards":['), outgoing.end(`${JSON.stringify(card())}]}`)),
      (outgoing: import('node:http').ServerResponse) => void outgoing.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify({ cards: [card()] })),
    ]) {
      vendor.cards = (_asked, outgoing) => answer(outgoing);
      expect(shown((await gateway.ask()).text)).toEqual(['Sepsis is likely']);
    }
    expect(vendor.calls().every(({ headers: { 'accept-encoding': packed } }) => packed === 'identity')).toBe(true);
  });

  it('may write null for what it leaves out, as libraries of Java, .NET and Python do; that is counted', async () => {
    const nothing = { uuid: null, detail: null, suggestions: null, selectionBehavior: null, overrideReasons: null, links: null };
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card({ ...nothing, indicator: 'critical', source: { label: 'Sepsis Watch', url: null, icon: null, topic: null } })], systemActions: null, extension: null });
    const { text } = await gateway.ask();
    expect(shown(text)).toEqual(['Sepsis is likely']);
    const [only] = (JSON.parse(text) as { cards: { uuid: string; overrideReasons: unknown[] }[] }).cards;
    expect([typeof only!.uuid, only!.overrideReasons.length, text.match(/overrideReasons/g)]).toEqual(['string', 4, ['overrideReasons']]);
    await gateway.settle();
    expect((await house.call(api.getService, { params: { deployment: slug } })).lint.filter(({ says }) => says.startsWith('is null')).length).toBeGreaterThan(5);
  });

  it('that sends elsewhere is not followed: what is recorded has to be what was asked', async () => {
    vendor.cards = (_asked, outgoing) => void outgoing.writeHead(307, { location: `${vendor.url}/v2/cds-services/sepsis` }).end();
    expect((await gateway.ask()).text).toBe('{"cards":[]}');
    expect((await entries(house.db, { kind: 'decision.recorded', limit: 1 })).items[0]!.body).toMatchObject({ disposition: 'withheld', label: 'vendor-307' });
  });

  it('may be set up by the address of its discovery', async () => {
    const set = await house.call(api.putService, { params: { deployment: slug }, body: { url: `${vendor.url}/v1/cds-services/`, callers: { check: 'none' }, sign: false } as never });
    expect([set.url, set.discovery?.services.length]).toEqual([`${vendor.url}/v1`, 1]);
  });
});
