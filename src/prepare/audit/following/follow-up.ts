// What does a finished audit set in motion?
import type { NewEntry } from '../../../spine/ledger/model.ts';
import type { NewMeasurement } from '../../../spine/measures/model.ts';
import type { Tx } from '../../../tools/server/database.ts';
import type { AuditDocument } from '../model.ts';
import { everyUnit } from './department-findings.ts';
import { measureIssues } from './keep-issues.ts';
import { lookAtFoundation } from './keep-reviews.ts';
import * as records from './records.ts';

interface Finished { deployment: { id: string; slug: string }; run: string; at: string; audit: AuditDocument; slugOf: (facility: string) => string | null }

/** Measures the deployment's issues again and looks at its foundation, in the transaction that publishes the audit. The entries are for its ledger. */
export async function followUp(tx: Tx, finished: Finished): Promise<NewEntry[]> {
  const { deployment, run, at, audit, slugOf } = finished;
  const sameFacility = (a: string | null, b: string | null) => a === b || (a !== null && b !== null && slugOf(a) !== null && slugOf(a) === slugOf(b));
  return [...(await measureIssues(tx, deployment.id, run, at, everyUnit(audit), sameFacility)), ...(await lookAtFoundation(tx, finished))];
}

/** What a gate reads beside a completeness while a review is open: that somebody has yet to say why it moved. */
export async function withReviews(tx: Tx, deploymentId: string, made: readonly NewMeasurement[]): Promise<NewMeasurement[]> {
  const [open] = await records.openReviews(tx, deploymentId);
  if (!open) return [...made];
  const causes = JSON.parse(open.causes) as { says: string }[];
  return made.map((one) => (one.measure === 'audit.field-completeness' && one.scope?.element === undefined ? { ...one, explain: `${one.explain} A review of the data foundation is open since ${open.opened_at.slice(0, 10)}: ${causes[0]?.says ?? ''}` } : one));
}

/** How long issues of the data take, from opened to closed. */
export async function remediationMeasurements(tx: Tx, { deployment, run, at }: Finished): Promise<NewMeasurement[]> {
  const found = await records.remediationOf(tx, deployment.id, at);
  const shared = { deployment: deployment.id, scope: { facility: null, department: null }, asOf: at, source: `audit/${run}`, class: 'E2' as const, interval: null };
  return [
    { ...shared, measure: 'audit.remediation-days', value: found.median_days === null ? null : Math.round(found.median_days * 10) / 10, n: found.closed, explain: found.closed === 0 ? `No data-quality issue has closed itself yet; ${found.open} open.` : `Median of ${found.closed} data-quality issues from opened to closed by an audit; ${found.open} open, ${found.overdue} of them overdue; due dates slipped ${found.slips} times.` },
  ];
}
