// A gateway in a process of its own, on a database that is told, until a test or a bench kills it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { remember } from '../../spine/ledger/ledger.ts';
import { systemClock } from '../../tools/base/clock.ts';
import type { House } from '../../tools/server/capability.ts';
import { readConfig } from '../../tools/server/config.ts';
import { openDatabase } from '../../tools/server/database.ts';
import { silentLog } from '../../tools/server/log.ts';
import { openDoor } from './door.ts';

const [socket = '', port = '', user = '', database = '', folder = ''] = process.argv.slice(2);
const house: House = {
  config: readConfig({ ATTENDING_DATA: folder, ATTENDING_DEMO: 'off', ATTENDING_LOG: 'silent' }), db: openDatabase({ socket, port: Number(port), user, database }), clock: systemClock, log: silentLog,
  jobs: { start: async () => {}, stop: async () => {} }, remember,
};
const door = await openDoor(house);
const server = createServer((incoming, outgoing) => door.answer(incoming, outgoing));
server.listen(0, '127.0.0.1', () => void process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
