// Do receipts, proofs and tiles say what is in the tree, and does a program in another language agree?
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testHouse } from '../../../tools/server/test-database.ts';
import { base64Of, bytesOf } from '../base64.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import { appendGrouped, ledger, openLedger, signHead } from '../ledger.ts';
import { entryKind, readCheckpoint, type NewEntry } from '../model.ts';
import { verifierKeyFrom, verifierKeyText } from '../note.ts';
import { verifyConsistency, verifyInclusion } from '../proof.ts';
import { isReceipt, parseReceipt, receiptText, verifyReceipt } from '../receipt.ts';
import { newSigner } from '../signing-key.ts';
import { plainTreeHash, rootOfLeaves } from '../tree.ts';
import { listCheckpoints, readConsistency, readInclusion, readLogCheckpoint, readReceipt, readTile } from './model.ts';
import { tileOf } from './tiles.ts';

entryKind('test.logged', 'Something was recorded in a test of the log.');
const one = (n: number): NewEntry => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.logged', actor: { kind: 'key', ref: 'key_1', roles: [] }, subject: `decision/${n}`, body: { n } });
const size = 1300;
const sizes = [1, 2, 255, 256, 257, 700, 1024, size];

const house = await testHouse([ledger]);
beforeAll(async () => {
  await openLedger(house);
  for (let n = 1; n < size; n += 200) await Promise.all(Array.from({ length: Math.min(200, size - n) }, (_, i) => appendGrouped(house.db, one(n + i))));
  await signHead(house);
});
const receiptFor = async (position: number) => (await house.send(readReceipt, { params: { position } }, 'auditor')).text();
const key = async () => verifierKeyFrom((await house.call(readCheckpoint, {}, 'auditor')).key!);
const bytes = (text: string) => bytesOf(text)!;

describe('proofs', () => {
  it.each(sizes)('inclusion in the tree of %d', async (tree) => {
    for (const position of [0, Math.floor(tree / 2), tree - 1]) {
      const found = await house.call(readInclusion, { query: { position, size: tree } }, 'auditor');
      expect(found.proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(tree)));
      expect(verifyInclusion({ index: position, size: tree, leafHash: bytes(found.leafHash), root: bytes(found.root), proof: found.proof.map(bytes) })).toBe(true);
    }
  });
  it('consistency of every two sizes', async () => {
    for (const from of sizes) {
      for (const to of sizes.filter((other) => other >= from)) {
        const found = await house.call(readConsistency, { query: { from, to } }, 'auditor');
        expect(verifyConsistency({ earlier: from, size: to, earlierRoot: bytes(found.fromRoot), root: bytes(found.toRoot), proof: found.proof.map(bytes) })).toBe(true);
      }
    }
  });
  it('refuses what cannot be proven', async () => {
    await expect(house.call(readInclusion, { query: { position: 5, size: 3 } }, 'auditor')).rejects.toThrow(/cannot be/);
    await expect(house.call(readInclusion, { query: { position: 5, size: size + 1 } }, 'auditor')).rejects.toThrow(/has 1300 entries/);
    await expect(house.call(readConsistency, { query: { from: 9, to: 3 } }, 'auditor')).rejects.toThrow(/cannot be/);
    expect((await house.send(readReceipt, { params: { position: size } }, 'auditor')).status).toBe(404);
  });
  it('gives a vendor the receipts of what its own key recorded, and no others', async () => {
    const mine = { kind: 'key', id: 'key_1', name: 'Scribe', roles: ['vendor'], vendor: 'acme' } as const;
    expect((await house.send(readReceipt, { params: { position: 7 } }, { ...mine, roles: [...mine.roles] })).status).toBe(200);
    for (const position of [0, 7, size]) expect((await house.send(readReceipt, { params: { position } }, 'vendor')).status).toBe(404);
  });
});

describe('a receipt', () => {
  it('proves its entry with the key of the log, offline', async () => {
    const text = await receiptFor(777);
    expect(isReceipt(text)).toBe(true);
    expect(receiptText(parseReceipt(text))).toBe(text);
    const found = await verifyReceipt(text, { keys: [await key()] });
    expect(found).toMatchObject({ sound: true, faults: [], index: 777, size, entry: { position: 777, subject: 'decision/777' } });
  });
  it('of an entry that is not signed yet has the house sign first', async () => {
    const { position } = await appendGrouped(house.db, one(9999));
    expect(await verifyReceipt(await receiptFor(position), { keys: [await key()] })).toMatchObject({ sound: true, index: position });
  });
  it('with any byte changed is not sound', async () => {
    const text = Buffer.from(await receiptFor(300), 'utf8');
    const keys = [await key()];
    for (let i = 0; i < text.length; i++) {
      const changed = Buffer.from(text);
      changed[i] = changed[i]! ^ 1;
      expect([i, (await verifyReceipt(changed.toString('utf8'), { keys })).sound]).toEqual([i, false]);
    }
  });
  it('without a key, or with another, is not sound', async () => {
    const text = await receiptFor(300);
    expect((await verifyReceipt(text, { keys: [] })).faults).toEqual(['No key you named signed the checkpoint.']);
    expect(await verifyReceipt(text, { keys: [newSigner(parseCheckpoint(parseReceipt(text).checkpoint).origin)] })).toMatchObject({ sound: false });
    expect(await verifyReceipt('nonsense', { keys: [] })).toMatchObject({ sound: false, size: null });
  });
});

describe('tiles', () => {
  const ask = (level: string, path: string) => house.request(readTile.path.replace(':level', level).replace(':tile{.+}', path), {}, 'auditor');
  const tile = async (level: string, path: string) => new Uint8Array(await (await ask(level, path)).arrayBuffer());
  it('give the root of the checkpoint, as a monitor works it out', async () => {
    const response = await house.send(readLogCheckpoint, {}, 'auditor');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const checkpoint = parseCheckpoint(await response.text());
    const hashes: Uint8Array[] = [];
    const leaves: Uint8Array[] = [];
    for (let n = 0; n * 256 < checkpoint.size; n++) {
      const count = Math.min(256, checkpoint.size - n * 256);
      const path = `${String(n).padStart(3, '0')}${count < 256 ? `.p/${count}` : ''}`;
      const [tree, bundle] = [await tile('0', path), await tile('entries', path)];
      for (let i = 0; i < count; i++) hashes.push(tree.slice(32 * i, 32 * i + 32));
      for (let at = 0; at < bundle.length; ) {
        const length = bundle[at]! * 256 + bundle[at + 1]!;
        leaves.push(bundle.slice(at + 2, at + 2 + length));
        at += 2 + length;
      }
    }
    expect(base64Of(rootOfLeaves(hashes))).toBe(base64Of(checkpoint.root));
    expect(leaves.map((leaf) => base64Of(plainTreeHash.leaf(leaf)))).toEqual(hashes.map(base64Of));
    // Each hash of level 1 is the root of a whole tile below.
    const above = await tile('1', '000.p/5');
    expect(base64Of(above.slice(32, 64))).toBe(base64Of(rootOfLeaves(hashes.slice(256, 512))));
  });
  it('reads paths as C2SP writes them', () => {
    expect(tileOf('x001/x234/067')).toEqual({ index: 1_234_067, count: 256 });
    expect(tileOf('067.p/12')).toEqual({ index: 67, count: 12 });
  });
  it.each([['0', '005.p/200', 404], ['0', '999', 404], ['2', '000', 404], ['x', '000', 400], ['0', '1', 400], ['0', '000.p/256', 400], ['64', '000', 400]])('refuses %s/%s', async (level, path, status) => {
    expect((await ask(level, path)).status).toBe(status);
  });
});

it('lists the checkpoints', async () => {
  const { items } = await house.call(listCheckpoints, { query: { limit: 5 } }, 'auditor');
  expect(items[0]).toMatchObject({ cosigned: [], lastEntryAt: '2026-03-02T08:00:00.000Z' });
  expect(items.map((item) => item.size)).toEqual(items.map((item) => item.size).sort((a, b) => b - a));
});

const python = spawnSync('python3', ['-c', 'import hashlib, base64, json']).status === 0;

describe.skipIf(!python)('an independent verifier in Python (python3 and its standard library)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-python-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const script = fileURLToPath(new URL('./independent-verifier.py', import.meta.url));
  const judged = (...files: string[]) => spawnSync('python3', [script, ...files], { encoding: 'utf8' });

  it('accepts our receipts and refuses each with a flipped bit', async () => {
    for (const position of [0, 255, 256, 1299]) {
      const text = await receiptFor(position);
      const file = join(folder, `${position}.tlog-proof`);
      writeFileSync(file, text);
      expect(execFileSync('python3', [script, 'receipt', file], { encoding: 'utf8' })).toContain(`entry ${position} is in the tree of ${parseCheckpoint(parseReceipt(text).checkpoint).size}`);
      const { leaf, proof, ...rest } = parseReceipt(text);
      const flip = (from: Uint8Array) => Uint8Array.from(from, (byte, i) => (i === 7 ? byte ^ 16 : byte));
      const altered = [
        { ...rest, leaf: flip(leaf), proof },
        ...proof.map((hash, i) => ({ ...rest, leaf, proof: proof.with(i, flip(hash)) })),
        { ...rest, leaf, proof, index: rest.index + 1 },
      ];
      const files = altered.map((one, i) => {
        writeFileSync(`${file}-${i}`, receiptText(one));
        return `${file}-${i}`;
      });
      const verdicts = judged('receipt', ...files).stdout.trim().split('\n');
      expect(verdicts.map((line) => line.slice(0, 11))).toEqual(files.map(() => 'not proven:'));
    }
  });
  it('accepts our consistency proofs and refuses each with a flipped bit', async () => {
    const good: string[] = [];
    const bad: string[] = [];
    const write = (into: string[], found: object) => {
      into.push(join(folder, `consistency-${good.length}-${bad.length}.json`));
      writeFileSync(into.at(-1)!, JSON.stringify(found));
    };
    for (const [from, to] of [[1, 2], [255, 256], [256, 1300], [700, 1300], [1299, 1300]] as const) {
      const found = await house.call(readConsistency, { query: { from, to } }, 'auditor');
      write(good, found);
      for (const [i, hash] of found.proof.entries()) {
        const flipped = Buffer.from(hash, 'base64');
        flipped[3] = flipped[3]! ^ 1;
        write(bad, { ...found, proof: found.proof.with(i, flipped.toString('base64')) });
      }
    }
    expect(judged('consistency', ...good).status).toBe(0);
    expect(judged('consistency', ...bad).stdout.trim().split('\n').filter((line) => line.startsWith('not proven:'))).toHaveLength(bad.length);
  });
});

it('the key of the log reads as a C2SP verifier key', async () => expect(verifierKeyText(await key())).toMatch(/^[^+\s]+\+[0-9a-f]{8}\+/));
