// How does the gateway take its place in the house?
import type { Gatekeeper } from '../../spine/gates/gates.ts';
import type { Capability } from '../../tools/server/capability.ts';
import { openDoor } from './door.ts';
import { noGates } from './gate-rules.ts';
import { jobs } from './jobs.ts';
import { routes } from './routes.ts';
import { commands } from './suspend-drill/commands.ts';

export { gatewayMeasures } from './measures.ts';

/** The room, with whom it asks about the gates. */
export const gateway = (keeper: Gatekeeper = noGates): Capability => ({
  name: 'gateway',
  says: 'What may an AI show, to whom, and is it recorded before it is shown?',
  migrations: new URL('./migrations/', import.meta.url),
  routes: routes(keeper),
  jobs: jobs(keeper),
  commands,
  raw: { prefix: '/cds/', open: openDoor },
});
