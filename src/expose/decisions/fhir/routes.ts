// Who answers when decisions are asked for as FHIR?
import { Readable } from 'node:stream';
import { serve, type Route } from '../../../tools/server/http.ts';
import { guidanceChunks } from './export.ts';
import * as api from './model.ts';

export const fhirRoutes: readonly Route[] = [
  serve(api.exportGuidance, async ({ house, caller, query: { deployment, ...period } }) => {
    const chunks = await guidanceChunks(house, caller, deployment, period);
    return new Response(Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>, { headers: { 'content-type': 'application/fhir+ndjson', 'content-disposition': 'attachment; filename="decisions-fhir.ndjson"' } });
  }),
];
