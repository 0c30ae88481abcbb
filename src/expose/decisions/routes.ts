// Who answers which request of the decisions room?
import { serve, type Route } from '../../tools/server/http.ts';
import { takeBatch } from './batch.ts';
import { completenessRoutes } from './completeness/routes.ts';
import { keepMapping, keptMapping } from './csv/keep-mapping.ts';
import { previewCsv, takeCsv } from './csv/take-csv.ts';
import { drillRoutes } from './drill/routes.ts';
import { fhirRoutes } from './fhir/routes.ts';
import * as api from './model.ts';
import { recordsOf } from './prove.ts';
import { receive } from './otlp/receive.ts';
import { payloadRoutes } from './payload/routes.ts';
import { listOf, summaryOf } from './reading.ts';
import { tellAbout, tellDecision } from './tell.ts';
import { openOne } from './timeline.ts';

const isPacked = (request: Request) => request.headers.get('content-encoding') === 'gzip' || request.headers.get('content-type') === 'application/gzip';
const bodyOf = (request: Request): ReadableStream<Uint8Array> => request.body ?? (new Blob([]).stream() as ReadableStream<Uint8Array>);

export const routes: readonly Route[] = [
  serve(api.tellDecision, async ({ house, caller, body: { deployment, assurance, ...told } }) => tellDecision(house, caller, deployment, told, assurance, assurance === 'attested' ? 'sdk' : 'rest')),
  serve(api.tellFeedback, async ({ house, caller, body: { deployment, ...told } }) => tellAbout(house, caller, deployment, { what: 'feedback', told })),
  serve(api.tellOutcome, async ({ house, caller, body: { deployment, ...told } }) => tellAbout(house, caller, deployment, { what: 'outcome', told })),
  serve(api.tellUse, async ({ house, caller, body: { deployment, ...told } }) => tellAbout(house, caller, deployment, { what: 'use', told })),
  serve(api.tellBatch, async ({ house, caller, query: { deployment, via }, request }) => takeBatch(house, caller, deployment, request.body, { via, gzip: isPacked(request) })),
  serve(api.previewCsvFile, async ({ query: { what }, request }) => ({
    ...(await previewCsv(bodyOf(request), what, isPacked(request))),
    fields: Object.entries(api.fields[what]).map(([field, { needed = false }]) => ({ field, needed })),
  })),
  serve(api.readCsvMapping, async ({ house, caller, query }) => ({ kept: await keptMapping(house, caller, query.deployment, query.what) })),
  serve(api.keepCsvMapping, ({ house, caller, body }) => keepMapping(house, caller, body)),
  serve(api.takeCsvFile, async ({ house, caller, query: { deployment, zone = null, ...taking }, request }) => takeCsv(house, caller, deployment, bodyOf(request), { ...taking, zone, gzip: isPacked(request) })),
  serve(api.otlpTraces, async ({ house, caller, request }) => receive(house, caller, 'traces', request)),
  serve(api.otlpLogs, async ({ house, caller, request }) => receive(house, caller, 'logs', request)),
  ...completenessRoutes,
  ...drillRoutes,
  ...fhirRoutes,
  ...payloadRoutes,
  serve(api.listDecisions, async ({ house, caller, query }) => listOf(house, caller, query)),
  serve(api.summary, async ({ house, caller, query }) => summaryOf(house, caller, query)),
  serve(api.proveDecision, async ({ house, caller, params }) => recordsOf(house, caller, params.decision)),
  serve(api.openDecision, async ({ house, caller, params }) => openOne(house, caller, params.decision)),
];
