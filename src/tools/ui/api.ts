// How does the browser ask the server, and what does it make of the answer?
import type { Answered, Asked, Endpoint } from '../base/endpoint.ts';
import { systemClock } from '../base/clock.ts';
import { newId } from '../base/id.ts';
import { Problem, problemKinds, type ProblemJson, type ProblemKind } from '../base/problem.ts';

type Asking = { params?: unknown; query?: unknown; body?: unknown };

/** What is done when the server says that nobody is signed in; the app sets it. */
export const atSignOut: { leave: () => void } = { leave: () => {} };

/** One per request: a repeat of the same request is answered from memory. */
const newKey = () => newId('idem', systemClock.now());

/** The address of a call, with its params filled in. A missing param is a mistake of ours, and throws. */
export function address(endpoint: Pick<Endpoint, 'path'>, asking: Asking = {}): string {
  const params = (asking.params ?? {}) as Record<string, unknown>;
  const path = endpoint.path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === null || value === '') throw new TypeError(`${endpoint.path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((asking.query ?? {}) as Record<string, unknown>))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null && one !== '') query.append(key, String(one));
  const tail = query.toString();
  return tail ? `${path}?${tail}` : path;
}

/** Any failure as a Problem: what the server said, or that it could not be reached. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError && /fetch|network/i.test(error.message))
    return new Problem('unavailable', 'The server could not be reached.', 'Check the connection; what you entered is still here.');
  return new Problem('internal', error instanceof Error ? error.message : String(error), 'Reload the page and try again.');
}

export function readProblem(text: string, status: number): Problem {
  try {
    const json = JSON.parse(text) as ProblemJson;
    const kind = json.type?.split(':').at(-1) as ProblemKind;
    if (kind in problemKinds) return new Problem(kind, json.title, json.next ?? '', json.errors ?? []);
  } catch {
    // Not our server's words (a proxy's page, perhaps): say the status instead.
  }
  const kind = (Object.keys(problemKinds) as ProblemKind[]).find((name) => problemKinds[name] === status) ?? 'internal';
  return new Problem(kind, `The server answered with status ${status}.`, 'Try again in a moment.');
}

/** Calls an endpoint by its contract. Throws a Problem; with 401 the app goes to sign-in as well. */
export async function call<E extends Endpoint>(endpoint: E, asking: Asked<E> | {} = {}, more: { signal?: AbortSignal; key?: string } = {}): Promise<Answered<E>> {
  const { body } = asking as Asking;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (endpoint.method !== 'GET' && endpoint.takes === 'json') headers['content-type'] = 'application/json';
  if (endpoint.method === 'POST') headers['idempotency-key'] = more.key ?? newKey();
  const response = await fetch(address(endpoint, asking as Asking), {
    method: endpoint.method,
    headers,
    credentials: 'same-origin',
    ...(endpoint.method !== 'GET' && endpoint.takes === 'json' && { body: JSON.stringify(body ?? {}) }),
    ...(more.signal && { signal: more.signal }),
  }).catch((error: unknown) => {
    if ((error as Error).name === 'AbortError') throw error;
    throw problemOf(error);
  });
  const text = await response.text();
  if (!response.ok) {
    if (response.status === 401 && endpoint.who !== 'public') atSignOut.leave();
    throw readProblem(text, response.status);
  }
  return (text === '' ? undefined : JSON.parse(text)) as Answered<E>;
}

/** Sends a file as it is, and tells how much of it has left. Rejects with a Problem, or an AbortError. */
export function upload<E extends Endpoint>(endpoint: E, asking: Asking, file: Blob, more: { onProgress?: (sent: number, of: number) => void; signal?: AbortSignal } = {}): Promise<Answered<E>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(endpoint.method, address(endpoint, asking));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('idempotency-key', newKey());
    request.upload.onprogress = (event) => more.onProgress?.(event.loaded, event.lengthComputable ? event.total : file.size);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve((request.responseText ? JSON.parse(request.responseText) : undefined) as Answered<E>);
      if (request.status === 401) atSignOut.leave();
      reject(readProblem(request.responseText, request.status));
    };
    request.onerror = () => reject(new Problem('unavailable', 'The upload broke off.', 'Check the connection and send the file again.'));
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    more.signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
