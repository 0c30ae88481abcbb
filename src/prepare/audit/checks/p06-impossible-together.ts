// P06: which facts cannot be true together?
import { quote } from '../../../tools/fhir/fhir.ts';
import { textAt } from '../cells.ts';
import type { Check } from '../check.ts';
import { gatherEvidence } from '../evidence.ts';
import { lookAtRows, monthOf } from '../look-at-rows.ts';
import type { Finding } from '../model.ts';
import { rawOf } from '../plan.ts';

/** ICD-10-CM chapters and codes of one sex, in the manner of the code edits of the Medicare Code Editor. */
const femaleOnly = ['O', 'C53', 'C54', 'C55', 'C56', 'N70', 'N71', 'N72', 'N80', 'N81', 'N83', 'N85', 'N91', 'N92', 'Z33', 'Z34'];
const maleOnly = ['C60', 'C61', 'C62', 'N40', 'N41', 'N42', 'N43', 'N44', 'N45', 'N47'];

export const impossibleTogether: Check = {
  id: 'P06',
  name: 'Impossible together',
  asks: 'Do facts stand together that exclude each other?',
  family: 'plausibility',
  about: 'resource',
  formula: 'Three findings. Blood pressure: n: pairs of systolic and diastolic pressure; k: those where the diastolic is not below the systolic. Sex: n: diagnoses (ICD-10) that only one sex has; k: those of a patient recorded as the other. Finished stays: n: finished encounters; k: those without an end.',
  threshold: { bound: 'at-most', value: 0.005 },
  source: 'Kahn et al. 2016, atemporal plausibility; OHDSI Data Quality Dashboard, plausibleGender; sex edits in the manner of the Medicare Code Editor (CMS).',
  limits: 'Administrative gender is not anatomy: a diagnosis of the other sex may be right in transgender patients; look at the rows before correcting anything. SNOMED CT diagnoses are not looked at.',
  weight: 'important',
  async find(desk) {
    await gatherEvidence(desk);
    const findings: Finding[] = [];
    findings.push(...(await lookAtRows(desk, {
      check: impossibleTogether, resource: 'Observation: blood pressure', name: 'Blood pressure', are: 'pairs have a diastolic pressure not below the systolic', dated: true,
      rows: `SELECT p, u, diastolic >= systolic AS k, k AS wrong, file, line, systolic::VARCHAR AS a, diastolic::VARCHAR AS b, ${monthOf('t')} AS m FROM pressure WHERE systolic IS NOT NULL AND diastolic IS NOT NULL`,
      says: ({ a, b }) => `Systolic ${a}, diastolic ${b} mmHg.`,
    })));
    const gender = textAt('gender', desk.wanted['Patient'] ?? []);
    if (desk.types.includes('Condition') && gender !== null) {
      const has = (prefixes: readonly string[]) => `len(list_filter(k.keys, lambda key: contains(key, 'icd-10') AND (${prefixes.map((prefix) => `starts_with(split_part(key, '|', 2), ${quote(prefix)})`).join(' OR ')}))) > 0`;
      findings.push(...(await lookAtRows(desk, {
        check: impossibleTogether, resource: 'Condition: sex', name: 'Diagnoses of one sex', are: 'are of a patient recorded as the other', keep: true, dated: true,
        rows: `WITH sexed AS (SELECT c, CASE WHEN ${has(femaleOnly)} THEN 'male' WHEN ${has(maleOnly)} THEN 'female' END AS wrong_for, array_to_string(keys, ', ') AS said FROM "said_Condition" k), g AS (SELECT who.p, any_value(${gender}) AS gender FROM ${rawOf('Patient')} r JOIN who ON who.id = r.id GROUP BY who.p)
          SELECT x.p, x.u, coalesce(g.gender = sexed.wrong_for, false) AS k, k AS wrong, x.file, x.line, sexed.said AS a, g.gender AS b, ${monthOf('x.recorded')} AS m FROM problem x JOIN sexed ON sexed.c = x.c AND sexed.wrong_for IS NOT NULL LEFT JOIN g ON g.p = x.p WHERE x.stands`,
        says: ({ a, b }) => `${a} of a ${b} patient.`,
      })));
    }
    findings.push(...(await lookAtRows(desk, {
      check: impossibleTogether, resource: 'Encounter: finished', name: 'Finished encounters', are: 'have no end', dated: true,
      rows: `SELECT p, u, end_ IS NULL AS k, k AS wrong, file, line, NULL AS a, NULL AS b, ${monthOf('t')} AS m FROM "placed_Encounter" WHERE status = 'finished'`,
      says: () => 'Finished, but without an end.',
    })));
    return findings;
  },
};
