// Do two hospitals witness each other, and is a fork refused?
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standingClock, minutes } from '../../../tools/base/clock.ts';
import { testHouse } from '../../../tools/server/test-database.ts';
import { parseCheckpoint, signCheckpoint } from '../checkpoint.ts';
import { cosign, cosignaturesOn } from '../cosignature.ts';
import { appendGrouped, entries, ledger, openLedger, signHead, verifyDatabase } from '../ledger.ts';
import { entryKind, type NewEntry } from '../model.ts';
import { cosignatureAlgorithm, keyIdOf, witnessKeyFrom, witnessKeyText } from '../note.ts';
import { consistencyRanges, rangeHash, subtreesOf } from '../proof.ts';
import { verifyReceipt } from '../receipt.ts';
import { receiptOf } from '../log/receipts.ts';
import { newSigner } from '../signing-key.ts';
import { plainTreeHash, rootOfLeaves } from '../tree.ts';
import { addWitness, askWitnesses, listWitnesses, removeWitness } from './model.ts';
import { readRequest, writeRequest } from './request.ts';
import { startWitness, type WitnessServer } from './server.ts';

entryKind('test.witnessed', 'Something was recorded in a test of witnesses.');
const one = (n: number): NewEntry => ({ at: '2026-03-02T08:00:00.000Z', kind: 'test.witnessed', actor: { kind: 'key', ref: 'key_1', roles: [] }, subject: `decision/${n}`, body: { n } });

describe('a cosignature', () => {
  it('reads the example of c2sp.org/tlog-cosignature', () => {
    const example =
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
      '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n' +
      '— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n';
    const [, line] = parseCheckpoint(example).signatures;
    expect(line!.bytes.length).toBe(72);
    // The specification gives this time in words: time 1679315147.
    expect(Number(new DataView(line!.bytes.buffer, line!.bytes.byteOffset).getBigUint64(0))).toBe(1679315147);
  });
  it('is of the witness, the text and the time', async () => {
    const log = newSigner('log.example');
    const made = newSigner('witness.example');
    const witness = { ...made, keyId: keyIdOf(made.name, made.publicKey, cosignatureAlgorithm) };
    expect(witnessKeyFrom(witnessKeyText(witness)).name).toBe('witness.example');
    const note = await signCheckpoint({ origin: log.name, size: 4, root: new Uint8Array(32) }, log);
    const line = await cosign(parseCheckpoint(note).text, witness, 1_700_000_000);
    expect(await cosignaturesOn(note + line, [witness])).toEqual({ good: [{ witness: 'witness.example', time: 1_700_000_000 }], false: [] });
    const other = await signCheckpoint({ origin: log.name, size: 5, root: new Uint8Array(32) }, log);
    expect(await cosignaturesOn(other + line, [witness])).toEqual({ good: [], false: ['witness.example'] });
    expect(await cosignaturesOn(note + line, [])).toEqual({ good: [], false: [] });
  });
});

describe('the protocol', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'witness-'));
  const log = newSigner('log.example/ledger');
  const clock = standingClock('2026-03-02T08:00:00.000Z');
  let server: WitnessServer;
  const start = () => startWitness({ folder, name: 'witness.example', port: 0, host: '127.0.0.1', logs: [log], clock });
  beforeAll(async () => void (server = await start()));
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const leaves = Array.from({ length: 40 }, (_, n) => plainTreeHash.leaf(Uint8Array.of(n)));
  const forked = leaves.with(3, plainTreeHash.leaf(Uint8Array.of(99)));
  const note = (size: number, of = leaves, signer = log) => signCheckpoint({ origin: log.name, size, root: rootOfLeaves(of.slice(0, size)) }, signer);
  const proof = (from: number, to: number, of = leaves) => (from === 0 ? [] : consistencyRanges(from, to).map((range) => rangeHash(range, subtreesOf(of.slice(0, to)))));
  const post = async (body: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}/add-checkpoint`, { method: 'POST', body });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const add = async (old: number, size: number, of = leaves) => post(writeRequest({ old, proof: proof(old, size, of), checkpoint: await note(size, of) }));

  it('cosigns what grows, and remembers it over a restart', async () => {
    const first = await add(0, 5);
    expect(first.status).toBe(200);
    expect((await cosignaturesOn((await note(5)) + first.text, [witnessKeyFrom(server.key)])).good).toEqual([{ witness: 'witness.example', time: Date.parse('2026-03-02T08:00:00.000Z') / 1000 }]);
    await server.stop();
    server = await start();
    expect(await add(0, 9)).toEqual({ status: 409, type: 'text/x.tlog.size', text: '5\n' });
    expect((await add(5, 12)).status).toBe(200);
    expect((await add(12, 12)).status).toBe(200);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
  it('refuses a fork: 422 for another past, 409 for another present', async () => {
    expect((await add(12, 20, forked)).status).toBe(422);
    expect((await add(12, 12, forked)).status).toBe(409);
    expect((await post(writeRequest({ old: 12, proof: [], checkpoint: await note(20) }))).status).toBe(422);
    expect((await add(12, 20)).status).toBe(200);
  });
  it('refuses strangers and nonsense', async () => {
    const stranger = newSigner('stranger.example');
    const alien = await signCheckpoint({ origin: 'stranger.example', size: 1, root: leaves[0]! }, stranger);
    expect((await post(writeRequest({ old: 0, proof: [], checkpoint: alien }))).status).toBe(404);
    expect((await post(writeRequest({ old: 20, proof: proof(20, 30), checkpoint: await note(30, leaves, newSigner(log.name)) }))).status).toBe(403);
    expect((await post(writeRequest({ old: 31, proof: [], checkpoint: await note(30) }))).status).toBe(400);
    for (const body of ['', 'old 05\n\nx', 'old 1\nAAAA\n\nx', 'hello']) expect((await post(body)).status).toBe(400);
    expect((await post('x'.repeat(100_000)).catch(() => ({ status: 413 }))).status).toBe(413);
  });
  it('lets only one of two through that come at once', async () => {
    const [a, b] = await Promise.all([add(20, 25), add(20, 28)]);
    expect([a.status, b.status].sort()).toEqual([200, 409]);
  });
  it('a request reads as it is written', async () => {
    const asked = { old: 5, proof: proof(5, 12), checkpoint: await note(12) };
    expect(readRequest(writeRequest(asked))).toEqual(asked);
  });
});

describe('two hospitals', async () => {
  const [one_, two] = [await testHouse([ledger]), await testHouse([ledger])];
  const houses = [one_, two];
  const servers: WitnessServer[] = [];
  const folders: string[] = [];
  beforeAll(async () => {
    for (const [i, house] of houses.entries()) {
      const folder = await mkdtemp(join(tmpdir(), 'witness-'));
      folders.push(folder);
      servers.push(await startWitness({ folder, name: `witness-${i}.example`, port: 0, host: '127.0.0.1', logs: [await openLedger(houses[1 - i]!)], clock: house.clock }));
    }
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    for (const folder of folders) await rm(folder, { recursive: true });
  });
  const name = async (house: (typeof houses)[number], server: WitnessServer) => house.call(addWitness, { body: { url: `http://127.0.0.1:${server.port}/`, key: server.key } });

  it('witness each other; receipts carry the cosignature', async () => {
    await name(one_, servers[1]!);
    await name(two, servers[0]!);
    for (const house of houses) {
      await Promise.all(Array.from({ length: 300 }, (_, n) => appendGrouped(house.db, one(n))));
      expect(await house.call(askWitnesses, {})).toMatchObject({ cosigned: [expect.stringContaining('witness-')], failed: [] });
      await appendGrouped(house.db, one(999));
      await house.jobs.start('ledger.checkpoint', {});
      await house.idle();
      await house.jobs.start('ledger.witness', {});
      await house.idle();
      const [state] = (await house.call(listWitnesses, {}, 'auditor')).items;
      expect(state).toMatchObject({ cosigned: 303, problem: null, refused: null, cosignedAt: house.clock.now() });
      expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
    }
    const log = await openLedger(one_);
    const receipt = await receiptOf(one_, 40);
    const witness = witnessKeyFrom(servers[1]!.key);
    expect(await verifyReceipt(receipt, { keys: [log], witnesses: [witness], quorum: 1 })).toMatchObject({ sound: true, cosignatures: [{ witness: 'witness-1.example' }] });
    expect((await verifyReceipt(receipt, { keys: [log], witnesses: [], quorum: 1 })).faults).toEqual(['0 of the witnesses you named cosigned it; you asked for 1.']);
  });

  it('a ledger that was rewritten is refused, and the refusal is remembered once', async () => {
    const house = await testHouse([ledger]);
    const folder = await mkdtemp(join(tmpdir(), 'witness-'));
    folders.push(folder);
    const log = await openLedger(house);
    const server = await startWitness({ folder, name: 'stern.example', port: 0, host: '127.0.0.1', logs: [log], clock: house.clock });
    servers.push(server);
    await name(house, server);
    await appendGrouped(house.db, one(1));
    // The same key signs another history for the witness first: what a forger with the data folder would do.
    const fork = await signCheckpoint({ origin: log.name, size: 3, root: rootOfLeaves([1, 2, 3].map((n) => plainTreeHash.leaf(Uint8Array.of(n)))) }, log);
    expect((await fetch(`http://127.0.0.1:${server.port}/add-checkpoint`, { method: 'POST', body: writeRequest({ old: 0, proof: [], checkpoint: fork }) })).status).toBe(200);
    for (let round = 0; round < 3; round++) {
      const answer = await house.call(askWitnesses, {});
      expect(answer.failed).toMatchObject([{ name: 'stern.example', says: expect.stringMatching(/another ledger|not the beginning/) }]);
      house.clock.pass(minutes(5));
    }
    const refused = (await entries(house.db, { kind: 'witness.refused' })).items;
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(refused.length).toBeLessThanOrEqual(2);
    expect((await house.call(listWitnesses, {})).items[0]!.refused).not.toBeNull();
  });

  it('one that cannot be reached is said, and does not keep the others', async () => {
    const house = await testHouse([ledger]);
    await openLedger(house);
    const folder = await mkdtemp(join(tmpdir(), 'witness-'));
    folders.push(folder);
    const gone = await startWitness({ folder, name: 'gone.example', port: 0, host: '127.0.0.1', logs: [], clock: house.clock });
    await name(house, gone);
    await gone.stop();
    await expect(name(house, gone)).rejects.toThrow(/already/);
    await expect(house.call(addWitness, { body: { url: 'http://x.example', key: 'a+b+c' } })).rejects.toThrow(/not the key of a witness/);
    expect((await house.call(askWitnesses, {})).failed).toMatchObject([{ name: 'gone.example' }]);
    expect((await house.call(listWitnesses, {})).items[0]!.problem).not.toBeNull();
    await house.call(removeWitness, { body: { name: 'gone.example' } });
    expect((await house.call(listWitnesses, {})).items).toEqual([]);
    await expect(house.call(removeWitness, { body: { name: 'gone.example' } })).rejects.toThrow(/no witness/);
    await signHead(house);
  });
});
