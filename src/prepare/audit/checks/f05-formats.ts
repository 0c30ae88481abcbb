// F05: are ids and addresses of code systems written as FHIR writes them?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, independent, percent, sayInterval, sayThreshold, share } from '../judging.ts';
import { countIds, oddId } from '../ids.ts';
import { lookAtRows } from '../look-at-rows.ts';
import { maxRows, type Finding } from '../model.ts';

export const formats: Check = {
  id: 'F05',
  name: 'Formats of ids and codes',
  asks: 'Are ids, system addresses and codes written as FHIR R4 writes them?',
  family: 'conformance',
  about: 'resource',
  formula: 'Per type, two findings. Ids: n: resources with an id; k: ids of 1 to 64 letters, digits, - and . only. Codings: n: distinct codings; k: those with an absolute address as system (http, https or urn) and a code without outer or double blanks. Dates are F07\'s.',
  threshold: { bound: 'at-least', value: 0.999 },
  source: 'HL7 FHIR R4 (4.0.1), data types id, uri and code; Kahn et al. 2016, value conformance.',
  limits: 'Ids and codings of the types the audit checks. An absolute address may be one nobody knows (M01 sees those).',
  weight: 'important',
  async find(desk) {
    const findings: Finding[] = [];
    const plain = { check: formats, perFacility: false };
    const of = `resources WHERE id IS NOT NULL AND resourceType IN (${desk.types.map(quote).join(', ')})`;
    const ids = (await countIds(desk)).map(({ type, n, odd }) => ({ type, n, k: n - odd }));
    // Few ids are odd, if any: only then are they looked at again.
    const wrong = ids.every(({ n, k }) => n === k) ? [] : await desk.database.rows<{ type: string; rows: string | null }>(`SELECT resourceType AS type, to_json(arg_min({file: _file, line: _line, a: left(id, 100)}, _file::BIGINT * 10000000000 + _line, ${maxRows}))::VARCHAR AS rows FROM ${of} AND ${oddId} GROUP BY 1`);
    const threshold = thresholdOf(formats, desk.data);
    for (const resource of desk.types) {
      const found = ids.find(({ type }) => type === resource);
      const odds = wrong.find(({ type }) => type === resource)?.rows;
      if (found)
        findings.push(share({
          check: 'F05', element: null, resource: `${resource}: id`, unit: whole, moments: independent(found.k, found.n), threshold, tier: 'important', minimumN: 1,
          says: ({ n, k, rate, low, high }) => `Ids of ${resource}: ${count(k)} of ${count(n)} are written as FHIR writes them, ${percent(rate ?? 0)}${sayInterval(low, high)}${sayThreshold(threshold)}.`,
          rows: odds ? ((JSON.parse(odds) as FoundRow[] | null) ?? []).map((row) => rowOf(desk, row, `The id is \`${row.a}\`.`)) : [],
        }));
      findings.push(...(await lookAtRows(desk, {
        ...plain, resource: `${resource}: coding`, name: `Codings of ${resource}`, are: 'are written as FHIR writes them', keep: true,
        rows: `WITH codings AS (SELECT key, min(c) AS c FROM (SELECT unnest(keys) AS key, c FROM ${name(`code_${resource}`)}) GROUP BY key), f AS (SELECT c, min(file::BIGINT * 10000000000 + line) AS spot FROM ${name(`placed_${resource}`)} WHERE c IS NOT NULL GROUP BY c)
          SELECT row_number() OVER (ORDER BY key) AS p, NULL::INTEGER AS u, regexp_full_match(split_part(key, '|', 1), '(https?://|urn:)\\S+') AND regexp_full_match(substr(key, length(split_part(key, '|', 1)) + 2), '\\S+( \\S+)*') AS k, NOT k AS wrong, (f.spot // 10000000000)::INTEGER AS file, (f.spot % 10000000000)::INTEGER AS line, key AS a, NULL AS b FROM codings LEFT JOIN f ON f.c = codings.c`,
        says: ({ a }) => `The coding \`${a?.replace('|', ' ')}\` has no absolute system or no clean code.`,
      })));
    }
    return findings;
  },
};
