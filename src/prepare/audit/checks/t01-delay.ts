// T01: how long after the event was it on record?
import type { Check } from '../check.ts';
import { minutesOf, sayMinutes } from '../../../tools/base/durations.ts';
import { tidy } from '../judging.ts';

export const delayToRecord: Check = {
  id: 'T01',
  name: 'Delay to record',
  asks: 'Was the value on record soon enough to be used?',
  family: 'timeliness',
  about: 'element',
  formula: 'n: values with a time of the event and a time on record (issued, recordedDate, authoredOn, date; meta.lastUpdated last). k: those on record within maxDelay after the event. Figures: quantiles of the delay in minutes.',
  threshold: { bound: 'at-least', value: 0.95 },
  source: 'Weiskopf & Weng, J Am Med Inform Assoc 2013;20:144-151, currency; OHDSI and PCORnet have no counterpart.',
  limits: '`issued` is when the result was released, not when the model could read it; meta.lastUpdated is renewed by every later edit or migration and is marked where it was used.',
  weight: 'important',
  counted: ({ elements }) => {
    const limits = elements.flatMap(({ maxDelay }, e) => (maxDelay ? [`WHEN el = ${e} THEN ${minutesOf(maxDelay)}`] : []));
    const limit = limits.length > 0 ? `CASE ${limits.join(' ')} END` : 'NULL::BIGINT';
    const known = 'present AND t IS NOT NULL AND rec IS NOT NULL';
    const late = `coalesce(rec - t > to_minutes(${limit}), false)`;
    return {
      over: 'fact',
      n: known,
      k: `${known} AND NOT ${late}`,
      wrong: `${known} AND ${late}`,
      shows: [`strftime(t, '%Y-%m-%dT%H:%M:%SZ')`, `date_diff('minute', t, rec)`],
      says: ({ a, b }, element) => `On record ${sayMinutes(Number(b))} after ${a}; promised within ${sayMinutes(minutesOf(element?.maxDelay ?? 'PT0M'))}.`,
      are: 'values were on record in time',
      applies: (element) => typeof element !== 'string' && element.maxDelay !== undefined,
    };
  },
  async complete(findings, { database, elements }) {
    const rows = await database.rows<{ e: number; q: string; meta: number; negative: number }>(
      `SELECT el AS e, to_json(quantile_cont(date_diff('second', t, rec) / 60.0, [0.5, 0.9, 0.95, 0.99]))::VARCHAR AS q, avg(rec_by_meta::INTEGER) AS meta, avg((rec < t)::INTEGER) AS negative
       FROM fact WHERE present AND t IS NOT NULL AND rec IS NOT NULL GROUP BY el`,
    );
    const byElement = new Map(rows.map((row) => [elements[row.e]?.id, row]));
    return findings.map((finding) => {
      const row = finding.unit.facility === null ? byElement.get(finding.element ?? '') : undefined;
      if (!row) return finding.rate === null ? { ...finding, says: `${finding.says} No value carries both when it happened and when it came on record.` } : finding;
      const [p50, p90, p95, p99] = JSON.parse(row.q) as number[];
      const figures = { medianMinutes: tidy(p50 ?? null), p90Minutes: tidy(p90 ?? null), p95Minutes: tidy(p95 ?? null), p99Minutes: tidy(p99 ?? null), byLastUpdated: tidy(row.meta), beforeEvent: tidy(row.negative) };
      return { ...finding, figures: { ...finding.figures, ...figures }, says: `${finding.says} Half were on record within ${sayMinutes(p50 ?? 0)}, 95 % within ${sayMinutes(p95 ?? 0)}${row.meta > 0 ? '; times on record were taken from meta.lastUpdated where nothing better stood' : ''}.` };
    });
  },
};
