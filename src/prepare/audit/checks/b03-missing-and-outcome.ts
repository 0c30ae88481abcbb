// B03: does it depend on how the stay ended whether a value is there, or when it was written?
import { newcombeDifference } from '../../../tools/statistics/intervals.ts';
import { normalQuantile } from '../../../tools/statistics/normal.ts';
import { textAt } from '../cells.ts';
import { thresholdOf, tierOf, whole, type Check } from '../check.ts';
import { percent, sayInterval, sayThreshold, tidy } from '../judging.ts';
import type { Finding } from '../model.ts';
import { rawOf } from '../plan.ts';

const smallest = 30;
const byChance = 0.01;

export const missingAndOutcome: Check = {
  id: 'B03',
  name: 'Missingness and outcome',
  asks: 'Is a value there more often, or only, in stays that ended badly?',
  family: 'fairness',
  about: 'element',
  formula: `For elements that are counted by encounter. Outcome: the patient died in the stay or within a day after it (Patient.deceasedDateTime, or the discharge disposition \`exp\`). rate: completeness in stays that ended in death minus in the others, its size. n: stays of the population; at least ${smallest} of each are needed. Not met: above the threshold, with a chance below ${byChance} ÷ the elements compared; above it within chance: undecided.`,
  threshold: { bound: 'at-most', value: 0.2 },
  source: 'Informative presence: Goldstein et al., Am J Epidemiol 2016;184:847-855; Agniel, Kohane & Weber, BMJ 2018;361:k1479 (the hour of a test tells more than its value). Leakage: Davis et al., J Am Med Inform Assoc 2020 (data after the fact).',
  limits: 'Death is the only outcome looked at; the charter\'s own label is not known here. The sick are rightly measured more: a gap says that missing is no accident and that the model may read care instead of illness. Values written after the decision moment are T04\'s.',
  weight: 'context',
  async find(desk) {
    const elements = desk.elements.flatMap((element, e) => (element.per === 'encounter' && element.resource !== 'Patient' ? [e] : []));
    if (elements.length === 0) return [];
    const disposition = textAt('hospitalization.dischargeDisposition.coding[0].code', desk.wanted['Encounter'] ?? []) ?? 'NULL::VARCHAR';
    await desk.database.run(`CREATE OR REPLACE TEMP TABLE ended AS SELECT enc.e, coalesce(r.disposition IN ('exp', 'Expired', '20'), false) OR coalesce(pat.death >= enc.start_ AND pat.death <= enc.end_ + INTERVAL 1 DAY, false) AS died
      FROM enc LEFT JOIN pat ON pat.p = enc.p LEFT JOIN (SELECT id, any_value(${disposition}) AS disposition FROM ${rawOf('Encounter')} GROUP BY id) r ON r.id = enc.id WHERE enc.counted`);
    const rows = await desk.database.rows<{ e: number; died: boolean; n: number; k: number }>(`SELECT el.e, ended.died, count(*) AS n, count(hit.key) AS k FROM (VALUES ${elements.map((e) => `(${e})`).join(', ')}) el(e) CROSS JOIN ended LEFT JOIN hit ON hit.el = el.e AND hit.key = ended.e WHERE el.e IN (SELECT el FROM hit) GROUP BY ALL ORDER BY el.e, died`);
    const threshold = thresholdOf(missingAndOutcome, desk.data);
    const pairs = elements.flatMap((e) => {
      const [alive, died] = [rows.find((row) => row.e === e && !row.died), rows.find((row) => row.e === e && row.died)];
      return alive && died && alive.n >= smallest && died.n >= smallest ? [{ e, alive, died }] : [];
    });
    return pairs.map(({ e, alive, died }): Finding => {
      const element = desk.elements[e]!;
      const [p, q] = [died.k / died.n, alive.k / alive.n];
      const difference = newcombeDifference(died.k, died.n, alive.k, alive.n)!;
      const pooled = (died.k + alive.k) / (died.n + alive.n);
      const error = Math.sqrt(pooled * (1 - pooled) * (1 / died.n + 1 / alive.n));
      const rate = Math.abs(p - q);
      const bounds = [Math.abs(difference.low), Math.abs(difference.high)].sort((a, b) => a - b) as [number, number];
      const low = difference.low <= 0 && difference.high >= 0 ? 0 : bounds[0];
      const limit = threshold?.value ?? 1;
      return {
        check: 'B03', element: element.id, resource: element.resource, unit: whole, n: alive.n + died.n, k: null, rate: tidy(rate), low: tidy(low), high: tidy(bounds[1]), threshold, tier: tierOf(missingAndOutcome, element),
        verdict: rate <= limit ? 'met' : error > 0 && rate / error > normalQuantile(1 - byChance / pairs.length / 2) ? 'not-met' : 'undecided',
        says: `${element.name}: there in ${percent(p)} of the stays that ended in death and ${percent(q)} of the others, ${percent(rate).replace(' %', '')} points apart${sayInterval(low, bounds[1])}${sayThreshold(threshold)}.`,
        figures: { died: died.n, others: alive.n }, rows: [],
      };
    });
  },
};
