// M01: can others read the codes?
import { name } from '../../../tools/fhir/fhir.ts';
import type { Check } from '../check.ts';
import { codeSystems } from '../code-systems.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { list } from '../plan.ts';

const standard = list(codeSystems.flatMap((one) => one.systems));
/** Has this row of a code table a coding of a standard system? */
export const isStandard = `len(list_filter(keys, lambda key: list_contains(${standard}, split_part(key, '|', 1)))) > 0`;
/** Types whose codes FHIR and US Core ask to be standard. */
export const codedTypes: readonly string[] = ['AllergyIntolerance', 'Condition', 'DiagnosticReport', 'Immunization', 'MedicationAdministration', 'MedicationDispense', 'MedicationRequest', 'MedicationStatement', 'Observation', 'Procedure', 'ServiceRequest'];

export const standardCodes: Check = {
  id: 'M01',
  name: 'Standard codes',
  asks: 'Of the coded resources, how many carry a code of a standard terminology?',
  family: 'mapping',
  about: 'resource',
  formula: `n: resources of the type with a code. k: those with at least one coding of ${codeSystems.map((one) => one.name).join(', ')}.`,
  threshold: { bound: 'at-least', value: 0.9 },
  source: 'OHDSI Data Quality Dashboard, standardConceptRecordCompleteness (Blacketer et al., J Am Med Inform Assoc 2021;28:2251-2257); Kahn et al. 2016, value conformance.',
  limits: 'Known addresses only: a standard code under a local address counts as local. Whether the code exists or is right is not seen (F09 checks its shape).',
  weight: 'important',
  async find(desk) {
    const findings: Finding[] = [];
    for (const resource of desk.types.filter((type) => codedTypes.includes(type)))
      findings.push(...(await lookAtRows(desk, {
        check: standardCodes, resource, name: resource, are: 'carry a code of a standard terminology', placeEach: true, dated: true,
        rows: `SELECT o.p, o.u, k.k, NOT k.k AS wrong, o.file, o.line, k.said AS a, NULL AS b, ${monthOf('o.t')} AS m FROM ${name(`placed_${resource}`)} o JOIN (SELECT c, ${isStandard} AS k, CASE WHEN len(keys) = 0 THEN left(text, 100) ELSE array_to_string(keys, ', ') END AS said FROM ${name(`code_${resource}`)}) k ON k.c = o.c`,
        says: ({ a }) => `Only local: ${a}.`,
      })));
    return findings;
  },
};
