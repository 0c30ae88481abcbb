// What may the house ask of the decisions room?
import type { Capability } from '../../tools/server/capability.ts';
import { commands } from './commands.ts';
import { jobs } from './jobs.ts';
import { keptBeside } from '../../spine/ledger/ledger.ts';
import { routes } from './routes.ts';
import { compareBatches } from './verify-batches.ts';

keptBeside(compareBatches);

export { kinds as decisionKinds } from './entry-kinds.ts';
export { eventText } from './event.ts';
export { feedbackOf, recordTogether } from './hand-over.ts';
export { becameBetween } from './drill/records.ts';
export { workingDays } from './drill/reconstruct.ts';
export { decisionMeasures } from './measures.ts';
export { nameOf, referencesOf } from './names.ts';
export { catchUp, rebuild } from './project.ts';
export { summaryOf, windowOf } from './reading.ts';

export const capability: Capability = {
  name: 'decisions',
  says: 'What did the AI say, about whom, and what became of it?',
  migrations: new URL('./migrations/', import.meta.url),
  routes,
  jobs,
  commands,
};
