// Does what an OpenTelemetry exporter sends become decisions, sealed, once, and is the rest said?
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../../spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../../../spine/deployments/model.ts';
import { ledger, remember } from '../../../spine/ledger/ledger.ts';
import { catalogue, measures } from '../../../spine/measures/measures.ts';
import { recordsOfBatch } from '../records.ts';
import { openMetrics } from '../../../tools/server/metrics.ts';
import { testHouse } from '../../../tools/server/test-database.ts';
import { capability as decisions, decisionMeasures } from '../decisions.ts';
import { listDecisions } from '../model.ts';
import { sql } from 'kysely';
import { plain } from './mapping.ts';
import { messages } from './messages.ts';
import { decode } from './protobuf.ts';
import { whole } from './receive.ts';

const house = await testHouse([ledger, deployments, measures(catalogue(decisionMeasures)), decisions], { remember, now: '2027-03-10T12:00:00.000Z' });
beforeAll(async () => {
  await house.call(addProduct, { body: { slug: 'scribe', name: 'Scribe', vendor: 'acme', kind: 'scribe', class: 'clinical', version: '4.2' } });
  await house.call(createDeployment, { body: { slug: 'scribe', title: 'Scribe', product: 'scribe', version: '4.2' } });
});
const known = async () => (await house.call(listDecisions, { query: { deployment: 'scribe', limit: 500 } }, 'clinical-owner')).items;

// Written by hand after the encoding guide, apart from what is tested: tag and varint, length, little-endian fixed64.
const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const field = (number: number, bytes: readonly number[]): number[] => [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
const text = (number: number, words: string) => field(number, [...new TextEncoder().encode(words)]);
const fixed = (number: number, nanos: bigint): number[] => [(number << 3) | 1, ...Array.from({ length: 8 }, (_, i) => Number((nanos >> BigInt(8 * i)) & 255n))];
const attribute = (key: string, value: number[]) => [...text(1, key), ...field(2, value)];
const nanosOf = (at: string) => BigInt(Date.parse(at)) * 1_000_000n + 123_456n;
const hexBytes = (hex: string) => [...Buffer.from(hex, 'hex')];

const traceId = '5b8efff798038103d269b633813fc60c';
function protobufSpan(spanId: string, { subject = true, tool = false } = {}): Uint8Array {
  const span = [
    ...field(1, hexBytes(traceId)), ...field(2, hexBytes(spanId)), ...text(5, 'chat gpt'), 6 << 3, 3,
    ...fixed(7, nanosOf('2027-03-10T11:00:00.000Z')), ...fixed(8, nanosOf('2027-03-10T11:00:02.500Z')),
    ...field(9, attribute('gen_ai.operation.name', text(1, tool ? 'execute_tool' : 'chat'))), ...field(9, attribute('gen_ai.response.model', text(1, 'scribe-4.2'))),
    ...field(9, attribute('gen_ai.usage.input_tokens', [3 << 3, ...varint(1400)])), ...field(9, attribute('gen_ai.input.messages', text(1, 'Anna Archer coughs'))),
    ...(subject ? field(9, attribute('attending.subject', text(1, 'MRN-77'))) : []), ...field(9, attribute('enduser.id', text(1, 'dr.a'))), ...field(9, attribute('attending.class', text(1, 'note-draft'))),
    ...field(15, [3 << 3, 1]),
  ];
  const resource = field(1, attribute('attending.deployment', text(1, 'scribe')));
  return Uint8Array.from(field(1, [...field(1, resource), ...field(2, [...field(1, text(1, 'sdk')), ...field(2, span)])]));
}
const post = (path: string, body: BodyInit, headers: Record<string, string>) => house.request(path, { method: 'POST', body, headers }, 'vendor');
const protobuf = { 'content-type': 'application/x-protobuf' };
const json = { 'content-type': 'application/json' };

describe('a span in protobuf', () => {
  it('becomes a decision with its times, and is answered with an empty message', async () => {
    const response = await post('/otlp/v1/traces', protobufSpan('eee19b7ec3c1b174') as BodyInit, protobuf);
    expect([response.status, response.headers.get('content-type'), (await response.arrayBuffer()).byteLength]).toEqual([200, 'application/x-protobuf', 0]);
    expect(await known()).toMatchObject([{ at: '2027-03-10T11:00:02.500Z', askedAt: '2027-03-10T11:00:00.000Z', version: 'scribe-4.2', class: 'note-draft', via: 'otlp', assurance: 'reported', disposition: 'shown' }]);
  });

  it('is recorded once, gzipped or not, and in JSON the same', async () => {
    await post('/otlp/v1/traces', gzipSync(protobufSpan('eee19b7ec3c1b174')) as BodyInit, { ...protobuf, 'content-encoding': 'gzip' });
    const attributes = Object.entries({ 'gen_ai.operation.name': 'chat', 'gen_ai.response.model': 'scribe-4.2', 'attending.subject': 'MRN-77', 'attending.deployment': 'scribe' }).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const span = { traceId: traceId.toUpperCase(), spanId: 'EEE19B7EC3C1B174', name: 'chat', kind: 3, startTimeUnixNano: '1804676400000000000', endTimeUnixNano: '1804676402500000000', attributes, futureField: 1 };
    const response = await post('/otlp/v1/traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }), { 'content-type': 'application/json; charset=utf-8' });
    expect([response.status, await response.json()]).toEqual([200, {}]);
    expect(await known()).toHaveLength(1);
  });

  it('may be packed as deflate, as the exporter of Python does when told', async () => {
    const response = await post('/otlp/v1/traces', deflateSync(protobufSpan('eee19b7ec3c1b174')) as BodyInit, { ...protobuf, 'content-encoding': 'deflate' });
    expect([response.status, (await known()).length]).toEqual([200, 1]);
  });

  it('keeps prompt and figures sealed', async () => {
    const { rows } = await sql<{ all: string }>`select string_agg(e::text, ' ') as all from ledger.entry e`.execute(house.db);
    const { rows: batches } = await sql<{ id: string }>`select id from decisions.batch`.execute(house.db);
    const kept = (await Promise.all(batches.map(({ id }) => recordsOfBatch(house.db, id)))).flat().join(' ');
    expect(kept).toContain('scribe-4.2');
    for (const secret of ['Anna', 'MRN-77', 'dr.a']) expect([kept.includes(secret), rows[0]!.all.includes(secret), rows[0]!.all.includes(Buffer.from(secret).toString('hex'))]).toEqual([false, false, false]);
    const { rows: payloads } = await sql<{ n: number }>`select count(*)::int as n from decisions.batch_payload`.execute(house.db);
    expect(payloads[0]!.n).toBe(1);
  });

  it('that is no answer is passed over in silence; one without a patient is rejected, and that is said', async () => {
    const both = Buffer.concat([protobufSpan('00000000000000a1', { tool: true }), protobufSpan('00000000000000a2', { subject: false }), protobufSpan('00000000000000a3')]);
    const answer = decode(new Uint8Array(await (await post('/otlp/v1/traces', both as BodyInit, protobuf)).arrayBuffer()), { 1: { name: 'partial', is: () => ({ 1: { name: 'rejected', is: 'long' }, 2: { name: 'message', is: 'text' } }) } });
    expect(answer).toMatchObject({ partial: { rejected: '1', message: 'attending.subject, the patient, is missing' } });
    expect(await known()).toHaveLength(2);
  });

  it('that is an ordinary one is full success, so that no exporter warns; counted is it all the same', async () => {
    const before = passedOver();
    const spans = [{ traceId, spanId: '00000000000000d1', name: 'GET /', startTimeUnixNano: '1804676400000000000', endTimeUnixNano: '1804676400100000000', attributes: [{ key: 'http.request.method', value: { stringValue: 'GET' } }] }];
    const response = await post('/otlp/v1/traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }), json);
    expect([response.status, await response.json(), passedOver() - before]).toEqual([200, {}, 1]);
  });

  it('of a model that names no deployment is a warning, and nothing is rejected', async () => {
    const spans = [{ traceId, spanId: '00000000000000d2', name: 'chat', attributes: [{ key: 'gen_ai.request.model', value: { stringValue: 'gpt' } }] }];
    const response = await post('/otlp/v1/traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }), json);
    expect(await response.json()).toEqual({ partialSuccess: { rejectedSpans: '0', errorMessage: '1 not recorded: about an AI, but attending.deployment is missing' } });
  });

  it('may tell its times as JSON numbers', async () => {
    const attributes = Object.entries({ 'gen_ai.request.model': 'scribe-4.4', 'attending.subject': 'MRN-80', 'attending.deployment': 'scribe' }).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${traceId}","spanId":"00000000000000d3","startTimeUnixNano":1804676400000000000,"endTimeUnixNano":1804676402500000000,"attributes":${JSON.stringify(attributes)}}]}]}]}`;
    expect(await (await post('/otlp/v1/traces', text, json)).json()).toEqual({});
    expect((await known()).find(({ version }) => version === 'scribe-4.4')?.at).toBe('2027-03-10T11:00:02.500Z');
  });
});
const passedOver = () => Number(/^attending_otlp_items_total\{signal="traces",what="passed-over"\} (\d+)$/m.exec(openMetrics().text())?.[1]);

describe('a span of OpenInference', () => {
  const ofKind = (kind: string, spanId: string) => {
    const attributes = { 'openinference.span.kind': kind, 'llm.model_name': 'scribe-4.3', 'input.value': 'Berta Bell coughs', 'llm.token_count.total': '5', 'attending.subject': 'MRN-79', 'attending.deployment': 'scribe' };
    return { traceId, spanId, name: 'ChatCompletion', startTimeUnixNano: '1804676400000000000', endTimeUnixNano: '1804676402500000000', attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })) };
  };

  it('is a decision where a model answered, and nothing where an agent only led there; its text is sealed', async () => {
    const before = (await known()).length;
    const response = await post('/otlp/v1/traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [ofKind('AGENT', '00000000000000c1'), ofKind('LLM', '00000000000000c2')] }] }] }), json);
    expect(await response.json()).toEqual({});
    const found = await known();
    expect([found.length, found.find(({ version }) => version === 'scribe-4.3')?.disposition]).toEqual([before + 1, 'shown']);
    const { rows: batches } = await sql<{ id: string }>`select id from decisions.batch`.execute(house.db);
    expect((await Promise.all(batches.map(({ id }) => recordsOfBatch(house.db, id)))).flat().join(' ')).not.toContain('Berta');
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from decisions.batch_payload`.execute(house.db);
    expect(rows[0]!.n).toBeGreaterThan(1);
  });
});

describe('a log record', () => {
  it('tells of the same answer, and what became of it', async () => {
    const attributes = (of: Record<string, string | number>) => Object.entries({ 'attending.deployment': 'scribe', ...of }).map(([key, value]) => ({ key, value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value } }));
    const shared = { traceId, timeUnixNano: '1804676460000000000' };
    const logRecords = [
      { ...shared, spanId: '00000000000000b1', eventName: 'gen_ai.client.inference.operation.details', attributes: attributes({ 'gen_ai.operation.name': 'chat', 'gen_ai.response.model': 'scribe-4.2', 'attending.subject': 'MRN-78' }) },
      { ...shared, spanId: '00000000000000b1', eventName: 'attending.feedback', attributes: attributes({ 'attending.act': 'accepted', 'attending.edited': 0.25 }) },
      { ...shared, spanId: '00000000000000ff', eventName: 'attending.feedback', attributes: attributes({ 'attending.act': 'accepted' }) },
      { ...shared, body: { stringValue: 'GET /' } },
    ];
    const response = await post('/otlp/v1/logs', JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), json);
    expect(await response.json()).toEqual({ partialSuccess: { rejectedLogRecords: '1', errorMessage: expect.stringContaining('no decision with this key') } });
    expect((await known()).find((one) => one.edited === 0.25)).toMatchObject({ act: 'accepted' });
  });
});

describe('bad input', () => {
  it.each([
    ['another type', 415, 'x', { 'content-type': 'text/plain' }], ['broken JSON', 400, '{', json], ['JSON of another shape', 400, '{"resourceSpans":[{"scopeSpans":7}]}', json], ['broken protobuf', 400, '\u000a\u00ff', protobuf], ['no deflate', 400, 'x', { ...json, 'content-encoding': 'deflate' }], ['no gzip', 400, 'x', { ...json, 'content-encoding': 'gzip' }], ['another encoding', 400, 'x', { ...json, 'content-encoding': 'br' }],
  ] as const)('%s is answered with a status and a reason', async (_, status, body, headers) => {
    const response = await post('/otlp/v1/traces', body, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/(x-protobuf|json)$/);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(5);
  });
  it('that stays behind in the middle is given up, so that it holds no place', async () => {
    const behind = new ReadableStream<Uint8Array>({ start: (out) => out.enqueue(new Uint8Array([123])) });
    await expect(whole(new Request('http://localhost/', { method: 'POST', body: behind, duplex: 'half' } as RequestInit), 50)).rejects.toThrow('The export did not come whole within 0.05 seconds.');
  });
  it('never reads past its end, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decode(bytes, messages.traces);
      } catch (error) {
        expect((error as Error).name).toMatch(/RangeError|TypeError/);
      }
    }));
  });
  it('reads every kind of value', () => {
    expect(plain({ kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: [{ intValue: '7' }, { boolValue: false }, { intValue: '9007199254740993' }] } } }] } })).toEqual({ a: [7, false, '9007199254740993'] });
  });
});
