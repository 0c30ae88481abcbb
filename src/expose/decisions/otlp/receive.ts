// How is an OTLP/HTTP export taken in, and answered as the protocol asks?
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { Problem } from '../../../tools/base/problem.ts';
import { databaseProblem } from '../../../tools/server/database.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { problemsOf } from '../../../tools/server/http.ts';
import { counter } from '../../../tools/server/metrics.ts';
import { takeBatch } from '../batch.ts';
import { attributesOf, ofLog, ofSpan, type Mapped } from './mapping.ts';
import { bodies, messages } from './messages.ts';
import { decode, encode } from './protobuf.ts';

export type Signal = 'traces' | 'logs';

const largest = 16_000_000;
const largestUnpacked = 64_000_000;
/** So many exports at once; the next is asked to come again, which every exporter does. */
const mostAtOnce = 8;
let underWay = 0;
const items = counter('attending_otlp_items_total', 'Spans and log records that exporters sent, by what became of them.');

/**
 * OTLP/HTTP (OpenTelemetry Protocol specification 1.x): protobuf or JSON, plain or packed; the answer is of the same
 * type. Spans and records that are not meant for this house are accepted and passed over, which is full success: a
 * partial success makes every SDK write a warning, each time. They are counted at /metrics. An answer of a model that
 * names no deployment is a warning (nothing rejected, and a message), because a clinical AI would go unrecorded by a
 * forgotten attribute; what names one and cannot be used is rejected.
 */
export async function receive(house: House, caller: Caller, signal: Signal, request: Request): Promise<Response> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const json = type === 'application/json';
  if (!json && type !== 'application/x-protobuf') return failure(false, 415, 3, 'OTLP/HTTP is application/x-protobuf or application/json.');
  if (underWay >= mostAtOnce) return failure(json, 429, 8, 'Too many exports at once; send it again.');
  underWay++;
  try {
    const bytes = await unpacked(request);
    const mapped = read(signal, bytes, json);
    const kept = await keep(house, caller, mapped);
    for (const [what, n] of Object.entries({ taken: mapped.length - kept.rejected - kept.passedOver - kept.unnamed, 'passed-over': kept.passedOver, unnamed: kept.unnamed, rejected: kept.rejected })) items.add(n, { signal, what });
    return answer(json, signal, kept);
  } catch (error) {
    const problem = error instanceof Problem ? error : databaseProblem(error);
    if (!problem) {
      house.log.error('an OTLP export failed', { signal, error: (error as Error).stack ?? String(error) });
      return failure(json, 503, 14, 'It could not be recorded; send it again.');
    }
    return failure(json, problem.status, problem.status >= 500 ? 14 : 3, [problem.message, ...problem.details.map(({ path, says }) => `${path ?? ''} ${says}`.trim())].join(' '));
  } finally {
    underWay--;
  }
}

/** The protocol asks for gzip. The exporter of Python offers deflate as well, and loses a batch that is refused. */
const packings: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = { gzip: promisify(gunzip), deflate: promisify(inflate) };

async function unpacked(request: Request): Promise<Buffer> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  const undo = packings[encoding];
  if (encoding !== 'identity' && !undo) throw new Problem('bad-input', `The content encoding ${encoding.slice(0, 40)} is not read.`, 'Use gzip, deflate or none.');
  const body = await whole(request);
  if (!undo) return body;
  try {
    return await undo(body, { maxOutputLength: largestUnpacked });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new Problem('too-large', 'The export is larger than 64 MB unpacked.', 'Make the exporter’s batches smaller.');
    throw new Problem('bad-input', `The ${encoding} of the export breaks off or is none.`);
  }
}

/** The body, which has to be here within so many milliseconds: an exporter that stays behind in the middle would hold one of the few places for good. */
export async function whole(request: Request, slowest = 30_000): Promise<Buffer> {
  if (!request.body) return Buffer.alloc(0);
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_done, failed) => (timer = setTimeout(() => failed(new Problem('unavailable', `The export did not come whole within ${slowest / 1000} seconds.`, 'Send it again.')), slowest)));
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), tooSlow]);
      if (done) return Buffer.concat(parts);
      length += value.length;
      if (length > largest) throw new Problem('too-large', 'The export is larger than 16 MB.', 'Make the exporter’s batches smaller.');
      parts.push(value);
    }
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
}

function read(signal: Signal, bytes: Buffer, json: boolean): Mapped[] {
  let raw: unknown;
  try {
    raw = json ? JSON.parse(bytes.toString('utf8')) : decode(bytes, messages[signal]);
  } catch (error) {
    throw new Problem('bad-input', `The export is no ${json ? 'JSON' : 'protobuf'} of OTLP: ${(error as Error).message}.`);
  }
  const parsed = bodies[signal].safeParse(raw);
  if (!parsed.success) throw new Problem('bad-input', 'The export is not as OTLP describes it.', '', problemsOf(parsed.error).slice(0, 5));
  const body = parsed.data;
  if ('resourceSpans' in body)
    return (body.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) => {
      const shared = attributesOf(resource?.attributes);
      return (scopeSpans ?? []).flatMap(({ spans }) => (spans ?? []).map((one) => ofSpan(one, shared)));
    });
  if ('resourceLogs' in body)
    return (body.resourceLogs ?? []).flatMap(({ resource, scopeLogs }) => {
      const shared = attributesOf(resource?.attributes);
      return (scopeLogs ?? []).flatMap(({ logRecords }) => (logRecords ?? []).map((one) => ofLog(one, shared)));
    });
  return [];
}

interface Kept {
  rejected: number;
  passedOver: number;
  unnamed: number;
  says: string[];
}

async function keep(house: House, caller: Caller, mapped: readonly Mapped[]): Promise<Kept> {
  const kept: Kept = { rejected: 0, passedOver: 0, unnamed: 0, says: [] };
  const lines = new Map<string, string[]>();
  for (const one of mapped) {
    if (one.kind === 'nothing') kept.passedOver++;
    else if (one.kind === 'unnamed') kept.unnamed++;
    else if (one.kind === 'wrong') {
      kept.rejected++;
      kept.says.push(one.says);
    } else {
      const some = lines.get(one.deployment) ?? [];
      some.push(JSON.stringify(withoutNothing(one.line)));
      lines.set(one.deployment, some);
    }
  }
  for (const [deployment, some] of lines) {
    try {
      const answer = await takeBatch(house, caller, deployment, new Blob([some.join('\n')]).stream() as ReadableStream<Uint8Array>, { via: 'otlp', gzip: false });
      kept.rejected += answer.refused;
      kept.says.push(...answer.problems.map(({ path, says }) => `${path ?? ''} ${says}`.trim()));
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'not-found') throw error;
      kept.rejected += some.length;
      kept.says.push(error.message);
    }
  }
  return kept;
}

/** What no attribute told is left out, as on a line of a batch; an outcome’s `positive` may be null and stays. */
function withoutNothing(line: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(line).flatMap(([name, value]) => {
    if (value === undefined || (value === null && name !== 'positive')) return [];
    return [[name, name === 'output' || name === 'reason' ? withoutNothing(value as Record<string, unknown>) : value]];
  }));
}

function answer(json: boolean, signal: Signal, { rejected, unnamed, says }: Kept): Response {
  const parts = [...new Set(says)].slice(0, 5);
  if (unnamed > 0) parts.push(`${unnamed} not recorded: about an AI, but attending.deployment is missing`);
  const message = parts.join('; ');
  const partial = rejected > 0 || message !== '';
  // Both signals number the fields alike: 1 partial_success { 1 rejected, 2 error_message }. JSON has int64 as text.
  if (!json) return respond(false, 200, encode(partial ? [[1, encode([[1, rejected], [2, message]])]] : []));
  return respond(true, 200, JSON.stringify(partial ? { partialSuccess: { [signal === 'traces' ? 'rejectedSpans' : 'rejectedLogRecords']: String(rejected), errorMessage: message } } : {}));
}

/** google.rpc.Status; what may be sent again says when. */
function failure(json: boolean, status: number, code: number, message: string): Response {
  const response = respond(json, status, json ? JSON.stringify({ code, message }) : encode([[1, code], [2, message]]));
  if (status === 429 || status === 503) response.headers.set('retry-after', '2');
  return response;
}

const respond = (json: boolean, status: number, body: string | Uint8Array): Response =>
  new Response(body as BodyInit, { status, headers: { 'content-type': json ? 'application/json' : 'application/x-protobuf', 'cache-control': 'no-store' } });
