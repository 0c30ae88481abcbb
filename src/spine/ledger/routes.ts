// What does the server answer when it is asked about its ledger?
import type { Route } from '../../tools/server/http.ts';
import { serve } from '../../tools/server/http.ts';
import { base64Of } from './base64.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { fhirChunks } from './fhir/export-fhir.ts';
import { entryKinds, exportFhir, exportLedger, listEntries, listKinds, readCheckpoint, verifyLedger } from './model.ts';
import { verifierKeyText, vouch } from './note.ts';
import { entries, head } from './reading.ts';
import { routes as logRoutes } from './log/routes.ts';
import { routes as payloadRoutes } from './payloads/routes.ts';
import { routes as witnessRoutes } from './witness/routes.ts';
import { keysInLedger } from './signing.ts';
import { exportChunks, verifyNow } from './whole-ledger.ts';

export const routes: readonly Route[] = [
  ...logRoutes,
  ...witnessRoutes,
  ...payloadRoutes,
  serve(listEntries, ({ house, query }) => entries(house.db, query)),
  serve(listKinds, async () => ({ items: entryKinds().map(({ kind, says }) => ({ kind, says })) })),
  serve(readCheckpoint, async ({ house }) => {
    const now = await head(house);
    if (now.note === null) return { origin: now.origin, size: 0, root: '', note: null, key: null, entries: now.entries };
    const parsed = parseCheckpoint(now.note);
    const vouching = await vouch(parsed, await keysInLedger(house));
    const key = vouching.kind === 'signed' ? verifierKeyText(vouching.by) : null;
    return { origin: parsed.origin, size: parsed.size, root: base64Of(parsed.root), note: now.note, key, entries: now.entries };
  }),
  serve(verifyLedger, ({ house }) => verifyNow(house)),
  serve(exportLedger, ({ house }) => download(exportChunks(house), 'application/x-ndjson', 'ledger.ndjson')),
  serve(exportFhir, ({ house }) => download(fhirChunks(house), 'application/fhir+ndjson', 'ledger-fhir.ndjson')),
];

/** The first chunk is made before the answer begins, so that a refusal can still be said. */
async function download(chunks: AsyncGenerator<Uint8Array>, type: string, name: string): Promise<Response> {
  const first = await chunks.next();
  return new Response(streamOf(first, chunks), { headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` } });
}

function streamOf(first: IteratorResult<Uint8Array, void>, rest: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  let waiting: IteratorResult<Uint8Array, void> | null = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const step = waiting ?? (await rest.next());
      waiting = null;
      if (step.done) controller.close();
      else controller.enqueue(step.value);
    },
    async cancel() {
      await rest.return(undefined);
    },
  });
}
