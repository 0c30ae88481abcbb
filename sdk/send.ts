// How does one record reach the house, and what is told apart when it does not?
import type { Receipt } from './told.ts';

export interface Connection {
  /** Address of the house, e.g. `https://attending.hospital.example`; in a page the path of your own server that leads there. */
  url: string;
  /** API key of the product, with the role vendor or data-engineer. Left out in a page: your server adds it on the way. */
  key?: string;
  /** Slug or id of the deployment. */
  deployment: string;
  /** After so many milliseconds without an answer the house counts as unreachable (2,000 unless told). */
  timeoutMs?: number;
  /** `fetch` unless told. */
  fetch?: typeof fetch;
}

/** The house refused what was told; telling it again would not help. */
export class Refused extends Error {
  override name = 'Refused';
  readonly status: number;
  readonly errors: readonly { path?: string; says: string }[];
  constructor(status: number, title: string, errors: readonly { path?: string; says: string }[]) {
    super(title);
    this.status = status;
    this.errors = errors;
  }
}

export type Answer = { kind: 'recorded'; receipt: Receipt } | { kind: 'refused'; problem: Refused } | { kind: 'unreachable'; problem: Error };

/** Sends once, and once more where the line broke at once: the key makes the second harmless. Never throws. */
export async function send(connection: Connection, path: string, body: object): Promise<Answer> {
  const { url, key, timeoutMs = 2_000, fetch: ask = fetch } = connection;
  const deadline = AbortSignal.timeout(timeoutMs);
  let problem = new Error('not sent');
  for (let tries = 0; tries < 2 && !deadline.aborted; tries++) {
    try {
      const response = await ask(`${url.replace(/\/+$/, '')}${path}`, { method: 'POST', body: JSON.stringify(body), signal: deadline, headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) } });
      const text = await response.text();
      if (response.ok) return { kind: 'recorded', receipt: JSON.parse(text) as Receipt };
      if (response.status < 500 && response.status !== 408 && response.status !== 429) return { kind: 'refused', problem: refusedBy(response.status, text) };
      problem = new Error(`the house answered ${response.status}`);
      break;
    } catch (error) {
      problem = error instanceof Error ? error : new Error(String(error));
    }
  }
  return { kind: 'unreachable', problem };
}

function refusedBy(status: number, text: string): Refused {
  try {
    const { title, errors = [] } = JSON.parse(text) as { title?: string; errors?: { path?: string; says: string }[] };
    return new Refused(status, title ?? `refused with ${status}`, errors);
  } catch {
    return new Refused(status, `refused with ${status}`, []);
  }
}
