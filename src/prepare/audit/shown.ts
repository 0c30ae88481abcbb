// How much of a finding may this caller see, and how do findings become a matrix?
import type { z } from 'zod';
import type { Caller } from '../../tools/server/capability.ts';
import { catalogue } from './checks.ts';
import { rowReaders, smallestCell, type matrix, type StoredFinding, type Verdict } from './model.ts';
import type { ShownFinding } from './records.ts';

/** Cells under five people are withheld from everybody who may not see single rows anyway. */
const maySeeSmall = (caller: Caller) => caller.roles.some((role) => rowReaders.includes(role));

export function shownFinding(row: ShownFinding, caller: Caller): StoredFinding {
  const suppressed = row.level !== 'overall' && row.people < smallestCell && !maySeeSmall(caller);
  return {
    number: row.number, check: row.check_id, element: row.element, resource: row.resource,
    unit: { facility: row.facility, department: row.department, clinician: row.clinician, month: row.month },
    n: suppressed ? 0 : row.n, k: suppressed ? null : row.k, rate: suppressed ? null : row.rate, low: suppressed ? null : row.low, high: suppressed ? null : row.high,
    threshold: row.threshold, bound: row.bound as StoredFinding['bound'], thresholdFrom: row.threshold_from as StoredFinding['thresholdFrom'], tier: row.tier as StoredFinding['tier'], verdict: suppressed ? 'not-measurable' : (row.verdict as Verdict),
    says: suppressed ? 'Fewer than five people stand behind this, so its numbers are withheld.' : row.says,
    figures: suppressed ? {} : (JSON.parse(row.figures) as Record<string, number | null>), suppressed, rowCount: row.row_count,
  };
}

const severity: readonly Verdict[] = ['not-met', 'undecided', 'met', 'not-measurable'];

/** One row per check and element (or resource type), one cell per facility; a cell shows its worst finding. */
export function matrixOf(rows: readonly ShownFinding[], caller: Caller): z.infer<typeof matrix> {
  const shown = rows.map((row) => shownFinding(row, caller));
  const facilities = [...new Set(shown.flatMap(({ unit }) => (unit.facility === null ? [] : [unit.facility])))].sort();
  const groups = new Map<string, StoredFinding[]>();
  for (const finding of shown) {
    const key = JSON.stringify([finding.check, finding.element]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const tiers = ['critical', 'important', 'context'] as const;
  return {
    facilities,
    rows: [...groups.values()].map((mine) => {
      const { check, element } = mine[0]!;
      const words = catalogue.find(({ id }) => id === check);
      const cells = [null, ...facilities].flatMap((facility) => {
        const here = mine.filter(({ unit }) => unit.facility === facility);
        const worst = [...here].sort((a, b) => severity.indexOf(a.verdict) - severity.indexOf(b.verdict))[0];
        return worst ? [{ facility, verdict: worst.verdict, rate: worst.rate, n: worst.n, finding: worst.number, findings: here.length }] : [];
      });
      return { check, name: words?.name ?? check, family: words?.family ?? '', element, tier: tiers.find((tier) => mine.some((finding) => finding.tier === tier)) ?? 'context', cells };
    }),
  };
}
