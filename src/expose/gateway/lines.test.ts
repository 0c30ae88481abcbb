// Are connections to the vendor used again where they may be, and never for an answer that is another's?
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askVendor } from './ask-vendor.ts';
import { openLines, type Lines } from './lines.ts';

const opened: { close(): void }[] = [];
afterEach(() => opened.splice(0).forEach((one) => one.close()));

/** A server of bare bytes: says what each request is answered; knows how many connections came. */
async function vendor(answer: (request: string, socket: Socket, nth: number) => void, most = 4) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    const nth = connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    let held = '';
    socket.on('data', (chunk) => {
      held += chunk.toString('latin1');
      for (;;) {
        const head = held.indexOf('\r\n\r\n');
        if (head < 0) return;
        const end = head + 4 + Number(/content-length: (\d+)/.exec(held)?.[1] ?? 0);
        if (held.length < end) return;
        const one = held.slice(0, end);
        held = held.slice(end);
        answer(one, socket, nth);
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const lines: Lines = openLines(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { most, largest: 1_000_000 });
  opened.push({ close: () => (lines.close(), server.close(), sockets.forEach((socket) => socket.destroy())) });
  const ask = async (body: string, within = 2_000) => {
    const answered = await askVendor(lines, { method: 'POST', path: '/x', headers: { 'content-type': 'application/json' }, body: Buffer.from(body) }, within);
    return answered.ok ? `${answered.status} ${answered.bytes.toString()}` : answered.why;
  };
  return { ask, lines, connections: () => connections, sockets };
}
const bodyOf = (request: string) => request.slice(request.indexOf('\r\n\r\n') + 4);
const ok = (body: string, more = '') => `HTTP/1.1 200 OK\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('connections', () => {
  it('are used again one question after the other, and never more than allowed at a time', async () => {
    const { ask, connections } = await vendor((request, socket) => void setTimeout(() => socket.write(ok(bodyOf(request))), 2));
    const asked = Array.from({ length: 60 }, (_, i) => `question ${i}`);
    expect(await Promise.all(asked.map((one) => ask(one)))).toEqual(asked.map((one) => `200 ${one}`));
    expect(connections()).toBe(4);
    expect(await ask('once more')).toBe('200 once more');
    expect(connections()).toBe(4);
  });

  it('are not used again when the server says so, or says more than an answer', async () => {
    const { ask, connections } = await vendor((request, socket) => void (bodyOf(request) === 'close' ? socket.end(ok('a', 'Connection: close\r\n')) : socket.write(`${ok('a')}${ok('never asked')}`)));
    expect([await ask('close'), await ask('more'), await ask('more')]).toEqual(['200 a', '200 a', '200 a']);
    expect(connections()).toBe(3);
  });

  it('are left before the server leaves them, and one that was left meanwhile is not used', async () => {
    const { ask, connections, sockets } = await vendor((_request, socket) => void socket.write(ok('a', 'Keep-Alive: timeout=1\r\n')));
    expect([await ask('1'), await ask('2')]).toEqual(['200 a', '200 a']);
    // Kept for a second less than a second: not at all.
    expect(connections()).toBe(2);
    const other = await vendor((_request, socket) => void socket.write(ok('a')));
    await other.ask('1');
    other.sockets.forEach((socket) => socket.destroy());
    await later(20);
    expect(await other.ask('2')).toBe('200 a');
    expect(sockets.size).toBe(2);
  });

  it('are given up with a question that nobody waits for: its answer reaches nobody else', async () => {
    const { ask, connections } = await vendor((request, socket) => void setTimeout(() => socket.write(ok(bodyOf(request))), bodyOf(request) === 'slow' ? 80 : 0), 1);
    const slow = ask('slow', 20);
    const waiting = ask('quick');
    expect(await slow).toBe('late');
    expect(await waiting).toBe('200 quick');
    await later(100);
    expect(await ask('another')).toBe('200 another');
    expect(connections()).toBe(2);
  });

  it('serve to the end who is under way when they are closed', async () => {
    const { ask, lines } = await vendor((request, socket) => void setTimeout(() => socket.write(ok(bodyOf(request))), 20), 1);
    const both = [ask('1'), ask('2')];
    await later(5);
    lines.close();
    expect(await Promise.all(both)).toEqual(['200 1', '200 2']);
  });
});

describe('an answer', () => {
  it('that ends with its connection is whole, one that is cut is not', async () => {
    const { ask } = await vendor((request, socket) => void (bodyOf(request) === 'end' ? socket.end('HTTP/1.1 200 OK\r\n\r\nall of it') : bodyOf(request) === 'cut' ? socket.end('HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nnot all of it') : socket.end()));
    expect([await ask('end'), await ask('cut'), await ask('nothing')]).toEqual(['200 all of it', 'broken-off', 'unreachable']);
  });

  it('that comes before the question is sent whole is heard, and its connection is not used again', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.on('error', () => {});
      socket.once('data', () => (socket.pause(), socket.write(ok('too large'))));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const lines = openLines(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { most: 1, largest: 1_000 });
    opened.push({ close: () => (lines.close(), server.close()) });
    const ask = () => askVendor(lines, { method: 'POST', path: '/x', headers: {}, body: Buffer.alloc(30_000_000, 'a') }, 2_000);
    expect(await ask()).toMatchObject({ ok: true, status: 200 });
    expect(await ask()).toMatchObject({ ok: true, status: 200 });
    expect(connections).toBe(2);
  });

  it('larger than is taken, or of nobody, is said to be so', async () => {
    const { ask } = await vendor((_request, socket) => void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n`));
    expect(await ask('a')).toBe('too-large');
    const nobody = openLines('http://127.0.0.1:1', { most: 1, largest: 10 });
    expect(await askVendor(nobody, { method: 'GET', path: '/', headers: {}, body: null }, 2_000)).toEqual({ ok: false, why: 'unreachable', says: 'ECONNREFUSED' });
    expect(await askVendor(nobody, { method: 'GET', path: '/', headers: { a: 'b\r\nc: d' }, body: null }, 2_000)).toMatchObject({ ok: false, why: 'unreachable' });
  });
});
