// What may the house ask of the audit room?
import type { Capability } from '../../tools/server/capability.ts';
import { commands } from './commands.ts';
import { jobs as followingJobs } from './following/jobs.ts';
import { routes as followingRoutes } from './following/routes.ts';
import { jobs } from './jobs.ts';
import { routes } from './routes.ts';
import { samplingJobs } from './sampling/jobs.ts';
import { samplingRoutes } from './sampling/routes.ts';

export { checkPages } from './check-pages.ts';
export { exportShelf } from './export-shelf.ts';
export { auditMeasures } from './measures.ts';

export const capability: Capability = {
  name: 'audit',
  says: 'Is our production data fit for this model?',
  migrations: new URL('./migrations/', import.meta.url),
  routes: [...routes, ...followingRoutes, ...samplingRoutes],
  jobs: [...jobs, ...followingJobs, ...samplingJobs],
  commands,
};
