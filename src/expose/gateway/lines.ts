// Over which connection does a question reach the vendor, and which of them are free?
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { forget, remind, type Due } from './deadlines.ts';
import { answerReader, type AnswerReader, type Head } from './http-answer.ts';

/** One question on its way. Each is told once how it ended, and never after `gone`. */
export interface Work {
  /** The whole request: its head, and its body. */
  head: string;
  body: Uint8Array | null;
  /** Nobody waits for it any more. */
  gone: boolean;
  answered(head: Head, body: Buffer): void;
  /** `status` is that of an answer that had begun, or 0. */
  failed(error: Error, status: number): void;
}

/** Connections to one origin. */
export interface Lines {
  /** What stands in `Host`. */
  host: string;
  ask(work: Work): void;
  /** Nobody waits for it: the connection it is on is given up, because its answer may still come. */
  drop(work: Work): void;
  /** Keeps no connection from here on; who is under way, or comes all the same, is served and its connection closed behind it. */
  close(): void;
}

interface Line {
  socket: Socket;
  work: Work | null;
  reader: AnswerReader | null;
  connected: boolean;
  /** Until when it is used again, by `performance.now()`. */
  freshUntil: number;
  error: Error | null;
  /** What goes out is put together here. */
  desk: Buffer;
}

const nothing = Buffer.alloc(0);
const connectsWithin = 5_000;
/** How long a connection that is free is kept, in milliseconds, unless the server says less; then a second less than it says. */
const keptFor = 30_000;
const sweep = 5_000;
/** A request up to this size goes out in one piece with its head. */
const onePiece = 65_536;

/**
 * A slow vendor must not be flooded without end: more than `most` questions at a time wait their turn. One question at a time
 * goes over a connection. No streams, no retries and no redirections: for a question of 7 kB undici takes a fifth more processor
 * time at 64 connections and half as much again at one (decision 6).
 */
export function openLines(origin: string, { most, largest }: { most: number; largest: number }): Lines {
  const { protocol, hostname, port, host } = new URL(origin);
  const secure = protocol === 'https:';
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  const where = { host: name, port: Number(port) || (secure ? 443 : 80) };
  const lines = new Set<Line>();
  /** The latest used last: it is the one that the server has surely not closed yet. */
  const free: Line[] = [];
  const queue: Work[] = [];
  let session: Buffer | undefined;
  let closed = false;
  let sweeping: NodeJS.Timeout | undefined;

  const open = (work: Work): void => {
    const line: Line = { socket: undefined as unknown as Socket, work, reader: null, connected: false, freshUntil: 0, error: null, desk: nothing };
    const impatience: Due = remind(performance.now() + connectsWithin, () => line.connected || fail(line, Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })));
    const ready = () => {
      line.connected = true;
      forget(impatience);
      send(line);
    };
    const take = (bytes: Buffer) => taken(line, bytes);
    if (secure) {
      line.socket = connectTls({ ...where, servername: isIP(name) ? '' : name, ALPNProtocols: ['http/1.1'], ...(session && { session }) }, ready);
      line.socket.on('session', (one: Buffer) => void (session = one));
      line.socket.on('data', take);
    } else {
      // Read where it lies: a fresh 64 kB for each read, cut to size afterwards, costs more than the answer is worth.
      line.socket = connectPlain({ ...where, onread: { buffer: Buffer.allocUnsafeSlow(16_384), callback: (bytes, buffer) => (take((buffer as Buffer).subarray(0, bytes)), true) } }, ready);
    }
    line.socket.setNoDelay(true);
    line.socket.on('error', (error) => void (line.error = error));
    line.socket.on('close', () => {
      forget(impatience);
      ended(line);
    });
    lines.add(line);
  };

  const send = (line: Line): void => {
    const { socket, work } = line;
    if (!work || socket.destroyed) return;
    line.reader = answerReader(largest);
    const { head, body } = work;
    if (!body) socket.write(head, 'latin1');
    else if (body.length <= onePiece) {
      // Its own memory, used again: while the connection is busy with one question there is no other.
      const length = head.length + body.length;
      if (line.desk.length < length) line.desk = Buffer.allocUnsafeSlow(length + 4_096);
      line.desk.write(head, 0, 'latin1');
      line.desk.set(body, head.length);
      socket.write(line.desk.subarray(0, length));
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
  };

  const taken = (line: Line, bytes: Buffer): void => {
    const { work, reader, socket } = line;
    // Something that nobody asked for.
    if (!work || !reader) return void socket.destroy();
    let whole: boolean;
    try {
      whole = reader.take(bytes);
    } catch (error) {
      return fail(line, error as Error);
    }
    if (whole) finished(line, work, reader);
  };

  const finished = (line: Line, work: Work, reader: AnswerReader): void => {
    const head = reader.head()!;
    line.work = null;
    line.reader = null;
    // A server that answers before it has the whole question may read the rest of it as another.
    if (!head.stays || closed || line.socket.writableLength > 0 || line.socket.destroyed) line.socket.destroy();
    else {
      line.freshUntil = performance.now() + (head.keptFor === null ? keptFor : Math.min(keptFor, head.keptFor * 1_000 - 1_000));
      release(line);
    }
    if (!work.gone) work.answered(head, reader.body());
  };

  const release = (line: Line): void => {
    const next = nextWaiting();
    if (next) {
      line.work = next;
      return send(line);
    }
    free.push(line);
    line.socket.unref();
    sweeping ??= setTimeout(letGo, sweep).unref();
  };

  const nextWaiting = (): Work | undefined => {
    for (;;) {
      const next = queue.shift();
      if (!next?.gone) return next;
    }
  };

  const letGo = (): void => {
    sweeping = undefined;
    const now = performance.now();
    for (const line of free.filter(({ freshUntil }) => freshUntil <= now)) line.socket.destroy();
    if (free.length > 0) sweeping = setTimeout(letGo, sweep).unref();
  };

  const fail = (line: Line, error: Error): void => {
    line.error ??= error;
    line.socket.destroy();
    ended(line);
  };

  /** The connection is gone, and with it the question that was on it; its place is another's. */
  const ended = (line: Line): void => {
    if (!lines.delete(line)) return;
    const at = free.indexOf(line);
    if (at >= 0) free.splice(at, 1);
    const { work, reader } = line;
    line.work = null;
    const next = nextWaiting();
    if (next) open(next);
    if (!work || work.gone) return;
    if (reader?.closed() && !line.error) work.answered(reader.head()!, reader.body());
    else work.failed(line.error ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' }), reader?.head()?.status ?? 0);
  };

  return {
    host,
    ask: (work) => {
      const now = performance.now();
      for (let line = free.pop(); line; line = free.pop()) {
        if (line.freshUntil <= now || line.socket.destroyed || !line.socket.writable) {
          line.socket.destroy();
          continue;
        }
        line.work = work;
        line.socket.ref();
        return send(line);
      }
      if (lines.size < most) open(work);
      else queue.push(work);
    },
    drop: (work) => {
      work.gone = true;
      for (const line of lines) if (line.work === work) return void line.socket.destroy();
    },
    close: () => {
      closed = true;
      clearTimeout(sweeping);
      for (const line of free) line.socket.destroy();
    },
  };
}
