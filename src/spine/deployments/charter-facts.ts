// Which facts of a deployment's charter can gates and measures count on?
import { between } from '../../tools/base/clock.ts';
import type { Money } from '../../tools/base/money.ts';
import type { Db } from '../../tools/server/database.ts';
import { charter, type Charter, type Section } from './charter.ts';
import { constituencies } from './charter-promises.ts';
import { fold } from './find-place.ts';
import { programmeWeek } from './model.ts';
import * as records from './records.ts';
import { riskTier, type RiskTier } from './risk-tier.ts';

/** Every fact is null where the charter is silent: missing is never zero. Money is exact; shares are 0…1. */
export interface CharterFacts {
  deployment: string;
  charter: { version: number; digest: string; at: string; document: Charter } | null;
  /** Gate 0.1: data points of the metric that shows the problem. */
  problemDataPoints: number | null;
  /** Gate 0.2. `computed`: quantity × unit value stand behind it, not only a sentence. */
  costOfProblem: { perYear: Money; low: Money | null; high: Money | null; computed: boolean } | null;
  /** Gate 0.6. Accepted by a signed-in account (E2), or only named in the charter (E1). */
  owner: { name: string; hoursPerWeek: number | null; acceptedAt: string | null } | null;
  /** Gate 0.7. Whether the named leader stands, active, on the roster of the charter's facilities; null: no leader is named or no roster is there. */
  leaderOnRoster: { leader: string; found: boolean; roster: number } | null;
  /** Gate 0.8. Shares of the sum of all lines; contingency ÷ the other lines. Null without lines; parts null without such a line. */
  costPlan: { total: Money; modelShare: number | null; totalToModel: number | null; contingencyShare: number | null; lines: number } | null;
  /** Gate 0.10. */
  risk: { tier: RiskTier; because: string[] } | null;
  /** Gate 1.8. How many metrics of each kind are registered, and the shortest baseline in whole weeks (null: some have none). */
  metrics: { outcome: number; adoption: number; finance: number; withBaseline: number; all: number; shortestBaselineWeeks: number | null } | null;
  /** Gate 2.7: constituencies with a named member, of four. */
  committee: { constituency: (typeof constituencies)[number]; members: number }[] | null;
  /** Gate 2.9: claims, those with a service level of the same id that has a number and an owner, and those of them that name a feeding measure. */
  sla: { claims: number; covered: number; withFeed: number; levels: number } | null;
  /** Gate 3.2: first lock of each locked section, and what was amended after. */
  locks: Partial<Record<Section, { firstLockedAt: string; hash: string; version: number; amendments: number }>>;
  /** Gate 4.8. */
  outputs: { all: number; critical: number } | null;
  /** Gate 4.11: clauses in the charter, of four. */
  contract: { clauses: number; signed: string | null; ends: string | null } | null;
  /** Gate 4.12 and both clocks. Weeks from the first day of the programme to go-live, or to `asOf` before it. */
  weeks: { programmeStart: string; goLive: string | null; elapsed: number; programmeWeek: number | null } | null;
}

/**
 * The facts as of an instant of the current charter. `deployment` is an id; whoever asks has checked that the caller
 * may see it (`requireDeployment`).
 */
export function charterFacts(db: Db, deployment: string, asOf: string): Promise<CharterFacts> {
  // What is asked in one turn of the event loop is read in one go: a portfolio asks several times about each of its deployments.
  const asked = pending.get(db) ?? new Map<string, Asked>();
  pending.set(db, asked);
  const together = asked.get(asOf) ?? { ids: new Set<string>(), facts: new Promise<Map<string, CharterFacts>>((done, failed) => {
    setImmediate(() => {
      const ids = [...(asked.get(asOf)?.ids ?? [])];
      asked.delete(asOf);
      charterFactsOf(db, ids, asOf).then(done, failed);
    });
  }) };
  asked.set(asOf, together);
  together.ids.add(deployment);
  return together.facts.then((facts) => {
    const mine = facts.get(deployment);
    if (!mine) throw new Error(`there is no deployment ${deployment}`);
    return mine;
  });
}

interface Asked {
  ids: Set<string>;
  facts: Promise<Map<string, CharterFacts>>;
}
const pending = new WeakMap<Db, Map<string, Asked>>();

async function charterFactsOf(db: Db, ids: readonly string[], asOf: string): Promise<Map<string, CharterFacts>> {
  const [rows, charters, locks, amendments] = [await records.deploymentsById(db, ids), await records.currentCharterRows(db, ids), await records.firstLocks(db, ids), await records.amendmentCounts(db, ids)];
  const rosters = new Map<string, Promise<Roster>>();
  const rosterOf = (facilities: string[]) => {
    const key = JSON.stringify(facilities);
    const roster = rosters.get(key) ?? records.activeIn(db, facilities);
    rosters.set(key, roster);
    return roster;
  };
  const facts = new Map<string, CharterFacts>();
  for (const row of rows) {
    const kept = charters.find((one) => one.deployment_id === row.id);
    const document = kept ? readCharter(kept) : null;
    facts.set(row.id, {
      deployment: row.id,
      charter: document && kept ? { version: kept.version, digest: kept.digest, at: kept.at, document } : null,
      owner: row.owner_name === null ? null : { name: row.owner_name, hoursPerWeek: row.owner_hours, acceptedAt: row.owner_accepted_at },
      leaderOnRoster: document ? await leaderOnRoster(document, rosterOf) : null,
      locks: Object.fromEntries(
        locks.filter((one) => one.deployment_id === row.id).map(({ section, at, hash, version }) => [section as Section, { firstLockedAt: at, hash, version, amendments: amendments.find((one) => one.deployment_id === row.id && one.section === section)?.n ?? 0 }]),
      ),
      weeks: weeksOf(row.programme_start, row.go_live, asOf),
      ...(document ? promised(document) : silent),
    });
  }
  return facts;
}

/** A version of a charter never changes, so it is read once and not each time a portfolio is shown. */
const charters = new Map<string, Charter>();

function readCharter({ deployment_id, version, digest, charter: text }: { deployment_id: string; version: number; digest: string; charter: string }): Charter {
  const key = `${deployment_id} ${version} ${digest}`;
  const known = charters.get(key) ?? charter.parse(JSON.parse(text));
  charters.delete(key);
  charters.set(key, known);
  if (charters.size > 500) charters.delete(charters.keys().next().value!);
  return known;
}

type Promised = Pick<CharterFacts, 'problemDataPoints' | 'costOfProblem' | 'costPlan' | 'risk' | 'metrics' | 'committee' | 'sla' | 'outputs' | 'contract'>;
const silent: Promised = { problemDataPoints: null, costOfProblem: null, costPlan: null, risk: null, metrics: null, committee: null, sla: null, outputs: null, contract: null };

/** What follows from the document alone. */
export function promised(of: Charter): Promised {
  const { cost, metric } = of.problem;
  return {
    problemDataPoints: [...of.adoption, ...of.value].find((one) => one.id === metric)?.baseline?.points ?? null,
    costOfProblem: cost && { perYear: cost.perYear, low: cost.low ?? null, high: cost.high ?? null, computed: cost.quantity !== undefined && cost.unitValue !== undefined },
    costPlan: planOf(of.costs),
    risk: riskTier(of.risk),
    metrics: metricsOf(of),
    committee: of.governance.committee.length === 0 ? null : constituencies.map((constituency) => ({ constituency, members: of.governance.committee.filter((one) => one.constituency === constituency).length })),
    sla: slaOf(of),
    outputs: of.decision.outputs.length === 0 ? null : { all: of.decision.outputs.length, critical: of.decision.outputs.filter((one) => one.critical).length },
    contract: { clauses: Object.values(of.contract.clauses).filter(Boolean).length, signed: of.contract.signed ?? null, ends: of.contract.ends ?? null },
  };
}

function planOf(lines: Charter['costs']): CharterFacts['costPlan'] {
  const currency = lines[0]?.firstYear.currency;
  if (currency === undefined) return null;
  const sum = (components?: string) => lines.filter((line) => components === undefined || line.component === components).reduce((total, line) => total + line.firstYear.minor, 0);
  const [total, model, contingency] = [sum(), sum('model'), sum('contingency')];
  const has = (component: string) => lines.some((line) => line.component === component);
  return {
    total: { minor: total, currency },
    modelShare: has('model') && total > 0 ? model / total : null,
    totalToModel: has('model') && model > 0 ? total / model : null,
    contingencyShare: has('contingency') && total > contingency ? contingency / (total - contingency) : null,
    lines: lines.length,
  };
}

function metricsOf(of: Charter): CharterFacts['metrics'] {
  const value = of.value.map((one) => one.kind ?? (one.trackedByFinance ? 'financial' : 'outcome'));
  const all = [...of.adoption, ...of.value];
  const weeks = all.map(({ baseline }) => (baseline ? Math.floor((between(baseline.from, baseline.to) / 86_400_000 + 1) / 7) : null));
  const known = weeks.filter((one) => one !== null);
  // A metric of use has no history before there is anything to use; the others must have a baseline.
  const needed = of.value.every((one) => one.baseline !== null);
  return {
    outcome: value.filter((kind) => kind === 'outcome').length,
    adoption: of.adoption.length,
    finance: of.value.filter((one) => one.trackedByFinance).length,
    withBaseline: known.length,
    all: all.length,
    shortestBaselineWeeks: needed && known.length > 0 ? Math.min(...known) : null,
  };
}

function slaOf(of: Charter): CharterFacts['sla'] {
  const covered = of.claims.flatMap((claim) => of.sla.find((level) => level.id === claim.id) ?? []);
  return { claims: of.claims.length, covered: covered.length, withFeed: covered.filter((level) => level.measure !== undefined).length, levels: of.sla.length };
}

type Roster = Awaited<ReturnType<typeof records.activeIn>>;

async function leaderOnRoster(of: Charter, rosterOf: (facilities: string[]) => Promise<Roster>): Promise<CharterFacts['leaderOnRoster']> {
  const { leader } = of.owner;
  if (!leader) return null;
  const roster = await rosterOf(of.units.map((one) => one.facility));
  if (roster.length === 0) return null;
  const called = (row: { given_name: string; family_name: string }) => fold(`${row.given_name} ${row.family_name}`);
  // A title before the name is no part of it.
  const name = fold(leader.name).replace(/^((dr|prof|md|do|rn)\.? )+/, '').replace(/, ?(md|do|rn|phd|np|pa)\b.*$/, '');
  const found = roster.some((row) => (leader.email && row.email ? fold(row.email) === fold(leader.email) : called(row) === name));
  return { leader: leader.name, found, roster: roster.length };
}

/** Whole weeks from the first day of the programme to go-live, or to today before it; null before it began. */
function weeksOf(programmeStart: string | null, goLive: string | null, asOf: string): CharterFacts['weeks'] {
  if (programmeStart === null) return null;
  const end = goLive !== null && goLive <= asOf.slice(0, 10) ? goLive : asOf.slice(0, 10);
  const elapsed = Math.floor(between(programmeStart, end) / (7 * 86_400_000));
  return elapsed < 0 ? null : { programmeStart, goLive, elapsed, programmeWeek: programmeWeek(programmeStart, asOf) };
}
