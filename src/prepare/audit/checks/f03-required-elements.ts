// F03: does every resource carry what R4 demands?
import { fieldsOf } from '../type-fields.ts';
import type { Check } from '../check.ts';

export const requiredElements: Check = {
  id: 'F03',
  name: 'Required elements',
  asks: 'Does every resource carry the elements FHIR R4 demands of its type?',
  family: 'conformance',
  about: 'resource',
  formula: 'n: resources of the type. k: those with an id and every element of minimum cardinality 1 (of a choice, one of its forms).',
  threshold: { bound: 'at-least', value: 0.99 },
  source: 'HL7 FHIR R4 (4.0.1), resource definitions; Kahn et al. 2016, relational conformance.',
  limits: 'Top-level elements of the base resources only: no profiles (such as US Core), no invariants, no cardinality inside elements.',
  weight: 'important',
  counted: () => ({
    over: 'type',
    n: 'true',
    k: 'missing IS NULL',
    wrong: 'missing IS NOT NULL',
    shows: ['missing', 'NULL'],
    says: ({ a }) => `Missing: ${a}.`,
    are: 'have every required element',
    applies: (type) => typeof type === 'string' && (fieldsOf(type).required.length > 0 || type === 'Patient'),
  }),
};
