// Does the audit say the same of a hospital, whichever kind of export it is read from?
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCharterText } from '../../src/prepare/audit/charter-input.ts';
import type { AuditDocument, AuditFinding } from '../../src/prepare/audit/model.ts';
import { runAudit } from '../../src/prepare/audit/run-audit.ts';
import { standingClock } from '../../src/tools/base/clock.ts';
import { exportHospital } from '../export/export.ts';
import { writeFlat } from './flat.ts';
import { writeOmop } from './omop.ts';

let root: string;
let fhir: AuditDocument;
const auditOf = async (folder: string): Promise<AuditDocument> =>
  runAudit(join(root, folder), await readCharterText(await readFile(new URL('../charters/sepsis-alert.yaml', import.meta.url), 'utf8'), 'sepsis-alert.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: join(root, 'work') });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'attending-sources-'));
  await exportHospital({ out: join(root, 'fhir'), size: 'small', seed: 'sources', today: '2026-05-01' });
  fhir = await auditOf('fhir');
}, 120_000);
afterAll(async () => rm(root, { recursive: true, force: true }));

/** What is counted, without where the rows lie. */
const figures = (audit: AuditDocument, check: string) =>
  Object.fromEntries(audit.findings.filter((finding) => finding.check === check && finding.unit.clinician === null && finding.element !== null).map((finding: AuditFinding) => [[finding.element ?? finding.resource, finding.unit.facility, finding.unit.department, finding.unit.month].map((part) => part ?? '-').join(' / '), `${finding.k} of ${finding.n}`]));

describe('an OMOP export of the same hospital', () => {
  test('has the same completeness in every element, facility, department and month', async () => {
    await writeOmop(join(root, 'fhir'), join(root, 'omop'));
    const omop = await auditOf('omop');
    expect(omop.summary.patients).toBe(fhir.summary.patients);
    expect(omop.summary.encounters).toBe(fhir.summary.encounters);
    expect(figures(omop, 'C02')).toEqual(figures(fhir, 'C02'));
    expect(figures(omop, 'C07')).toEqual(figures(fhir, 'C07'));
  }, 120_000);

  test('so has one with tabs, capitals, a prefix and gzip', async () => {
    await writeOmop(join(root, 'fhir'), join(root, 'athena'), { delimiter: '\t', capitals: true, prefix: '2B_', gzip: true });
    expect(figures(await auditOf('athena'), 'C02')).toEqual(figures(fhir, 'C02'));
  }, 120_000);
});

describe("the hospital's own tables with a mapping", () => {
  test('have the same completeness: wide vital signs, offsets from admission, moves in a file of their own', async () => {
    await writeFlat(join(root, 'fhir'), join(root, 'flat'));
    const flat = await auditOf('flat');
    expect(flat.summary.patients).toBe(fhir.summary.patients);
    expect(flat.summary.encounters).toBe(fhir.summary.encounters);
    expect(figures(flat, 'C02')).toEqual(figures(fhir, 'C02'));
    expect(figures(flat, 'C07')).toEqual(figures(fhir, 'C07'));
  }, 120_000);
});
