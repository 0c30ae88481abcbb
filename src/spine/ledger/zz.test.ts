// figures
import { it } from 'vitest';
import { testHouse } from '../../tools/server/test-database.ts';
import { ledger } from './capability.ts';
import { appendAll, exportChunks, openLedger, signHead, verifyDatabase } from './ledger.ts';
import { entryKind, type NewEntry } from './model.ts';
import { verifyExport } from './export-file.ts';
import { serverTree } from './tree-on-server.ts';
import { entriesBetween } from './records.ts';
entryKind('test.noted', 'x.');
const note = (n: number): NewEntry => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.noted', actor: { kind: 'person', ref: 'acc_01h0000000000000000000000', roles: ['governance'] }, deployment: 'dep_01h00000000000000000000000', subject: `note/${n}`, body: { n, text: 'abcdefgh'.repeat(12) } });
const house = await testHouse([ledger]);
const out = (s: string) => process.stderr.write(`FIG ${s}\n`);
it('figures', async () => {
  await openLedger(house);
  const N = 200_000;
  let t = performance.now();
  for (let i = 0; i < N; i += 500) await house.db.transaction().execute((tx) => appendAll(tx, Array.from({ length: 500 }, (_, k) => note(i + k))));
  out(`append batches of 500: ${(N / (performance.now() - t) * 1000).toFixed(0)}/s`);
  t = performance.now();
  for (let i = 0; i < 100_000; i++) { note(i); }
  const { entry, leafOf } = await import('./model.ts');
  t = performance.now();
  for (let i = 0; i < 50_000; i++) entry.parse({ ...note(i), position: i, payload: null });
  out(`zod parse ${(50_000 / (performance.now() - t) * 1000).toFixed(0)}/s`);
  t = performance.now();
  for (let i = 0; i < 50_000; i++) leafOf({ ...note(i), position: i, payload: null } as never);
  out(`leafOf ${(50_000 / (performance.now() - t) * 1000).toFixed(0)}/s`);
  t = performance.now();
  let c0 = 0;
  for await (const rows of entriesBetween(house.db, 0, N)) c0 += rows.length;
  out(`read rows ${(c0 / (performance.now() - t) * 1000).toFixed(0)}/s`);
  t = performance.now();
  await signHead(house);
  out(`signHead over all: ${((performance.now() - t)).toFixed(0)} ms`);
  t = performance.now();
  const v = await verifyDatabase(house);
  out(`verifyDatabase ${v.sound} ${(v.entries / (performance.now() - t) * 1000).toFixed(0)}/s`);
  t = performance.now();
  const chunks: Uint8Array[] = [];
  for await (const c of exportChunks(house)) chunks.push(c);
  out(`export ${(v.entries / (performance.now() - t) * 1000).toFixed(0)}/s, ${chunks.reduce((s, c) => s + c.length, 0) / v.entries} bytes per entry`);
  for (const [name, tree] of [['node', serverTree], ['plain', undefined], ['node', serverTree], ['plain', undefined]] as const) {
    t = performance.now();
    const f = await verifyExport(chunks, { tree });
    out(`verifyExport ${name} ${f.sound} ${(f.entries / (performance.now() - t) * 1000).toFixed(0)}/s`);
  }
}, 600_000);
