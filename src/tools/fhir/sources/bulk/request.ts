// How is a Bulk Data server asked, without ever showing the token to anybody else?
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Problem } from '../../../base/problem.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The bytes as they came, packed if the server packed them. */
  body: IncomingMessage;
  /** Where it came from in the end. */
  url: string;
}

export interface Ask {
  method?: 'GET' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  /** Bearer token and the only origin that may see it. */
  token?: { value: string; origin: string } | undefined;
  signal?: AbortSignal | undefined;
}

const mostRedirects = 5;
/** A server that says nothing at all for so long is gone. */
const silence = 120_000;

/** @throws Problem unless the address is https, or http on this very machine. */
export function requireSafe(address: string, what: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new Problem('bad-input', `${what} is no address: ${address.slice(0, 200)}`, 'Give it like https://ehr.example.org/fhir.');
  }
  const loopback = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    throw new Problem('bad-input', `${what} is not https: ${url.origin}`, 'Patient data and tokens travel over TLS only; http is for a server on this machine.', [{ path: url.origin, says: 'not https' }]);
  if (url.username || url.password) throw new Problem('bad-input', `${what} carries a name or a password.`, 'Sign in with --client and --key.');
  return url;
}

/** One question; redirects of a GET are followed, without the token where another origin answers. @throws what the network throws. */
export async function ask(address: string, { method = 'GET', headers = {}, body, token, signal }: Ask): Promise<Answer> {
  let url = requireSafe(address, 'The server');
  for (let hop = 0; ; hop++) {
    const own = token && token.origin === url.origin ? { authorization: `Bearer ${token.value}` } : {};
    const answer = await send(url, method, { ...headers, ...own }, body, signal);
    const to = answer.headers.location;
    if (answer.statusCode === undefined) throw new Error('The server answered without a status.');
    if (method !== 'GET' || ![301, 302, 303, 307, 308].includes(answer.statusCode) || to === undefined) return { status: answer.statusCode, headers: answer.headers, body: answer, url: url.href };
    answer.resume();
    if (hop === mostRedirects) throw new Problem('unavailable', `${url.origin} redirects in circles.`, 'Give the address the server answers at.');
    url = requireSafe(new URL(to, url).href, 'The address the server redirects to');
  }
}

function send(url: URL, method: string, headers: Record<string, string>, body: string | undefined, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    const request = (url.protocol === 'https:' ? secure : plain)(url, { method, headers: { 'user-agent': 'attending', ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) }, ...(signal && { signal }) }, done);
    request.setTimeout(silence, () => request.destroy(new Error('The server said nothing for two minutes.')));
    request.on('error', fail);
    request.end(body);
  });
}

const longestAnswer = 50_000_000;

/** The body as text. */
export async function textOf(body: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > longestAnswer) throw new Problem('unavailable', 'The server answers with more than 50 MB where a short document belongs.', 'Check the address.');
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3) as milliseconds from now; undefined where there is none or nothing that could be meant. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Math.min(Number(header) * 1000, 24 * 3_600_000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.min(at - now, 24 * 3_600_000));
}

/** What an OperationOutcome says, without the rest of it. */
export function outcomeOf(text: string): { says: string; transient: boolean } {
  try {
    const issues = (JSON.parse(text) as { issue?: { code?: string; severity?: string; diagnostics?: string; details?: { text?: string } }[] }).issue ?? [];
    return { says: issues.map((issue) => issue.details?.text ?? issue.diagnostics ?? issue.code ?? '').filter(Boolean).join('; ').slice(0, 500), transient: issues.some(({ code }) => code === 'transient' || code === 'throttled' || code === 'timeout') };
  } catch {
    return { says: '', transient: false };
  }
}
