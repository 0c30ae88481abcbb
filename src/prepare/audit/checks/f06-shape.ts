// F06: is one thing where one belongs, and a list where a list belongs?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { jsonAt } from '../cells.ts';
import type { Check } from '../check.ts';
import { lookAtRows } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { rawOf } from '../plan.ts';
import { fieldsOf } from '../type-fields.ts';

/** JSON arrays in R4, of the small types that are read whole. */
const lists: Record<string, string[]> = { Patient: ['identifier', 'name', 'link', 'communication', 'extension'], Encounter: ['type', 'location', 'participant', 'identifier', 'reasonCode'] };
const singles: Record<string, string[]> = { Encounter: ['class', 'period', 'subject', 'serviceProvider', 'hospitalization'] };
/** Codes that are lists in R4. */
const listCodes = new Set(['Encounter', 'CarePlan', 'ImagingStudy']);

export const shape: Check = {
  id: 'F06',
  name: 'Shape',
  asks: 'Is there one object where FHIR has one, and a list where it has a list?',
  family: 'conformance',
  about: 'resource',
  formula: 'Patient and Encounter: n: filled fields of known cardinality; k: those that are a list where R4 says 0..* and an object where it says 0..1. Other types: n: distinct codes; k: those that are one object, not a list.',
  threshold: { bound: 'at-least', value: 0.999 },
  source: 'HL7 FHIR R4 (4.0.1), cardinality and JSON format; Kahn et al. 2016, relational conformance.',
  limits: 'Only the fields the audit reads; unknown fields are not looked for. What has the wrong shape is often silently empty in other checks.',
  weight: 'important',
  async find(desk) {
    const findings: Finding[] = [];
    for (const resource of desk.types) {
      const columns = desk.wanted[resource] ?? [];
      const fields = [...(lists[resource] ?? []).map((field) => ({ field, sign: '[' })), ...(singles[resource] ?? []).map((field) => ({ field, sign: '{' }))].flatMap(({ field, sign }) => {
        const cell = jsonAt(field, columns);
        return cell === null ? [] : [{ field, sign, cell }];
      });
      if (fields.length > 0) {
        // Each field of a line is looked at by itself.
        const one = ({ field, sign, cell }: (typeof fields)[number], at: number) => `SELECT (_file::BIGINT * 10000000000 + _line) * ${fields.length} + ${at} AS p, _file, _line, ltrim(${cell}::VARCHAR)[1] = ${quote(sign)} AS k, ${quote(`\`${field}\` is ${sign === '[' ? 'no list' : 'no single object'}`)} AS a FROM ${rawOf(resource)} WHERE ${cell} IS NOT NULL`;
        findings.push(...(await lookAtRows(desk, {
          check: shape, resource, name: resource, are: 'fields have their shape', perFacility: false,
          rows: `SELECT p, NULL::INTEGER AS u, coalesce(k, false) AS k, NOT coalesce(k, false) AS wrong, _file AS file, _line AS line, a, NULL AS b FROM (${fields.map(one).join(' UNION ALL ')})`,
          says: ({ a }) => `${a}.`,
        })));
      } else if (fieldsOf(resource).code.length > 0 && !listCodes.has(resource))
        findings.push(...(await lookAtRows(desk, {
          check: shape, resource, name: `Codes of ${resource}`, are: 'are one object', perFacility: false, keep: true,
          rows: `WITH f AS (SELECT c, min(file::BIGINT * 10000000000 + line) AS spot FROM ${name(`placed_${resource}`)} WHERE c IS NOT NULL GROUP BY c)
            SELECT k.c AS p, NULL::INTEGER AS u, ltrim(k.text)[1] = '{' AS k, NOT (ltrim(k.text)[1] = '{') AS wrong, (f.spot // 10000000000)::INTEGER AS file, (f.spot % 10000000000)::INTEGER AS line, NULL AS a, NULL AS b FROM ${name(`code_${resource}`)} k LEFT JOIN f ON f.c = k.c`,
          says: () => 'The code is a list, where R4 has one.',
        })));
    }
    return findings;
  },
};
