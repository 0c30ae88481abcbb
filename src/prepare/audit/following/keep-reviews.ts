// How does a finished audit open a review of the foundation, and how is that answered?
import { person, requireDeployment } from '../../../spine/deployments/deployments.ts';
import { actorOf, append } from '../../../spine/ledger/ledger.ts';
import type { NewEntry } from '../../../spine/ledger/model.ts';
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import { theHouse, type Caller, type House } from '../../../tools/server/capability.ts';
import type { Tx } from '../../../tools/server/database.ts';
import type { AuditDocument } from '../model.ts';
import { comparedDocument, comparedRun } from './compared-runs.ts';
import type { Compared } from './compare.ts';
import { lookForDrift, type Foundation } from './drift.ts';
import { kinds } from './entry-kinds.ts';
import type { Cause, Review } from './model.ts';
import * as records from './records.ts';

export const reviewOf = (row: records.ReviewRow): Review => ({
  id: row.id, deployment: row.deployment, state: row.state, openedAt: row.opened_at, run: row.run_id, causes: JSON.parse(row.causes) as Cause[], look: row.look, alpha: row.alpha, comparisons: row.comparisons,
  answers: row.answers_name, decision: row.decision, closedAt: row.closed_at, closedBy: row.closed_by,
});

export async function requireReview(house: House, caller: Caller, id: string): Promise<records.ReviewRow> {
  const row = await records.reviewRow(house.db, id);
  if (!row) throw new Problem('not-found', `There is no review ${id}.`, 'The reviews are listed at /api/v1/audit/reviews.');
  await requireDeployment(house.db, caller, row.deployment_id);
  return row;
}

interface Finished { deployment: { id: string; slug: string }; run: string; at: string; audit: AuditDocument; slugOf: (facility: string) => string | null }

/**
 * Looks at the foundation once for this audit, against the audit before and against the baseline, and opens at most one
 * review. While one is open no other is opened: somebody is looking already, and the look is still counted.
 */
export async function lookAtFoundation(tx: Tx, { deployment, run, at, audit, slugOf }: Finished): Promise<NewEntry[]> {
  const [before] = await records.doneBefore(tx, deployment.id, run, 1);
  if (!before) return [];
  const [last, answered] = [await records.lastLook(tx, deployment.id), await records.lastAnswered(tx, deployment.id)];
  // After an answer the count begins anew, and what was decided then is the new normal.
  const goesOn = last !== undefined && (answered === undefined || answered.closed_at! < last.at);
  const look = goesOn ? last.look + 1 : 1;
  const baselineId = goesOn ? last.baseline_run : before.id;
  const read = async (kept: NonNullable<Awaited<ReturnType<typeof records.doneRun>>>) => comparedRun(kept, await records.comparedFindings(tx, kept.id), theHouseReads);
  const previous = await read({ ...before, deployment_id: deployment.id });
  const kept = baselineId === before.id ? null : await records.doneRun(tx, baselineId);
  const baseline = kept ? await read(kept) : null;
  // Where the charter's data section changed the elements that mean something else are left out; where the data come from elsewhere nothing is alike.
  if (previous.provenance.verdict !== audit.provenance.verdict) {
    await records.insertLook(tx, { run_id: run, deployment_id: deployment.id, at, look: 1, baseline_run: run, previous_run: before.id, alpha: 0, comparisons: 0 });
    return [];
  }
  const found = lookForDrift(foundationOf(comparedDocument(audit), slugOf), foundationOf(previous, slugOf), baseline && foundationOf(baseline, slugOf), look, shareIn(previous, slugOf));
  await records.insertLook(tx, { run_id: run, deployment_id: deployment.id, at, look, baseline_run: baselineId, previous_run: before.id, alpha: found.alpha, comparisons: found.comparisons });
  if (found.causes.length === 0 || (await records.openReviews(tx, deployment.id)).length > 0) return [];
  const id = newId('rev', at);
  await records.insertReview(tx, { id, deployment_id: deployment.id, deployment: deployment.slug, run_id: run, state: 'open', opened_at: at, causes: JSON.stringify(found.causes), look, alpha: found.alpha, comparisons: found.comparisons, answers_id: null, answers_name: null, decision: null, closed_at: null, closed_by: null });
  return [{ at, kind: kinds.reviewOpened.kind, actor: actorOf(theHouse), deployment: deployment.id, subject: `review/${id}`, body: { run, look, alpha: found.alpha, comparisons: found.comparisons, causes: found.causes.map(({ kind, check, element, facility, p }) => ({ kind, check, element, facility, p })) } }];
}

/** The house compares all there is; what it shows is withheld later. */
const theHouseReads: Caller = { ...theHouse, roles: ['data-engineer'] };

/** Findings and elements, with places under the house's own names, so that a renamed facility is no other facility. */
const foundationOf = (compared: Compared, slugOf: (facility: string) => string | null): Foundation => ({
  elements: compared.elements, absent: compared.absent,
  findings: compared.findings.map((finding) => (finding.unit.facility === null ? finding : { ...finding, unit: { ...finding.unit, facility: slugOf(finding.unit.facility) ?? finding.unit.facility } })),
});

/** Which share of the cases a facility had: of the element most of them were counted for. */
function shareIn({ findings }: Compared, slugOf: (facility: string) => string | null) {
  const largest = Math.max(0, ...findings.filter((one) => one.check === 'C02' && one.unit.facility === null).map(({ n }) => n));
  return (facility: string) => {
    const here = Math.max(0, ...findings.filter((one) => one.check === 'C02' && one.unit.facility !== null && one.unit.department === null && (slugOf(one.unit.facility) ?? one.unit.facility) === facility).map(({ n }) => n));
    return largest === 0 ? 0 : Math.min(1, here / largest);
  };
}

export async function answerReview(house: House, caller: Caller, id: string, { answers, decision }: { answers?: string | null | undefined; decision?: string | undefined }): Promise<Review> {
  await requireReview(house, caller, id);
  if (answers === undefined && decision === undefined) throw new Problem('bad-input', 'Nothing is said.', 'Name who answers the review, or what was decided.', [{ path: 'decision', says: 'missing' }]);
  const who = answers ? await person(house, answers) : null;
  const at = house.clock.now();
  return house.db.transaction().execute(async (tx) => {
    const row = (await records.holdReview(tx, id))!;
    if (row.state === 'closed') throw new Problem('conflict', 'The review is closed.', 'A later audit opens another where the foundation moves again.');
    const to: Partial<records.ReviewRow> = {
      ...(answers !== undefined && { answers_id: who?.id ?? null, answers_name: who ? `${who.givenName} ${who.familyName}` : null }),
      ...(decision !== undefined && { decision, state: 'closed' as const, closed_at: at, closed_by: caller.name }),
    };
    await records.updateReview(tx, id, to);
    await append(tx, { at, kind: kinds.reviewAnswered.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `review/${id}`, body: { ...(answers !== undefined && { answers }), ...(decision !== undefined && { decision, state: 'closed' }) } });
    return reviewOf({ ...row, ...to });
  });
}
