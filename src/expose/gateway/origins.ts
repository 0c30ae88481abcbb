// May a page of this web origin call here, as the browser asks before it does?
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connection } from './connection.ts';

/** Lets any page read what is public anyway: the keys of this house. */
export const allowAll = (outgoing: ServerResponse): void => void outgoing.setHeader('access-control-allow-origin', '*');

/** Says to the browser that this page may read the answer, where the connection names its origin (WHATWG Fetch, "CORS protocol"). */
export function allowOrigin({ origins }: Pick<Connection, 'origins'>, incoming: IncomingMessage, outgoing: ServerResponse): void {
  // Caches must keep the answers to different pages apart, the refusing ones too.
  if (origins.length > 0) outgoing.setHeader('vary', 'origin');
  const { origin } = incoming.headers;
  if (origin === undefined || !origins.some((one) => one === '*' || new URL(one).origin === origin)) return;
  outgoing.setHeader('access-control-allow-origin', origin);
  outgoing.setHeader('access-control-expose-headers', 'www-authenticate, retry-after');
}

/** The answer to a preflight. A browser client may send what headers it likes: none of them but `authorization` is read. */
export function answerPreflight(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const asked = incoming.headers['access-control-request-headers'];
  const wanted = (Array.isArray(asked) ? asked.join(',') : (asked ?? '')).split(',').map((one) => one.trim().toLowerCase()).filter((one) => /^[a-z0-9-]{1,60}$/.test(one));
  const allowed = [...new Set(['authorization', 'content-type', 'accept', ...wanted])].slice(0, 30);
  outgoing.writeHead(204, { 'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS', 'access-control-allow-headers': allowed.join(', '), 'access-control-max-age': '600' }).end();
}
