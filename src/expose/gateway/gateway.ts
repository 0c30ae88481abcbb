// How does the gateway take its place in the house?
import type { Capability } from '../../tools/server/capability.ts';
import { openDoor } from './door.ts';
import { jobs } from './jobs.ts';
import { routes } from './routes.ts';

export const capability: Capability = {
  name: 'gateway',
  says: 'What may an AI show, to whom, and is it recorded before it is shown?',
  migrations: new URL('./migrations/', import.meta.url),
  routes,
  jobs,
  raw: { prefix: '/cds/', open: openDoor },
};
