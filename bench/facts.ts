// Does one more day of decisions cost the day and not the history, and are the pages quick with a million?
import { sql } from 'kysely';
import { capability as decisions, catchUp, decisionMeasures } from '../src/expose/decisions/decisions.ts';
import { listDecisions, summary, tellBatch } from '../src/expose/decisions/model.ts';
import { capability as deployments } from '../src/spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../src/spine/deployments/model.ts';
import { ledger } from '../src/spine/ledger/ledger.ts';
import { catalogue, measures } from '../src/spine/measures/measures.ts';
import { standingClock } from '../src/tools/base/clock.ts';
import { ownHouse } from './house/own-house.ts';

/**
 * Runner contract: `npm run bench facts [DECISIONS [DAYS]]` (1,000,000 over 100 days unless told). Days of decisions with
 * feedback go through the batch endpoint; after each the facts are brought up to date and that is timed. Then the data
 * of the summary and the list are asked for 60 times each. The last line of standard output is one JSON object {bench,
 * figures, goals, met}. Exit 0: measured; 2: PostgreSQL does not run here.
 */
const many = Number(process.argv[2] ?? 1_000_000);
const days = Number(process.argv[3] ?? 100);
const daily = Math.round(many / days);
const slug = 'sepsis-alert';
const first = Date.UTC(2026, 0, 1);

const clock = standingClock(new Date(first).toISOString());
const rooms = [ledger, deployments, measures(catalogue(decisionMeasures)), decisions];
const { db, app, close } = await ownHouse(rooms, clock, ['administrator', 'data-engineer']);
try {
  await ask(addProduct.path, { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '2.3.0' });
  await ask(createDeployment.path, { slug, title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0' });
  const costs: { seconds: number; cpu: number }[] = [];
  for (let day = 0; day < days; day++) {
    clock.moveTo(new Date(first + (day + 1) * 86_400_000).toISOString());
    await ask(`${tellBatch.path}?deployment=${slug}`, linesOf(day));
    const cpu = process.cpuUsage();
    const began = performance.now();
    await catchUp(db);
    const { user, system } = process.cpuUsage(cpu);
    costs.push({ seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 });
    if ((day + 1) % Math.max(1, Math.round(days / 10)) === 0) say(`day ${day + 1}, ${((day + 1) * daily).toLocaleString('en-US')} decisions`, `facts of the day ${costs.at(-1)!.seconds.toFixed(2)} s, ${costs.at(-1)!.cpu.toFixed(2)} s cpu in Node`);
  }
  await sql`analyze`.execute(db);
  const tenth = Math.max(1, Math.round(days / 10));
  const early = median(costs.slice(1, 1 + tenth).map(({ seconds }) => seconds));
  const late = median(costs.slice(-tenth).map(({ seconds }) => seconds));
  say('a new day, first tenth and last', `${early.toFixed(2)} s and ${late.toFixed(2)} s`);
  const pages = { summary: await timed(`${summary.path}?deployment=${slug}`), list: await timed(`${listDecisions.path}?deployment=${slug}&limit=100`) };
  for (const [page, { p50, p95 }] of Object.entries(pages)) say(`data of the ${page} page`, `p50 ${p50.toFixed(1)} ms  p95 ${p95.toFixed(1)} ms`);
  const goals = { dayGrowsLess: 1.5, pageMilliseconds: 100 };
  const met = { dayGrowsLess: late <= goals.dayGrowsLess * early, pageMilliseconds: Math.max(pages.summary.p95, pages.list.p95) < goals.pageMilliseconds };
  console.log(JSON.stringify({ bench: 'facts', figures: { decisions: daily * days, days, daySeconds: { early, late }, pages }, goals, met }));
} finally {
  await close();
}

async function ask(path: string, body: object | string): Promise<void> {
  const response = await app.request(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' } });
  if (!response.ok) throw new Error(await response.text());
  const { refused = 0, problems = [] } = (await response.json()) as { refused?: number; problems?: unknown[] };
  if (refused > 0) throw new Error(JSON.stringify(problems[0]));
}

/** A day: each patient has ten decisions, a third of them answered. */
function linesOf(day: number): string {
  const lines: string[] = [];
  for (let n = 0; n < daily; n++) {
    const at = first + day * 86_400_000 + Math.floor((n * 80_000_000) / daily);
    const key = `${day}-${n}`;
    lines.push(JSON.stringify({ what: 'decision', key, at: new Date(at).toISOString(), askedAt: new Date(at - 400).toISOString(), subject: `MRN-${day}-${n % Math.ceil(daily / 10)}`, user: `dr-${n % 97}`, facility: n % 3 ? 'main' : 'north', department: n % 2 ? 'icu' : 'ward', version: '2.3.0', output: { class: n % 4 ? 'high-risk' : 'low-risk', score: (n % 1000) / 1000 }, momentAt: new Date(at + 1_800_000).toISOString() }));
    if (n % 3 === 0) lines.push(JSON.stringify({ what: 'feedback', key, at: new Date(at + 60_000 + (n % 600) * 1000).toISOString(), act: n % 2 ? 'accepted' : 'overridden', user: `dr-${n % 97}` }));
  }
  return lines.join('\n');
}

async function timed(path: string): Promise<{ p50: number; p95: number }> {
  const waits: number[] = [];
  for (let n = 0; n < 65; n++) {
    const began = performance.now();
    const response = await app.request(path);
    await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    // The first few warm the cache of the database, as on any morning.
    if (n >= 5) waits.push(performance.now() - began);
  }
  waits.sort((a, b) => a - b);
  return { p50: waits[30]!, p95: waits[57]! };
}

function median(list: number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
function say(what: string, found: string): void {
  console.log(`${what.padEnd(36)} ${found}`);
}
