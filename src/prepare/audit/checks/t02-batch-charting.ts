// T02: was it written down at one go, long after?
import { tidy } from '../judging.ts';
import type { Check } from '../check.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';

const together = 3;
const hours = 2;

export const batchCharting: Check = {
  id: 'T02',
  name: 'Batch charting',
  asks: 'Were values of different times put on record at one and the same moment?',
  family: 'timeliness',
  about: 'element',
  formula: `n: values with a time of day of the event and a time on record (not meta.lastUpdated). k: those that came on record in the same minute as at least ${together - 1} others of the same patient and element, over events that span ${hours} hours to 3 days. Figures: the share of events on the full hour and the full half hour.`,
  threshold: { bound: 'at-most', value: 0.1 },
  source: 'Weiskopf & Weng 2013, currency; back-charting of vital signs at the end of a shift: Kahn et al. 2016, temporal plausibility. The 10 % is ours.',
  limits: 'A device that sends its memory after a transport looks the same. `issued` may be rounded by the interface.',
  weight: 'important',
  async find(desk) {
    const clocks = await desk.database.rows<{ e: number; hour: number; half: number; n: number }>(`SELECT el AS e, avg((minute(t) = 0)::INTEGER) AS hour, avg((minute(t) % 30 = 0)::INTEGER) AS half, count(*) AS n FROM fact WHERE present AND t IS NOT NULL AND rec IS NOT NULL AND NOT rec_by_meta AND t <> date_trunc('day', t) GROUP BY el ORDER BY el`);
    if (clocks.length === 0) return [];
    await desk.database.run(`CREATE OR REPLACE TEMP TABLE batch AS SELECT el, p, date_trunc('minute', rec) AS at_ FROM fact WHERE present AND t IS NOT NULL AND rec IS NOT NULL AND NOT rec_by_meta AND p IS NOT NULL AND t <> date_trunc('day', t) GROUP BY ALL HAVING count(DISTINCT t) >= ${together} AND max(t) - min(t) BETWEEN INTERVAL ${hours} HOUR AND INTERVAL 3 DAY`);
    const findings: Finding[] = [];
    for (const { e, hour, half } of clocks) {
      const element = desk.elements[e]!;
      findings.push(...(await lookAtRows(desk, {
        check: batchCharting, element, resource: element.resource, name: element.name, are: 'values were put on record in one go with others of other times', dated: true,
        rows: `SELECT f.p, f.u, b.p IS NOT NULL AS k, k AS wrong, f.file, f.line, left(f.t::VARCHAR, 16) AS a, left(f.rec::VARCHAR, 16) AS b, ${monthOf('f.t')} AS m FROM fact f LEFT JOIN batch b ON b.el = f.el AND b.p = f.p AND b.at_ = date_trunc('minute', f.rec) WHERE f.el = ${e} AND f.present AND f.t IS NOT NULL AND f.rec IS NOT NULL AND NOT f.rec_by_meta AND f.t <> date_trunc('day', f.t)`,
        says: ({ a, b }) => `Of ${a}, on record at ${b} together with others.`, figures: { onTheHour: tidy(hour), onTheHalfHour: tidy(half) },
      })));
    }
    await desk.database.run('DROP TABLE batch');
    return findings;
  },
};
