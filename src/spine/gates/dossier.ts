// What is known about the gates of a deployment, read in one go?
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { Db } from '../../tools/server/database.ts';
import { changesOf, deployment as readDeployment, deployments as listDeployments } from '../deployments/deployments.ts';
import type { DeploymentRow } from '../deployments/model.ts';
import { latestOf, type Catalogue } from '../measures/measures.ts';
import { placeNames } from '../measures/model.ts';
import type { Dossier } from './gate-state.ts';
import type { Amendment, Criterion, Decision, Gate, Playbook, Threshold, Waiver } from './model.ts';
import * as records from './records.ts';

/** The playbook and the measures the gates are judged with. */
export interface Rules {
  book: Playbook;
  catalogue: Catalogue;
}

const beginning = '1970-01-01T00:00:00.000Z';

/** One deployment, if the caller may see it. In a transaction, hand in `{...house, db: tx}`. */
export async function dossierOf(house: House, caller: Caller, rules: Rules, slugOrId: string, asOf = house.clock.now()): Promise<Dossier> {
  const row = await readDeployment(house, caller, slugOrId);
  return (await dossiers(house.db, rules, [row], asOf))[0]!;
}

/** Every deployment the caller may see, the most recently changed first. */
export async function allDossiers(house: House, caller: Caller, rules: Rules, asOf = house.clock.now()): Promise<Dossier[]> {
  return dossiers(house.db, rules, await allRows(house, caller), asOf);
}

/** The same deployments, as they are listed. */
export async function allRows(house: House, caller: Caller): Promise<DeploymentRow[]> {
  const rows: DeploymentRow[] = [];
  let after: string | undefined;
  do {
    const page: { items: DeploymentRow[]; next: string | null } = await listDeployments(house, caller, { limit: 200, after });
    rows.push(...page.items);
    after = page.next ?? undefined;
  } while (after);
  return rows;
}

/** What is known about the gates of these. */
export async function dossiers(db: Db, { catalogue }: Rules, rows: readonly DeploymentRow[], asOf: string): Promise<Dossier[]> {
  const ids = rows.map((row) => row.id);
  const [settings, decisions, waivers, amendments, locks] = [
    await records.settings(db, ids),
    await records.decisions(db, ids),
    await records.waivers(db, ids),
    await records.amendments(db, ids),
    await records.locks(db, ids),
  ];
  const [measurements, changes] = [await latestOf(db, catalogue, ids, asOf), await changesOf(db, ids, beginning)];
  const dossier = (row: DeploymentRow): Dossier => {
    const mine = <R extends { deployment_id: string }>(all: R[]) => all.filter((one) => one.deployment_id === row.id);
    return {
      deployment: {
        id: row.id, slug: row.slug, title: row.title, productClass: row.product.class, suspended: row.mode === 'suspended',
        programmeWeek: row.programmeWeek, monthsLive: row.monthsSinceGoLive, programmeStart: row.programmeStart,
      },
      facilities: row.facilities.map((one) => one.facility),
      places: placeNames(row.facilities),
      departments: row.facilities.flatMap(({ facility, units }) => units.map((unit) => ({ facility, department: unit.slug }))),
      asOf,
      path: settings.find((one) => one.deployment_id === row.id && one.at <= asOf)?.path ?? 'full',
      measures: catalogue.byId,
      measurements: measurements.get(row.id) ?? [],
      changes: (changes.get(row.id) ?? []).filter((one) => one.at <= asOf),
      decisions: mine(decisions).filter((one) => one.at <= asOf).map((one) => JSON.parse(one.record) as Decision),
      waivers: mine(waivers).filter((one) => one.requested_at <= asOf).map((one) => waiverFrom(one, asOf)),
      amendments: mine(amendments).filter((one) => one.at <= asOf).map((one) => ({ ...amendmentFrom(one), gate: one.gate })),
      locks: mine(locks).filter((one) => one.at <= asOf).map((one) => ({ gate: one.gate, criteria: JSON.parse(one.criteria) as Criterion[], digest: one.digest, at: one.at, with: one.locked_with, decision: one.decision_id })),
    };
  };
  return rows.map(dossier);
}

export const amendmentFrom = (row: records.AmendmentRow): Amendment => ({
  id: row.id, criterion: row.criterion, condition: row.condition, was: JSON.parse(row.was) as Threshold, now: JSON.parse(row.now) as Threshold,
  reason: row.reason, by: row.by_name, at: row.at, afterLock: row.after_lock,
});

/** A waiver as it stands at an instant: its expiry is a matter of the clock, not of somebody noticing. */
export function waiverFrom(row: records.WaiverRow, asOf: string): Waiver {
  const before = (at: string | null): at is string => at !== null && at <= asOf;
  const approved = before(row.approved_at);
  const ranOut = row.expires < asOf.slice(0, 10);
  const state = before(row.ended_at) ? (approved ? (row.ended_because === ranOutSays ? 'expired' : 'ended') : 'refused') : ranOut ? 'expired' : approved ? 'active' : 'requested';
  return {
    id: row.id, deployment: row.deployment_id, gate: row.gate, criterion: row.criterion, reason: row.reason, expires: row.expires,
    requestedBy: { id: row.requested_by_id, name: row.requested_by_name }, requestedAt: row.requested_at,
    approvedBy: approved && row.approved_by_id !== null ? { id: row.approved_by_id, name: row.approved_by_name ?? '' } : null, approvedAt: approved ? row.approved_at : null,
    endedAt: before(row.ended_at) ? row.ended_at : null, endedBecause: before(row.ended_at) ? row.ended_because : null, state,
  };
}

/** How the house says that nobody ended it: its day came. */
export const ranOutSays = 'Its last day has passed.';

export function requireGate(book: Playbook, id: string): Gate {
  const gate = book.gates.find((one) => one.id === id);
  if (!gate) throw new Problem('not-found', `The playbook has no gate ${id}.`, `It has ${book.gates.map((one) => one.id).join(', ')}.`);
  return gate;
}
