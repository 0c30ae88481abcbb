// Which numbers do the gates themselves give?
import { charterFacts } from '../deployments/deployments.ts';
import type { Declaration } from '../measures/measures.ts';

/** Whole weeks from the first day of the programme to now, or to go-live (criterion 4.12). */
const elapsed: Declaration = {
  id: 'gates.elapsed-weeks',
  asks: 'How many weeks is it since the programme began?',
  unit: 'weeks',
  better: 'neither',
  evidence: 'E3',
  minimumN: 0,
  freshForDays: 7,
  dependsOn: [],
  explains: 'Whole weeks from the first day of the programme to now, or to go-live.',
  evaluate: async (db, deployment, asOf) => {
    const { weeks } = await charterFacts(db, deployment, asOf);
    const explain = weeks ? `From ${weeks.programmeStart} to ${weeks.goLive && weeks.goLive <= asOf ? `go-live on ${weeks.goLive}` : 'now'}.` : 'The programme has no first day yet.';
    return [{ measure: 'gates.elapsed-weeks', deployment, scope: {}, value: weeks?.elapsed ?? null, interval: null, n: null, asOf, class: 'E3', explain, source: `deployment/${deployment}` }];
  },
};

export const gateMeasures: readonly Declaration[] = [elapsed];
