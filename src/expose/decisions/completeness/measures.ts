// Which numbers say how complete the log is?
import type { Declaration } from '../../../spine/measures/measures.ts';
import type { NewMeasurement } from '../../../spine/measures/model.ts';
import { days, shift } from '../../../tools/base/clock.ts';
import type { Db } from '../../../tools/server/database.ts';
import { clopperPearson } from '../../../tools/statistics/intervals.ts';
import { foundIn } from './compare.ts';
import { hoursOf } from './records.ts';

const shared = (deployment: string, asOf: string) => ({ deployment, asOf, scope: { facility: null, department: null }, source: 'decisions/source-counts', class: 'E3' as const });
const lastDays = (db: Db, deployment: string, asOf: string, many: number) => hoursOf(db, deployment, shift(asOf, -days(many)), asOf);

export const completenessMeasures: readonly Declaration[] = [
  {
    id: 'ledger.log-completeness', asks: 'Which share of the inferences at the source is in the ledger?', unit: 'proportion', better: 'higher', evidence: 'E3', minimumN: 1, freshForDays: 7, dependsOn: ['model-version', 'feed'],
    explains: 'Over the last 7 days, hour by hour: decisions in the ledger, at most as many as the source counted ÷ inferences the source counted itself. Exact interval (Clopper and Pearson 1934). Hours nobody counted are left out.',
    evaluate: async (db, deployment, asOf) => {
      const { counted, found } = foundIn(await lastDays(db, deployment, asOf, 7));
      return [share('ledger.log-completeness', deployment, asOf, found, counted, `${found} of ${counted} inferences the source counted in the last 7 days are in the ledger.`, 'The source has counted no inference of the last 7 days.')];
    },
  },
  {
    id: 'ledger.hours-below-99', asks: 'For how many hours was the log less than 99 % complete?', unit: 'hours', better: 'lower', evidence: 'E3', minimumN: 0, freshForDays: 2, dependsOn: [],
    explains: 'Longest run of counted hours of the last 7 days in which less than 99 % of the source’s inferences were recorded. Hours without an inference neither end a run nor make one longer.',
    evaluate: async (db, deployment, asOf) => {
      const hours = await lastDays(db, deployment, asOf, 7);
      const { longestRun } = foundIn(hours);
      return [{ ...shared(deployment, asOf), measure: 'ledger.hours-below-99', value: longestRun, interval: null, n: hours.length, explain: longestRun === null ? 'The source has counted no hour of the last 7 days.' : `The longest run below 99 % is ${longestRun} of ${hours.length} counted hours.` }];
    },
  },
  {
    id: 'decisions.processed-share', asks: 'Which share of the eligible cases was processed?', unit: 'proportion', better: 'higher', evidence: 'E3', minimumN: 50, freshForDays: 30, dependsOn: ['model-version', 'feed', 'population'],
    explains: 'Over the last 28 days, hours whose eligible cases were counted: decisions in the ledger, at most as many as were eligible in the hour ÷ eligible cases.',
    evaluate: async (db, deployment, asOf) => {
      const hours = (await lastDays(db, deployment, asOf, 28)).filter((one) => one.eligible !== null);
      const eligible = hours.reduce((sum, one) => sum + one.eligible!, 0);
      const processed = hours.reduce((sum, one) => sum + Math.min(one.eligible!, one.recorded), 0);
      return [share('decisions.processed-share', deployment, asOf, processed, eligible, `${processed} of ${eligible} eligible cases of the last 28 days were processed.`, 'Nobody has counted eligible cases of the last 28 days.')];
    },
  },
];

function share(measure: string, deployment: string, asOf: string, k: number, n: number, says: string, nothing: string): NewMeasurement {
  const interval = clopperPearson(k, n);
  return { ...shared(deployment, asOf), measure, value: n === 0 ? null : k / n, interval: interval && { low: interval.low, high: interval.high }, n, explain: n === 0 ? nothing : says };
}
