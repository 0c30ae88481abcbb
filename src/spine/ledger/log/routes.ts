// What does the server answer to those who check the ledger from outside?
import { Problem } from '../../../tools/base/problem.ts';
import { serve, type Route } from '../../../tools/server/http.ts';
import { base64Of } from '../base64.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import { cosignaturesOn } from '../cosignature.ts';
import { consistencyOf, inclusionOf, rootAt } from '../proving.ts';
import { checkpointsBelow, entryAt, lastCheckpoint, readHead } from '../records.ts';
import type { LedgerHouse } from '../signing.ts';
import { knownWitnessKeys } from '../witness/witnesses.ts';
import { listCheckpoints, readConsistency, readInclusion, readLogCheckpoint, readReceipt, readTile } from './model.ts';
import { cosignedNote, receiptOf } from './receipts.ts';
import { bundleBytes, tileBytes } from './tiles.ts';

export const routes: readonly Route[] = [
  serve(readReceipt, async ({ house, params, caller }) =>
    plain(await receiptOf(house, params.position, caller.vendor === null ? null : caller.id), { 'content-disposition': `attachment; filename="entry-${params.position}.tlog-proof"` }),
  ),
  serve(readInclusion, async ({ house, query }) => {
    const size = query.size ?? (await lastSize(house));
    await requireReached(house, size);
    const proof = await inclusionOf(house.db, query.position, size);
    const row = await entryAt(house.db, query.position);
    return { position: query.position, size, leafHash: base64Of(row!.leaf_hash), root: base64Of(await rootAt(house.db, size)), proof: proof.map(base64Of) };
  }),
  serve(readConsistency, async ({ house, query }) => {
    const to = query.to ?? (await lastSize(house));
    await requireReached(house, to);
    const proof = await consistencyOf(house.db, query.from, to);
    const [fromRoot, toRoot] = await Promise.all([rootAt(house.db, query.from), rootAt(house.db, to)]);
    return { from: query.from, to, fromRoot: base64Of(fromRoot), toRoot: base64Of(toRoot), proof: proof.map(base64Of) };
  }),
  serve(listCheckpoints, async ({ house, query: { after, limit } }) => {
    if (after !== undefined && !/^\d{1,15}$/.test(after)) throw new Problem('bad-input', 'This is not a cursor of the checkpoints.', 'Hand back the `next` of the page before.', [{ path: 'after', says: after }]);
    const rows = await checkpointsBelow(house.db, after === undefined ? null : Number(after), limit + 1);
    const witnesses = await knownWitnessKeys(house);
    const items = await Promise.all(
      rows.slice(0, limit).map(async (row) => {
        const note = await cosignedNote(house.db, row);
        const { good } = await cosignaturesOn(note, witnesses);
        const cosigned = good.map(({ witness, time }) => ({ witness, at: new Date(time * 1000).toISOString() }));
        return { size: row.size, root: base64Of(parseCheckpoint(row.note).root), lastEntryAt: row.at, note, cosigned };
      }),
    );
    return { items, next: rows.length > limit ? String(items.at(-1)!.size) : null };
  }),
  serve(readLogCheckpoint, async ({ house }) => {
    const last = await lastCheckpoint(house.db);
    if (!last) throw new Problem('not-found', 'Nothing has been signed yet.', 'The ledger is signed every five minutes.');
    return plain(await cosignedNote(house.db, last), { 'cache-control': 'no-cache' });
  }),
  serve(readTile, async ({ house, params }) => {
    const bytes = params.level === 'entries' ? await bundleBytes(house.db, params.tile) : await tileBytes(house.db, Number(params.level), params.tile);
    return new Response(bytes as BodyInit, { headers: { 'content-type': 'application/octet-stream', 'cache-control': 'private, max-age=31536000, immutable' } });
  }),
];

const plain = (text: string, more: Record<string, string>): Response => new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8', ...more } });

async function lastSize({ db }: Pick<LedgerHouse, 'db'>): Promise<number> {
  return (await lastCheckpoint(db))?.size ?? 0;
}

async function requireReached({ db }: Pick<LedgerHouse, 'db'>, size: number): Promise<void> {
  const { frontier } = await readHead(db);
  if (size > frontier.size) throw new Problem('bad-input', `The ledger has ${frontier.size} entries, not ${size}.`, 'Ask about a size it has reached.');
}
