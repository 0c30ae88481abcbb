// What has happened at the gates of a deployment, in order?
import { Problem } from '../../tools/base/problem.ts';
import type { House } from '../../tools/server/capability.ts';
import { decisionDigest } from './digest-of.ts';
import { waiverFrom } from './dossier.ts';
import { decision as decisionSchema, snapshot as snapshotSchema, thresholdSays, type Criterion, type Decision, type HistoryItem, type Threshold } from './model.ts';
import * as records from './records.ts';

/** Newest first; `after` is the `next` of the page before. */
export async function historyOf(house: House, deployment: string, { gate, after, limit }: { gate?: string | undefined; after?: string | undefined; limit: number }): Promise<{ items: HistoryItem[]; next: string | null }> {
  const all = (await everything(house, deployment)).filter((one) => gate === undefined || one.gate === gate).sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1));
  const from = after === undefined ? all : all.filter((one) => keyOf(one) < after);
  const items = from.slice(0, limit);
  const last = items.at(-1);
  return { items, next: from.length > limit && last ? keyOf(last) : null };
}

const keyOf = (one: HistoryItem): string => `${one.at}~${one.record}~${one.kind}`;

async function everything({ db, clock }: House, deployment: string): Promise<HistoryItem[]> {
  const ids = [deployment];
  const now = clock.now();
  const decisions = (await records.decisions(db, ids)).map((row): HistoryItem => {
    const decision = JSON.parse(row.record) as Decision;
    return { at: row.at, gate: row.gate, kind: 'decided', says: `${row.gate}: ${outcomeSays[decision.outcome]}${decision.about ? ` (${decision.about})` : ''}. ${decision.reason}`, by: decision.by.name, record: row.id, decision };
  });
  const waivers = (await records.waivers(db, ids)).flatMap((row): HistoryItem[] => {
    const one = waiverFrom(row, now);
    const item = (kind: HistoryItem['kind'], at: string, says: string, by: string): HistoryItem => ({ at, gate: row.gate, kind, says, by, record: row.id, decision: null });
    return [
      item('waiver-requested', row.requested_at, `Waiver of ${row.criterion} until ${row.expires} asked for: ${row.reason}`, row.requested_by_name),
      ...(one.approvedAt ? [item('waived', one.approvedAt, `Waiver of ${row.criterion} until ${row.expires} approved.`, one.approvedBy?.name ?? '')] : []),
      ...(one.endedAt ? [item('waiver-ended', one.endedAt, `Waiver of ${row.criterion} ${one.state}: ${one.endedBecause}`, '')] : []),
    ];
  });
  const amendments = (await records.amendments(db, ids)).map((row): HistoryItem => ({
    at: row.at, gate: row.gate, kind: row.after_lock ? 'threshold-amended' : 'threshold-set', by: row.by_name, record: row.id, decision: null,
    says: `${row.criterion}: ${lineSays(row.was)} became ${lineSays(row.now)}. ${row.reason}`,
  }));
  const locks = (await records.locks(db, ids)).map((row): HistoryItem => ({ at: row.at, gate: row.gate, kind: 'thresholds-locked', says: `The ${(JSON.parse(row.criteria) as Criterion[]).length} criteria of ${row.gate} were locked with ${row.locked_with}; their fingerprint begins with ${row.digest.slice(0, 12)}.`, by: '', record: row.decision_id, decision: null }));
  const reopenings = (await records.reopenings(db, ids)).map((row): HistoryItem => ({ at: row.noted_at, gate: row.gate, kind: 'reopened', says: `${row.gate} is open again${row.criteria.length > 0 ? ` at ${row.criteria.join(', ')}` : ''}. ${row.because}`, by: '', record: row.id, decision: null }));
  const settings = (await records.settings(db, ids)).map((row): HistoryItem => ({ at: row.at, gate: null, kind: 'path-set', says: `Path ${row.path}: ${row.reason}`, by: row.by_name, record: row.deployment_id, decision: null }));
  return [...decisions, ...waivers, ...amendments, ...locks, ...reopenings, ...settings];
}

const outcomeSays: Record<Decision['outcome'], string> = { approve: 'approved', 'approve-with-contingencies': 'approved with contingencies', 're-review': 'to be reviewed again', decline: 'declined' };

const lineSays = (text: string): string => thresholdSays(JSON.parse(text) as Threshold, 'count');

/** A decision with everything it saw, and whether both still have the digest the ledger holds. */
export async function decisionWithSnapshot(house: House, id: string) {
  const row = await records.decision(house.db, id);
  if (!row) throw new Problem('not-found', `There is no decision ${id}.`, 'The decisions stand in the history of their deployment.');
  const decision = decisionSchema.parse(JSON.parse(row.record));
  const saw: unknown = JSON.parse(row.snapshot);
  const intact = (await decisionDigest(JSON.parse(row.record) as Decision, saw)) === row.digest;
  return { deployment: row.deployment_id, answer: { decision, snapshot: snapshotSchema.parse(saw), intact } };
}
