// Does bad input get a clear sentence with its place, and is nothing lost?
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { AuditDocument } from './model.ts';
import { attending } from './test-command.ts';
import { ndjson, smallCharter, smallExport, testFolder, writeExport, writeSmall } from './test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);
const charter = join(root, 'charter.yaml');
writeFileSync(charter, smallCharter());
let number = 0;
const place = () => join(root, String(++number));
const small = () => smallExport({ patients: 40 });

/** Runs the command on an export with these extra files, and reads what it wrote. */
async function audited(extra: Record<string, readonly unknown[] | string | Buffer>, export_ = small()): Promise<{ code: number; out: string; err: string; audit: AuditDocument }> {
  const folder = writeSmall(place(), export_, extra);
  const out = place();
  const ran = await attending('audit', folder, '--charter', charter, '--out', out);
  expect(existsSync(join(out, 'audit.html')), `${ran.out} ${ran.err}`).toBe(true);
  return { ...ran, audit: JSON.parse(readFileSync(join(out, 'audit.json'), 'utf8')) as AuditDocument };
}
const fileOf = (audit: AuditDocument, name: string) => audit.export.files.find((file) => file.name === name)!;

describe('lines and files that are not FHIR', { timeout: 120_000 }, () => {
  it('invalid JSON in the middle: the line is named, skipped and counted; every other line counts', async () => {
    const lines = ndjson(small().observations).trimEnd().split('\n');
    lines.splice(40, 0, '{"resourceType": "Observation", "id": "broken"');
    const { audit, code, out } = await audited({ 'observations-1.ndjson': lines.join('\n') });
    expect(fileOf(audit, 'observations-1.ndjson')).toMatchObject({ lines: 81, badLineCount: 1, badLines: [{ line: 41 }] });
    expect(audit.export.resources['Observation']).toBe(80);
    expect(audit.findings.find(({ check }) => check === 'F01')).toMatchObject({ verdict: 'not-met' });
    expect(out).toContain('observations-1.ndjson:41');
    expect(code).toBe(0);
  });

  it('invalid JSON among a million lines: its own line is named', async () => {
    const lines = Array.from({ length: 1_000_000 }, () => '{"resourceType":"Flag"}');
    lines[617_282] = '{"resourceType":"Flag"';
    const { audit } = await audited({ 'flags.ndjson': `${lines.join('\n')}\n` });
    expect(fileOf(audit, 'flags.ndjson')).toMatchObject({ lines: 1_000_000, badLineCount: 1, badLines: [{ line: 617_283 }] });
    expect(audit.export.resources['Flag']).toBe(999_999);
  });

  it('a charter that names a field no resource has: absent, with the line of the charter, and exit 1', async () => {
    const file = join(root, 'no-such-field.yaml');
    writeFileSync(file, smallCharter().replace('path: value.ofType(Quantity).value', 'path: valeu.ofType(Quantity).value'));
    const ran = await attending('audit', writeSmall(place(), small()), '--charter', file, '--out', place());
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/Heart rate: `valeu\.ofType\(Quantity\)\.value` is empty in all 80 resources.*no-such-field\.yaml, line 7/);
  });

  it('a truncated gzip: what could be read counts, and the file is named as damaged', async () => {
    const whole = gzipSync(ndjson(small().observations.map((one, i) => ({ ...one, note: [{ text: `${i} ${Math.sin(i)} ${Math.cos(i * 7)}` }] }))));
    const { audit } = await audited({ 'observations-1.ndjson': [], 'cut.ndjson.gz': whole.subarray(0, Math.floor(whole.length / 2)) });
    const cut = fileOf(audit, 'cut.ndjson.gz');
    expect(cut.trouble).toMatch(/gzip|cut|truncated/i);
    expect(audit.findings.find(({ check }) => check === 'F01')).toMatchObject({ verdict: 'not-met' });
  });

  it('a binary file beside the others is named and holds up nothing', async () => {
    const { audit, code } = await audited({ 'scan.ndjson': Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 256)) });
    expect(code).toBe(0);
    expect(audit.summary.encounters).toBe(80);
    expect(JSON.stringify(audit.export.files)).toContain('scan.ndjson');
  });

  it('invalid UTF-8 and a wrong resourceType are bad lines with their reasons', async () => {
    const { audit } = await audited({ 'odd.ndjson': Buffer.concat([Buffer.from('{"resourceType":"Observation","id":"x","note":[{"text":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}]}\n{"resourceType":"Observatoin","id":"y"}\n{"id":"z"}\n[1]\n')]) });
    expect(fileOf(audit, 'odd.ndjson')).toMatchObject({ lines: 4, badLineCount: 4 });
    expect(fileOf(audit, 'odd.ndjson').badLines.map(({ line }) => line)).toEqual([1, 2, 3, 4]);
    expect(fileOf(audit, 'odd.ndjson').badLines[1]!.reason).toContain('Observatoin');
  });

  it('a line of 200 MB is named and skipped', async () => {
    const { audit, code } = await audited({ 'long.ndjson': `{"resourceType":"Observation","id":"long","note":[{"text":"${'x'.repeat(200_000_000)}"}]}\n${JSON.stringify(small().observations[0])}\n` });
    expect(fileOf(audit, 'long.ndjson')).toMatchObject({ lines: 2, badLineCount: 1, badLines: [{ line: 1 }] });
    expect(code).toBe(0);
  });

  it('decimals of 30 digits, impossible days, duplicate ids and references to nothing are found as such', async () => {
    const export_ = small();
    const [a, b] = export_.observations;
    const text = ndjson(export_.observations).replace('"value":60,', '"value":60.123456789012345678901234567890,');
    const { audit } = await audited({ 'observations-1.ndjson': text, 'more.ndjson': [{ ...a, id: 'o-30feb', effectiveDateTime: '2026-02-30' }, { ...b, subject: { reference: 'Patient/none' } }] }, export_);
    const finding = (check: string) => audit.findings.find((one) => one.check === check && one.resource === 'Observation' && one.unit.facility === null)!;
    expect(finding('P01').k).toBe(finding('P01').n);
    expect(finding('F07').rows[0]).toMatchObject({ file: 'more.ndjson', line: 1 });
    expect(finding('D01').rows[0]).toMatchObject({ file: 'observations-1.ndjson', id: 'Observation/o-north-1' });
    expect(finding('F10').rows[0]!.says).toContain('Patient/none');
  });
});

describe('input that cannot be used: exit 2 and a sentence', { timeout: 60_000 }, () => {
  const refused = async (args: string[], ...words: RegExp[]) => {
    const ran = await attending('audit', ...args);
    expect(ran.code, ran.out).toBe(2);
    for (const word of words) expect(ran.err).toMatch(word);
  };

  it('an empty folder, no folder, a file instead of a folder', async () => {
    mkdirSync(join(root, 'empty'));
    const out = place();
    await refused([join(root, 'empty'), '--charter', charter, '--out', out], /empty|no FHIR|holds no/i);
    await refused([join(root, 'nowhere'), '--charter', charter, '--out', out], /nowhere/);
    await refused([charter, '--charter', charter, '--out', out], /folder/i);
    expect(readdirSync(out)).toEqual([]);
  });

  it('a folder of nothing but binary', async () => {
    const folder = writeExport(place(), { 'a.ndjson': Buffer.from(Array.from({ length: 3_000 }, (_, i) => (i * 31) % 256)) });
    await refused([folder, '--charter', charter, '--out', place()], /FHIR/);
  });

  it('a charter that is missing, not YAML, or wrong: with file and line', async () => {
    const folder = writeSmall(place(), small());
    const wrong = (text: string) => {
      const file = join(root, `wrong-${++number}.yaml`);
      writeFileSync(file, text);
      return [folder, '--charter', file, '--out', join(root, 'unused')];
    };
    await refused([folder], /--charter/);
    await refused([folder, '--charter', join(root, 'none.yaml')], /no such file/);
    await refused(wrong('attending: charter/1\ndata:\n  elements: [\n'), /wrong-\d+\.yaml:\d/);
    await refused(wrong('attending: charter/1\ndata: {}\nelements: 1\n').slice(0, 1).concat(['--charter', charter, '--threads', 'many']), /threads/);
    await refused(wrong(smallCharter().replace('tier: critical', 'tier: vital')), /wrong-\d+\.yaml:11.*tier/);
    await refused(wrong(smallCharter().replace('per: encounter', 'per: encounter\n      colour: red')), /wrong-\d+\.yaml:10.*unknown field `colour`/);
    await refused(wrong(smallCharter().replace('resource: Observation', 'resource: Observatoin')), /wrong-\d+\.yaml:6.*Observatoin.*no FHIR R4/);
    await refused(wrong(smallCharter().replace('path: value.ofType(Quantity).value', 'path: value.ofType(')), /wrong-\d+\.yaml:7/);
    await refused(wrong('colour: red\n'), /attending: charter\/1/);
  });
});

describe('what stands in the way of the report', { timeout: 120_000 }, () => {
  it('a lock whose process is gone is taken over', async () => {
    const out = place();
    mkdirSync(out);
    writeFileSync(join(out, '.attending-audit.lock'), '999999999');
    const ran = await attending('audit', writeSmall(place(), small()), '--charter', charter, '--out', out);
    expect(ran.code).toBe(0);
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk: a sentence, and the earlier report stays', async () => {
    const { cannotWrite } = await import('./report/write-report.ts');
    const { writeFile } = await import('node:fs/promises');
    const error = await writeFile('/dev/full', 'x').catch((caught: unknown) => caught);
    expect(cannotWrite('out', error).message).toBe('The report cannot be written into out: the disk is full.');
  });
});

describe('the answer', { timeout: 60_000 }, () => {
  it('--json prints audit.json and nothing else, and writes nothing', async () => {
    const folder = writeSmall(place(), small());
    const ran = await attending('audit', folder, '--charter', charter, '--json');
    expect((JSON.parse(ran.out) as AuditDocument).attending).toBe('audit/1');
    expect(ran.code).toBe(0);
  });

  it('exit 0 says that every critical finding is met, on synthetic data too; the gate is held by the provenance', async () => {
    const export_ = small();
    for (const patient of export_.patients) patient['meta'] = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST' }] };
    const { code, out, audit } = await audited({}, export_);
    expect({ code, provenance: audit.provenance.verdict, verdict: audit.summary.verdict }).toEqual({ code: 0, provenance: 'synthetic', verdict: 'met' });
    expect(audit.fixes.filter(({ blocks }) => blocks)).toMatchObject([{ check: 'S01', rank: 1, tier: 'important', says: expect.stringContaining('criterion 1.4') }]);
    expect(out).toContain('criterion 1.4');
  });

  it('blank lines are counted as lines, and are no error', async () => {
    const { audit } = await audited({ 'observations-1.ndjson': `\n${ndjson(small().observations)}\n\n` });
    expect(fileOf(audit, 'observations-1.ndjson')).toMatchObject({ lines: 83, blankLines: 3, badLineCount: 0, badLines: [], trouble: null });
  });

  it('exit 1 when a critical finding is not met', async () => {
    const export_ = small();
    export_.observations.splice(0, 30);
    expect((await audited({}, export_)).code).toBe(1);
  });

  it('init proposes what the audit and the charter accept', async () => {
    const folder = writeSmall(place(), small());
    const file = join(root, 'proposed.yaml');
    expect(await attending('audit', 'init', folder, '--out', file)).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(file, 'utf8')).toContain('8867-4');
    expect((await attending('audit', 'init', folder, '--out', file)).err).toContain('is there already');
    // Nothing proposed is critical: what is critical is for people to say, and until then nothing can be met.
    expect((await attending('audit', folder, '--charter', file, '--json')).code).toBe(1);
    const { checkText, passes, fhirWords, charterExample } = await import('../../spine/deployments/deployments.ts');
    const { parse, stringify } = await import('yaml');
    const whole = { ...(parse(charterExample) as object), data: (parse(readFileSync(file, 'utf8')) as { data: unknown }).data };
    const check = checkText(stringify(whole), fhirWords);
    expect(check.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(passes(check)).toBe(true);
  });
});
