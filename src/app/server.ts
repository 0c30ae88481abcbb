// How is everything put together, opened, and closed again without losing anything?
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Problem } from '../tools/base/problem.ts';
import { readConfig, type Config } from '../tools/server/config.ts';
import type { House, RawDoor } from '../tools/server/capability.ts';
import { notePeer } from '../tools/server/http.ts';
import { openLog, type Log } from '../tools/server/log.ts';
import { signCheckpoints } from '../spine/ledger/jobs.ts';
import { doorkeeper, firstAdministratorLink } from '../tools/server/server.ts';
import { capabilities } from './capabilities.ts';
import { forgetAddress, noteAddress } from './address.ts';
import { openHouse, type OpenHouse } from './house.ts';
import { version, webFolder } from './near.ts';
import { readOut } from './read-out.ts';
import { buildWeb } from './web.ts';

export interface Running {
  house: House;
  url: string;
  /** The address on this machine, past any proxy. */
  localUrl: string;
  database: OpenHouse['database'];
  /** The one-time link of the first administrator, while nobody has signed in. */
  link: { url: string; expiresAt: string } | null;
  /** True when the schema was made just now: nothing is in it yet. */
  fresh: boolean;
  stop(): Promise<void>;
}

/** Starts the server and answers when it listens. Everything that was opened is closed again when it cannot. */
export async function start(config: Config = readConfig(), log: Log = openLog(config)): Promise<Running> {
  // What the house writes is for its own account only, whatever the shell's habit.
  process.umask(0o077);
  const opened = await openHouse(config, log, capabilities);
  const { house, runner } = opened;
  const raw: Raw[] = [];
  try {
    for (const room of capabilities) if (room.raw) raw.push({ prefix: room.raw.prefix, door: await room.raw.open(house) });
    const app = buildWeb(house, capabilities, doorkeeper, { webFolder, version });
    const server = await listenAt(house, raw, (request, peer) => {
      notePeer(request, peer);
      return app.fetch(request);
    });
    runner.begin();
    await signLedger(house);
    const address = server.address();
    if (address && typeof address === 'object') house.config.port = address.port;
    const url = `http://${config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host}:${house.config.port}`;
    noteAddress(config.dataFolder, url);
    log.info('listening', { url, database: opened.database.kind, version });
    return { house, url: config.url ?? url, localUrl: url, database: opened.database, link: await firstAdministratorLink(house), fresh: opened.applied.includes('server/0001-server.sql'), stop: () => stop(server, raw, opened, log) };
  } catch (error) {
    await closeDoors(raw);
    await opened.close();
    throw error;
  }
}

/** What was recorded so far is signed at once, not only at the next hour. */
export const signLedger = (house: House): Promise<void> => house.jobs.start(signCheckpoints.name, {}, signCheckpoints.name);

interface Raw {
  prefix: string;
  door: RawDoor;
}

const closeDoors = async (raw: readonly Raw[]): Promise<void> => void (await Promise.all(raw.map(({ door }) => door.close())));

function listenAt(house: House, raw: readonly Raw[], answer: (request: Request, peer: string) => Response | Promise<Response>): Promise<Server> {
  const { host, port } = house.config;
  const answerApi = getRequestListener(async (request, environment) => {
    const { incoming, outgoing } = environment as { incoming: IncomingMessage; outgoing: ServerResponse };
    const answered = await answer(request, incoming.socket.remoteAddress ?? 'unknown');
    await readOut(incoming, outgoing);
    return answered;
  }, { overrideGlobalObjects: false });
  return new Promise((done, fail) => {
    // How often Node looks whose time is over; its own half a minute would nearly double every limit.
    const server = createServer({ connectionsCheckingInterval: 2_500 }, (incoming, outgoing) => {
      const own = raw.find(({ prefix }) => incoming.url?.startsWith(prefix));
      if (own) own.door.answer(incoming, outgoing);
      else void answerApi(incoming, outgoing);
    });
    server.listen(port, host, () => done(server));
    // An upload of many gigabytes takes longer than Node's five minutes; headers must still come promptly.
    server.requestTimeout = 0;
    server.headersTimeout = 15_000;
    // Longer than a proxy in front keeps its connections (nginx: 60 s): it would now and then send a call on one that is being closed, and a POST is not sent twice.
    server.keepAliveTimeout = 75_000;
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') fail(new Problem('conflict', `Port ${port} on ${host} is in use by another program.`, 'Choose another with PORT, for example `PORT=7421 npm start`.'));
      else if (error.code === 'EACCES') fail(new Problem('not-allowed', `Port ${port} may not be used by this account.`, 'Choose one above 1023 with PORT.'));
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') fail(new Problem('bad-input', `This machine has no address ${host}.`, 'Choose another with HOST; 127.0.0.1 is this machine only, 0.0.0.0 the whole network.'));
      else fail(error);
    });
  });
}

/** Takes no new requests, lets those under way finish for a while, then closes what lies below. */
async function stop(server: Server, raw: readonly Raw[], opened: OpenHouse, log: Log): Promise<void> {
  const { house } = opened;
  const closed = new Promise<void>((done) => server.close(() => done()));
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), 5_000);
  await closed;
  clearTimeout(impatience);
  forgetAddress(house.config.dataFolder);
  await closeDoors(raw);
  await opened.close();
  log.info('stopped');
}
