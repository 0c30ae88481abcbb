// Does the SDK run alone, without one package, and agree with the product?
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readdirSync } from 'node:fs';
import { verifyReceipt } from '../sdk/verify.ts';
import { signCheckpoint } from '../src/spine/ledger/checkpoint.ts';
import { leafOf } from '../src/spine/ledger/model.ts';
import { verifierKeyText } from '../src/spine/ledger/note.ts';
import { inclusionRanges, rangeHash, subtreesOf } from '../src/spine/ledger/proof.ts';
import { receiptText } from '../src/spine/ledger/receipt.ts';
import { newSigner } from '../src/spine/ledger/signing-key.ts';
import { plainTreeHash, rootOfLeaves } from '../src/spine/ledger/tree.ts';
import { root } from './tree.ts';

const out = mkdtempSync(join(tmpdir(), 'attending-sdk-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const signer = newSigner('hospital.example/ledger');
async function receipt(position: number): Promise<string> {
  const leaves = Array.from({ length: 9 }, (_, n) => leafOf({ position: n, at: '2026-03-02T08:00:00.000Z', kind: 'decision.recorded', actor: { kind: 'key', ref: 'key_1', roles: [] }, deployment: null, subject: 'decision/1', body: { n }, payload: null }));
  const hashes = leaves.map((leaf) => plainTreeHash.leaf(leaf));
  const proof = inclusionRanges(position, 9).map((range) => rangeHash(range, subtreesOf(hashes)));
  return receiptText({ index: position, leaf: leaves[position]!, proof, checkpoint: await signCheckpoint({ origin: signer.name, size: 9, root: rootOfLeaves(hashes) }, signer) });
}

describe('the SDK', () => {
  beforeAll(() => {
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { tsc: string } };
    const done = spawnSync(process.execPath, [join(dirname(manifest), bin.tsc), '-p', join(root, 'sdk/tsconfig.json'), '--outDir', out], { encoding: 'utf8' });
    expect(`${done.stdout}${done.stderr}`).toBe('');
  });

  const files = () => (readdirSync(out, { recursive: true }) as string[]).filter((file) => file.endsWith('.js'));

  it('has no dependencies and imports nothing but its own files', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'sdk/package.json'), 'utf8')) as Record<string, unknown>;
    expect([manifest['dependencies'], manifest['peerDependencies'], manifest['devDependencies']]).toEqual([undefined, undefined, undefined]);
    expect(files().length).toBeGreaterThan(5);
    const foreign = files().flatMap((file) => [...readFileSync(join(out, file), 'utf8').matchAll(/\bfrom ['"]([^'"]+)['"]|\bimport\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? match[2]!).filter((target) => !target.startsWith('.')));
    expect(foreign).toEqual([]);
  });

  it('is as small as its page says: 3 kB gzipped to release and tell, 12 kB with verification', () => {
    const packed = (names: readonly string[]) => gzipSync(names.map((file) => readFileSync(join(out, file), 'utf8')).join('')).length;
    const all = files().filter((file) => !file.includes('examples'));
    expect(packed(all.filter((file) => file.startsWith('sdk/') && !file.endsWith('verify.js')))).toBeLessThan(3_000);
    expect(packed(all)).toBeLessThan(12_000);
  });

  it('verifies in a plain Node, far from the house, and refuses a flipped bit', async () => {
    const text = await receipt(4);
    writeFileSync(join(out, 'package.json'), '{"type":"module"}');
    const main = files().find((file) => file.endsWith('verify.js') && file.includes('sdk'))!;
    writeFileSync(join(out, 'product.mjs'), `import { verifyReceipt } from './${relative('.', main)}';
const [text, key] = process.argv.slice(2);
const good = await verifyReceipt(text, { keys: [key] });
const bad = await verifyReceipt(text.replace('index 4', 'index 5'), { keys: [key] });
console.log(JSON.stringify([good.sound, good.entry.body.n, bad.sound]));`);
    const said = execFileSync(process.execPath, [join(out, 'product.mjs'), text, verifierKeyText(signer)], { cwd: out, encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual([true, 4, false]);
  });

  it('throws on a key that is none', async () => {
    const text = await receipt(1);
    expect(() => verifyReceipt(text, { keys: ['nonsense'] })).toThrow(RangeError);
    expect((await verifyReceipt(text, { keys: [verifierKeyText(signer)] })).sound).toBe(true);
  });
});
