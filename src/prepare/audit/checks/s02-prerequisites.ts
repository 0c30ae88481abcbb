// S02: are the four kinds of data there that everything else rests on?
import { thresholdOf, whole, type Check } from '../check.ts';
import { count, independent, share, sayThreshold } from '../judging.ts';

/** The classes of a data prerequisite review, and what stands for each in FHIR; one of the types of a line is enough. */
export const prerequisites: readonly { id: string; name: string; needs: readonly (readonly string[])[] }[] = [
  { id: 'demographic', name: 'demographic (who)', needs: [['Patient']] },
  { id: 'clinical', name: 'clinical (problems, medicines, measurements)', needs: [['Condition'], ['MedicationRequest', 'MedicationStatement', 'MedicationAdministration', 'MedicationDispense'], ['Observation']] },
  { id: 'financial', name: 'financial (enrolment, codes)', needs: [['Coverage', 'Claim', 'ExplanationOfBenefit']] },
  { id: 'audit-trail', name: 'audit trail and history', needs: [['Provenance', 'AuditEvent']] },
];

export const prerequisiteClasses: Check = {
  id: 'S02',
  name: 'Prerequisite classes',
  asks: 'Does the export hold demographic, clinical and financial data and an audit trail?',
  family: 'provenance',
  about: 'export',
  formula: `n: kinds of record looked for: ${prerequisites.map(({ name, needs }) => `${name}: ${needs.map((types) => types.join(' or ')).join('; ')}`).join('. ')}. k: those the export holds at all. Figures: resources of each class.`,
  threshold: null,
  source: 'The four classes of data a readiness review asks for before any model: demographics, clinical, financial, audit trail; FHIR R4 resource types.',
  limits: 'Presence only: whether they are complete and right is asked by the other checks (demographics I02, problems L01 to L04). An export may have left a type out on purpose.',
  weight: 'context',
  async find(desk) {
    const threshold = thresholdOf(prerequisiteClasses, desk.data);
    const held = (types: readonly string[]) => types.reduce((sum, type) => sum + (desk.resources[type] ?? 0), 0);
    const lines = prerequisites.flatMap(({ name, needs }) => needs.map((types) => ({ name, types, n: held(types) })));
    const missing = lines.filter(({ n }) => n === 0);
    return [
      share({
        check: 'S02', element: null, resource: null, unit: whole, moments: independent(lines.length - missing.length, lines.length), threshold, tier: 'context', minimumN: 1,
        says: ({ n, k }) => `The export holds ${count(k)} of ${count(n)} kinds of record that everything rests on${missing.length > 0 ? `; there is no ${missing.map(({ types, name }) => `${types.join(' or ')} (${name.split(' (')[0]})`).join(', no ')}` : ''}${sayThreshold(threshold)}.`,
        figures: Object.fromEntries(prerequisites.map(({ id, needs }) => [id, held(needs.flat())])),
      }),
    ];
  },
};
