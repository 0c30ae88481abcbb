// How does the whole ledger leave as FHIR?
import { entriesBetween, readHead } from '../records.ts';
import type { LedgerHouse } from '../signing.ts';
import { entry as entrySchema } from '../model.ts';
import { resourcesOf } from './resources.ts';

/** Every entry as FHIR R4 resources, NDJSON in UTF-8. Memory does not grow with the ledger. */
export async function* fhirChunks(house: Pick<LedgerHouse, 'db'>, from = 0): AsyncGenerator<Uint8Array> {
  const { origin, frontier } = await readHead(house.db);
  for await (const rows of entriesBetween(house.db, from, frontier.size)) {
    const lines = rows.flatMap((row) => resourcesOf(entrySchema.parse(JSON.parse(row.leaf.toString('utf8'))), { origin: origin ?? '', leafHash: row.leaf_hash }));
    yield Buffer.from(lines.map((resource) => `${JSON.stringify(resource)}\n`).join(''), 'utf8');
  }
}
