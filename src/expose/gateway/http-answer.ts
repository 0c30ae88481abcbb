// What does a server answer over HTTP/1.1, read as the bytes come in?

/** The head of an answer, as far as anybody here asks. */
export interface Head {
  status: number;
  type: string;
  /** The value of `content-encoding`, or null. */
  packed: string | null;
  /** Bytes of the body; `chunked`: as its chunks say; `to-the-end`: until the connection is closed. */
  body: number | 'chunked' | 'to-the-end';
  /** Whether the connection may be used again. */
  stays: boolean;
  /** For how many seconds the server says that it keeps the connection; null where it does not say. */
  keptFor: number | null;
}

/** The answer is no HTTP/1.1, or not plainly so: two readings of it would be possible. */
export class NotHttp extends Error {}

/** What takes an answer in. `take` throws NotHttp, and Error of `TooLarge` where the body is larger than allowed. */
export interface AnswerReader {
  /** Takes the next bytes; true when the answer is whole. They are copied where they are kept. */
  take(bytes: Buffer): boolean;
  /** The connection was closed: true where that is how this answer ends. */
  closed(): boolean;
  head(): Head | null;
  body(): Buffer;
}

export class TooLarge extends Error {}

/** The longest head, and the longest line that says how long a chunk is, in bytes (what Node itself takes). */
const longestHead = 16_384;
const longestLine = 1_024;
const nothing = Buffer.alloc(0);

/**
 * Reads one answer to a GET or POST by RFC 9112. Strict where readers are known to disagree: a length that is given twice or
 * beside `transfer-encoding`, a folded line, a coding other than `chunked`, a lone line feed. Interim answers (1xx) are
 * passed over.
 */
export function answerReader(largest: number): AnswerReader {
  let head: Head | null = null;
  /** What came of a head or a line that is not yet whole. */
  let held: Buffer = nothing;
  const parts: Buffer[] = [];
  let length = 0;
  /** Bytes of the body, or of the chunk, that are still to come. */
  let left = 0;
  /** What comes next in a chunked body. */
  let next: 'size' | 'data' | 'gap' | 'trailer' = 'size';
  let whole = false;

  const keep = (bytes: Buffer, from: number, to: number) => {
    length += to - from;
    if (length > largest) throw new TooLarge(`more than ${largest} bytes`);
    if (to > from) parts.push(Buffer.from(bytes.subarray(from, to)));
  };

  /** The line that begins at `at`, without its end; null when it is not here whole: what there is of it is held. */
  const line = (bytes: Buffer, at: number): string | null => {
    const end = bytes.indexOf('\r\n', at, 'latin1');
    if ((end < 0 ? bytes.length : end) - at > longestLine) throw new NotHttp('a line without an end');
    if (end >= 0) return bytes.toString('latin1', at, end);
    held = Buffer.from(bytes.subarray(at));
    return null;
  };

  const chunks = (bytes: Buffer, from: number): void => {
    for (let at = from; at < bytes.length && !whole; ) {
      if (next === 'data') {
        const end = Math.min(bytes.length, at + left);
        keep(bytes, at, end);
        left -= end - at;
        at = end;
        if (left === 0) next = 'gap';
        continue;
      }
      const text = line(bytes, at);
      if (text === null) return;
      at += text.length + 2;
      if (next === 'gap') {
        if (text !== '') throw new NotHttp('a chunk longer than it says');
        next = 'size';
      } else if (next === 'size') {
        const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(text);
        if (!size) throw new NotHttp('a chunk without a length');
        left = Number.parseInt(size[1]!, 16);
        next = left === 0 ? 'trailer' : 'data';
      } else if (text === '') whole = end(bytes, at);
    }
  };

  const end = (bytes: Buffer, at: number): boolean => {
    // Whatever follows was not asked for: a connection that says more than an answer is not used again.
    if (at < bytes.length) head!.stays = false;
    return true;
  };

  const body = (bytes: Buffer, at: number): void => {
    const { body: kind } = head!;
    if (kind === 'chunked') return chunks(bytes, at);
    if (kind === 'to-the-end') return keep(bytes, at, bytes.length);
    const to = Math.min(bytes.length, at + left);
    keep(bytes, at, to);
    left -= to - at;
    if (left === 0) whole = end(bytes, to);
  };

  return {
    take: (bytes) => {
      const all = held.length > 0 ? Buffer.concat([held, bytes]) : bytes;
      held = nothing;
      let at = 0;
      while (!head) {
        const stop = all.indexOf('\r\n\r\n', at, 'latin1');
        if ((stop < 0 ? all.length : stop) - at > longestHead) throw new NotHttp('a head without an end');
        if (stop < 0) {
          held = Buffer.from(all.subarray(at));
          return false;
        }
        head = readHead(all.toString('latin1', at, stop));
        at = stop + 4;
        if (!head) continue;
        if (typeof head.body === 'number') {
          left = head.body;
          if (left > largest) throw new TooLarge(`more than ${largest} bytes`);
        }
      }
      if (!whole) body(all, at);
      return whole;
    },
    closed: () => head?.body === 'to-the-end',
    head: () => head,
    body: () => (parts.length === 1 ? parts[0]! : Buffer.concat(parts)),
  };
}

const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** The head, without the empty line behind it; null: an interim answer. @throws NotHttp */
export function readHead(text: string): Head | null {
  const [first = '', ...lines] = text.split('\r\n');
  const says = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: .*)?$/.exec(first);
  if (!says) throw new NotHttp('no answer of HTTP/1.1');
  const status = Number(says[2]);
  let type = '';
  let packed: string | null = null;
  let length: number | null = null;
  let coding: string | null = null;
  let connection = '';
  let kept = '';
  for (const one of lines) {
    const colon = one.indexOf(':');
    const name = one.slice(0, Math.max(colon, 0));
    if (!token.test(name) || /[\r\n\0]/.test(one)) throw new NotHttp('a header that is none');
    const value = one.slice(colon + 1).trim();
    switch (name.toLowerCase()) {
      case 'content-type': type ||= value; break;
      case 'content-encoding': packed = packed === null ? value : `${packed}, ${value}`; break;
      case 'connection': connection += `,${value.toLowerCase()}`; break;
      case 'keep-alive': kept = value; break;
      case 'transfer-encoding':
        if (coding !== null || value.toLowerCase() !== 'chunked') throw new NotHttp('a transfer coding other than chunked');
        coding = 'chunked';
        break;
      case 'content-length': {
        if (!/^\d{1,15}$/.test(value) || (length !== null && length !== Number(value))) throw new NotHttp('no one length');
        length = Number(value);
      }
    }
  }
  if (status === 101) throw new NotHttp('another protocol');
  if (status < 200) return null;
  if (coding !== null && (length !== null || says[1] === '0')) throw new NotHttp('two lengths');
  const body = status === 204 || status === 304 ? 0 : coding !== null ? 'chunked' : (length ?? 'to-the-end');
  const words = connection.split(',').map((word) => word.trim());
  const stays = body !== 'to-the-end' && (says[1] === '1' ? !words.includes('close') : words.includes('keep-alive'));
  const timeout = /(?:^|[,; ])timeout=(\d{1,6})/i.exec(kept)?.[1];
  return { status, type, packed, body, stays, keptFor: timeout === undefined ? null : Number(timeout) };
}
