// How does the simulator speak to the product? Over its public API, like any hospital.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { canonical, digest } from '../../src/tools/base/canonical.ts';
import type { Answered, Asked, Endpoint } from '../../src/tools/base/endpoint.ts';
import { Problem, problemKinds, type ProblemJson, type ProblemKind } from '../../src/tools/base/problem.ts';

/** One caller: an API key, or a person with a session. */
export interface Api {
  /** Asks an endpoint. Throws Problem with what the server says. A POST carries an Idempotency-Key made of what it asks, so that a repeat after a crash is answered from memory. */
  ask<E extends Endpoint>(endpoint: E, asked: Asked<E>, how?: { fresh?: boolean }): Promise<Answered<E>>;
  /** Sends one file as the body of an upload endpoint. */
  send<E extends Endpoint>(endpoint: E, asked: Asked<E>, file: string): Promise<Answered<E>>;
}

export function api(baseUrl: string, credentials: { key?: string }, signal?: AbortSignal): Api {
  /** The session, once somebody has signed in through this caller. */
  let cookie: string | null = null;

  async function send<E extends Endpoint>(endpoint: E, asked: Asked<E>, more: RequestInit): Promise<Answered<E>> {
    const response = await fetchAgain(addressOf(baseUrl, endpoint, asked), {
      method: endpoint.method,
      ...more,
      headers: {
        ...(credentials.key && { authorization: `Bearer ${credentials.key}` }),
        ...(cookie && { cookie }),
        ...(more.headers as { [name: string]: string }),
      },
      ...(signal && { signal }),
    });
    const text = await response.text();
    if (!response.ok) throw problemOf(endpoint, response.status, text);
    const set = response.headers.getSetCookie().map((one) => one.split(';')[0]!);
    if (set.length > 0) cookie = set.join('; ');
    return (text ? JSON.parse(text) : {}) as Answered<E>;
  }

  return {
    async ask(endpoint, asked, how = {}) {
      if (endpoint.method === 'GET') return send(endpoint, asked, {});
      const body = (asked as { body?: unknown }).body ?? {};
      const once = how.fresh ? crypto.randomUUID() : (await digest([endpoint.name, (asked as { params?: unknown }).params ?? null, body])).slice(0, 40);
      return send(endpoint, asked, {
        body: canonical(body),
        headers: { 'content-type': 'application/json', ...(endpoint.method === 'POST' && { 'idempotency-key': `demo-${once}` }) },
      });
    },
    async send(endpoint, asked, file) {
      const { size } = await stat(file);
      return send(endpoint, asked, {
        body: Readable.toWeb(createReadStream(file)) as ReadableStream,
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
        // Node wants to be told that the answer comes after the whole body.
        duplex: 'half',
      } as RequestInit);
    },
  };
}

/**
 * A connection that was kept open may be closed by the other side in the moment it is used again, more so on a busy
 * machine. What can be repeated is: a question, and what carries an Idempotency-Key. A stream cannot.
 */
async function fetchAgain(url: URL, init: RequestInit): Promise<Response> {
  for (let left = 3; ; left--) {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (left === 0 || !(error instanceof TypeError) || init.body instanceof ReadableStream || init.signal?.aborted) throw error;
      await new Promise((done) => setTimeout(done, 250));
    }
  }
}

function addressOf(baseUrl: string, endpoint: Endpoint, asked: { params?: unknown; query?: unknown }): URL {
  const params = (asked.params ?? {}) as { [name: string]: string | number };
  const url = new URL(endpoint.path.replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(params[name]))), baseUrl);
  for (const [name, value] of Object.entries((asked.query ?? {}) as { [name: string]: unknown })) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

function problemOf(endpoint: Endpoint, status: number, text: string): Problem {
  let told: Partial<ProblemJson> = {};
  try {
    told = JSON.parse(text) as ProblemJson;
  } catch {
    // A proxy or a stopped server answers in its own words.
  }
  const kind = (Object.entries(problemKinds).find(([, code]) => code === status)?.[0] ?? 'internal') as ProblemKind;
  const details = (told.errors ?? []).slice(0, 3).map(({ path, says }) => [path, says].filter(Boolean).join(' '));
  return new Problem(kind, `${endpoint.method} ${endpoint.path}: ${told.title ?? `status ${status}`}${details.length > 0 ? ` (${details.join('; ')})` : ''}`, told.next ?? '', told.errors ?? []);
}

/** All items of a list, page by page. */
export async function all<Item>(page: (after: string | undefined) => Promise<{ items: Item[]; next: string | null }>): Promise<Item[]> {
  const items: Item[] = [];
  for (let after: string | undefined; ; ) {
    const got = await page(after);
    items.push(...got.items);
    if (got.next === null) return items;
    after = got.next;
  }
}
