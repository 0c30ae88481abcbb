// Which numbers can be read off the charter itself?
import { charterFacts, type CharterFacts } from '../deployments/deployments.ts';
import type { Declaration } from './catalogue.ts';
import type { EvidenceClass, NewMeasurement } from './model.ts';

/** One number of the charter, or why there is none. */
export interface Read {
  value: number | null;
  explain: string;
  class: EvidenceClass;
  interval?: { low: number; high: number };
  n?: number;
}

const none = (explain: string): Read => ({ value: null, explain, class: 'E1' });
const written = (value: number, explain: string, more: Partial<Read> = {}): Read => ({ value, explain, class: 'E1', ...more });

/** A money amount as a plain number, for showing: by the digits its currency has. */
function major({ minor, currency }: { minor: number; currency: string }): number {
  return minor / 10 ** (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2);
}

/** Every number the charter carries, by measure. What nobody promised is not measurable, and never zero. */
export const readings: Record<string, (of: CharterFacts) => Read> = {
  'deployments.problem-data-points': ({ problemDataPoints: points }) => (points === null ? none('The charter names no metric of the problem with data points in its baseline.') : written(points, 'Data points in the baseline of the metric that shows the problem.')),
  'deployments.problem-cost': ({ costOfProblem: cost }) => {
    if (!cost) return none('The charter computes no cost of the problem.');
    if (!cost.low || !cost.high) return none('The cost of the problem stands without its range; give low and high.');
    return { value: major(cost.perYear), explain: `${cost.perYear.currency} a year${cost.computed ? ', quantity times unit value' : ', computed in words'}.`, class: cost.computed ? 'E2' : 'E1', interval: { low: major(cost.low), high: major(cost.high) } };
  },
  'deployments.plan-model-share': ({ costPlan: plan }) => (plan?.modelShare == null ? none(noPlan(plan, 'model')) : written(plan.modelShare, `Of ${plan.lines} lines of the Year-1 plan.`)),
  'deployments.plan-total-to-model': ({ costPlan: plan }) => (plan?.totalToModel == null ? none(noPlan(plan, 'model')) : written(plan.totalToModel, `Of ${plan.lines} lines of the Year-1 plan.`)),
  'deployments.plan-contingency': ({ costPlan: plan }) => (plan?.contingencyShare == null ? none(noPlan(plan, 'contingency')) : written(plan.contingencyShare, `Against the other of ${plan.lines} lines of the Year-1 plan.`)),
  'deployments.owner-accepted': ({ owner }) => (owner ? { value: owner.acceptedAt ? 1 : 0, explain: `${owner.name} ${owner.acceptedAt ? `accepted on ${owner.acceptedAt.slice(0, 10)}` : 'has not accepted yet'}.`, class: 'E2' } : none('Nobody is named as clinical owner.')),
  'deployments.owner-hours': ({ owner }) => (owner?.hoursPerWeek == null ? none('No protected hours are promised.') : written(owner.hoursPerWeek, owner.acceptedAt ? 'As the owner confirmed on accepting.' : `As the charter promises for ${owner.name}.`)),
  'deployments.leader-in-cohort': ({ leaderOnRoster: leader }) => (leader ? { value: leader.found ? 1 : 0, explain: `${leader.leader} is ${leader.found ? '' : 'not '}on the roster of ${leader.roster}.`, class: 'E2' } : none('The charter names no clinical leader who will use it, or there is no roster.')),
  'deployments.risk-tier': ({ risk }) => (risk ? { value: risk.tier, explain: risk.because.join(' '), class: 'E2' } : none('The charter states no risk facts.')),
  'deployments.metrics-registered': ({ metrics }) => {
    if (!metrics) return none('No metric is registered.');
    const found = [metrics.outcome > 0 && 'outcome', metrics.adoption > 0 && 'adoption', metrics.finance > 0 && 'a metric the CFO tracks'].filter((one) => one !== false);
    return written(found.length, found.length === 0 ? 'None is registered.' : `Registered: ${found.join(', ')}.`);
  },
  'deployments.baseline-weeks': ({ metrics }) => (metrics?.shortestBaselineWeeks == null ? none('A metric of outcome or value has no baseline yet.') : written(metrics.shortestBaselineWeeks, `The shortest of ${metrics.withBaseline} baselines.`)),
  'deployments.sla-covered': ({ sla }) => (!sla || sla.claims === 0 ? none('The charter carries no performance claim.') : written(sla.covered / sla.claims, `${sla.covered} of ${sla.claims} claims have an SLA line with an owner.`, { n: sla.claims })),
  'deployments.contract-clauses': ({ contract }) => (!contract || (contract.clauses === 0 && contract.signed === null) ? none('No clause of the contract has been entered.') : written(contract.clauses, `${contract.clauses} of 4 clauses are entered.`)),
};

const noPlan = (plan: CharterFacts['costPlan'], component: string): string => (plan ? `The Year-1 plan has no line of the component ${component}.` : 'The charter has no cost plan.');

/** One reading of the charter serves all its measures. The charter of today is read, whatever `asOf` says. */
async function evaluate(db: Parameters<NonNullable<Declaration['evaluate']>>[0], deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const facts = await charterFacts(db, deployment, asOf);
  const source = facts.charter ? `charter/${deployment}/${facts.charter.version}` : `deployment/${deployment}`;
  return Object.entries(readings).map(([measure, read]): NewMeasurement => {
    const { value, explain, class: evidence, interval, n } = facts.charter ? read(facts) : none('No charter has been saved yet.');
    return { measure, deployment, scope: {}, value, interval: interval ?? null, n: n ?? null, asOf, class: evidence, explain, source };
  });
}

const declare = (id: string, asks: string, unit: string, better: Declaration['better'], explains: string, more: Partial<Declaration> = {}): Declaration => ({
  id: `deployments.${id}`, asks, unit, better, evidence: 'E1', minimumN: 0, freshForDays: 365, dependsOn: [], explains, evaluate, ...more,
});

/** The measures that are read off the charter, for the catalogue. */
export const charterMeasures: readonly Declaration[] = [
  declare('problem-data-points', 'How many data points does the metric of the problem have?', 'count', 'higher', 'Points in the baseline of the metric the problem names.'),
  declare('problem-cost', 'What does the problem cost per year?', 'money', 'neither', 'The charter’s cost of the problem; without a low and a high end it does not count.'),
  declare('plan-model-share', 'Which share of the Year-1 plan is the model?', 'proportion', 'lower', 'Cost lines of the component model ÷ all cost lines of the charter.'),
  declare('plan-total-to-model', 'How many times the model’s cost is the whole plan?', 'ratio', 'higher', 'All cost lines of the charter ÷ those of the component model.'),
  declare('plan-contingency', 'How large is the contingency of the plan?', 'proportion', 'higher', 'Contingency lines ÷ the other cost lines of the charter.'),
  declare('owner-accepted', 'Has the named clinical owner accepted?', 'yes', 'higher', '1 when the named owner accepted with an account of this house.', { evidence: 'E2' }),
  declare('owner-hours', 'How many protected hours a week does the clinical owner have?', 'hours', 'higher', 'The hours confirmed on accepting, or else those of the charter.'),
  declare('leader-in-cohort', 'Is the clinical leader among the planned users?', 'yes', 'higher', '1 when the leader the charter names is on the roster of its facilities.', { evidence: 'E2', dependsOn: ['population'] }),
  declare('risk-tier', 'What is the risk tier?', 'tier', 'lower', 'IMDRF SaMD N12 category from output, severity and population, raised by autonomy: 0 (lowest) to 4, never from keywords.', { evidence: 'E2', dependsOn: ['model-version', 'population'] }),
  declare('metrics-registered', 'How many of the three metrics are registered: outcome, adoption, CFO metric?', 'count', 'higher', 'One each for an outcome metric, an adoption metric and a metric the CFO tracks.'),
  declare('baseline-weeks', 'How long is the shortest baseline?', 'weeks', 'higher', 'Shortest baseline among the registered metrics; none where a metric of outcome or value has no baseline.', { dependsOn: ['population'] }),
  declare('sla-covered', 'Which share of the promised performance has an SLA value with an owner?', 'proportion', 'higher', 'Claims with an SLA line of the same id ÷ claims.'),
  declare('contract-clauses', 'How many of the four contract clauses are there: SLA, guarantee, exit, material-change notice?', 'count', 'higher', 'Clauses entered in the charter’s contract section.'),
];
