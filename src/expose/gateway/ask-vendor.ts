// What does the vendor answer to these bytes, within the time that is left?
import { codingOf, decoded } from './content-coding.ts';
import { forget, remind } from './deadlines.ts';
import { TooLarge } from './http-answer.ts';
import { openLines, type Lines, type Work } from './lines.ts';

export type Answer =
  | { ok: true; status: number; type: string; bytes: Buffer }
  | { ok: false; why: 'late' | 'unreachable' | 'broken-off' | 'too-large'; says: string };

/** More than any set of cards. */
const largestAnswer = 10_000_000;

/** Connections to a vendor, at most 128 at a time. */
export const openPool = (origin: string): Lines => openLines(origin, { most: 128, largest: largestAnswer });

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
export function askVendor(lines: Lines, question: Question, within: number): Promise<Answer> {
  return new Promise((done) => {
    const due = remind(performance.now() + within, () => {
      lines.drop(work);
      done({ ok: false, why: 'late', says: `no answer within ${Math.round(within)} ms` });
    });
    const finish = (answer: Answer) => {
      work.gone = true;
      forget(due);
      done(answer);
    };
    const work: Work = {
      head: '', body: question.body, gone: false,
      answered: ({ status, type, packed }, bytes) => {
        if (packed === null) return finish({ ok: true, status, type, bytes });
        // Nobody asked for it, and some servers pack all the same. What cannot be undone is read as it is, and is no JSON.
        void decoded(bytes, codingOf(packed) ?? 'identity', largestAnswer)
          .catch(() => bytes)
          .then((plain) => finish({ ok: true, status, type, bytes: plain }));
      },
      failed: (error, status) => {
        if (error instanceof TooLarge) finish({ ok: false, why: 'too-large', says: `more than ${largestAnswer.toLocaleString('en-US')} bytes` });
        else finish({ ok: false, why: status > 0 ? 'broken-off' : 'unreachable', says: codeOf(error) });
      },
    };
    try {
      work.head = headOf(lines.host, question);
      lines.ask(work);
    } catch (error) {
      finish({ ok: false, why: 'unreachable', says: codeOf(error) });
    }
  });
}

/** @throws Error where a path or a header holds what would end it: nothing that was sent to us may write the head. */
function headOf(host: string, { method, path, headers, body }: Question): string {
  if (/[^\x21-\x7e]/.test(path)) throw new Error('a path with characters that have no place there');
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const name in headers) {
    if (/[^\x20-\x7e]/.test(headers[name]!)) throw new Error('a header with characters that have no place there');
    head += `${name}: ${headers[name]!}\r\n`;
  }
  return body ? `${head}content-length: ${body.length}\r\n\r\n` : `${head}\r\n`;
}

/** A code, never a message: messages can hold what was sent. */
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'no answer';
