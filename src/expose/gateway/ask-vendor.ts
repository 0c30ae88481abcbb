// What does the vendor answer to these bytes, within the time that is left?
import { Pool } from 'undici';
import { codingOf, decoded } from './content-coding.ts';
import { forget, remind } from './deadlines.ts';

export type Answer =
  | { ok: true; status: number; type: string; bytes: Buffer }
  | { ok: false; why: 'late' | 'unreachable' | 'broken-off' | 'too-large'; says: string };

/** More than any set of cards. */
const largestAnswer = 10_000_000;

export function openPool(origin: string): Pool {
  // Two connections that wait are enough to begin with; a slow vendor must not be flooded without end.
  return new Pool(origin, { connections: 128, pipelining: 1, connect: { timeout: 5_000 }, keepAliveTimeout: 30_000, headersTimeout: 30_000, bodyTimeout: 30_000 });
}

export interface Question {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body: Uint8Array | null;
}

/**
 * Sends these bytes as they are and reads the answer whole. Never throws and never follows a redirection: what is
 * recorded has to be what was asked. `within` is in milliseconds.
 */
export function askVendor(pool: Pool, { method, path, headers, body }: Question, within: number): Promise<Answer> {
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let type = '';
    let packed: string | string[] | undefined;
    let length = 0;
    let ended = false;
    let stop: ((reason: Error) => void) | null = null;
    const finish = (answer: Answer) => {
      if (ended) return;
      ended = true;
      forget(due);
      done(answer);
    };
    const giveUp = (answer: Answer) => {
      finish(answer);
      stop?.(new Error('given up'));
    };
    const due = remind(performance.now() + within, () => giveUp({ ok: false, why: 'late', says: `no answer within ${Math.round(within)} ms` }));
    try {
      pool.dispatch(
        { method, path, headers, body: body as Buffer | null, idempotent: false },
        {
          onRequestStart: (controller) => {
            stop = (reason) => controller.abort(reason);
            if (ended) stop(new Error('given up'));
          },
          onResponseStart: (_controller, code, fields) => {
            status = code;
            type = String(fields['content-type'] ?? '');
            packed = fields['content-encoding'];
          },
          onResponseData: (_controller, chunk) => {
            length += chunk.length;
            if (length > largestAnswer) giveUp({ ok: false, why: 'too-large', says: `more than ${largestAnswer.toLocaleString('en-US')} bytes` });
            else chunks.push(chunk);
          },
          onResponseEnd: () => {
            const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
            if (packed === undefined) return finish({ ok: true, status, type, bytes });
            // Nobody asked for it, and some servers pack all the same. What cannot be undone is read as it is, and is no JSON.
            void decoded(bytes, codingOf(packed) ?? 'identity', largestAnswer)
              .catch(() => bytes)
              .then((plain) => finish({ ok: true, status, type, bytes: plain }));
          },
          onResponseError: (_controller, error) => finish({ ok: false, why: status > 0 ? 'broken-off' : 'unreachable', says: codeOf(error) }),
        },
      );
    } catch (error) {
      finish({ ok: false, why: 'unreachable', says: codeOf(error) });
    }
  });
}

/** A code, never a message: messages can hold what was sent. */
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'no answer';
