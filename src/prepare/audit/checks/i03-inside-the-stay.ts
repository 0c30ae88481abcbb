// I03: do events lie in the stay they name, and does every stay have some?
import { name } from '../../../tools/fhir/fhir.ts';
import type { Check } from '../check.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { fieldsOf } from '../type-fields.ts';

/** Things that are measured, given or done in a stay; a diagnosis or a document may rightly be older or younger. */
const events = new Set(['Observation', 'MedicationAdministration', 'Procedure', 'Specimen', 'MedicationDispense']);

export const insideTheStay: Check = {
  id: 'I03',
  name: 'Events in their stay',
  asks: 'Do events lie within the encounter they belong to, and does every encounter have any?',
  family: 'identity',
  about: 'resource',
  formula: 'Per type of event. n: events with a time and an encounter that has a beginning. k (bad): those more than a day before it begins or a day after it ends. Encounters: n: finished encounters of the population; k (bad): those without any event of the types the audit reads.',
  threshold: { bound: 'at-most', value: 0.02 },
  source: 'Kahn et al. 2016, temporal plausibility; OHDSI Data Quality Dashboard, plausibleDuringLife and withinVisitDates (visit dates).',
  limits: 'Tests before admission and results after discharge are real; a day of grace is given on both sides. An open encounter has no end.',
  weight: 'important',
  async find(desk) {
    const findings: Finding[] = [];
    const seen = desk.types.filter((type) => events.has(type) && fieldsOf(type).encounter !== null);
    for (const resource of seen)
      findings.push(...(await lookAtRows(desk, {
        check: insideTheStay, resource, name: resource, are: 'lie outside the encounter they belong to', dated: true,
        rows: `SELECT o.p, o.u, o.t < e.start_ - INTERVAL 1 DAY OR coalesce(o.t > e.end_ + INTERVAL 1 DAY, false) AS k, k AS wrong, o.file, o.line, left(o.t::VARCHAR, 16) AS a, left(e.start_::VARCHAR, 16) || ' to ' || coalesce(left(e.end_::VARCHAR, 16), 'now') AS b, ${monthOf('o.t')} AS m FROM ${name(`placed_${resource}`)} o JOIN enc e ON e.e = o.e WHERE o.t IS NOT NULL AND e.start_ IS NOT NULL AND coalesce(e.end_ >= e.start_, true)`,
        says: ({ a, b }) => `${a} lies outside the encounter of ${b}.`,
      })));
    const filled = desk.types.filter((type) => type !== 'Patient' && type !== 'Encounter');
    if (filled.length > 0)
      findings.push(...(await lookAtRows(desk, {
        check: insideTheStay, resource: 'Encounter', name: 'Finished encounters', are: 'have no event at all', keep: true, dated: true,
        rows: `WITH busy AS (SELECT DISTINCT unnest([x.e, enc.parent]) AS e FROM (${filled.map((type) => `SELECT DISTINCT e FROM ${name(`placed_${type}`)} WHERE e IS NOT NULL`).join(' UNION ')}) x JOIN enc ON enc.e = x.e)
          SELECT enc.p, enc.u, busy.e IS NULL AS k, busy.e IS NULL AS wrong, enc.file::INTEGER AS file, enc.line::INTEGER AS line, NULL AS a, NULL AS b, ${monthOf('enc.start_')} AS m FROM enc LEFT JOIN (SELECT DISTINCT e FROM busy) busy ON busy.e = enc.e JOIN "placed_Encounter" o ON o.file = enc.file AND o.line = enc.line WHERE enc.counted AND o.status = 'finished'`,
        says: () => 'Nothing of the types that were read happened in it.',
      })));
    return findings;
  },
};
