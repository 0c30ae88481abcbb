// Which numbers can be read off the charter itself?
import { theHouse } from '../../tools/server/capability.ts';
import type { Db } from '../../tools/server/database.ts';
import { currentCharter, requireDeployment, riskTier } from '../deployments/deployments.ts';
import type { Charter } from '../deployments/model.ts';
import type { Declaration } from './catalogue.ts';
import type { EvidenceClass, NewMeasurement } from './model.ts';

/** What is known about the deployment beside its charter. */
export interface Ownership {
  accepted: boolean;
  hours: number | null;
}

/** One number of the charter, or why there is none. */
export interface Read {
  value: number | null;
  explain: string;
  class: EvidenceClass;
  interval?: { low: number; high: number };
  n?: number;
}

const none = (explain: string): Read => ({ value: null, explain, class: 'E1' });
const document = (value: number, explain: string, more: Partial<Read> = {}): Read => ({ value, explain, class: 'E1', ...more });

/** Money as a plain number: minor units are hundredths in every currency the charter is written for. */
const major = (amount: { minor: number }): number => amount.minor / 100;

/** Every number the charter carries, by measure. What nobody promised is not measurable, and never zero. */
export const readings: Record<string, (of: Charter, ownership: Ownership) => Read> = {
  'deployments.problem-cost': ({ problem: { cost } }) => {
    if (!cost) return none('The charter computes no cost of the problem.');
    if (!cost.low || !cost.high) return none('The cost of the problem stands without its range; give low and high.');
    return document(major(cost.perYear), `${cost.perYear.currency} a year: ${cost.computedFrom}`, { interval: { low: major(cost.low), high: major(cost.high) } });
  },
  'deployments.plan-model-share': ({ costs }) => planned(costs, (total, model) => model / total),
  'deployments.plan-total-to-model': ({ costs }) => planned(costs, (total, model) => total / model),
  'deployments.plan-contingency': ({ costs }) => {
    const reserve = sumOf(costs, 'contingency');
    const rest = sumOf(costs) - reserve;
    if (rest <= 0) return none('The charter has no cost plan.');
    if (reserve === 0) return none('The plan has no line for contingency.');
    return document(reserve / rest, `Contingency against the ${costs.length - 1} other lines of the Year-1 plan.`);
  },
  'deployments.owner-hours': ({ owner }, { hours }) =>
    hours === null && owner.hoursPerWeek === null ? none('No protected hours are promised.') : document(hours ?? owner.hoursPerWeek ?? 0, hours === null ? `As the charter promises for ${owner.clinical.name}.` : 'As the owner confirmed on accepting.'),
  'deployments.owner-accepted': ({ owner }, { accepted }) => ({ value: accepted ? 1 : 0, explain: `${owner.clinical.name} ${accepted ? 'accepted' : 'has not accepted yet'}.`, class: 'E2' }),
  'deployments.leader-in-cohort': ({ owner: { leader } }) => (leader ? document(1, `${leader.name} leads and will use it.`) : none('The charter names no clinical leader who will use it.')),
  'deployments.risk-tier': ({ risk }) => {
    const { tier, because } = riskTier(risk);
    return { value: tier, explain: because.join(' '), class: 'E2' };
  },
  'deployments.metrics-registered': ({ adoption, value }) => {
    // A metric without a kind counts as an outcome when it stands under value and finance does not track it.
    const outcome = [...value, ...adoption].some((one) => one.kind === 'outcome') || value.some((one) => one.kind === undefined && !one.trackedByFinance);
    const found = [outcome && 'outcome', adoption.length > 0 && 'adoption', value.some((one) => one.trackedByFinance) && 'a metric the CFO tracks'].filter((one) => one !== false);
    return document(found.length, found.length === 0 ? 'None is registered.' : `Registered: ${found.join(', ')}.`);
  },
  'deployments.baseline-weeks': ({ adoption, value }) => {
    const all = [...value, ...adoption.filter((one) => one.baseline)];
    if (all.length === 0) return none('No metric is registered.');
    const bare = all.find((one) => !one.baseline);
    if (bare) return none(`${bare.name} has no baseline.`);
    const weeks = all.map((one) => (one.baseline ? weeksOf(one.baseline) : 0));
    const shortest = Math.min(...weeks);
    return document(shortest, `The shortest of ${all.length} baselines is that of ${all[weeks.indexOf(shortest)]?.name}.`);
  },
  'deployments.sla-covered': ({ claims, sla }) => {
    if (claims.length === 0) return none('The charter carries no performance claim.');
    const covered = claims.filter((claim) => sla.some((line) => line.id === claim.id || line.metric === claim.metric));
    return document(covered.length / claims.length, `${covered.length} of ${claims.length} claims have an SLA line with an owner.`, { n: claims.length });
  },
  'deployments.contract-clauses': ({ contract: { clauses } }) => {
    const there = Object.entries(clauses).filter(([, clause]) => clause !== undefined).map(([name]) => name);
    return there.length === 0 ? none('No clause of the contract has been entered.') : document(there.length, `Entered: ${there.join(', ')}.`);
  },
};

const sumOf = (costs: Charter['costs'], component?: string): number =>
  costs.filter((line) => component === undefined || line.component === component).reduce((sum, line) => sum + line.firstYear.minor, 0);

function planned(costs: Charter['costs'], of: (total: number, model: number) => number): Read {
  const total = sumOf(costs);
  const model = sumOf(costs, 'model');
  if (total === 0) return none('The charter has no cost plan.');
  if (model === 0) return none('The plan has no line of the component model.');
  if (new Set(costs.map((line) => line.firstYear.currency)).size > 1) return none('The plan mixes currencies.');
  return document(of(total, model), `Of ${costs.length} lines of the Year-1 plan.`);
}

const weeksOf = ({ from, to }: { from: string; to: string }): number => Math.floor(((Date.parse(to) - Date.parse(from)) / 86_400_000 + 1) / 7);

/** One reading of the charter serves all its measures. */
async function evaluate(db: Db, deployment: string, asOf: string): Promise<NewMeasurement[]> {
  const found = await requireDeployment(db, theHouse, deployment);
  const promised = await currentCharter(db, found);
  const ownership = { accepted: found.owner_accepted_at !== null, hours: found.owner_accepted_at === null ? null : found.owner_hours };
  return Object.entries(readings).map(([measure, read]): NewMeasurement => {
    const { value, explain, class: evidence, interval, n } = promised ? read(promised, ownership) : none('No charter has been saved yet.');
    return { measure, deployment, scope: {}, value, interval: interval ?? null, n: n ?? null, asOf, class: evidence, explain, source: `charter/${found.slug}/${found.charter_version}` };
  });
}

const declare = (id: string, asks: string, unit: string, better: Declaration['better'], explains: string, more: Partial<Declaration> = {}): Declaration => ({
  id: `deployments.${id}`, asks, unit, better, evidence: 'E1', minimumN: 0, freshForDays: 365, dependsOn: [], explains, evaluate, ...more,
});

/** The measures that are read off the charter, for the catalogue. */
export const charterMeasures: readonly Declaration[] = [
  declare('problem-cost', 'What does the problem cost per year?', 'money', 'neither', 'The charter’s cost of the problem with its range; without a range it does not count.'),
  declare('plan-model-share', 'Which share of the Year-1 plan is the model?', 'proportion', 'lower', 'Cost lines of the component model ÷ all cost lines of the charter.'),
  declare('plan-total-to-model', 'How many times the model’s cost is the whole plan?', 'ratio', 'higher', 'All cost lines of the charter ÷ those of the component model.'),
  declare('plan-contingency', 'How large is the contingency of the plan?', 'proportion', 'higher', 'Contingency lines ÷ the other cost lines of the charter.'),
  declare('owner-hours', 'How many protected hours a week does the clinical owner have?', 'hours', 'higher', 'The hours confirmed on accepting, or else those of the charter.'),
  declare('owner-accepted', 'Has the named clinical owner accepted?', 'yes', 'higher', '1 when the owner named in the charter accepted in this house.', { evidence: 'E2' }),
  declare('leader-in-cohort', 'Is the clinical leader among the planned users?', 'yes', 'higher', '1 when the charter names the leader who will use it.'),
  declare('risk-tier', 'What is the risk tier?', 'tier', 'lower', 'IMDRF SaMD N12 category from output, severity and population, raised by autonomy; 0 to 4, never from keywords.', { evidence: 'E2' }),
  declare('metrics-registered', 'How many of the three metrics are registered: outcome, adoption, CFO metric?', 'count', 'higher', 'One each for an outcome metric, an adoption metric and a metric the CFO tracks.'),
  declare('baseline-weeks', 'How long is the shortest baseline?', 'weeks', 'higher', 'Shortest baseline period of the value metrics, and of those adoption metrics that have one.'),
  declare('sla-covered', 'Which share of the promised performance has an SLA value with an owner?', 'proportion', 'higher', 'Claims with an SLA line of the same id or metric ÷ claims.'),
  declare('contract-clauses', 'How many of the four contract clauses are there: SLA, guarantee, exit, material-change notice?', 'count', 'higher', 'Clauses entered in the charter’s contract section.'),
];
