// Which numbers about decisions can a gate ask for?
import { charterFacts } from '../../spine/deployments/deployments.ts';
import type { Declaration } from '../../spine/measures/measures.ts';
import type { NewMeasurement } from '../../spine/measures/model.ts';
import { shift } from '../../tools/base/clock.ts';
import type { Db } from '../../tools/server/database.ts';
import { clusteredShare } from '../../tools/statistics/design-effect.ts';
import { completenessMeasures } from './completeness/measures.ts';
import { drillMeasures } from './drill/measures.ts';
import { windowOf } from './reading.ts';
import * as records from './records.ts';

/** Days of decisions a gate looks at. */
const window = 28;

/** Computed when asked, from the facts; each says its window and how many cases stand behind it. */
export const decisionMeasures: readonly Declaration[] = [
  ...completenessMeasures,
  ...drillMeasures,
  {
    id: 'gateway.outside-human-acts', asks: 'How many critical outputs were executed without a recorded human act?', unit: 'count', better: 'lower', evidence: 'E3', minimumN: 0, freshForDays: 7, dependsOn: ['model-version'], evaluate: outsideHumanActs,
    explains: `Critical outputs of the last ${window} days whose action was done (an outcome that is the action) without feedback or a signature of a person at or before that moment. n: critical outputs whose action was done or refused.`,
  },
  {
    id: 'decisions.in-action-window', asks: 'Is it acted on while acting still helps?', unit: 'proportion', better: 'higher', evidence: 'E3', minimumN: 30, freshForDays: 7, dependsOn: ['model-version', 'population'], evaluate: inActionWindow,
    explains: `Outputs shown in the last ${window} days that were accepted, or whose action was done, within the charter’s action window ÷ all shown whose window is over. A day where the charter promises no window. Interval widened where several concern one patient.`,
  },
  {
    id: 'gateway.before-decision', asks: 'Does the output arrive before the decision?', unit: 'proportion', better: 'higher', evidence: 'E3', minimumN: 30, freshForDays: 7, dependsOn: ['model-version', 'feed'], evaluate: beforeDecision,
    explains: `Of the last ${window} days’ outputs whose decision moment was told: those that were, or in shadow mode would have been, there before it. Where no moment is told nothing is measured.`,
  },
  {
    id: 'decisions.classes-covered', asks: 'Has every class of output that occurs an action, an owner and an escalation?', unit: 'proportion', better: 'higher', evidence: 'E2', minimumN: 0, freshForDays: 30, dependsOn: ['model-version'], evaluate: classesCovered,
    explains: `Classes of output seen in the last ${window} days that the charter names with action, owner and escalation ÷ all classes seen. An output without a class is a class of its own that nobody named.`,
  },
];

const shared = (deployment: string, asOf: string) => ({ deployment, asOf, scope: { facility: null, department: null }, source: 'decisions/facts' });
const since = (asOf: string) => shift(asOf, -window * 86_400_000);

async function inActionWindow(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const windowMs = await windowOf(db, deployment, asOf);
  return [shareOf('decisions.in-action-window', 'E3', deployment, asOf, await records.windowBySubject(db, deployment, since(asOf), asOf, windowMs), (n, k) => `${k} of ${n} outputs were acted on within ${windowMs / 60_000} minutes of being shown, in the last ${window} days.`, 'Nothing was shown whose action window is over.')];
}

async function beforeDecision(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  return [shareOf('gateway.before-decision', 'E3', deployment, asOf, await records.timedBySubject(db, deployment, since(asOf), asOf), (n, k) => `${k} of ${n} outputs came before the moment of the decision, in the last ${window} days.`, 'No output of the last 28 days has a decision moment.')];
}

function shareOf(measure: string, evidence: 'E3', deployment: string, asOf: string, clusters: { n: number; k: number }[], says: (n: number, k: number) => string, nothing: string): NewMeasurement {
  const n = clusters.reduce((sum, one) => sum + one.n, 0);
  const k = clusters.reduce((sum, one) => sum + one.k, 0);
  if (n === 0) return { ...shared(deployment, asOf), measure, class: evidence, value: null, interval: null, n: 0, explain: nothing };
  const share = clusteredShare(clusters);
  return { ...shared(deployment, asOf), measure, class: evidence, value: k / n, interval: share.low === null || share.high === null ? null : { low: share.low, high: share.high }, n, explain: says(n, k) };
}

async function outsideHumanActs(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const { decisions, critical, decided, outside } = await records.criticalActs(db, deployment, since(asOf), asOf);
  return [{
    ...shared(deployment, asOf), measure: 'gateway.outside-human-acts', class: 'E3', interval: null, n: decided, value: decisions === 0 ? null : outside,
    explain: decisions === 0 ? `No output in the last ${window} days.` : `${outside} of ${decided} critical outputs that were acted on or refused had no human act before; ${critical} of ${decisions} outputs were critical.`,
  }];
}

async function classesCovered(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const { charter } = await charterFacts(db, deployment, asOf);
  const seen = await records.classesSeen(db, deployment, since(asOf).slice(0, 10), asOf.slice(0, 10));
  const named = new Set((charter?.document.decision.outputs ?? []).map(({ id }) => id));
  const covered = seen.filter((one) => named.has(one)).length;
  const missing = seen.filter((one) => !named.has(one)).map((one) => one || 'without a class');
  return [{
    ...shared(deployment, asOf), measure: 'decisions.classes-covered', class: 'E2', interval: null, n: seen.length, value: seen.length === 0 ? null : covered / seen.length,
    explain: seen.length === 0 ? `No output in the last ${window} days.` : missing.length === 0 ? `All ${seen.length} classes of output seen have an action, an owner and an escalation in the charter.` : `Not in the charter: ${missing.slice(0, 5).join(', ')}.`,
  }];
}
