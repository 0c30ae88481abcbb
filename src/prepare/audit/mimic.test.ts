// Do the numbers of a real export equal those counted another way?
import { createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../tools/base/clock.ts';
import { readCharterFile } from './charter-input.ts';
import { auditDocument, type AuditDocument, type AuditFinding } from './model.ts';
import { runAudit } from './run-audit.ts';

const root = new URL('../../../', import.meta.url).pathname;
const folder = join(root, '../shared/data/mimic-iv-fhir-demo-2.1.0');
const there = existsSync(folder);

/** What the charter asks, counted with nothing but JSON.parse. */
interface Counted {
  lines: Record<string, number>;
  resources: Record<string, number>;
  emergency: Map<string, { patient: string; start: number }>;
  /** Per code: the patient and moment of every observation with a value in an accepted unit. */
  vitals: Record<string, { patient: string; at: number }[]>;
  temperature: { all: number; filled: number };
  born: Set<string>;
}

interface Quantity {
  value?: number;
  code?: string;
}
interface Row {
  resourceType: string;
  id: string;
  class?: { code?: string };
  subject?: { reference: string };
  period?: { start: string };
  code?: { coding?: { code: string; system: string }[] };
  valueQuantity?: Quantity;
  component?: { code: { coding: { code: string }[] }; valueQuantity?: Quantity }[];
  effectiveDateTime?: string;
  birthDate?: string;
}

async function countByHand(): Promise<Counted> {
  const counted: Counted = { lines: {}, resources: {}, emergency: new Map(), vitals: { '8867-4': [], '9279-1': [], '8310-5': [], '2708-6': [], '85354-9': [] }, temperature: { all: 0, filled: 0 }, born: new Set() };
  const units: Record<string, string[]> = { '8867-4': ['/min'], '9279-1': ['/min'], '8310-5': ['Cel', '[degF]'], '2708-6': ['%'], '85354-9': ['mm[Hg]'] };
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.ndjson.gz'))) {
    counted.lines[name] = 0;
    for await (const line of createInterface({ input: createReadStream(join(folder, name)).pipe(createGunzip()), crlfDelay: Infinity })) {
      counted.lines[name]!++;
      const row = JSON.parse(line) as Row;
      counted.resources[row.resourceType] = (counted.resources[row.resourceType] ?? 0) + 1;
      const patient = row.subject?.reference.replace('Patient/', '') ?? '';
      if (row.resourceType === 'Patient' && row.birthDate) counted.born.add(row.id);
      if (row.resourceType === 'Encounter' && row.class?.code === 'EMER') counted.emergency.set(row.id, { patient, start: Date.parse(row.period!.start) });
      if (row.resourceType !== 'Observation') continue;
      const code = row.code?.coding?.find((one) => one.system === 'http://loinc.org' && one.code in units)?.code;
      if (!code) continue;
      const quantity = code === '85354-9' ? row.component?.find((part) => part.code.coding.some((one) => one.code === '8480-6'))?.valueQuantity : row.valueQuantity;
      if (code === '8310-5') {
        counted.temperature.all++;
        if (quantity?.value !== undefined) counted.temperature.filled++;
      }
      if (quantity?.value !== undefined && units[code]!.includes(quantity.code ?? '')) counted.vitals[code]!.push({ patient, at: Date.parse(row.effectiveDateTime!) });
    }
  }
  return counted;
}

const hour = 3_600_000;
const withVital = ({ emergency, vitals }: Counted, code: string): number =>
  [...emergency.values()].filter(({ patient, start }) => vitals[code]!.some((one) => one.patient === patient && one.at >= start - hour && one.at <= start + 24 * hour)).length;

describe.skipIf(!there)('the MIMIC-IV demo on FHIR (skipped where ../shared/data is absent)', () => {
  let audit: AuditDocument;
  let counted: Counted;
  const workspace = there ? mkdtempSync(join(tmpdir(), 'attending-mimic-')) : '';
  const overall = (check: string, element: string): AuditFinding => {
    const found = audit.findings.find((one) => one.check === check && one.element === element && Object.values(one.unit).every((part) => part === null));
    if (!found) throw new Error(`no ${check} of ${element}`);
    return found;
  };
  beforeAll(async () => {
    const charter = await readCharterFile(join(root, 'examples/sepsis-charter.yaml'));
    [audit, counted] = [await runAudit(folder, charter, { clock: standingClock('2026-11-21T12:00:00.000Z'), workspace }), await countByHand()];
  }, 240_000);
  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  it('counts every line of every file and every resource of every type', () => {
    expect(Object.fromEntries(audit.export.files.map(({ name, lines }) => [name, lines]))).toEqual(counted.lines);
    expect(audit.export.resources).toEqual(counted.resources);
    expect(audit.export.files.every(({ badLineCount }) => badLineCount === 0)).toBe(true);
  });

  it.each([
    ['heart-rate', '8867-4'],
    ['systolic-blood-pressure', '85354-9'],
    ['respiratory-rate', '9279-1'],
    ['temperature', '8310-5'],
    ['oxygen-saturation', '2708-6'],
  ])('finds the completeness of %s that a plain count finds', (element, code) => {
    const finding = overall('C02', element);
    expect({ n: finding.n, k: finding.k }).toEqual({ n: counted.emergency.size, k: withVital(counted, code) });
    expect(finding.k).toBeGreaterThan(0);
    expect(finding.k).toBeLessThan(finding.n);
  });

  it('finds the cells and the demographics a plain count finds', () => {
    const cells = overall('C01', 'temperature');
    expect({ n: cells.n, k: cells.k }).toEqual({ n: counted.temperature.all, k: counted.temperature.filled });
    const seen = new Set([...counted.emergency.values()].map(({ patient }) => patient));
    expect(overall('C02', 'birth-date')).toMatchObject({ n: seen.size, k: [...seen].filter((patient) => counted.born.has(patient)).length, verdict: 'met' });
  });

  it('says of what is absent that it is absent, and not that it is 0 %', () => {
    for (const element of ['lactate', 'white-blood-cells', 'icu-heart-rate']) {
      expect(overall('C02', element)).toMatchObject({ rate: null, k: null, verdict: 'not-measurable' });
      expect(audit.absent.map((one) => one.element)).toContain(element);
    }
    const said = audit.absent.map(({ what }) => what).join('\n');
    expect(said).toMatch(/Clinical notes/);
    expect(said).toMatch(/Laboratory results/);
  });

  it('says that the data are a de-identified copy, and blocks the gate', () => {
    expect(audit.provenance.verdict).toBe('de-identified-copy');
    expect(audit.summary.verdict).toBe('not-met');
    expect(audit.fixes[0]).toMatchObject({ element: 'lactate', blocks: true });
    expect(audit.fixes.find(({ check }) => check === 'S01')).toMatchObject({ blocks: true, says: expect.stringContaining('criterion 1.4') });
    expect(audit.findings.find(({ check, resource }) => check === 'P04' && resource === 'Observation')).toMatchObject({ k: 0 });
  });

  it('holds completeness against the threshold the charter promises for the element', () => {
    for (const finding of audit.findings.filter(({ check }) => check === 'C02')) expect(finding).toMatchObject({ threshold: audit.elements.find(({ id }) => id === finding.element)!.threshold, bound: 'at-least', thresholdFrom: 'charter' });
    for (const { threshold, bound, thresholdFrom } of audit.findings) expect([bound === null, thresholdFrom === null]).toEqual([threshold === null, threshold === null]);
    expect(audit.summary.patientsInExport).toBe(counted.resources['Patient']);
  });

  it('is what its schema says, and names no clinician', () => {
    expect(auditDocument.parse(audit)).toEqual(audit);
    const practitioners = audit.findings.filter(({ unit }) => unit.clinician !== null && !/^clinician \d+$/.test(unit.clinician));
    expect(practitioners).toEqual([]);
    expect(readFileSync(join(root, 'examples/sepsis-charter.yaml'), 'utf8')).toContain('2524-7');
  });
});
