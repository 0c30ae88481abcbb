// What may the house ask about measurements: publish them, read the latest, follow one through time?
import type { Capability } from '../../tools/server/capability.ts';
import type { Catalogue } from './catalogue.ts';
import { routes } from './routes.ts';

export { catalogue, type Catalogue, type Declaration } from './catalogue.ts';
export { charterMeasures } from './from-charter.ts';
export { history, latest, latestOf, latestStanding, publish } from './keep-measurements.ts';

/** The room, with the catalogue the composition root has put together. */
export const measures = (of: Catalogue): Capability => ({
  name: 'measures',
  says: 'Which numbers does the house know about a deployment, how old and how strong are they?',
  migrations: new URL('./migrations/', import.meta.url),
  routes: routes(of),
});
