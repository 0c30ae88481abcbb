// How many events a second does a batch take in durably, beside bare COPY of the same rows?
import { readFileSync, readdirSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { decisionMeasures, capability as decisions } from '../src/expose/decisions/decisions.ts';
import type { BatchAnswer } from '../src/expose/decisions/model.ts';
import { capability as deployments } from '../src/spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../src/spine/deployments/model.ts';
import { ledger } from '../src/spine/ledger/ledger.ts';
import { catalogue, measures } from '../src/spine/measures/measures.ts';
import { systemClock } from '../src/tools/base/clock.ts';
import { poolOf, type Db } from '../src/tools/server/database.ts';
import { ownHouse } from './house/own-house.ts';

/**
 * Runner contract: `npm run bench intake [EVENTS]` (400,000 unless told). Lines of NDJSON (six of ten decisions, two
 * feedbacks, one outcome, one use) go through the endpoint of the API, are checked, named, replaced by references, hashed
 * into the ledger and committed with fsync on. The rival copies the rows that this left behind, nothing else, into
 * tables with the same indexes, and then into tables without any. CPU is given beside the clock, because other work on the machine slows the one and
 * hardly the other; that of PostgreSQL is known on Linux only. The last line of standard output is one JSON object
 * {bench, figures, goals, met}. Exit 0: measured; 2: PostgreSQL does not run here.
 */
const events = Number(process.argv[2] ?? 400_000);
const rooms = [ledger, deployments, measures(catalogue(decisionMeasures)), decisions];
const { db, app, close } = await ownHouse(rooms, systemClock, ['administrator', 'data-engineer']);
const slug = 'sepsis-alert';
const at = new Date(Date.now() - 3_600_000).toISOString();
const later = new Date(Date.now() - 1_800_000).toISOString();
try {
  await post(addProduct.path, { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '2.3.0' });
  await post(createDeployment.path, { slug, title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0' });
  await take(20_000, 'warm');
  const took = await take(events, 'run');
  say('batch intake, fsync on', `${round(took.perSecond)} events/s  ${took.cpu.toFixed(1)} µs cpu each in Node${took.postgres === null ? '' : `, ${took.postgres.toFixed(1)} in PostgreSQL`}  peak +${round(took.grownMegabytes)} MB`);
  const copied = await bareCopy(db, 'indexed');
  say('bare COPY of the same rows', `${round(copied.perSecond)} events/s  ${copied.cpu.toFixed(1)} µs cpu each in Node${copied.postgres === null ? '' : `, ${copied.postgres.toFixed(1)} in PostgreSQL`}`);
  const plain = await bareCopy(db, 'plain');
  say('the same without an index', `${round(plain.perSecond)} events/s  ${plain.cpu.toFixed(1)} µs cpu each in Node${plain.postgres === null ? '' : `, ${plain.postgres.toFixed(1)} in PostgreSQL`}`);
  const again = await take(events, 'run');
  say('the same batch again', `${round(again.perSecond)} events/s, ${again.recorded} written`);
  const figures = { events, intake: took, copy: copied, copyWithoutIndex: plain, again };
  const goals = { perSecond: 80_000, memoryMegabytes: 400 };
  console.log(JSON.stringify({ bench: 'intake', figures, goals, met: { perSecond: took.perSecond >= goals.perSecond, memoryMegabytes: took.grownMegabytes <= goals.memoryMegabytes } }));
} finally {
  await close();
}

async function post(path: string, body: object): Promise<void> {
  const response = await app.request(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  if (!response.ok) throw new Error(await response.text());
}

interface Taken { perSecond: number; cpu: number; postgres: number | null; recorded: number; grownMegabytes: number }

async function take(many: number, run: string): Promise<Taken> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => void (peak = Math.max(peak, process.memoryUsage().rss)), 50);
  // Made beforehand, in parts: what is measured is the intake and not the writing of the lines.
  const parts = [...linesOf(many, run)];
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const part = parts.shift();
      if (part) controller.enqueue(part);
      else controller.close();
    },
  });
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const { seconds, cpu, postgres, result } = await measured(async () => {
    const response = await app.request(`/api/v1/decisions/batch?deployment=${slug}`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as BatchAnswer;
  });
  clearInterval(watch);
  if (result.refused > 0) throw new Error(JSON.stringify(result.problems[0]));
  return { perSecond: many / seconds, cpu: cpu / many, postgres: postgres === null ? null : postgres / many, recorded: result.recorded, grownMegabytes: Math.max(0, peak - before - bytes) / 1e6 };
}

function* linesOf(many: number, run: string): Generator<Buffer> {
  let part: string[] = [];
  let decision = 0;
  for (let n = 0; n < many; n++) {
    const nth = n % 10;
    if (nth < 6) decision = n;
    const key = `${run}-${decision}`;
    part.push(JSON.stringify(
      nth < 6 ? { what: 'decision', key, at, askedAt: at, subject: `MRN-${Math.floor(n / 40)}`, encounter: `V-${Math.floor(n / 40)}`, user: `dr-${n % 97}`, facility: 'main', department: 'icu', version: '2.3.0', output: { class: 'high-risk', score: (n % 1000) / 1000 }, momentAt: later }
      : nth < 8 ? { what: 'feedback', key: `${run}-${decision - (nth - 6)}`, at: later, act: nth === 6 ? 'accepted' : 'overridden', user: `dr-${n % 97}`, dwellMs: 4000 + (n % 1000), ...(nth === 7 && { reason: { code: 'not-septic' } }) }
      : nth === 8 ? { what: 'outcome', key, at: later, name: 'sepsis', positive: n % 3 === 0 }
      : { what: 'use', key, at: later, touch: 'opened', user: `dr-${n % 97}` },
    ));
    if (part.length === 1000 || n === many - 1) {
      yield Buffer.from(`${part.join('\n')}\n`);
      part = [];
    }
  }
}

/** The rows the intake left behind, through COPY FROM STDIN into tables with the same indexes or none, committed at once. */
async function bareCopy(from: Db, tablesAre: 'indexed' | 'plain'): Promise<Taken> {
  const { rows } = await sql<{ n: number }>`select sum(records)::int as n from decisions.batch`.execute(from);
  const tables = ['decisions.known', 'decisions.batch_page'] as const;
  const client = await poolOf(from)!.connect();
  const kept: { table: string; bytes: Buffer[] }[] = [];
  for (const table of tables) {
    const bytes: Buffer[] = [];
    await pipeline(client.query(copyTo(`copy ${table} to stdout (format binary)`)), new Writable({ write: (chunk: Buffer, _encoding, done) => { bytes.push(chunk); done(); } }));
    const name = `public.${table.replace('.', '_')}_${tablesAre}`;
    await client.query(`create table ${name} (like ${table} ${tablesAre === 'indexed' ? 'including indexes ' : ''}including storage)`);
    kept.push({ table: name, bytes });
  }
  const { seconds, cpu, postgres } = await measured(async () => {
    await client.query('begin');
    for (const { table, bytes } of kept) await pipeline(Readable.from(bytes), client.query(copyFrom(`copy ${table} from stdin (format binary)`)));
    await client.query('commit');
  });
  client.release();
  const n = rows[0]!.n;
  return { perSecond: n / seconds, cpu: cpu / n, postgres: postgres === null ? null : postgres / n, recorded: n, grownMegabytes: 0 };
}

async function measured<T>(work: () => Promise<T>): Promise<{ seconds: number; cpu: number; postgres: number | null; result: T }> {
  const cpu = process.cpuUsage();
  const before = await postgresMicroseconds();
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const after = await postgresMicroseconds();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpu: user + system, postgres: before === null || after === null ? null : after - before, result };
}

/** What all processes of this PostgreSQL have used so far; null where the system does not tell. */
async function postgresMicroseconds(): Promise<number | null> {
  try {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    const statOf = (pid: string) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    const parent = statOf(String(rows[0]!.pid))[1]!;
    const ticks = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).reduce((sum, pid) => {
      try {
        const stat = statOf(pid);
        return stat[1] === parent ? sum + Number(stat[11]) + Number(stat[12]) : sum;
      } catch {
        return sum;
      }
    }, 0);
    return ticks * 10_000;
  } catch {
    return null;
  }
}

function say(what: string, found: string): void {
  console.log(`${what.padEnd(30)} ${found}`);
}
function round(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}
