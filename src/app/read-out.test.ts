// Does the next request of a connection arrive where the one before was answered without being read to its end?
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readOut } from './read-out.ts';

let server: Server;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  // Reads the first bytes and stops, as the preview of a file does.
  const answer = getRequestListener(async (asked, environment) => {
    for await (const _ of Readable.fromWeb(asked.body as Parameters<typeof Readable.fromWeb>[0])) break;
    const { incoming, outgoing } = environment as { incoming: IncomingMessage; outgoing: ServerResponse };
    await readOut(incoming, outgoing);
    return new Response('seen');
  }, { overrideGlobalObjects: false });
  server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  agent.destroy();
  server.closeAllConnections();
  server.close();
});

/** The answer, and whether it came over the connection of the request before and leaves it open. */
const send = (bytes: number) =>
  new Promise<{ text: string; reused: boolean; keeps: boolean }>((done, failed) => {
    const asking = request({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, method: 'POST', agent }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += String(chunk)));
      answer.once('end', () => done({ text, reused: asking.reusedSocket, keeps: answer.headers.connection === 'keep-alive' }));
    });
    asking.once('error', failed);
    asking.end(Buffer.alloc(bytes));
  });

it('goes on over the same connection, whatever was left of the body', async () => {
  expect(await send(1_000_000)).toEqual({ text: 'seen', reused: false, keeps: true });
  for (const bytes of [300_000, 0, 2_000_000, 10]) expect(await send(bytes)).toEqual({ text: 'seen', reused: true, keeps: true });
});

it('ends the connection with the answer where too much is left', async () => {
  expect(await send(40_000_000).catch((error: NodeJS.ErrnoException) => error.code)).toSatisfy((ended) => ended === 'EPIPE' || ended === 'ECONNRESET' || ended.keeps === false);
  expect(await send(10)).toMatchObject({ text: 'seen', reused: false });
});
