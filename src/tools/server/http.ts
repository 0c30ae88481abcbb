// How does an endpoint's contract become a route that checks who asks and what is asked?
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { z } from 'zod';
import type { Endpoint } from '../base/endpoint.ts';
import { Problem, type ProblemDetail } from '../base/problem.ts';
import type { Caller, House } from './house.ts';
import { databaseProblem } from './database.ts';
import { openSilence, type Silence } from './silence.ts';

export interface Asking<E extends Endpoint> {
  params: z.output<E['params']>;
  query: z.output<E['query']>;
  body: z.output<E['body']>;
  caller: Caller;
  house: House;
  /** The raw request: uploads read `request.body` as a stream, and `signal` tells when the caller went away. */
  request: Request;
}

export interface Route {
  endpoint: Endpoint;
  handle(asking: Asking<Endpoint>): Promise<unknown>;
}

/** Binds an endpoint to the function that answers it. A `stream` endpoint answers with a Response. */
export function serve<E extends Endpoint>(
  declared: E,
  handle: (asking: Asking<E>) => Promise<E['answers'] extends 'stream' ? unknown : z.input<E['output']> | Response>,
): Route {
  return { endpoint: declared, handle: handle as Route['handle'] };
}

/** Nobody: what a public endpoint sees when no one is signed in. */
export const nobody: Caller = { kind: 'system', id: 'nobody', name: 'Nobody', roles: [], vendor: null };

export interface Doorkeeper {
  /** Who sent this request, or null when no valid session or key came with it. */
  identify(house: House, request: Request): Promise<Caller | null>;
  /** Runs `work` once per Idempotency-Key and caller, and answers a repeat from memory. */
  once(house: House, caller: Caller, endpoint: Endpoint, request: Request, body: unknown, work: () => Promise<Response>): Promise<Response>;
}

const peers = new WeakMap<Request, string>();
/** Notes the network address a request came from; the listener knows it, the request does not say. */
export const notePeer = (request: Request, address: string): void => void peers.set(request, address);
/** Where the request came from, for counting attempts. */
export const peerOf = (request: Request): string => peers.get(request) ?? 'unknown';

const megabyte = 1_000_000;

/** Told of every answered request: the contract's name, never an address with ids in it. */
export type Watch = (endpoint: string, method: string, status: number, seconds: number) => void;

export function buildHttp(house: House, routes: readonly Route[], door: Doorkeeper, watch: Watch = () => {}, silence: Silence = openSilence(house.db)): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      strictTransportSecurity: house.config.url?.startsWith('https:') ? 'max-age=31536000' : false,
    }),
  );
  const asked = new WeakMap<Request, string>();
  app.use(async (c, next) => {
    const began = performance.now();
    await next();
    watch(asked.get(c.req.raw) ?? 'other', c.req.method, c.res.status, (performance.now() - began) / 1000);
  });
  app.onError((error, c) => answerProblem(c, house, error));
  for (const route of routes) {
    const { endpoint } = route;
    if (endpoint.takes === 'json' && endpoint.method !== 'GET')
      app.use(endpoint.path, bodyLimit({ maxSize: 10 * megabyte, onError: () => { throw new Problem('too-large', 'The request is larger than 10 MB.', 'Send less, or use the upload.'); } }));
    app.on(endpoint.method, endpoint.path, (c) => silence.during(async () => {
      const request = c.req.raw;
      asked.set(request, endpoint.name);
      const found = await door.identify(house, request);
      const caller = admit(endpoint, found, request);
      const params = read('params', endpoint.params, c.req.param());
      const query = read('query', endpoint.query, readQuery(request.url));
      const raw = endpoint.takes === 'json' && endpoint.method !== 'GET' ? await readJson(request) : {};
      const body = endpoint.takes === 'json' ? read('body', endpoint.body, raw) : {};
      const work = async () => {
        const answer = await route.handle({ params, query, body, caller, house, request } as Asking<Endpoint>);
        return answer instanceof Response ? answer : c.json(endpoint.output.parse(answer) as object, endpoint.status as 200);
      };
      if (endpoint.method !== 'POST' || endpoint.takes === 'upload' || endpoint.who === 'public') return work();
      return door.once(house, caller, endpoint, request, raw, work);
    }));
  }
  app.all('/api/*', (c) => answerProblem(c, house, new Problem('not-found', `There is no ${c.req.method} ${c.req.path}.`, 'The API is described at /api/v1/openapi.json.')));
  return app;
}

function admit(endpoint: Endpoint, caller: Caller | null, request: Request): Caller {
  if (endpoint.method !== 'GET' && caller?.kind !== 'key') refuseForeignOrigin(request);
  if (endpoint.who === 'public') return caller ?? nobody;
  if (!caller) throw new Problem('not-signed-in', 'Nobody is signed in.', 'Sign in, or send an API key as `Authorization: Bearer …`.');
  if (!caller.roles.some((role) => endpoint.who.includes(role)))
    throw new Problem('not-allowed', `${caller.name} may not do this: ${endpoint.says.charAt(0).toLowerCase()}${endpoint.says.slice(1).replace(/\.$/, '')}.`, `This is for: ${endpoint.who.join(', ')}.`);
  return caller;
}

/** A session cookie is sent by the browser whoever wrote the page; these headers say who did. Machines send neither. */
function refuseForeignOrigin(request: Request) {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host');
  const ours = origin === null || (URL.canParse(origin) && new URL(origin).host === host);
  if (!ours || site === 'cross-site')
    throw new Problem('not-allowed', 'This request came from another site.', 'Use the product itself, or an API key.');
}

function readQuery(url: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const [key, value] of new URL(url).searchParams) {
    const before = query[key];
    query[key] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return query;
}

/** The JSON of a request, which has to be here whole within so many milliseconds: nobody holds a place by sending a byte now and then. */
export async function readJson(request: Request, slowest = 30_000): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_done, failed) => (timer = setTimeout(() => failed(new Problem('bad-input', `The request did not come whole within ${slowest / 1000} seconds.`, 'Send it again over a better line.')), slowest)));
  const text = await Promise.race([request.text(), tooSlow]).finally(() => clearTimeout(timer));
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('bad-input', `The request body is not JSON: ${(error as Error).message}.`, 'Send one JSON object.');
  }
}

/** Checks a value against its schema; what does not fit is named by path. */
export function read<S extends z.ZodType>(part: string, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Problem('bad-input', `The ${part} of the request is not as described.`, 'Correct the named fields and send it again.', problemsOf(parsed.error));
}

/** The issues of a failed Zod parse, as places and sentences. */
export const problemsOf = (error: z.ZodError): ProblemDetail[] =>
  error.issues.map((issue) => ({
    path: issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('').replace(/^\./, '') || '(the whole)',
    says: issue.code === 'unrecognized_keys' ? `unknown field ${issue.keys.map((key) => `\`${key}\``).join(', ')}` : issue.message,
  }));

function answerProblem(c: Context, house: House, error: unknown): Response {
  const problem = error instanceof Problem ? error : databaseProblem(error);
  if (!problem) house.log.error('request failed', { method: c.req.method, path: c.req.path, error: (error as Error).stack ?? String(error) });
  const shown = problem ?? new Problem('internal', 'Something went wrong here, and it is written in the log.', 'Try again; if it stays, tell the administrator the time.');
  return c.body(JSON.stringify(shown), shown.status as 400, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(shown.kind === 'unavailable' && { 'retry-after': '2' }),
  });
}
