// How does an audit that is kept on the server become what is compared?
import type { Caller } from '../../../tools/server/capability.ts';
import type { AuditDocument, AuditFinding } from '../model.ts';
import { shownFinding } from '../shown.ts';
import type { Compared, ComparedFinding } from './compare.ts';
import type { ReadFinding } from './records.ts';
import { smallestCell } from './model.ts';

interface KeptRun { finished_at: string | null; summary: string | null; rest: string | null; provenance: string | null }

/** A finished run with its findings, as much of them as this caller may see. */
export function comparedRun(run: KeptRun, rows: readonly ReadFinding[], caller: Caller): Compared {
  const rest = JSON.parse(run.rest!) as Pick<AuditDocument, 'charter' | 'absent' | 'elements' | 'export'>;
  return {
    ...rest, finishedAt: run.finished_at!, summary: JSON.parse(run.summary!) as AuditDocument['summary'], provenance: JSON.parse(run.provenance!) as AuditDocument['provenance'],
    findings: rows.map((row) => shownFinding(row, caller)),
  };
}

/** An audit.json as it is compared: on a screen or on paper small cells are withheld from everybody. */
export const comparedDocument = (audit: AuditDocument): Compared => ({ ...audit, findings: audit.findings.map(comparedFinding) });

export function comparedFinding({ rows: _, ...finding }: AuditFinding): ComparedFinding {
  const suppressed = finding.unit.facility !== null && Math.round(finding.figures['patients'] ?? finding.n) < smallestCell;
  return suppressed ? { ...finding, n: 0, k: null, rate: null, low: null, high: null, verdict: 'not-measurable', says: 'Fewer than five people stand behind this, so its numbers are withheld.', figures: {}, suppressed } : { ...finding, suppressed };
}
