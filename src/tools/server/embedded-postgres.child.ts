// A process of its own that runs the embedded PostgreSQL until it is told to stop, or killed by a test.
import { silentLog } from './log.ts';
import { startEmbedded } from './embedded-postgres.ts';

const [dataFolder = ''] = process.argv.slice(2);
try {
  const server = await startEmbedded({ dataFolder, log: silentLog });
  console.log(JSON.stringify({ pid: server.pid(), socket: server.address.socket, folder: server.folder }));
  process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));
} catch (error) {
  console.log(JSON.stringify({ refused: (error as Error).message }));
  process.exit(2);
}
