// What may the house ask of the notes room?
import type { Capability } from '../../tools/server/capability.ts';
import { commands } from './commands.ts';
import { jobsOver } from './jobs.ts';
import { routesOver } from './routes.ts';
import type { Shelf } from './shelf.ts';

export { checkPages } from './check-pages.ts';
export { notesMeasures } from './measures.ts';
export type { Shelf } from './shelf.ts';

/** The room over the exports that another one keeps. */
export const notes = (shelf: Shelf): Capability => ({
  name: 'notes',
  says: 'Is the note text fit for this model?',
  migrations: new URL('./migrations/', import.meta.url),
  routes: routesOver(shelf),
  jobs: jobsOver(shelf),
  commands,
});
