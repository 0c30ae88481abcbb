// Does the report read whole, escape what strangers wrote, and need nothing from elsewhere?
import { afterAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../../tools/base/clock.ts';
import { readCharterText } from '../charter-input.ts';
import { reportHtml } from './report.ts';
import { auditJson } from './write-report.ts';
import { runAudit } from '../run-audit.ts';
import { tellAudit } from '../tell-audit.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from '../test-export.ts';

const { folder, remove } = testFolder();
afterAll(remove);
const evil = '<img src=x onerror=alert(1)>"\'&';

describe('audit.json', () => {
  it('is the document, with a line for each finding', { timeout: 60_000 }, async () => {
    const audit = await runAudit(writeSmall(`${folder}/json`, smallExport({ patients: 20 })), await readCharterText(smallCharter(), 'c.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: `${folder}/w` });
    const text = auditJson(audit);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(audit)));
    expect(text.split('\n').filter((line) => line.startsWith('{"check":') && line.includes('"thresholdFrom":'))).toHaveLength(audit.findings.length);
    expect(text.length).toBeLessThan(1.1 * JSON.stringify(audit).length);
  });
});

describe('audit.html', () => {
  it('escapes names of places, elements and codes, loads nothing and runs nothing', { timeout: 60_000 }, async () => {
    const small = smallExport({ patients: 40 });
    small.places[0]!['name'] = evil;
    small.observations[0]!['valueQuantity'] = { value: 70, code: evil };
    small.observations[1]!['resourceType'] = evil;
    const audit = await runAudit(writeSmall(`${folder}/a`, small), await readCharterText(smallCharter().replace('name: Heart rate', `name: ${JSON.stringify(evil)}`), 'c.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: `${folder}/w` });
    const page = reportHtml(audit);
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x');
    expect(page).not.toMatch(/<script|<link|<[a-z]+[^>]*\s(on\w+|src|href)=/i);
    expect(page).toContain(`default-src 'none'`);
    for (const heading of ['What blocks the gate', 'Completeness of what the model reads', 'Checks by facility', 'Where the data come from', 'Files', 'Method and limits']) expect(page).toContain(heading);
    expect(page).not.toContain('What was made of the source');
    // Of many facilities those are shown that have most to repair, whatever they are called.
    const one = audit.findings.find(({ check, unit }) => check === 'C02' && unit.facility !== null && unit.department === null && unit.month === null && unit.clinician === null)!;
    const many = reportHtml({ ...audit, findings: Array.from({ length: 24 }, (_, at) => ({ ...one, unit: { ...one.unit, facility: `House ${String.fromCharCode(65 + at)}` }, tier: 'critical' as const, verdict: at >= 14 ? ('not-met' as const) : ('met' as const) })) });
    const matrix = many.slice(many.indexOf('Checks by facility'), many.indexOf('most that is not met', many.indexOf('Checks by facility')));
    expect([matrix.includes('House O'), matrix.includes('House X'), matrix.includes('House A')]).toEqual([true, true, false]);
    const told = reportHtml({ ...audit, export: { ...audit.export, notices: ['The table note_nlp is not read.', `${evil} was taken as text.`] } });
    expect(told).toContain('<h2 id="source-title">What was made of the source</h2>');
    expect(told).toContain('<li>The table note_nlp is not read.</li>');
    expect(told).not.toContain('<img');
    expect(tellAudit(audit, null)).toContain('; 1 bad line.');
    expect(tellAudit(audit, null)).toContain('80 of 80 patients, 80 encounters. 2 facilities, 4 departments');
  });

  it('writes no share of fewer than five people', { timeout: 60_000 }, async () => {
    const small = smallExport({ patients: 40 });
    small.encounters = small.encounters.slice(0, 43);
    const audit = await runAudit(writeSmall(`${folder}/b`, small), await readCharterText(smallCharter(), 'c.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: `${folder}/w` });
    expect(audit.findings.find(({ check, unit }) => check === 'C02' && unit.facility === 'South Hospital' && unit.month === null && unit.department === null)?.n).toBe(3);
    expect(reportHtml(audit)).toContain('n &lt; 5');
  });
});
