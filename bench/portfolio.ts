// How long does the portfolio of fifty deployments take, each with its charter, its decisions and all its gates judged?
import { sql } from 'kysely';
import { capabilities } from '../src/app/capabilities.ts';
import { catchUp } from '../src/expose/decisions/decisions.ts';
import { tellBatch } from '../src/expose/decisions/model.ts';
import { charterExample } from '../src/spine/deployments/charter-example.ts';
import { addFacility, addProduct, addUnit, createDeployment, saveCharter } from '../src/spine/deployments/model.ts';
import { portfolio } from '../src/spine/gates/model.ts';
import { standingClock } from '../src/tools/base/clock.ts';
import { ownHouse } from './house/own-house.ts';

/**
 * Runner contract: `npm run bench portfolio [DEPLOYMENTS [DECISIONS]]` (50 with 2,000 decisions of the last 28 days each
 * unless told). The portfolio is asked for 60 times, while every second time new decisions have come to one deployment.
 * The last line of standard output is one JSON object {bench, figures, goals, met}. Exit 0: measured; 2: PostgreSQL does
 * not run here.
 */
const many = Number(process.argv[2] ?? 50);
const each = Number(process.argv[3] ?? 2_000);
const now = Date.UTC(2026, 5, 1, 12);

const clock = standingClock(new Date(now).toISOString());
const { db, app, close } = await ownHouse(capabilities, clock, ['administrator', 'data-engineer', 'governance', 'clinical-owner']);
try {
  await ask('POST', addProduct.path, { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '2.3.0' });
  await ask('POST', addFacility.path, { slug: 'north', name: 'North Hospital' });
  for (const unit of ['med-1', 'med-2']) await ask('POST', addUnit.path.replace(':facility', 'north'), { slug: unit, name: unit });
  for (let n = 0; n < many; n++) {
    await ask('POST', createDeployment.path, { slug: `alert-${n}`, title: `Alert ${n}`, product: 'sepsis-watch', version: '2.3.0' });
    await ask(saveCharter.method, saveCharter.path.replace(':deployment', `alert-${n}`), { basedOn: 0, yaml: charterExample.replace('deployment: sepsis-alert', `deployment: alert-${n}`) });
    await tell(n, each, 'first');
  }
  await catchUp(db);
  await sql`analyze`.execute(db);
  const waits: number[] = [];
  const cpu: number[] = [];
  for (let n = 0; n < 65; n++) {
    if (n % 2 === 0) {
      await tell(n % many, 20, `more-${n}`);
      await catchUp(db);
    }
    const used = process.cpuUsage();
    const began = performance.now();
    await ask('GET', portfolio.path);
    if (n < 5) continue;
    waits.push(performance.now() - began);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1000);
  }
  waits.sort((a, b) => a - b);
  cpu.sort((a, b) => a - b);
  const figures = { deployments: many, decisions: many * each, p50: waits[30]!, p95: waits[57]!, nodeCpuP50: cpu[30]! };
  console.log(`data of the portfolio page, ${many} deployments, ${(many * each).toLocaleString('en-US')} decisions  p50 ${figures.p50.toFixed(1)} ms  p95 ${figures.p95.toFixed(1)} ms  (${figures.nodeCpuP50.toFixed(1)} ms cpu in Node)`);
  const goals = { milliseconds: 100 };
  console.log(JSON.stringify({ bench: 'portfolio', figures, goals, met: { milliseconds: figures.p95 < goals.milliseconds } }));
} finally {
  await close();
}

async function ask(method: string, path: string, body?: object | string): Promise<void> {
  const response = await app.request(path, { method, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' } }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
}

/** Decisions of the last 28 days, ten for each patient, a third of them answered. */
async function tell(deployment: number, decisions: number, run: string): Promise<void> {
  const lines: string[] = [];
  for (let n = 0; n < decisions; n++) {
    const at = now - 27 * 86_400_000 + Math.floor((n * 26 * 86_400_000) / decisions);
    const key = `${run}-${n}`;
    lines.push(JSON.stringify({ what: 'decision', key, at: new Date(at).toISOString(), askedAt: new Date(at - 400).toISOString(), subject: `MRN-${deployment}-${n % Math.ceil(decisions / 10)}`, user: `dr-${n % 97}`, version: '2.3.0', output: { class: 'high-risk', critical: n % 50 === 0 }, momentAt: new Date(at + 1_800_000).toISOString() }));
    if (n % 3 === 0) lines.push(JSON.stringify({ what: 'feedback', key, at: new Date(at + 60_000).toISOString(), act: n % 2 ? 'accepted' : 'overridden', user: `dr-${n % 97}` }));
  }
  await ask('POST', `${tellBatch.path}?deployment=alert-${deployment}`, lines.join('\n'));
}
