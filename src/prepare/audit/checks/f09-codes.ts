// F09: can the codes be codes of the system they claim?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { codeSystemOf, codeSystems } from '../code-systems.ts';
import { count, independent, percent, sayInterval, sayThreshold, share } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';
import { list } from '../plan.ts';

export const codesFitSystem: Check = {
  id: 'F09',
  name: 'Codes fit their system',
  asks: 'Can the codes be codes of the system they claim?',
  family: 'conformance',
  about: 'resource',
  formula: `n: codings of a type that claim a system with a known shape (${codeSystems.map((one) => one.name).join(', ')}). k: those whose check digit (LOINC, SNOMED CT) or shape fits.`,
  threshold: { bound: 'at-least', value: 0.99 },
  source: `${codeSystems.slice(0, 3).map((one) => one.source).join(' ')} Kahn et al. 2016, value conformance.`,
  limits: 'A code that fits need not exist, nor be active, nor be the right one: no terminology is loaded. Dots left out of ICD codes are let through.',
  weight: 'important',
  async find(desk) {
    const threshold = thresholdOf(codesFitSystem, desk.data);
    const systems = codeSystems.flatMap((one) => one.systems);
    const findings: Finding[] = [];
    for (const resource of desk.types) {
      const relation = name(`placed_${resource}`);
      const codes = await desk.database.rows<{ key: string; rows: number }>(`SELECT key, sum(n)::BIGINT AS rows FROM (SELECT unnest(k.keys) AS key, n FROM (SELECT c, count(*) AS n FROM ${relation} WHERE c IS NOT NULL GROUP BY c) JOIN ${name(`code_${resource}`)} k USING (c)) WHERE split_part(key, '|', 1) IN (${systems.map(quote).join(', ')}) GROUP BY key`);
      if (codes.length === 0) continue;
      const wrong = new Map<string, string>();
      let n = 0;
      let bad = 0;
      for (const { key, rows } of codes) {
        const at = key.indexOf('|');
        const why = codeSystemOf(key.slice(0, at))?.refuse(key.slice(at + 1));
        n += rows;
        if (why) {
          bad += rows;
          wrong.set(key, why);
        }
      }
      const evidence = wrong.size === 0 ? [] : await desk.database.rows<{ row: string }>(`SELECT to_json({file: file, line: line, a: list_filter(k.keys, lambda c: list_contains(${list([...wrong.keys()].slice(0, 500))}, c))[1]})::VARCHAR AS row FROM ${relation} JOIN ${name(`code_${resource}`)} k USING (c) WHERE list_has_any(k.keys, ${list([...wrong.keys()].slice(0, 500))}) ORDER BY file, line LIMIT ${maxRows}`);
      findings.push(
        share({
          check: 'F09', element: null, resource, unit: whole, moments: independent(n - bad, n), threshold, tier: 'important', minimumN: 1,
          says: ({ n, k, rate, low, high }) => `${resource}: ${count(k)} of ${count(n)} codings fit their system, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
          figures: { distinctCodes: codes.length, distinctWrong: wrong.size },
          rows: evidence.map(({ row }) => {
            const found = JSON.parse(row) as FoundRow;
            return rowOf(desk, found, `${found.a?.replace('|', ' ')}: ${wrong.get(found.a ?? '') ?? 'does not fit'}.`);
          }),
        }),
      );
    }
    return findings;
  },
};
