// What does the charter need to know of FHIR: which resource types there are, and which paths can be read?
import { Problem } from '../../tools/base/problem.ts';
import { expressionFields, resourceTypes } from '../../tools/fhir/fhir.ts';
import type { FhirWords } from './charter-rules.ts';

export const fhirWords: FhirWords = {
  resourceTypes,
  pathTrouble(path, resource) {
    try {
      expressionFields(path, resource);
      return null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return [error.message, ...error.details.map((detail) => detail.says)].join(' ');
    }
  },
};
