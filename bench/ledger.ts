// How many entries a second does the ledger take and verify, beside PostgreSQL's own bare insert and copy?
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { systemClock } from '../src/tools/base/clock.ts';
import type { Db } from '../src/tools/server/database.ts';
import { ownHouse } from './house/own-house.ts';
import { appendGrouped, inclusionOf, ledger, readyKey, seal, signHead, verifyDatabase, type Appending } from '../src/spine/ledger/ledger.ts';
import { byteaArray } from '../src/spine/ledger/binary-arrays.ts';
import { entryKind, type NewEntry } from '../src/spine/ledger/model.ts';

/**
 * Runner contract: `npm run bench ledger [ENTRIES [SECONDS]]`. ENTRIES is the length of the ledger that is verified
 * (600,000 unless told), SECONDS how long each round of appending lasts (8). An embedded PostgreSQL with fsync on runs
 * in a folder of its own below the temporary folder. The last line of standard output is one JSON object {bench,
 * figures, goals, met}. Exit 0: measured, whether or not the goals are met; 2: PostgreSQL does not run here.
 */
const entries = Number(process.argv[2] ?? 600_000);
const seconds = Number(process.argv[3] ?? 8);
const callers = 64;
const kind = entryKind('bench.recorded', 'An entry of the size of an AI decision, for measuring.', 'elsewhere').kind;

const sealedKind = entryKind('bench.sealed', 'An AI decision with its payload, for measuring.').kind;
const patients = 200;
/** Laboratory results as FHIR, each with numbers of its own. */
const asked = Array.from({ length: 50 }, (_, patient) =>
  Buffer.from(JSON.stringify({ hook: 'patient-view', prefetch: { labs: Array.from({ length: 22 }, (__, i) => ({ resourceType: 'Observation', id: `o-${patient}-${i}`, status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '2524-7', display: 'Lactate [Moles/volume] in Serum or Plasma' }] }, subject: { reference: `Patient/p-${patient}` }, effectiveDateTime: '2026-03-10T10:00:00Z', valueQuantity: { value: (patient * 37 + i * 11) / 10, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' } })) } })),
);

const { house, db, close } = await ownHouse([ledger], systemClock, ['administrator']);
try {
  const disk = fdatasync();
  say('this disk, fdatasync of 16 kB', `p50 ${disk.p50.toFixed(2)} ms  p99 ${disk.p99.toFixed(2)} ms`);

  const bare = await bareInserts(db);
  say('bare INSERT of 64 rows, fsync on', `${round(bare.perSecond)}/s  p50 ${bare.p50.toFixed(2)} ms  p99 ${bare.p99.toFixed(2)} ms`);
  await append(db, 1);
  const appended = await append(db, seconds);
  say(`append from ${callers} callers`, `${round(appended.perSecond)}/s  p50 ${appended.p50.toFixed(2)} ms  p99 ${appended.p99.toFixed(2)} ms  ${appended.cpuMicroseconds.toFixed(1)} µs cpu each`);
  // The keys are there before: what is measured is a decision about a patient who was seen this year.
  await Promise.all(Array.from({ length: patients }, (_, n) => readyKey(house, `sub_${n}`)));
  const bodies = await append(db, Math.min(seconds, 4), callers, sealedDecision);
  say(`append with 8 kB sealed, ${callers} callers`, `${round(bodies.perSecond)}/s  p50 ${bodies.p50.toFixed(2)} ms  p99 ${bodies.p99.toFixed(2)} ms  ${bodies.cpuMicroseconds.toFixed(1)} µs cpu each`);
  const alone = await append(db, Math.min(seconds, 3), 1);
  say('append from one caller', `${round(alone.perSecond)}/s  p50 ${alone.p50.toFixed(2)} ms  p99 ${alone.p99.toFixed(2)} ms`);

  const proofs: { entries: number; milliseconds: number }[] = [];
  for (const wanted of [0.1, 0.33, 1].map((share) => Math.round(share * entries))) {
    await fill(db, wanted);
    await signHead(house);
    proofs.push(await proving(db));
    say(`inclusion proof of ${round(proofs.at(-1)!.entries)}`, `${proofs.at(-1)!.milliseconds.toFixed(2)} ms`);
  }
  // The first reading warms the file cache for both alike.
  await copyOut(db);
  const copied = await copyOut(db);
  say('bare COPY out', `${round(copied)}/s`);
  const verified = await verify();
  say('full verification', `${round(verified.perSecond)} entries/s  ${verified.cpuMicroseconds.toFixed(1)} µs cpu each  ${verified.sound ? 'sound' : 'NOT SOUND'}`);

  const figures = { entries, callers, fdatasync: disk, bareInsert: bare, append: appended, appendSealed: bodies, appendAlone: alone, copyOutPerSecond: copied, verify: verified, proofs };
  const goals = { appendsPerSecond: 25_000, appendP99Milliseconds: 5, verifiedPerSecond: 150_000, proofGrowsLess: 3 };
  const met = {
    appendsPerSecond: appended.perSecond >= goals.appendsPerSecond,
    appendP99Milliseconds: appended.p99 <= goals.appendP99Milliseconds,
    verifiedPerSecond: verified.sound && verified.perSecond >= goals.verifiedPerSecond,
    proofGrowsLess: proofs.at(-1)!.milliseconds <= goals.proofGrowsLess * proofs[0]!.milliseconds,
  };
  console.log(JSON.stringify({ bench: 'ledger', figures, goals, met }));
} finally {
  await close();
}

function say(what: string, found: string): void {
  console.log(`${what.padEnd(36)} ${found}`);
}
function round(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** About the size of a decision's entry: 580 bytes. */
function decision(n: number): NewEntry {
  return {
    at: '2026-11-21T12:00:00.000Z',
    kind,
    actor: { kind: 'key', ref: 'key_01hxyz01hxyz01hxyz01hxyz01', roles: ['vendor'] },
    deployment: 'dep_01hxyz01hxyz01hxyz01hxyz01',
    subject: `decision/dec_01hxyz01hxyz01hxyz01${n}`,
    body: { subject: 'sub_01hxyz01hxyz01hxyz01hxyz01', output: { score: 0.83, label: 'high' }, version: '2.4.1', disposition: 'shown', arm: 'live', ms: 42, request: 'a'.repeat(64) },
    payload: { digest: 'a'.repeat(64), bytes: 2300 },
  };
}

/** A decision with what was asked and answered: 8 kB of JSON about one of so many patients, compressed and sealed. */
async function sealedDecision(n: number): Promise<Appending> {
  const { payload: _, ...entry } = decision(n);
  return { ...entry, kind: sealedKind, sealed: await seal(house, `sub_${n % patients}`, asked[n % asked.length]!) };
}

interface Pace {
  perSecond: number;
  p50: number;
  p99: number;
}

async function append(into: Db, lasting: number, many = callers, entryOf: (n: number) => Appending | Promise<Appending> = decision): Promise<Pace & { cpuMicroseconds: number }> {
  const waits: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const end = began + lasting * 1000;
  let n = 0;
  await Promise.all(
    Array.from({ length: many }, async () => {
      while (performance.now() < end) {
        const asked = performance.now();
        const entry = entryOf(n++);
        await appendGrouped(into, entry instanceof Promise ? await entry : entry);
        waits.push(performance.now() - asked);
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return { ...paceOf(waits, (performance.now() - began) / 1000), cpuMicroseconds: (user + system) / waits.length };
}

function paceOf(waits: number[], lasted: number, each = 1): Pace {
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))]!;
  return { perSecond: (each * waits.length) / lasted, p50: at(0.5), p99: at(0.99) };
}

/** What PostgreSQL itself takes: rows of the same bytes, 64 to a statement, one index, committed to the disk each time. */
async function bareInserts(into: Db): Promise<Pace> {
  await sql`create table public.bare (position bigint primary key, leaf bytea not null, leaf_hash bytea not null)`.execute(into);
  const waits: number[] = [];
  const began = performance.now();
  const leaves = byteaArray(Array.from({ length: callers }, () => Buffer.alloc(580, 97)));
  const hashes = byteaArray(Array.from({ length: callers }, () => Buffer.alloc(32, 98)));
  for (let n = 0; performance.now() < began + 3000; n += callers) {
    const asked = performance.now();
    await sql`insert into public.bare select ${n} + i, leaf, hash from unnest(${leaves}::bytea[], ${hashes}::bytea[]) with ordinality t(leaf, hash, i)`.execute(into);
    waits.push(performance.now() - asked);
  }
  const pace = paceOf(waits, (performance.now() - began) / 1000, callers);
  await sql`drop table public.bare`.execute(into);
  return pace;
}

async function fill(into: Db, upTo: number): Promise<void> {
  const { rows } = await sql<{ size: number }>`select size from ledger.head`.execute(into);
  for (let n = rows[0]!.size; n < upTo; n += 1000) await Promise.all(Array.from({ length: Math.min(1000, upTo - n) }, (_, i) => appendGrouped(into, decision(n + i))));
  await sql`analyze ledger.entry`.execute(into);
}

async function proving(from: Db): Promise<{ entries: number; milliseconds: number }> {
  const { rows } = await sql<{ size: number }>`select size from ledger.head`.execute(from);
  const size = rows[0]!.size;
  const many = 200;
  const ask = async () => {
    for (let i = 0; i < many; i++) await inclusionOf(from, Math.floor((i * size) / many), size);
  };
  await ask();
  const began = performance.now();
  await ask();
  return { entries: size, milliseconds: (performance.now() - began) / many };
}

/** Everything that is in the entries, as fast as the server gives it away; nothing of it is kept. */
async function copyOut(from: Db): Promise<number> {
  const { rows } = await sql<{ size: number }>`select size from ledger.head`.execute(from);
  const began = performance.now();
  await sql.raw(`copy ledger.entry to program 'cat > /dev/null' (format binary)`).execute(from);
  return (1000 * rows[0]!.size) / (performance.now() - began);
}

async function verify(): Promise<{ perSecond: number; cpuMicroseconds: number; sound: boolean }> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const found = await verifyDatabase(house);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: found.entries / seconds, cpuMicroseconds: (user + system) / found.entries, sound: found.sound };
}

/** What the disk itself takes to keep 16 kB: no promise to a caller can be quicker. */
function fdatasync(): { p50: number; p99: number } {
  const file = openSync(join(house.config.dataFolder, 'fdatasync'), 'w');
  const bytes = Buffer.alloc(16_384, 1);
  const waits: number[] = [];
  for (let i = 0; i < 300; i++) {
    writeSync(file, bytes, 0, bytes.length, i * bytes.length);
    const began = performance.now();
    fdatasyncSync(file);
    waits.push(performance.now() - began);
  }
  closeSync(file);
  const { p50, p99 } = paceOf(waits, 1);
  return { p50, p99 };
}
