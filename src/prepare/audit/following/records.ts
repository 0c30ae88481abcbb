// What is kept about issues, watches, looks and reviews, and which findings of an audit are read again?
import { sql, type Selectable } from 'kysely';
import type { Db, Tx } from '../../../tools/server/database.ts';
import type { FindingRow, RunRow } from '../records.ts';

export interface IssueRow {
  id: string; deployment_id: string; deployment: string; check_id: string; element: string | null; resource: string | null; facility: string | null; department: string | null;
  title: string; tier: string; priority: string; state: 'open' | 'holding' | 'closed' | 'set-aside'; owner_id: string | null; owner_name: string | null; due_on: string | null; slips: number;
  opened_at: string; opened_by_id: string; opened_by_name: string; closed_at: string | null; threshold: number | null; bound: string | null; opened: string; last: string;
}
export interface EventRow { issue_id: string; number: number; at: string; kind: string; by_name: string; says: string; run_id: string | null }
export interface WatchRow {
  id: string; deployment_id: string; deployment: string; folder: string; cadence: 'each-export' | 'daily' | 'weekly' | 'monthly'; active: boolean; created_at: string; created_by: string;
  next_at: string | null; last_at: string | null; last_run: string | null; last_print: string | null; seen_print: string | null; looked_at: string | null; says: string | null;
}
export interface LookRow { run_id: string; deployment_id: string; at: string; look: number; baseline_run: string; previous_run: string; alpha: number; comparisons: number }
export interface ReviewRow {
  id: string; deployment_id: string; deployment: string; run_id: string; state: 'open' | 'closed'; opened_at: string; causes: string; look: number; alpha: number; comparisons: number;
  answers_id: string | null; answers_name: string | null; decision: string | null; closed_at: string | null; closed_by: string | null;
}
type Tables = {
  'audit.issue': IssueRow; 'audit.issue_event': EventRow; 'audit.watch': WatchRow; 'audit.look': LookRow; 'audit.review': ReviewRow; 'audit.finding': FindingRow; 'audit.run': RunRow;
};
const on = (db: Db) => db.withTables<Tables>();

// --- findings of an audit -------------------------------------------------------------------------------------------

const columns = ['run_id', 'number', 'check_id', 'element', 'resource', 'facility', 'department', 'clinician', 'month', 'level', 'n', 'k', 'rate', 'low', 'high', 'threshold', 'bound', 'threshold_from', 'tier', 'verdict', 'says', 'figures', 'people', 'row_count'] as const;
export type ReadFinding = Pick<Selectable<FindingRow>, (typeof columns)[number]>;

/** Everything but months and clinicians: what is compared. */
export const comparedFindings = (db: Db, run: string): Promise<ReadFinding[]> =>
  on(db).selectFrom('audit.finding').select(columns).where('run_id', '=', run).where('level', 'in', ['overall', 'facility', 'department']).orderBy('number').execute();

export const allFindings = (db: Db, run: string): Promise<ReadFinding[]> => on(db).selectFrom('audit.finding').select(columns).where('run_id', '=', run).orderBy('number').execute();

/** The findings of one check about an element or a resource type, months left out, and what the checks of variation say of it. */
export const findingsAbout = (db: Db, run: string, { element, resource }: { element: string | null; resource: string | null }, check: string): Promise<ReadFinding[]> => {
  const query = on(db).selectFrom('audit.finding').select(columns).where('run_id', '=', run).where('level', '<>', 'month').where((is) => is.or([is('check_id', '=', check), is('check_id', '=', 'C05'), is('check_id', 'like', 'V%')])).orderBy('number');
  return (element !== null ? query.where('element', '=', element) : query.where('element', 'is', null).where('resource', '=', resource)).execute();
};

export const monthRows = (db: Db, run: string, { element, facility }: { element?: string | undefined; facility?: string | undefined }) => {
  let query = on(db).selectFrom('audit.finding').select(['element', 'facility', 'month', 'n', 'k', 'people']).where('run_id', '=', run).where('check_id', '=', 'C02').where('level', '=', 'month').orderBy('number');
  if (element !== undefined) query = query.where('element', '=', element);
  if (facility !== undefined) query = query.where('facility', '=', facility);
  return query.execute();
};

/** Over all facilities and months, what each element comes to, and how often it is silent for a facility and month. */
export const monthTotals = async (db: Db, run: string) =>
  (await sql<{ element: string; n: number; k: number }>`select element, sum(n)::bigint as n, sum(k)::bigint as k from audit.finding where run_id = ${run} and check_id = 'C02' and level = 'month' group by element order by min(number)`.execute(db)).rows;

// --- issues ---------------------------------------------------------------------------------------------------------

export const insertIssue = (tx: Tx, row: IssueRow) => on(tx).insertInto('audit.issue').values(row).execute();
export const issueRow = (db: Db, id: string) => on(db).selectFrom('audit.issue').selectAll().where('id', '=', id).executeTakeFirst();
export const holdIssue = (tx: Tx, id: string) => on(tx).selectFrom('audit.issue').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
export const updateIssue = (tx: Tx, id: string, to: Partial<IssueRow>) => on(tx).updateTable('audit.issue').set(to).where('id', '=', id).execute();
export const issuesToMeasure = (tx: Tx, deploymentId: string) => on(tx).selectFrom('audit.issue').selectAll().where('deployment_id', '=', deploymentId).orderBy('id').forUpdate().execute();
export const sameIssue = (db: Db, { deployment_id, check_id, element, resource, facility, department }: IssueRow) =>
  on(db).selectFrom('audit.issue').selectAll().where('deployment_id', '=', deployment_id).where('check_id', '=', check_id).where('state', 'in', ['open', 'holding'])
    .where(sql<boolean>`element is not distinct from ${element} and resource is not distinct from ${resource} and facility is not distinct from ${facility} and department is not distinct from ${department}`).executeTakeFirst();

export interface IssueFilter { deploymentId?: string | undefined; state?: string | undefined; owner?: string | undefined; overdue?: 'yes' | 'no' | undefined; today: string }
export function issueRows(db: Db, { deploymentId, state, owner, overdue, today }: IssueFilter, after: string | undefined, limit: number): Promise<IssueRow[]> {
  let query = on(db).selectFrom('audit.issue').selectAll().orderBy('id', 'desc').limit(limit);
  if (deploymentId !== undefined) query = query.where('deployment_id', '=', deploymentId);
  if (state !== undefined) query = query.where('state', '=', state as IssueRow['state']);
  if (owner !== undefined) query = query.where('owner_id', '=', owner);
  if (overdue === 'yes') query = query.where('due_on', '<', today).where('state', 'in', ['open', 'holding']);
  if (overdue === 'no') query = query.where((is) => is.or([is('due_on', 'is', null), is('due_on', '>=', today), is('state', 'not in', ['open', 'holding'])]));
  if (after !== undefined) query = query.where('id', '<', after);
  return query.execute();
}

export interface Remediation { open: number; overdue: number; closed: number; median_days: number | null; oldest_days: number | null; slips: number }
export async function remediationOf(db: Db, deploymentId: string | undefined, now: string): Promise<Remediation> {
  const found = await sql<Remediation>`select count(*) filter (where state in ('open', 'holding')) as open, count(*) filter (where state in ('open', 'holding') and due_on < ${now.slice(0, 10)}::date) as overdue,
    count(*) filter (where state = 'closed') as closed, percentile_cont(0.5) within group (order by extract(epoch from closed_at - opened_at) / 86400) filter (where state = 'closed') as median_days,
    floor(max(extract(epoch from ${now}::timestamptz - opened_at) / 86400) filter (where state in ('open', 'holding')))::bigint as oldest_days, coalesce(sum(slips), 0)::bigint as slips
    from audit.issue where ${deploymentId === undefined ? sql`true` : sql`deployment_id = ${deploymentId}`}`.execute(db);
  return found.rows[0]!;
}

export async function insertEvents(tx: Tx, events: readonly Omit<EventRow, 'number'>[]): Promise<void> {
  for (const { issue_id, at, kind, by_name, says, run_id } of events)
    await sql`insert into audit.issue_event (issue_id, number, at, kind, by_name, says, run_id) select ${issue_id}, coalesce(max(number), 0) + 1, ${at}, ${kind}, ${by_name}, ${says}, ${run_id} from audit.issue_event where issue_id = ${issue_id}`.execute(tx);
}
export const eventRows = (db: Db, issueId: string) => on(db).selectFrom('audit.issue_event').selectAll().where('issue_id', '=', issueId).orderBy('number', 'desc').execute();

// --- watches --------------------------------------------------------------------------------------------------------

export const insertWatch = (tx: Tx, row: WatchRow) => on(tx).insertInto('audit.watch').values(row).execute();
export const watchRow = (db: Db, id: string) => on(db).selectFrom('audit.watch').selectAll().where('id', '=', id).executeTakeFirst();
export const watchOn = (db: Db, deploymentId: string, folder: string) => on(db).selectFrom('audit.watch').selectAll().where('deployment_id', '=', deploymentId).where('folder', '=', folder).executeTakeFirst();
export const updateWatch = (db: Db, id: string, to: Partial<WatchRow>) => on(db).updateTable('audit.watch').set(to).where('id', '=', id).execute();
export const activeWatches = (db: Db) => on(db).selectFrom('audit.watch').selectAll().where('active', '=', true).orderBy('id').execute();
export const watchRows = (db: Db, deploymentId: string | undefined) => {
  const query = on(db).selectFrom('audit.watch').selectAll().orderBy('id', 'desc').limit(200);
  return (deploymentId === undefined ? query : query.where('deployment_id', '=', deploymentId)).execute();
};

// --- looks and reviews ----------------------------------------------------------------------------------------------

/** The audits of a deployment that are done, the newest first, other than this one; those of a sample are not compared with. */
export const doneBefore = (db: Db, deploymentId: string, run: string, limit: number) =>
  on(db).selectFrom('audit.run').select(['id', 'finished_at', 'summary', 'rest', 'provenance']).where('deployment_id', '=', deploymentId).where('state', '=', 'done').where('sample', 'is', null).where('id', '<>', run).where('id', '<', run).orderBy('id', 'desc').limit(limit).execute();
export const doneRun = (db: Db, run: string) => on(db).selectFrom('audit.run').select(['id', 'deployment_id', 'finished_at', 'summary', 'rest', 'provenance']).where('id', '=', run).where('state', '=', 'done').executeTakeFirst();
export const lastLook = (db: Db, deploymentId: string) => on(db).selectFrom('audit.look').selectAll().where('deployment_id', '=', deploymentId).orderBy('at', 'desc').orderBy('run_id', 'desc').limit(1).executeTakeFirst();
export const insertLook = (tx: Tx, row: LookRow) => on(tx).insertInto('audit.look').values(row).execute();

export const insertReview = (tx: Tx, row: ReviewRow) => on(tx).insertInto('audit.review').values(row).execute();
export const reviewRow = (db: Db, id: string) => on(db).selectFrom('audit.review').selectAll().where('id', '=', id).executeTakeFirst();
export const holdReview = (tx: Tx, id: string) => on(tx).selectFrom('audit.review').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
export const updateReview = (tx: Tx, id: string, to: Partial<ReviewRow>) => on(tx).updateTable('audit.review').set(to).where('id', '=', id).execute();
export const openReviews = (db: Db, deploymentId: string) => on(db).selectFrom('audit.review').selectAll().where('deployment_id', '=', deploymentId).where('state', '=', 'open').orderBy('id').execute();
export const lastAnswered = (db: Db, deploymentId: string) => on(db).selectFrom('audit.review').selectAll().where('deployment_id', '=', deploymentId).where('state', '=', 'closed').orderBy('closed_at', 'desc').limit(1).executeTakeFirst();
export function reviewRows(db: Db, deploymentId: string | undefined, state: 'open' | 'closed' | undefined, after: string | undefined, limit: number): Promise<ReviewRow[]> {
  let query = on(db).selectFrom('audit.review').selectAll().orderBy('id', 'desc').limit(limit);
  if (deploymentId !== undefined) query = query.where('deployment_id', '=', deploymentId);
  if (state !== undefined) query = query.where('state', '=', state);
  if (after !== undefined) query = query.where('id', '<', after);
  return query.execute();
}
