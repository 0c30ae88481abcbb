// How long does a whole audit of OMOP tables take, beside DuckDB merely scanning and parsing the same files?
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCharterText } from '../src/prepare/audit/charter-input.ts';
import { runAudit } from '../src/prepare/audit/run-audit.ts';
import { systemClock } from '../src/tools/base/clock.ts';
import { openDatabase, quote } from '../src/tools/fhir/fhir.ts';
import { exportHospital } from '../simulator/export/export.ts';
import { writeOmop } from '../simulator/tables/omop.ts';

/**
 * Runner contract: `npm run bench audit-omop [BYTES]`. A synthetic hospital's export is written as OMOP CSV files and copied, each copy with
 * numbers of its own, until BYTES (1e9 unless told) are there. Every measured step runs in a process of its own. The last line of
 * standard output is one JSON object {bench, figures, goals, met}.
 */
const charterText = `attending: charter/1
data:
  elements:
${[['heart-rate', '8867-4', '/min'], ['respiratory-rate', '9279-1', '/min'], ['temperature', '8310-5', 'Cel'], ['lactate', '2524-7', 'mmol/L'], ['creatinine', '2160-0', 'mg/dL']].map(([id, code, unit]) => `    - { id: ${id}, name: ${id}, resource: Observation, path: value.ofType(Quantity).value, codes: [{ system: "http://loinc.org", code: ${code} }], per: encounter, window: { anchor: encounter-start, after: P1D }, tier: critical, units: ["${unit}"] }`).join('\n')}
    - { id: ordered, name: Medicines ordered, resource: MedicationRequest, path: authoredOn, per: encounter, tier: important }
    - { id: given, name: Medicines given, resource: MedicationAdministration, path: effective.ofType(dateTime), per: encounter, tier: important }
    - { id: problems, name: Conditions, resource: Condition, path: code.coding.code, per: patient, tier: important }
    - { id: birth, name: Birth date, resource: Patient, path: birthDate, per: patient, tier: critical }
`;

const args = process.argv.slice(2);
const own = fileURLToPath(import.meta.url);
if (args[0] === '--step') await measure(args[1]!, args[2]!, args[3]!);
else await main(Number(args[0] ?? 1e9));

async function main(wanted: number): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'attending-bench-omop-'));
  try {
    await exportHospital({ out: join(place, 'fhir'), size: 'medium', seed: 'bench', today: '2026-05-01' });
    await writeOmop(join(place, 'fhir'), join(place, 'one'));
    rmSync(join(place, 'fhir'), { recursive: true });
    const { bytes, copies } = await copied(join(place, 'one'), join(place, 'many'), wanted);
    console.log(`${(bytes / 1e9).toFixed(2)} GB of OMOP CSV in ${copies} copies with numbers of their own`);
    const run = (name: string, work: string) => {
      mkdirSync(join(place, work), { recursive: true });
      const done = spawnSync(process.execPath, [...process.execArgv, own, '--step', name, join(place, 'many'), join(place, work)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
      if (done.status !== 0) throw new Error(`${name} failed`);
      const measured = JSON.parse(done.stdout.trim().split('\n').at(-1)!) as { seconds: number; cpu: number; peakMB: number };
      console.log(`${name.padEnd(8)} ${measured.seconds.toFixed(2).padStart(7)} s ${measured.cpu.toFixed(2).padStart(7)} s cpu, peak ${measured.peakMB.toFixed(0)} MB`);
      return measured;
    };
    run('scan', 'w0');
    const [scan, parse, audit, again] = [run('scan', 'w1'), run('parse', 'w2'), run('audit', 'w3'), run('audit', 'w3')] as const;
    const figures = { gigabytes: bytes / 1e9, scanSeconds: scan.seconds, parseSeconds: parse.seconds, auditSeconds: audit.seconds, againSeconds: again.seconds, scanCpu: scan.cpu, parseCpu: parse.cpu, auditCpu: audit.cpu, ratioToScan: audit.seconds / scan.seconds, ratioToParse: audit.seconds / parse.seconds, ratioToScanCpu: audit.cpu / scan.cpu, ratioToParseCpu: audit.cpu / parse.cpu, peakMB: audit.peakMB };
    console.log(JSON.stringify({ bench: 'audit-omop', figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))])), goals: { ratioToScan: '<= 2', ratioToParse: '<= 2' }, met: { ratioToScan: figures.ratioToScan <= 2, ratioToParse: figures.ratioToParse <= 2 } }));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** The same tables again and again; every number that names a record is moved, so that nothing is a duplicate. The vocabulary stays one. */
async function copied(from: string, to: string, wanted: number): Promise<{ bytes: number; copies: number }> {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from);
  const one = names.reduce((sum, name) => sum + statSync(join(from, name)).size, 0);
  const copies = Math.max(1, Math.ceil(wanted / one));
  for (const name of names) {
    const [header, ...rows] = readFileSync(join(from, name), 'utf8').trimEnd().split('\n');
    const columns = header!.split(',');
    const moved = columns.flatMap((column, at) => (column.endsWith('_id') && !column.includes('concept') && !/care_site|location|provider/.test(column) ? [at] : []));
    const single = /^(concept|care_site|location|provider)\b/.test(name) || name.startsWith('note');
    const out = createWriteStream(join(to, name));
    out.write(`${header}\n`);
    for (let copy = 0; copy < (single ? 1 : copies); copy++) {
      const text = rows.map((row) => {
        if (copy === 0) return row;
        const fields = row.split(',');
        for (const at of moved) if (fields[at]) fields[at] = String(Number(fields[at]) + copy * 10_000_000);
        return fields.join(',');
      }).join('\n');
      if (!out.write(`${text}\n`)) await once(out, 'drain');
    }
    out.end();
    await once(out, 'finish');
  }
  return { bytes: names.reduce((sum, name) => sum + statSync(join(to, name)).size, 0), copies };
}

async function measure(name: string, folder: string, work: string): Promise<void> {
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  if (name === 'audit') await runAudit(folder, await readCharterText(charterText, 'bench.yaml'), { clock: systemClock, workspace: work });
  else {
    const database = await openDatabase({ workspace: work });
    for (const file of readdirSync(folder))
      // `scan`: every field is found and touched as text. `parse`: every field becomes a typed value.
      await database.rows(`SELECT count(COLUMNS(*)) FROM read_csv(${quote(join(folder, file))}${name === 'scan' ? ', all_varchar = true' : ''})`);
    await database.close();
  }
  const used = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds: Number(process.hrtime.bigint() - start) / 1e9, cpu: (used.user + used.system) / 1e6, peakMB: process.resourceUsage().maxRSS / 1024 }));
}
