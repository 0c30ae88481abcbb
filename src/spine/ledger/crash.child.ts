// A process of its own that appends from many callers and says what was acknowledged, until a test kills it.
import { openDatabase } from '../../tools/server/database.ts';
import { appendGrouped } from './group.ts';
import { entryKind } from './model.ts';

entryKind('test.crashed', 'Something was recorded before a crash in a test.');
const [socket = '', port = '', user = '', database = '', name = ''] = process.argv.slice(2);
const db = openDatabase({ socket, port: Number(port), user, database }, 4);
for (let caller = 0; caller < 32; caller++) void appendAsLongAsItGoes(caller);

async function appendAsLongAsItGoes(caller: number): Promise<void> {
  for (let n = 0; ; n++) {
    const subject = `${name}/${caller}/${n}`;
    const { position } = await appendGrouped(db, { at: '2026-03-02T08:00:00.000Z', kind: 'test.crashed', actor: { kind: 'key', ref: 'key_1', roles: [] }, subject, body: {} });
    process.stdout.write(`${subject} ${position}\n`);
  }
}
