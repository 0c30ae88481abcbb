// What may other rooms ask about deployments and charters?
import type { Capability } from '../../tools/server/capability.ts';
import { commands } from './commands.ts';
import { routes } from './routes.ts';

export { charterFacts, promised, type CharterFacts } from './charter-facts.ts';
export { charterExample } from './charter-example.ts';
export { checkText, checkValue, passes, type CharterCheck } from './charter-check.ts';
export { charterSchema, charterSchemaText } from './charter-schema.ts';
export { facilitySlugs } from './facility-slugs.ts';
export { fhirWords } from './charter-fhir.ts';
export { told } from './commands.ts';
export { charterOf, lockIn, saveCharter } from './keep-charters.ts';
export { changeIn, changesOf, changesSince, currentCharter, deployment, deployments, happened, requireDeployment, type FoundDeployment } from './keep-deployments.ts';
export { person } from './keep-people.ts';
export { riskTier, type RiskTier } from './risk-tier.ts';
export { visibleTo, type Visible } from './visible.ts';

export const capability: Capability = {
  name: 'deployments',
  says: 'Which AI runs where, who answers for it, and what was promised?',
  migrations: new URL('./migrations/', import.meta.url),
  routes,
  commands,
};
