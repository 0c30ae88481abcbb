// F04: are the codes of required bindings among those FHIR allows?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { textAt } from '../cells.ts';
import type { Check } from '../check.ts';
import { requiredCodes } from '../knowledge.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { rawOf } from '../plan.ts';

export const allowedCodes: Check = {
  id: 'F04',
  name: 'Codes of required bindings',
  asks: 'Are status, gender and the like among the codes FHIR allows?',
  family: 'conformance',
  about: 'resource',
  formula: 'n: filled `status` of the type (Condition: verificationStatus; Patient: gender). k: those whose code FHIR R4 binds to it.',
  threshold: { bound: 'at-least', value: 0.999 },
  source: 'HL7 FHIR R4 (4.0.1), required bindings, in knowledge/required-codes.yaml; Kahn et al. 2016, value conformance.',
  limits: 'Only the bindings of elements the audit reads; an allowed code may still be the wrong one.',
  weight: 'important',
  async find(desk) {
    const { status, gender, verificationStatus } = requiredCodes();
    const findings: Finding[] = [];
    for (const resource of desk.types) {
      const allowed = resource === 'Condition' ? verificationStatus : resource === 'Patient' ? gender : status[resource];
      const said = resource === 'Patient' ? textAt('gender', desk.wanted['Patient'] ?? []) : 'status';
      if (!allowed || said === null) continue;
      const from = resource === 'Patient' ? `(SELECT who.p, NULL::INTEGER AS u, NULL::TIMESTAMP AS t, ${said} AS status, r._file::INTEGER AS file, r._line::INTEGER AS line FROM ${rawOf('Patient')} r LEFT JOIN who ON who.id = r.id)` : name(`placed_${resource}`);
      findings.push(...(await lookAtRows(desk, {
        check: allowedCodes, resource, name: resource, are: 'codes are allowed', perFacility: resource !== 'Patient', dated: resource !== 'Patient',
        rows: `SELECT p, u, status IN (${allowed.map(quote).join(', ')}) AS k, NOT k AS wrong, file, line, status AS a, NULL AS b, ${monthOf('t')} AS m FROM ${from} WHERE status IS NOT NULL`,
        says: ({ a }) => `\`${a}\` is no code FHIR allows here.`,
      })));
    }
    return findings;
  },
};
