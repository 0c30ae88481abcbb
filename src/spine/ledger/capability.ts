// How does the ledger take its place in the house?
import type { Capability } from '../../tools/server/capability.ts';
import { commands } from './commands.ts';
import { jobs } from './jobs.ts';
import { routes } from './routes.ts';

export const ledger: Capability = {
  name: 'ledger',
  says: 'What was decided and recorded, and can nobody have altered it?',
  migrations: new URL('./migrations/', import.meta.url),
  routes,
  jobs,
  commands,
};
