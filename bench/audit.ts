// How long does a whole audit of a gigabyte take, beside DuckDB merely scanning and parsing the same files?
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { systemClock } from '../src/tools/base/clock.ts';
import { openDatabase, quote } from '../src/tools/fhir/fhir.ts';
import { charterOf, readCharterFile } from '../src/prepare/audit/charter-input.ts';
import { runAudit } from '../src/prepare/audit/run-audit.ts';

/**
 * Runner contract: `npm run bench audit [SOURCE [BYTES]] [--tell]`. SOURCE is a folder of .ndjson.gz (the MIMIC demo in
 * ../shared unless told), BYTES how much is made of it (1.36e9 unless told); --tell prints the stages of each audit. Every measured step runs in a process of its
 * own, one after the other; audits and their measure are run three times in turn, and the median of each counts. The last line of standard output is one JSON object {bench, figures, goals, met}.
 * Exit 0: measured, whether or not the goals are met; 2: there is nothing to measure on.
 */
const root = ['../', '../../'].map((up) => fileURLToPath(new URL(up, import.meta.url))).find((one) => existsSync(join(one, 'package.json')) && existsSync(join(one, 'examples/sepsis-charter.yaml')))!;
const telling = process.argv.includes('--tell');
const source = process.argv.slice(2).filter((one) => one !== '--tell')[0] ?? join(root, '../shared/data/mimic-iv-fhir-demo-2.1.0');
const wantedBytes = Number(process.argv.slice(2).filter((one) => one !== '--tell')[1] ?? 1.36e9);
/** The checks of the first catalogue, whose promise is the closer one. */
const firstHalf = ['C01', 'C02', 'C03', 'C04', 'C05', 'C06', 'C07', 'F01', 'F03', 'F07', 'F08', 'F09', 'F10', 'P01', 'P03', 'P04', 'P05', 'D01', 'D02', 'D04', 'T01', 'V01', 'S01'];
const charter = join(root, 'examples/sepsis-charter.yaml');

interface Step {
  seconds: number;
  cpu: number;
  peakMB: number;
  detail?: unknown;
}

const [step, folder, workspace] = process.argv[2] === '--step' ? process.argv.slice(3) : [];
if (step) await measure(step, folder!, workspace!);
else await main();

async function main() {
  if (!existsSync(source)) {
    console.error(`There is no export at ${source}.\n→ npm run bench audit FOLDER`);
    process.exitCode = 2;
    return;
  }
  const place = mkdtempSync(join(tmpdir(), 'attending-bench-audit-'));
  const remove = () => rmSync(place, { recursive: true, force: true });
  process.once('SIGINT', () => { remove(); process.exit(130); });
  try {
    const once1 = await copies(join(place, 'one'), () => 1);
    const many = await copies(join(place, 'ten'), (bytes) => Math.max(2, Math.ceil(wantedBytes / bytes)));
    console.log(`${(once1.bytes / 1e6).toFixed(0)} MB in one copy, ${(many.bytes / 1e9).toFixed(2)} GB in ${many.copies} copies with ids of their own`);
    const run = (name: string, export_: string, work: string): Step => {
      mkdirSync(work, { recursive: true });
      const done = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), '--step', name, export_, work, ...(telling ? ['--tell'] : [])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
      if (done.status !== 0) throw new Error(`${name} failed`);
      const measured = JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Step;
      console.log(`${name.padEnd(26)} ${measured.seconds.toFixed(2).padStart(7)} s  ${measured.cpu.toFixed(2).padStart(7)} s cpu  peak ${measured.peakMB.toFixed(0).padStart(5)} MB`);
      return measured;
    };
    const big = join(place, 'ten');
    // The first read warms the file cache for both alike.
    run('scan', big, join(place, 'w0'));
    const scan = run('scan', big, join(place, 'w1'));
    const rounds = Array.from({ length: 3 }, (_, round) => {
      const work = join(place, 'w3');
      rmSync(work, { recursive: true, force: true });
      return { parse: run('parse', big, join(place, 'w2')), half: run('first half', big, join(place, `w5-${round}`)), audit: run('audit', big, work), small: run('audit', join(place, 'one'), join(place, `w4-${round}`)) };
    });
    const parse = median(rounds.map((one) => one.parse));
    const half = median(rounds.map((one) => one.half));
    const audit = median(rounds.map((one) => one.audit));
    const small = median(rounds.map((one) => one.small));
    const again = run('audit', big, join(place, 'w3'));
    const other = run('other charter', big, join(place, 'w3'));
    const gigabytes = many.bytes / 1e9;
    const figures = {
      gigabytes, copies: many.copies,
      scanSeconds: scan.seconds, parseSeconds: parse.seconds, firstHalfSeconds: half.seconds, auditSeconds: audit.seconds, againSeconds: again.seconds, otherCharterSeconds: other.seconds,
      scanCpu: scan.cpu, parseCpu: parse.cpu, firstHalfCpu: half.cpu, auditCpu: audit.cpu,
      firstHalfRatioToParse: half.seconds / parse.seconds, firstHalfRatioToParseCpu: half.cpu / parse.cpu,
      ratioToScan: audit.seconds / scan.seconds, ratioToParse: audit.seconds / parse.seconds, ratioToParseCpu: audit.cpu / parse.cpu,
      megabytesPerSecond: many.bytes / 1e6 / audit.seconds, againSecondsPerGB: again.seconds / gigabytes,
      peakMB: audit.peakMB, peakOneCopyMB: small.peakMB, parsePeakMB: parse.peakMB, peakGrowth: audit.peakMB / small.peakMB,
    };
    const goals = { firstHalfRatioToParse: '<= 1.5', ratioToParse: '<= 2', megabytesPerSecond: '>= 250', againSecondsPerGB: '<= 1', peakGrowth: '<= 1.5' };
    const met = { firstHalfRatioToParse: figures.firstHalfRatioToParse <= 1.5, ratioToParse: figures.ratioToParse <= 2, megabytesPerSecond: figures.megabytesPerSecond >= 250, againSecondsPerGB: figures.againSecondsPerGB <= 1, peakGrowth: figures.peakGrowth <= 1.5 };
    console.log(JSON.stringify({ bench: 'audit', figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))])), goals, met }));
  } finally {
    remove();
  }
}

/** The step that took the middle time; its memory is the middle of the memories. */
function median(steps: readonly Step[]): Step {
  const middle = (of: (step: Step) => number) => steps.map(of).sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  return { seconds: middle((one) => one.seconds), cpu: middle((one) => one.cpu), peakMB: middle((one) => one.peakMB) };
}

/** Writes the export n times over, plain; every copy has its own ids, patients and encounters. */
async function copies(to: string, times: (bytes: number) => number): Promise<{ bytes: number; copies: number }> {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(source).filter((name) => /\.ndjson(\.gz)?$/.test(name)).sort();
  const write = async (from: number, until: number) => {
    for (const name of names) {
      const out = createWriteStream(join(to, name.replace(/\.gz$/, '')), { flags: from === 0 ? 'w' : 'a' });
      for (let copy = from; copy < until; copy++) {
        const raw = createReadStream(join(source, name));
        for await (const line of createInterface({ input: name.endsWith('.gz') ? raw.pipe(createGunzip()) : raw, crlfDelay: Infinity }))
          if (!out.write(`${copy === 0 ? line : renamed(line, copy)}\n`)) await once(out, 'drain');
      }
      out.end();
      await once(out, 'finish');
    }
  };
  await write(0, 1);
  const bytes = () => readdirSync(to).reduce((sum, name) => sum + statSync(join(to, name)).size, 0);
  const n = times(bytes());
  if (n > 1) await write(1, n);
  return { bytes: bytes(), copies: n };
}

function renamed(line: string, copy: number): string {
  const mark = copy.toString(16).padStart(4, '0');
  return line.replace(/\b[0-9a-f]{4}(?=[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)/g, (head) => (parseInt(head, 16) ^ parseInt(mark, 16)).toString(16).padStart(4, '0')).replace(/("value": "|Patient_)(\d+)"/g, `$1$2${mark}"`);
}

async function measure(name: string, export_: string, work: string): Promise<void> {
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  const files = `[${readdirSync(export_).map((one) => quote(join(export_, one))).join(', ')}]`;
  if (name === 'audit' || name === 'first half' || name === 'other charter') {
    const input = await readCharterFile(charter);
    // Another charter over the same reading: nothing it asks was answered before.
    const asked = name !== 'other charter' ? input : await charterOf({ ...input.data, elements: input.data.elements.toReversed() }, input.deployment ?? 'bench');
    await runAudit(export_, asked, { clock: systemClock, workspace: work, ...(name === 'first half' && { checks: firstHalf }), ...(telling && { onProgress: tell(start) }) });
  } else {
    const database = await openDatabase({ workspace: work });
    // `scan`: every line is validated as JSON and touched. `parse`: every line becomes typed values, all columns counted.
    await database.rows(name === 'scan' ? `SELECT sum(strlen(json)) FROM read_ndjson_objects(${files})` : `SELECT count(COLUMNS(*)) FROM read_json(${files}, format = 'newline_delimited', union_by_name = true)`);
    await database.close();
  }
  const used = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - start) / 1e9, cpu: (used.user + used.system) / 1e6, peakMB: process.resourceUsage().maxRSS / 1024 } satisfies Step));
}

function tell(start: bigint) {
  let last = '';
  const before = process.cpuUsage();
  return ({ says }: { says: string }) => {
    const { user, system } = process.cpuUsage(before);
    if (says !== last) console.error(`  ${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s cpu: ${says}`);
    last = says;
  };
}
