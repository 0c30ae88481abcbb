// Does the verification of an export find every single altered byte, and name the place?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Of } from './base64.ts';
import { signCheckpoint } from './checkpoint.ts';
import { checkpointLine, entryLine, format, headerLine, verifyExport } from './export-file.ts';
import { leafOf, type Entry } from './model.ts';
import { verifierKeyText, type Signer } from './note.ts';
import { newSigner } from './signing-key.ts';
import { emptyFrontier, extend, plainTreeHash, rootOf } from './tree.ts';

const origin = 'hospital.example/ledger';
const signer = newSigner(origin);

const entryAt = (position: number): Entry => ({
  position,
  at: '2026-11-21T12:00:00.000Z',
  kind: 'charter.saved',
  actor: { kind: 'person', ref: 'acc_1', roles: ['governance'] },
  deployment: 'dep_1',
  subject: 'charter/cha_1',
  body: { note: `Änderung ${position} \uFFFD` },
  payload: null,
});

interface Part {
  bytes: Uint8Array;
  position?: number;
}

/** An export of `count` entries with a checkpoint after each of `at`. */
async function exported(count: number, at: number[], by: Signer = signer): Promise<Part[]> {
  const parts: Part[] = [{ bytes: headerLine({ format, keys: [verifierKeyText(by)], origin, size: count }) }];
  let frontier = emptyFrontier;
  for (let position = 0; position <= count; position++) {
    if (at.includes(position)) {
      parts.push({ bytes: checkpointLine(await signCheckpoint({ origin, size: position, root: rootOf(frontier) }, by)) });
    }
    if (position === count) break;
    const leaf = leafOf(entryAt(position));
    const hash = plainTreeHash.leaf(leaf);
    frontier = extend(frontier, [hash]);
    parts.push({ bytes: entryLine(leaf, hash), position });
  }
  return parts;
}
const whole = (parts: Part[]) => new Uint8Array(Buffer.concat(parts.map((part) => part.bytes)));
const reasons = (found: Awaited<ReturnType<typeof verifyExport>>) => found.faults.map((one) => [one.reason, one.position]);

describe('a sound export', () => {
  it('is sound, however it is cut into chunks', async () => {
    const bytes = whole(await exported(20, [0, 5, 20]));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 900 }), async (width) => {
        const chunks = Array.from({ length: Math.ceil(bytes.length / width) }, (_, i) => bytes.subarray(i * width, (i + 1) * width));
        expect(await verifyExport(chunks)).toMatchObject({ sound: true, entries: 20, signed: 20, checkpoints: 3, trust: 'own', faults: [] });
      }),
      { numRuns: 20 },
    );
  });
  it('is sound when empty', async () => {
    expect(await verifyExport([whole(await exported(0, [0]))])).toMatchObject({ sound: true, entries: 0 });
  });
  it('with a named key says that it was named', async () => {
    const found = await verifyExport([whole(await exported(3, [3]))], { keys: [signer] });
    expect(found).toMatchObject({ sound: true, trust: 'given', keys: [verifierKeyText(signer)] });
  });
  it('that grew out of a checkpoint kept from before', async () => {
    const parts = await exported(9, [9]);
    const before = await signCheckpoint({ origin, size: 4, root: rootOf(extend(emptyFrontier, [0, 1, 2, 3].map((p) => plainTreeHash.leaf(leafOf(entryAt(p)))))) }, signer);
    expect(await verifyExport([whole(parts)], { kept: [before] })).toMatchObject({ sound: true });
    const other = await signCheckpoint({ origin, size: 4, root: new Uint8Array(32) }, signer);
    expect(reasons(await verifyExport([whole(parts)], { kept: [other] }))).toContainEqual(['not-grown', null]);
    const longer = await signCheckpoint({ origin, size: 40, root: new Uint8Array(32) }, signer);
    expect(reasons(await verifyExport([whole(parts)], { kept: [longer] }))).toEqual([['not-grown', null]]);
  });
});

describe('an altered export', () => {
  it('every single byte counts: each of them changed is found', async () => {
    const parts = await exported(3, [2, 3]);
    const bytes = whole(parts);
    for (let at = 0; at < bytes.length; at++) {
      for (const change of at % 2 === 0 ? [1, 0x20] : [4, 0x80]) {
        const altered = bytes.slice();
        altered[at]! ^= change;
        const found = await verifyExport([altered], { keys: [signer] });
        expect(found.sound, `byte ${at} ^ ${change}`).toBe(false);
      }
    }
  });
  it('names the position and the line of an altered entry, and only that', async () => {
    const parts = await exported(10, [10]);
    const line = parts.findIndex((part) => part.position === 6);
    const altered = parts.map((part, i) => (i === line ? { bytes: Buffer.from(Buffer.from(part.bytes).toString().replace('dep_1', 'dep_2')) } : part));
    const found = await verifyExport([whole(altered)]);
    expect(found.faults).toMatchObject([{ reason: 'altered', position: 6, line: line + 1 }]);
    expect(found.signed).toBe(10);
  });
  it('bytes that are no text but would be repaired into the same text are found', async () => {
    const bytes = Buffer.from(whole(await exported(1, [1])));
    const at = bytes.indexOf('\uFFFD');
    const altered = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]);
    expect((await verifyExport([altered])).faults[0]).toMatchObject({ reason: 'altered', position: 0 });
  });
  it('an entry rewritten together with its hash is found by the root', async () => {
    const parts = await exported(6, [3, 6]);
    const leaf = leafOf({ ...entryAt(4), deployment: 'dep_9' });
    const line = parts.findIndex((part) => part.position === 4);
    const altered = parts.with(line, { bytes: entryLine(leaf, plainTreeHash.leaf(leaf)), position: 4 });
    const found = await verifyExport([whole(altered)]);
    expect(found.signed).toBe(3);
    expect(found.faults).toMatchObject([{ reason: 'wrong-root', position: 3 }]);
    expect(found.faults[0]!.says).toContain('entries 3 to 5');
  });
  it('a history rewritten and signed with another key is found when the true key is named', async () => {
    const forger = newSigner(origin);
    const found = await verifyExport([whole(await exported(5, [5], forger))], { keys: [signer] });
    expect(reasons(found)).toContainEqual(['wrong-signature', null]);
    expect(found.sound).toBe(false);
  });
  it.each<[string, (parts: Part[]) => Part[], [string, number | null]]>([
    ['a missing entry', (parts) => parts.filter((part) => part.position !== 2), ['missing', 2]],
    ['a missing first entry', (parts) => parts.filter((part) => part.position !== 0), ['missing', 0]],
    ['a missing last entry', (parts) => parts.filter((part) => part.position !== 7), ['wrong-size', 7]],
    ['a duplicate', (parts) => parts.flatMap((part) => (part.position === 3 ? [part, part] : [part])), ['duplicated', 3]],
    ['two entries exchanged', (parts) => parts.with(4, parts[5]!).with(5, parts[4]!), ['missing', 3]],
    ['a missing end', (parts) => parts.slice(0, -1), ['cut-off', null]],
    ['a cut line', (parts) => parts.with(-1, { bytes: parts.at(-1)!.bytes.slice(0, 40) }), ['cut-off', null]],
    ['an empty line', (parts) => [...parts.slice(0, 4), { bytes: Buffer.from('\n') }, ...parts.slice(4)], ['bad-line', 3]],
    ['no header', (parts) => parts.slice(1), ['bad-line', null]],
    ['another log’s checkpoint', (parts) => parts, ['wrong-origin', null]],
  ])('%s', async (name, change, expected) => {
    let parts = change(await exported(8, [8]));
    if (name.startsWith('another')) {
      const note = await signCheckpoint({ origin: 'other.example', size: 8, root: new Uint8Array(32) }, signer);
      parts = [...parts, { bytes: checkpointLine(note) }];
    }
    const found = await verifyExport([whole(parts)]);
    expect(found.sound).toBe(false);
    expect(reasons(found)).toContainEqual(expected);
  });
  it('a binary file, an empty file, a line without end', async () => {
    expect((await verifyExport([])).faults[0]!.says).toBe('the file is empty');
    expect((await verifyExport([Uint8Array.from({ length: 500 }, (_, i) => (i * 7) % 256)])).sound).toBe(false);
    const endless = Array.from({ length: 50 }, () => new Uint8Array(100_000).fill(0x61));
    expect((await verifyExport(endless)).faults.length).toBeGreaterThan(0);
  });
});

it('the leaf is canonical and final', () => {
  const leaf = leafOf(entryAt(0));
  expect(new TextDecoder().decode(leaf)).toBe(
    '{"actor":{"kind":"person","ref":"acc_1","roles":["governance"]},"at":"2026-11-21T12:00:00.000Z",' +
      '"body":{"note":"Änderung 0 \uFFFD"},"deployment":"dep_1","kind":"charter.saved","payload":null,"position":0,"subject":"charter/cha_1"}',
  );
  expect(base64Of(plainTreeHash.leaf(leaf))).toBe('ww6Xkq+aoVzhHctDwCHgYVeFBwQ+gSXa+SMXVPIB9PA=');
  expect(() => leafOf({ ...entryAt(0), body: 'x'.repeat(70_000) })).toThrow(/payload/);
});
