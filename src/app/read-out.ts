// What becomes of the rest of a body that was answered before it was read to its end?
import type { IncomingMessage, ServerResponse } from 'node:http';

const mostBytes = 16_000_000;
const mostMs = 2_000;

/**
 * Reads the rest of a request and throws it away, so that the next request on this connection begins where it should; a
 * long or slow rest ends the connection with the answer. Left alone, the listener of `@hono/node-server` ends the
 * connection half a second after the answer, whatever other request it carries by then; a browser sends that one again
 * by itself, and is then told that its rows were known before.
 */
export async function readOut(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (incoming.method === 'GET' || incoming.method === 'HEAD' || incoming.readableEnded || incoming.destroyed) return;
  const ended = await new Promise<boolean>((done) => {
    let bytes = 0;
    const end = (whole: boolean) => {
      clearTimeout(patience);
      done(whole);
    };
    const patience = setTimeout(end, mostMs, false);
    // Whoever read before has stopped, and would pause the stream again.
    incoming.removeAllListeners('data');
    incoming.on('data', (chunk: Buffer) => (bytes += chunk.length) > mostBytes && end(false));
    incoming.once('end', () => end(true));
    incoming.once('close', () => end(false));
    incoming.resume();
  });
  if (!ended) outgoing.shouldKeepAlive = false;
}
