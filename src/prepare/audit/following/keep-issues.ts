// How is an issue opened from a finding, given to somebody, measured again and counted?
import type { z } from 'zod';
import { person, requireDeployment } from '../../../spine/deployments/deployments.ts';
import { actorOf, append } from '../../../spine/ledger/ledger.ts';
import type { NewEntry } from '../../../spine/ledger/model.ts';
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import { theHouse, type Caller, type House } from '../../../tools/server/capability.ts';
import type { Tx } from '../../../tools/server/database.ts';
import { toCsv } from '../../../tools/ui/table.ts';
import { unitWords } from '../finding-words.ts';
import type { AuditDocument } from '../model.ts';
import { findingRow, restOf } from '../records.ts';
import type { LightRun } from '../records.ts';
import { checkName } from './compare-words.ts';
import type { MeasuredFinding } from './department-findings.ts';
import { kinds } from './entry-kinds.ts';
import { outcomeOf } from './issue-rules.ts';
import { smallestCell, type Issue, type IssueChange, type IssueEvent, type openIssue as openIssueEndpoint } from './model.ts';
import * as records from './records.ts';

type Opening = z.output<(typeof openIssueEndpoint)['body']>;
const daysBetween = (from: string, to: string) => Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000));

export function issueOf(row: records.IssueRow, now: string): Issue {
  const unfinished = row.state === 'open' || row.state === 'holding';
  return {
    id: row.id, deployment: row.deployment, check: row.check_id, element: row.element, resource: row.resource, facility: row.facility, department: row.department, title: row.title,
    tier: row.tier as Issue['tier'], priority: row.priority as Issue['priority'], state: row.state, owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner_name ?? row.owner_id }, dueOn: row.due_on,
    overdue: unfinished && row.due_on !== null && row.due_on < now.slice(0, 10), slips: row.slips, openedAt: row.opened_at, openedBy: row.opened_by_name, closedAt: row.closed_at, days: daysBetween(row.opened_at, row.closed_at ?? now),
    threshold: row.threshold, bound: row.bound as Issue['bound'], opened: JSON.parse(row.opened) as Issue['opened'], last: JSON.parse(row.last) as Issue['last'],
  };
}

export const eventOf = ({ at, kind, by_name, says, run_id }: records.EventRow): IssueEvent => ({ at, kind: kind as IssueEvent['kind'], by: by_name, says, run: run_id });

export async function requireIssue(house: House, caller: Caller, id: string): Promise<records.IssueRow> {
  const row = await records.issueRow(house.db, id);
  if (!row) throw new Problem('not-found', `There is no issue ${id}.`, 'The issues are listed at /api/v1/audit/issues.');
  await requireDeployment(house.db, caller, row.deployment_id);
  return row;
}

/** Opens an issue; a finding that already has one that is not closed is refused. */
export async function openIssue(house: House, caller: Caller, run: LightRun, { finding: number, owner, dueOn, priority, note }: Opening): Promise<Issue> {
  const found = await findingRow(house.db, run.id, number);
  if (!found) throw new Problem('not-found', `The audit has no finding ${number}.`, 'They are listed at /api/v1/audit/runs/…/findings.');
  if (found.level === 'clinician' || found.level === 'month') throw new Problem('unprocessable', 'An issue is about the whole, a facility or a department.', 'Open it from the finding of the facility; months come and go, and no clinician is followed up here.');
  if (found.verdict === 'met') throw new Problem('unprocessable', 'This finding is met: there is nothing to repair.', 'Open an issue from a finding that is not met, undecided or not measurable.');
  if (found.level !== 'overall' && found.people < smallestCell) throw new Problem('unprocessable', 'Fewer than five people stand behind this finding, and issues are read by everybody.', 'Open it from the finding of the facility or of the whole export.');
  const who = owner === null ? null : await person(house, owner);
  const rest = JSON.parse((await restOf(house.db, run.id)) ?? '{"elements":[]}') as Pick<AuditDocument, 'elements'>;
  const at = house.clock.now();
  const about = rest.elements.find(({ id }) => id === found.element)?.name ?? found.resource ?? 'the export';
  const reading: Issue['opened'] = { run: run.id, at: run.finished_at ?? at, n: found.n, k: found.k, rate: found.rate, low: found.low, high: found.high, verdict: found.verdict as Issue['opened']['verdict'] };
  const row: records.IssueRow = {
    id: newId('iss', at), deployment_id: run.deployment_id, deployment: run.deployment, check_id: found.check_id, element: found.element, resource: found.resource, facility: found.facility, department: found.department,
    title: `${checkName(found.check_id)}: ${about}, ${unitWords({ facility: found.facility, department: found.department, clinician: null, month: null })}`, tier: found.tier, priority, state: 'open',
    owner_id: who?.id ?? null, owner_name: who ? `${who.givenName} ${who.familyName}` : null, due_on: dueOn, slips: 0, opened_at: at, opened_by_id: caller.id, opened_by_name: caller.name, closed_at: null,
    threshold: found.threshold, bound: found.bound, opened: JSON.stringify(reading), last: JSON.stringify(reading),
  };
  const same = await records.sameIssue(house.db, row);
  if (same) throw new Problem('conflict', `There is an issue about this already: ${same.title}.`, `Go on with it: ${same.id}.`, [{ path: 'finding', says: same.id }]);
  await house.db.transaction().execute(async (tx) => {
    await records.insertIssue(tx, row);
    await records.insertEvents(tx, [{ issue_id: row.id, at, kind: 'opened', by_name: caller.name, says: [found.says, note].filter(Boolean).join(' Note: '), run_id: run.id }]);
    await append(tx, { at, kind: kinds.issueOpened.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `issue/${row.id}`, body: { run: run.id, finding: number, check: row.check_id, element: row.element, facility: row.facility, department: row.department, priority, owner: row.owner_id, dueOn } });
  });
  return issueOf(row, at);
}

/** What a person changes. A due date moved back, or taken away, is a slip. */
export async function changeIssue(house: House, caller: Caller, id: string, asked: IssueChange): Promise<Issue> {
  await requireIssue(house, caller, id);
  const { owner, dueOn, priority, note, state } = asked;
  const who = owner ? await person(house, owner) : null;
  const at = house.clock.now();
  return house.db.transaction().execute(async (tx) => {
    const row = (await records.holdIssue(tx, id))!;
    if (state !== undefined && note === undefined) throw new Problem('bad-input', 'Setting an issue aside, or opening it again, needs a reason.', 'Write it as the note.', [{ path: 'note', says: 'missing' }]);
    if (state === 'set-aside' && row.state !== 'open' && row.state !== 'holding') throw new Problem('conflict', `The issue is ${row.state} already.`, 'There is nothing to set aside.');
    if (state === 'open' && row.state !== 'set-aside') throw new Problem('conflict', `The issue is ${row.state}, not set aside.`, 'An audit opens a closed one again when it breaks.');
    if (state === 'open' && (await records.sameIssue(tx, row))) throw new Problem('conflict', 'Another issue about the same thing is open.', 'Go on with that one.');
    const slipped = row.due_on !== null && dueOn !== undefined && (dueOn === null || dueOn > row.due_on);
    const said: string[] = [];
    const to: Partial<records.IssueRow> = {};
    if (owner !== undefined && owner !== row.owner_id) {
      Object.assign(to, { owner_id: who?.id ?? null, owner_name: who ? `${who.givenName} ${who.familyName}` : null });
      said.push(`Owner: ${to.owner_name ?? 'nobody'}.`);
    }
    if (dueOn !== undefined && dueOn !== row.due_on) {
      Object.assign(to, { due_on: dueOn, slips: row.slips + Number(slipped) });
      said.push(`Due: ${dueOn ?? 'no day'}${row.due_on ? `, was ${row.due_on}` : ''}${slipped ? ' (a slip)' : ''}.`);
    }
    if (priority !== undefined && priority !== row.priority) {
      to.priority = priority;
      said.push(`Priority: ${priority}.`);
    }
    if (state !== undefined) to.state = state;
    if (note !== undefined) said.push(note);
    if (said.length === 0) return issueOf(row, at);
    if (Object.keys(to).length > 0) await records.updateIssue(tx, id, to);
    await records.insertEvents(tx, [{ issue_id: id, at, kind: state === 'set-aside' ? 'set-aside' : Object.keys(to).length > 0 ? 'changed' : 'noted', by_name: caller.name, says: said.join(' '), run_id: null }]);
    await append(tx, { at, kind: kinds.issueChanged.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `issue/${id}`, body: { ...(owner !== undefined && { owner }), ...(dueOn !== undefined && { dueOn }), ...(priority !== undefined && { priority }), ...(state !== undefined && { state }), slipped, noted: note !== undefined } });
    return issueOf({ ...row, ...to }, at);
  });
}

/** Measures every issue of the deployment again on a finished audit; gives the ledger entries of what closed and what broke. */
export async function measureIssues(tx: Tx, deploymentId: string, run: string, at: string, whole: readonly MeasuredFinding[], sameFacility: (a: string | null, b: string | null) => boolean): Promise<NewEntry[]> {
  const entries: NewEntry[] = [];
  const rows = await records.issuesToMeasure(tx, deploymentId);
  if (rows.length === 0) return entries;
  const broken = new Set<string>();
  for (const row of rows) {
    const found = whole.find((one) => one.check === row.check_id && one.element === row.element && (row.element !== null || one.resource === row.resource) && one.unit.department === row.department && sameFacility(one.unit.facility, row.facility) && (one.unit.facility === null || Math.round(one.figures['patients'] ?? one.n) >= smallestCell)) ?? null;
    const opened = JSON.parse(row.opened) as Issue['opened'];
    const outcome = outcomeOf({ state: row.state, openedVerdict: opened.verdict, openedN: opened.n, threshold: row.threshold, bound: row.bound as Issue['bound'] }, found);
    // What was opened again under a new issue meanwhile stays there.
    const key = JSON.stringify([row.check_id, row.element, row.resource, row.facility, row.department]);
    if (outcome.kind === 'reopened' && (broken.has(key) || (await records.sameIssue(tx, row)))) continue;
    if (outcome.kind === 'reopened') broken.add(key);
    if (row.state === 'closed' && outcome.kind !== 'reopened') continue;
    const to: Partial<records.IssueRow> = {};
    if (found && outcome.kind !== 'not-measured') to.last = JSON.stringify({ run, at, n: found.n, k: found.k, rate: found.rate, low: found.low, high: found.high, verdict: found.verdict } satisfies Issue['last']);
    if (outcome.state !== row.state) to.state = outcome.state;
    if (outcome.kind === 'closed') to.closed_at = at;
    if (outcome.kind === 'reopened') to.closed_at = null;
    if (Object.keys(to).length > 0) await records.updateIssue(tx, row.id, to);
    await records.insertEvents(tx, [{ issue_id: row.id, at, kind: outcome.kind, by_name: 'the audit', says: [outcome.says, outcome.kind === 'not-measured' ? '' : (found?.says ?? '')].filter(Boolean).join(' '), run_id: run }]);
    if (outcome.kind === 'closed' || outcome.kind === 'reopened')
      entries.push({ at, kind: (outcome.kind === 'closed' ? kinds.issueClosed : kinds.issueReopened).kind, actor: actorOf(theHouse), deployment: deploymentId, subject: `issue/${row.id}`, body: { run, rate: found?.rate ?? null, n: found?.n ?? null, days: daysBetween(row.opened_at, at), slips: row.slips } });
  }
  return entries;
}

export async function remediation(house: House, deploymentId: string | undefined) {
  const { open, overdue, closed, median_days, oldest_days, slips } = await records.remediationOf(house.db, deploymentId, house.clock.now());
  return { open, overdue, closed, medianDays: median_days === null ? null : Math.round(median_days * 10) / 10, oldestDays: oldest_days, slips };
}

export const issuesCsv = (issues: readonly Issue[]): string =>
  toCsv(
    ['id', 'deployment', 'title', 'check', 'element', 'resource', 'facility', 'department', 'tier', 'priority', 'state', 'owner', 'due_on', 'overdue', 'slips', 'opened_at', 'opened_by', 'closed_at', 'days', 'opened_rate', 'opened_n', 'last_rate', 'last_n', 'last_verdict', 'last_measured'],
    issues.map((one) => [one.id, one.deployment, one.title, one.check, one.element, one.resource, one.facility, one.department, one.tier, one.priority, one.state, one.owner?.name, one.dueOn, one.overdue, one.slips, one.openedAt, one.openedBy, one.closedAt, one.days, one.opened.rate, one.opened.n, one.last.rate, one.last.n, one.last.verdict, one.last.at]),
  );
