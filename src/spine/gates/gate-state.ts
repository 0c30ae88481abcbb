// Where does a gate of a deployment stand, given everything that is known about it?
import type { Change, Declared, Measurement, PlaceNames } from '../measures/model.ts';
import { judge, lineOf, underWaiver, type Context } from './judge.ts';
import {
  conditionsOf, criteriaOn,
  type Amendment, type Criterion, type Decision, type Gate, type GateState, type GateStateName, type Judged, type PathName, type Playbook, type Reopening, type Station, type Threshold, type Track, type VerdictState, type Waiver,
} from './model.ts';

/** Everything that is known about one deployment's gates at one instant. */
export interface Dossier {
  deployment: { id: string; slug: string; title: string; productClass: 'clinical' | 'administrative' | null; suspended: boolean; programmeWeek: number | null; monthsLive: number | null; programmeStart: string | null };
  facilities: readonly string[];
  departments: readonly { facility: string; department: string }[];
  /** What they are called, for the sentences. */
  places?: PlaceNames | undefined;
  asOf: string;
  path: PathName;
  measures: ReadonlyMap<string, Declared>;
  measurements: readonly Measurement[];
  changes: readonly Change[];
  /** Oldest first. */
  decisions: readonly Decision[];
  waivers: readonly Waiver[];
  /** Oldest first. */
  amendments: readonly (Amendment & { gate: string })[];
  locks: readonly { gate: string; criteria: Criterion[]; digest: string; at: string; with: string; decision: string }[];
}

/** The share of readings that should rest on records or telemetry (requirements §2). */
export const strongShare = 0.8;
/** Faster than this from intake to go-live correlates with failure (article 002, C6). */
export const leastWeeks = 16;

const dayOf = (instant: string): string => instant.slice(0, 10);
const approves = (one: Pick<Decision, 'outcome'>): boolean => one.outcome === 'approve' || one.outcome === 'approve-with-contingencies';

/** The criteria with this deployment's edits: those of the lock where there is one, with what was amended since. */
export function effectiveCriteria(gate: Gate, dossier: Pick<Dossier, 'locks' | 'amendments'>): Criterion[] {
  const lock = dossier.locks.find((one) => one.gate === gate.id);
  const edits = dossier.amendments.filter((one) => one.gate === gate.id && (!lock || one.afterLock));
  return edits.reduce(withThreshold, lock?.criteria ?? gate.criteria);
}

/** One threshold replaced; lines of shorter paths give way to it. */
export function withThreshold(criteria: readonly Criterion[], { criterion, condition, now }: Pick<Amendment, 'criterion' | 'condition' | 'now'>): Criterion[] {
  return criteria.map((one) => {
    if (one.id !== criterion) return one;
    let index = -1;
    const edit = <C extends { needs: Threshold }>(part: C): C => {
      index += 1;
      return index === condition ? { ...part, needs: now, onPath: {} } : part;
    };
    return { ...one, conditions: one.conditions.map((part) => ('anyOf' in part ? { anyOf: part.anyOf.map(edit) } : edit(part))) };
  });
}

/** Core and safety criteria must be met or waived before a plain approval. */
export const isRequired = (one: Pick<Criterion, 'core' | 'safety'>): boolean => one.core || one.safety;

export const waiverHolds = (one: Waiver): boolean => one.state === 'active';

/** Everything but the digest, which is over the bytes and is made where it is sent. */
export function gateStateOf(gate: Gate, book: Playbook, dossier: Dossier): Omit<GateState, 'digest'> {
  const criteria = judgedOf(gate, dossier);
  const decision = dossier.decisions.filter((one) => one.gate === gate.id).at(-1) ?? null;
  const reopenings = decision && approves(decision) ? reopeningsOf(gate, dossier, decision, criteria) : [];
  const blocks = blockers(gate, criteria, dossier.deployment.suspended).map(blockOf);
  const state = nameOf(gate, book, dossier, decision, reopenings.length, blocks.length, criteria);
  const numbers = criteria.flatMap((one) => one.verdict.readings).filter((one) => one.value !== null);
  const strong = numbers.filter((one) => one.class === 'E2' || one.class === 'E3').length;
  const lock = dossier.locks.find((one) => one.gate === gate.id);
  const asked = new Set(criteria.map((one) => one.criterion.id));
  const { id, slug: _slug, title, programmeWeek, monthsLive } = dossier.deployment;
  return {
    deployment: id,
    deploymentTitle: title,
    gate: gate.id,
    title: gate.title,
    asks: gate.asks,
    grants: gate.grants,
    path: dossier.path,
    asOf: dossier.asOf,
    state,
    criteria,
    leftOut: effectiveCriteria(gate, dossier).filter((one) => !asked.has(one.id)).map((one) => one.id),
    counts: countsOf(criteria),
    evidence: { measured: numbers.length, strong, share: numbers.length === 0 ? null : strong / numbers.length, target: strongShare },
    blocks,
    lock: lock ? { digest: lock.digest, at: lock.at, with: lock.with, source: `decision/${lock.decision}` } : null,
    amendments: dossier.amendments.filter((one) => one.gate === gate.id).map(({ gate: _gate, ...one }) => one),
    decision,
    reopenings,
    clocks: { programmeWeek, monthsLive },
    warnings: warningsOf(gate, dossier, state, decision, criteria, numbers.length === 0 ? null : strong / numbers.length),
    nextReview: decision?.nextReview ?? null,
  };
}

function judgedOf(gate: Gate, dossier: Dossier): Judged[] {
  const context: Context = {
    asOf: dossier.asOf,
    path: dossier.path,
    measures: dossier.measures,
    facilities: dossier.facilities,
    departments: dossier.departments,
    places: dossier.places,
    productClass: dossier.deployment.productClass,
    monthsLive: dossier.deployment.monthsLive,
    changes: dossier.changes,
  };
  return criteriaOn({ ...gate, criteria: effectiveCriteria(gate, dossier) }, dossier.path).map((criterion) => {
    const waivers = dossier.waivers.filter((one) => one.criterion === criterion.id && (one.state === 'requested' || one.state === 'active'));
    return {
      criterion,
      verdict: underWaiver(judge(criterion, dossier.measurements, context), waivers.find(waiverHolds)),
      required: isRequired(criterion),
      waivers,
      amendments: dossier.amendments.filter((one) => one.criterion === criterion.id).map(({ gate: _gate, ...one }) => one),
    };
  });
}

const passes = (state: VerdictState): boolean => state === 'met' || state === 'waived';

/** What stands in the way, the worst first. At GX a trigger stands in the way only once it has fired. */
export function blockers(gate: Gate, criteria: readonly Judged[], suspended: boolean, about?: 'resume' | 'retire'): Judged[] {
  const inTheWay = (one: Judged): boolean => {
    if (!one.required || passes(one.verdict.state)) return false;
    if (!gate.anyTime) return true;
    const { group } = one.criterion;
    if (about === 'retire') return group === 'retire';
    if (group === 'trigger') return one.verdict.state === 'not-met';
    return group === 'resume' && (about === 'resume' || suspended || criteria.some(hasFired));
  };
  return criteria.filter(inTheWay).sort((a, b) => urgency(b) - urgency(a));
}

/** A trigger that reads not met has fired. */
export const hasFired = (one: Judged): boolean => one.criterion.group === 'trigger' && one.verdict.state === 'not-met';

const byState: Record<VerdictState, number> = { met: 0, waived: 0, undecided: 1, stale: 2, 'not-measurable': 3, 'not-met': 4 };
const urgency = (one: Judged): number => (one.verdict.alarm ? 100 : 0) + (one.criterion.safety ? 10 : 0) + byState[one.verdict.state] * 2 + (one.criterion.core ? 1 : 0);

const blockOf = ({ criterion, verdict }: Judged) => ({ criterion: criterion.id, title: criterion.title, state: verdict.state, because: verdict.because, next: verdict.next });

function countsOf(criteria: readonly Judged[]): GateState['counts'] {
  const counts = { met: 0, 'not-met': 0, undecided: 0, 'not-measurable': 0, stale: 0, waived: 0 };
  for (const one of criteria) counts[one.verdict.state] += 1;
  return counts;
}

/** What a criterion rests on: its own dependencies and those of its measures. */
const restsOn = (criterion: Criterion, measures: ReadonlyMap<string, Declared>): Set<string> =>
  new Set([...criterion.dependsOn, ...conditionsOf(criterion).flatMap((one) => measures.get(one.measure)?.dependsOn ?? [])]);

/** What has happened since an approval so that it no longer stands, oldest first. */
export function reopeningsOf(gate: Gate, dossier: Dossier, approval: Decision, criteria: readonly Judged[]): Reopening[] {
  const today = dayOf(dossier.asOf);
  const changed = dossier.changes
    .filter((one) => one.at > approval.at && one.at <= dossier.asOf)
    .map((one): Reopening => ({ at: one.at, because: `The ${one.kind.replace('-', ' ')} changed: ${one.says}`, criteria: criteria.filter(({ criterion }) => restsOn(criterion, dossier.measures).has(one.kind)).map(({ criterion }) => criterion.id), source: `${one.source}/${one.kind}` }))
    .filter((one) => one.criteria.length > 0);
  const amended = dossier.amendments
    .filter((one) => one.gate === gate.id && one.at > approval.at)
    .map((one): Reopening => ({ at: one.at, because: `The threshold of ${one.criterion} was amended: ${one.reason}`, criteria: [one.criterion], source: `amendment/${one.id}` }));
  const lapsed = criteria
    .filter((one) => approval.waived.includes(one.criterion.id) && !passes(one.verdict.state))
    .map((one): Reopening => {
      const last = dossier.waivers.filter((waiver) => waiver.criterion === one.criterion.id).at(-1);
      return { at: last?.endedAt ?? (last ? startOfDayAfter(last.expires) : dossier.asOf), because: `The waiver of ${one.criterion.id} has ended and it is not met.`, criteria: [one.criterion.id], source: `waiver/${last?.id ?? one.criterion.id}` };
    });
  const overdue = approval.contingencies
    .map((one, index) => ({ one, index }))
    .filter(({ one }) => one.expires < today && !(one.criterion !== null && passes(criteria.find(({ criterion }) => criterion.id === one.criterion)?.verdict.state ?? 'not-met')))
    .map(({ one, index }): Reopening => ({ at: startOfDayAfter(one.expires), because: `A contingency of ${one.owner} ran out on ${one.expires}: ${one.says}`, criteria: one.criterion === null ? [] : [one.criterion], source: `decision/${approval.id}/contingency/${index}` }));
  return [...changed, ...amended, ...lapsed, ...overdue].sort((a, b) => (a.at < b.at ? -1 : 1));
}

const startOfDayAfter = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString();

/** The gates of the track in order, without those that stand beside it. */
const ordered = (book: Playbook): Gate[] => book.gates.filter((one) => !one.anyTime);

/** The gate before this one on the track. */
export function gateBefore(gate: Gate, book: Playbook): Gate | null {
  const track = ordered(book);
  return track[track.findIndex((one) => one.id === gate.id) - 1] ?? null;
}

const lastDecision = (gate: Gate, dossier: Dossier): Decision | undefined => dossier.decisions.filter((one) => one.gate === gate.id).at(-1);

/** Approved, whether or not something has reopened it since. */
export const isApproved = (gate: Gate, dossier: Dossier): boolean => {
  const last = lastDecision(gate, dossier);
  return last !== undefined && approves(last);
};

function nameOf(gate: Gate, book: Playbook, dossier: Dossier, decision: Decision | null, reopenings: number, blocks: number, criteria: readonly Judged[]): GateStateName {
  if (gate.anyTime) {
    if (decision && approves(decision) && decision.about === 'retire') return 'decided';
    if (dossier.deployment.suspended || criteria.some(hasFired)) return blocks > 0 ? 'blocked' : 'open';
    return decision ? 'decided' : 'not-started';
  }
  if (decision && approves(decision)) return reopenings > 0 ? 'reopened' : 'decided';
  if (decision?.outcome === 'decline') return 'decided';
  const before = gateBefore(gate, book);
  if (before && !isApproved(before, dossier)) return 'not-started';
  return blocks > 0 ? 'blocked' : 'open';
}

/** Gates before this one that were approved and no longer stand. */
export const reopenedBefore = (gate: Gate, book: Playbook, dossier: Dossier): Gate[] => {
  const track = ordered(book);
  const index = track.findIndex((one) => one.id === gate.id);
  return track.slice(0, Math.max(0, index)).filter((one) => {
    const last = lastDecision(one, dossier);
    return last !== undefined && approves(last) && reopeningsOf(one, dossier, last, judgedOf(one, dossier)).length > 0;
  });
};

function warningsOf(gate: Gate, dossier: Dossier, state: GateStateName, decision: Decision | null, criteria: readonly Judged[], share: number | null): string[] {
  const found: string[] = [];
  const { programmeStart, programmeWeek } = dossier.deployment;
  if (gate.id === 'G4' && programmeStart && state !== 'not-started') {
    const until = decision && approves(decision) ? decision.at : dossier.asOf;
    const weeks = Math.floor((Date.parse(until) - Date.parse(programmeStart)) / (7 * 86_400_000));
    if (weeks < leastWeeks) found.push(`Only ${weeks} weeks from intake to go-live: under ${leastWeeks} correlates with failure (article 002).`);
  }
  const late = gate.weeks?.to !== undefined && gate.weeks.to !== null && gate.weeks.to > 0 && programmeWeek !== null && programmeWeek > gate.weeks.to;
  if (late && (state === 'open' || state === 'blocked')) found.push(`It is programme week ${programmeWeek}; the playbook has this gate by the end of week ${gate.weeks?.to}.`);
  if (share !== null && share < strongShare && state !== 'not-started') found.push(`${Math.round(share * 100)} % of the numbers of this gate come from records or telemetry, the others from a document or somebody’s word; ${strongShare * 100} % should.`);
  const soon = new Date(Date.parse(dossier.asOf) + 14 * 86_400_000).toISOString().slice(0, 10);
  for (const one of criteria.flatMap(({ waivers }) => waivers).filter(waiverHolds)) if (one.expires <= soon) found.push(`The waiver of ${one.criterion} ends on ${one.expires}.`);
  if (decision && approves(decision)) for (const one of decision.contingencies) if (one.expires >= dayOf(dossier.asOf) && one.expires <= soon) found.push(`A contingency of ${one.owner} ends on ${one.expires}: ${one.says}`);
  const lock = dossier.locks.find((one) => one.gate === gate.id);
  if (lock && linesOf(lock.criteria) !== linesOf(gate.criteria) && !dossier.amendments.some((one) => one.gate === gate.id && !one.afterLock)) found.push('The playbook has other thresholds now than when these were locked; the locked ones count.');
  return found;
}

const linesOf = (criteria: readonly Criterion[]): string => JSON.stringify(criteria.map((one) => [one.id, conditionsOf(one).map((part) => [part.measure, part.needs])]));

/** The way of a deployment through all gates. */
export function trackOf(book: Playbook, dossier: Dossier): Track {
  const states = [...ordered(book), ...book.gates.filter((one) => one.anyTime)].map((gate) => ({ gate, state: gateStateOf(gate, book, dossier) }));
  const stations = states.map(({ gate, state }): Station => {
    const worst = state.blocks[0] ?? state.criteria.filter((one) => !passes(one.verdict.state) && !gate.anyTime).sort((a, b) => urgency(b) - urgency(a)).map(blockOf)[0] ?? null;
    return {
      gate: gate.id,
      title: gate.title,
      weeks: gate.weeks,
      state: state.state,
      outcome: state.decision?.outcome ?? null,
      decidedAt: state.decision?.at ?? null,
      counts: state.counts,
      criteria: state.criteria.length,
      blocks: state.blocks.length,
      worst,
      locked: state.lock !== null,
    };
  });
  const current = states.find(({ gate, state }) => !gate.anyTime && !(state.decision && approves(state.decision) && state.state === 'decided')) ?? null;
  const worst = stations.find((one) => one.gate === current?.gate.id)?.worst ?? null;
  const beside = states.find(({ gate, state }) => gate.anyTime && (state.state === 'blocked' || state.state === 'open'));
  const reviews = states.flatMap(({ state }) => (state.nextReview ? [{ at: state.decision?.at ?? '', day: state.nextReview }] : [])).sort((a, b) => (a.at < b.at ? 1 : -1));
  const { id, title, programmeWeek, monthsLive } = dossier.deployment;
  return {
    deployment: id,
    title,
    path: dossier.path,
    asOf: dossier.asOf,
    stations,
    current: current?.gate.id ?? null,
    worst: worst && current ? { ...worst, gate: current.gate.id } : null,
    changes: [...dossier.changes].sort((a, b) => (a.at < b.at ? 1 : -1)),
    clocks: { programmeWeek, monthsLive },
    warnings: [
      ...(beside ? [`${beside.gate.title}: ${beside.state.blocks[0]?.because ?? 'it is suspended.'}`] : []),
      ...states.flatMap(({ gate, state }) => state.reopenings.map((one) => `${gate.id} is open again. ${one.because}`)),
      ...(current?.state.warnings ?? []),
    ],
    nextReview: reviews[0]?.day ?? null,
  };
}

/** The condition with this number, and the line that counts for it on this path. */
export function conditionAt(criterion: Criterion, index: number, path: PathName): { needs: Threshold } | null {
  const found = conditionsOf(criterion)[index];
  return found ? { needs: lineOf(found, path) } : null;
}

const reviewDays = { weekly: 7, monthly: 30, quarterly: 91, yearly: 365 } as const;

/**
 * When the committee looks again after an approval: weekly in rollout (two months from go-live), monthly in ramp-up
 * (to month six), quarterly when mature (article 000); before go-live as the gate says.
 */
export function nextReviewAfter(gate: Gate, at: string, monthsLive: number | null): string {
  const cadence = monthsLive === null ? gate.review : monthsLive < 2 ? 'weekly' : monthsLive < 6 ? 'monthly' : 'quarterly';
  return dayOf(new Date(Date.parse(at) + reviewDays[cadence] * 86_400_000).toISOString());
}
