// Which numbers does the latest reconstruction drill give?
import type { Declaration } from '../../../spine/measures/measures.ts';
import type { Db } from '../../../tools/server/database.ts';
import { drillsOf } from './reconstruct.ts';

async function latest(db: Db, deployment: string, asOf: string) {
  return (await drillsOf(db, deployment)).find(({ scoredAt }) => scoredAt <= asOf) ?? null;
}
const shared = (deployment: string, asOf: string) => ({ deployment, asOf, scope: { facility: null, department: null }, source: 'decisions/drills', class: 'E2' as const, interval: null });

export const drillMeasures: readonly Declaration[] = [
  {
    id: 'ledger.reconstructed', asks: 'How many of 20 random inferences could be reconstructed?', unit: 'count', better: 'higher', evidence: 'E2', minimumN: 0, freshForDays: 365, dependsOn: ['model-version'],
    explains: 'Decisions of the latest drill of which input, version, output, human and action were all found. Drawn by the root of the ledger’s tree.',
    evaluate: async (db, deployment, asOf) => {
      const drill = await latest(db, deployment, asOf);
      return [{ ...shared(deployment, drill?.scoredAt ?? asOf), measure: 'ledger.reconstructed', value: drill?.reconstructed ?? null, n: drill?.decisions.length ?? 0, explain: drill ? `${drill.reconstructed} of ${drill.decisions.length} drawn on ${drill.at.slice(0, 10)} were told from input to action.` : 'No drill was held.' }];
    },
  },
  {
    id: 'ledger.reconstruction-days', asks: 'How many days did the reconstruction drill take?', unit: 'days', better: 'lower', evidence: 'E2', minimumN: 0, freshForDays: 365, dependsOn: [],
    explains: 'Working days from the draw of the latest drill until all its decisions were reconstructed; not measurable while one is missing.',
    evaluate: async (db, deployment, asOf) => {
      const drill = await latest(db, deployment, asOf);
      return [{ ...shared(deployment, drill?.scoredAt ?? asOf), measure: 'ledger.reconstruction-days', value: drill?.days ?? null, n: drill ? 1 : 0, explain: !drill ? 'No drill was held.' : drill.days === null ? 'Not all decisions of the latest drill are reconstructed.' : `The latest drill was finished after ${drill.days} working days.` }];
    },
  },
];
