// How does a FHIR Bulk Data server behave, and how does it misbehave?
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { importJWK, jwtVerify, type JWK } from 'jose';
import type { Clock } from '../../src/tools/base/clock.ts';

/** One file of the export: its type and its NDJSON. */
export interface ServedFile {
  type: string;
  ndjson: string;
}

/** What goes wrong, on demand. Nothing, unless told. */
export interface Misbehaviour {
  /** Answers 429 to everything until this instant of the server's clock. */
  busyUntil?: string;
  /** What a 429 or 202 says about when to come again: seconds, an HTTP date, or nothing. */
  retryAfter?: 'seconds' | 'date' | 'nothing';
  /** How often it says 202 before the export is done. */
  polls?: number;
  /** How many polls are answered with 503. */
  hiccups?: number;
  /** How many downloads break in the middle. */
  breaks?: number;
  /** Sends the whole file where a range was asked for. */
  ignoresRange?: boolean;
  /** Gives no ETag. */
  noTag?: boolean;
  /** Packs the files. */
  gzip?: boolean;
  /** The links of the first so many manifests are good for this many downloads, then 410. */
  expires?: { manifests: number; downloads: number };
  /** Lists its first file a second time: under the same link, or the same bytes under another. */
  twice?: 'link' | 'content';
  /** The manifest promises so many lines more than there are. */
  promisesMore?: number;
  errors?: string[];
  deleted?: number;
  /** Names such as `Observation/7` that were deleted, told where `_since` is asked for. */
  gone?: string[];
  /** Resources carry `meta.lastUpdated` and `_since` gives the newer ones, unless the server takes no notice of it or refuses it. */
  since?: 'ignores' | 'refuses';
  /** What the manifest says of the moment of the export. */
  transactionTime?: string;
  /** Files lie at this other origin. */
  elsewhere?: string;
  /** Kick-off is answered with an OperationOutcome and this status. */
  refuses?: number;
  /** Redirects downloads to this origin. */
  redirects?: string;
  /** Seconds a token lives. */
  tokenLives?: number;
  requiresAccessToken?: boolean;
}

export interface Asked {
  method: string;
  path: string;
  authorization: string | undefined;
  range: string | undefined;
}

export interface BulkServer {
  /** Base of the FHIR server. */
  url: string;
  origin: string;
  asked: Asked[];
  misbehave(how: Misbehaviour): void;
  close(): Promise<void>;
}

const outcome = (text: string, code = 'processing') => JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics: text }] });

/** Starts a server on loopback that exports these files to whoever signs in with the client's public key; without a key it asks for none. */
export async function startBulkServer({ files, clock, client }: { files: readonly ServedFile[]; clock: Clock; client?: { id: string; publicKey: JWK } }): Promise<BulkServer> {
  let how: Misbehaviour = {};
  let polled = 0;
  let hiccups = 0;
  let breaks = 0;
  let manifests = 0;
  let downloads = 0;
  let tokens = 0;
  let jobs = 0;
  const valid = new Map<string, number>();
  const asked: Asked[] = [];
  const now = () => Date.parse(clock.now());
  const say = (response: ServerResponse, status: number, body = '', headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
  const later = (seconds: number): Record<string, string> => (how.retryAfter === 'nothing' ? {} : { 'retry-after': how.retryAfter === 'date' ? new Date(now() + seconds * 1000).toUTCString() : String(seconds) });
  const mayEnter = (request: IncomingMessage): boolean => !client || (valid.get(request.headers.authorization?.replace('Bearer ', '') ?? '') ?? 0) > now();
  const bodyOf = async (request: IncomingMessage) => {
    let text = '';
    for await (const piece of request) text += String(piece);
    return text;
  };
  let since: string | null = null;
  const newer = (line: string) => !since || ((JSON.parse(line) as { meta?: { lastUpdated?: string } }).meta?.lastUpdated ?? '9') > since;
  const listed = (): ServedFile[] => (since === null || how.since === 'ignores' ? [...files] : files.map(({ type, ndjson }) => ({ type, ndjson: ndjson.split('\n').filter(Boolean).filter(newer).map((line) => `${line}\n`).join('') })).filter(({ ndjson }) => ndjson !== ''));

  const gone = () => (since === null ? [] : (how.gone ?? []));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    asked.push({ method: request.method ?? '', path: url.pathname + url.search, authorization: request.headers.authorization, range: request.headers.range });
    if (how.busyUntil && now() < Date.parse(how.busyUntil)) return say(response, 429, outcome('too many requests', 'throttled'), how.retryAfter === 'nothing' ? {} : later(30));
    if (url.pathname === '/fhir/.well-known/smart-configuration') return say(response, 200, JSON.stringify({ token_endpoint: `${origin}/token`, grant_types_supported: ['client_credentials'], token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'], scopes_supported: ['system/*.read'] }));
    if (url.pathname === '/token') return signIn(new URLSearchParams(await bodyOf(request)), response);
    if (url.pathname.startsWith('/files/')) return give(url, request, response);
    if (!mayEnter(request)) return say(response, 401, outcome('sign in first', 'login'));
    if (/^\/fhir\/(Group\/[^/]+\/|Patient\/)?\$export$/.test(url.pathname)) {
      if (how.refuses) return say(response, how.refuses, outcome('exports are not offered on Mondays'));
      since = url.searchParams.get('_since');
      if (since !== null && how.since === 'refuses') return say(response, 400, outcome('_since is not supported'));
      if (request.headers.prefer !== 'respond-async') return say(response, 400, outcome('Prefer: respond-async is missing'));
      return say(response, 202, '', { 'content-location': `${origin}/status/${++jobs}` });
    }
    if (url.pathname.startsWith('/status/')) {
      if (request.method === 'DELETE') return say(response, 202);
      if (hiccups < (how.hiccups ?? 0)) {
        hiccups++;
        return say(response, 503, 'down for a moment', { 'content-type': 'text/plain' });
      }
      if (polled < (how.polls ?? 1)) {
        polled++;
        return say(response, 202, '', { 'x-progress': `${polled * 10} % of the patients`, ...later(20) });
      }
      return say(response, 200, JSON.stringify(manifest()), { expires: new Date(now() + 3_600_000).toUTCString() });
    }
    say(response, 404, outcome('there is no such thing', 'not-found'));
  }

  function manifest() {
    manifests++;
    downloads = 0;
    const base = how.elsewhere ?? origin;
    const link = (at: number | string) => `${base}/files/${at}?signature=${manifests}`;
    const output = listed().map(({ type, ndjson }, at) => ({ type, url: link(at), count: ndjson.split('\n').filter(Boolean).length + (how.promisesMore ?? 0) }));
    const first = output[0];
    if (first && how.twice === 'link') output.push({ ...first });
    if (first && how.twice === 'content') output.push({ ...first, url: `${link(0)}&again` });
    return {
      transactionTime: how.transactionTime ?? '2026-05-01T00:00:00Z', request: `${origin}/fhir/$export`, requiresAccessToken: how.requiresAccessToken ?? client !== undefined, output,
      deleted: how.deleted || gone().length > 0 ? [{ type: 'Bundle', url: link('deleted') }] : [],
      error: how.errors ? [{ type: 'OperationOutcome', url: link('errors') }] : [],
    };
  }

  async function signIn(form: URLSearchParams, response: ServerResponse): Promise<void> {
    try {
      if (!client) throw new Error('nobody signs in here');
      const { payload, protectedHeader } = await jwtVerify(form.get('client_assertion') ?? '', await importJWK(client.publicKey, client.publicKey.alg ?? 'RS384'), { issuer: client.id, subject: client.id, audience: `${origin}/token`, currentDate: new Date(now()), algorithms: ['RS384', 'ES384'] });
      if (!payload.jti || !protectedHeader.alg || form.get('grant_type') !== 'client_credentials') throw new Error('the assertion lacks something');
      const token = `token-${++tokens}`;
      const lives = how.tokenLives ?? 300;
      valid.set(token, now() + lives * 1000);
      say(response, 200, JSON.stringify({ access_token: token, token_type: 'bearer', expires_in: lives, scope: form.get('scope') }));
    } catch (error) {
      say(response, 400, JSON.stringify({ error: 'invalid_client', error_description: (error as Error).message }));
    }
  }

  function give(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const key = url.pathname.split('/').at(-1) ?? '';
    if (how.redirects) return say(response, 302, '', { location: `${how.redirects}${url.pathname}${url.search}` });
    if ((how.requiresAccessToken ?? client !== undefined) && !how.elsewhere && !mayEnter(request)) return say(response, 401, outcome('sign in first', 'login'));
    const signature = Number(url.searchParams.get('signature'));
    if (how.expires && signature <= how.expires.manifests && downloads++ >= how.expires.downloads) return say(response, 410, outcome('this link has expired'));
    const text = key === 'errors' ? (how.errors ?? []).map((one) => `${outcome(one)}\n`).join('') : key === 'deleted' ? `${JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [...gone(), ...Array.from({ length: how.deleted ?? 0 }, (_, at) => `Patient/gone-${at}`)].map((url) => ({ request: { method: 'DELETE', url } })) })}\n` : listed()[Number(key)]?.ndjson;
    if (text === undefined) return say(response, 404, outcome('no such file', 'not-found'));
    const packed = how.gzip && String(request.headers['accept-encoding'] ?? '').includes('gzip');
    const bytes = packed ? gzipSync(text) : Buffer.from(text);
    const tag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const resumes = range && !how.ignoresRange && (request.headers['if-range'] ?? tag) === tag;
    const from = resumes ? Number(range[1]) : 0;
    const part = bytes.subarray(from);
    response.writeHead(resumes ? 206 : 200, {
      'content-type': 'application/fhir+ndjson', 'content-length': String(part.length), 'accept-ranges': 'bytes', ...(!how.noTag && { etag: tag }), ...(packed && { 'content-encoding': 'gzip' }), ...(resumes && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (breaks < (how.breaks ?? 0)) {
      breaks++;
      // What was sent arrives, and is read before the end is; the rest never comes.
      response.write(part.subarray(0, Math.max(1, Math.floor(part.length / 2))), () => void setTimeout(() => response.socket?.end(), 100));
    } else response.end(part);
  }

  const server = createServer((request, response) => void answer(request, response).catch((error: unknown) => say(response, 500, outcome(String(error)))));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/fhir`, origin, asked,
    misbehave(next) {
      how = next;
      polled = hiccups = breaks = manifests = downloads = 0;
    },
    close: () => new Promise((done) => {
      server.closeAllConnections();
      server.close(() => done());
    }),
  };
}
