// Which endpoint gives decisions as FHIR?
import { z } from 'zod';
import { endpoint, instant, type Role } from '../../../tools/base/endpoint.ts';

const exporters: Role[] = ['clinical-owner', 'safety-officer', 'governance', 'auditor', 'data-engineer'];

export const exportGuidance = endpoint({
  name: 'decisions.fhir', method: 'GET', path: '/api/v1/decisions/fhir',
  says: 'Downloads the decisions of a period as FHIR R4 GuidanceResponse, NDJSON, the newest first.', who: exporters,
  query: z.strictObject({ deployment: z.string().describe('Slug or id.'), from: instant.optional().describe('28 days before the end, unless told.'), to: instant.optional().describe('Now, unless told.') }),
  output: z.string(), answers: 'stream',
});
