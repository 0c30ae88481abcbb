// Which numbers do the gates themselves give?
import { theHouse } from '../../tools/server/capability.ts';
import { requireDeployment } from '../deployments/deployments.ts';
import type { Declaration } from '../measures/measures.ts';
import type { Decision } from './model.ts';
import * as records from './records.ts';

/** Whole weeks from the first day of the programme to now, or to the approval of G4 (criterion 4.12). */
const elapsed: Declaration = {
  id: 'gates.elapsed-weeks',
  asks: 'How many weeks is it since the programme began?',
  unit: 'weeks',
  better: 'neither',
  evidence: 'E3',
  minimumN: 0,
  freshForDays: 7,
  dependsOn: [],
  explains: 'Whole weeks from the first day of the programme to now, or to the first approval of G4.',
  evaluate: async (db, deployment, asOf) => {
    const { programme_start: start } = await requireDeployment(db, theHouse, deployment);
    const goLive = (await records.decisions(db, [deployment])).find((one) => one.gate === 'G4' && (one.outcome === 'approve' || one.outcome === 'approve-with-contingencies') && one.at <= asOf);
    const until = goLive?.at ?? asOf;
    const value = start === null || Date.parse(until) < Date.parse(start) ? null : Math.floor((Date.parse(until) - Date.parse(start)) / (7 * 86_400_000));
    const explain = value === null ? 'The programme has no first day yet.' : `From ${start} to ${goLive ? `the approval of G4 on ${until.slice(0, 10)}` : 'now'}.`;
    return [{ measure: 'gates.elapsed-weeks', deployment, scope: {}, value, interval: null, n: null, asOf, class: 'E3', explain, source: goLive ? `decision/${(JSON.parse(goLive.record) as Decision).id}` : `deployment/${deployment}` }];
  },
};

export const gateMeasures: readonly Declaration[] = [elapsed];
