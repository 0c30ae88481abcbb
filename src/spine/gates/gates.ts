// What may the house ask of the gates: the playbook, the room, the numbers they give themselves?
import type { Capability } from '../../tools/server/capability.ts';
import type { Catalogue } from '../measures/measures.ts';
import { commands } from './commands.ts';
import type { Rules } from './dossier.ts';
import { watch } from './jobs.ts';
import type { Playbook } from './model.ts';
import { fiveStep } from './read-playbook.ts';
import { routes } from './routes.ts';

export { gateMeasures } from './measures.ts';
export { criteriaTables, measureTables, playbookSchemaText, withGenerated } from './document.ts';
export { fiveStep, readPlaybook } from './read-playbook.ts';
export { gatekeeper, type Gatekeeper, type GateStanding, type Standing } from './standing.ts';

/** The room of gates, with the measures the composition root has put together and a playbook. */
export function gates(catalogue: Catalogue, book: Playbook = fiveStep()): Capability {
  const rules: Rules = { book, catalogue };
  return {
    name: 'gates',
    says: 'May this deployment go on, on which evidence, and who decided?',
    migrations: new URL('./migrations/', import.meta.url),
    routes: routes(rules),
    jobs: [watch(rules) as never],
    commands: commands(rules),
  };
}
