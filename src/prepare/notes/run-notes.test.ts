// Does each check see the fault it is there for, and does bad input lose nothing else?
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../tools/base/clock.ts';
import { notesDocument, type Finding, type NotesDocument, type Unit } from './model.ts';
import { charterOf } from './read-charter.ts';
import { runNotes, type NotesOptions } from './run-notes.ts';
import { spanLines } from './spans.ts';
import { base64, day, document, encounter, ndjson, places, prose, smallCharter, smallExport, testFolder, writeExport, type Made } from './test-notes.ts';
import { parse } from 'yaml';
import { dataSection } from '../../spine/deployments/model.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);
let number = 0;
const clock = standingClock('2026-06-01T00:00:00.000Z');
const fresh = () => join(root, String(++number));

async function audit(resources: readonly Made[], options: Partial<NotesOptions> = {}): Promise<NotesDocument> {
  return notesDocument.parse(await runNotes(writeExport(fresh(), resources), { clock, workspace: root, ...options }));
}
const find = ({ findings }: NotesDocument, check: string, unit: Partial<Unit> = {}): Finding => {
  const found = findings.find((one) => one.check === check && one.unit.facility === (unit.facility ?? null) && one.unit.department === (unit.department ?? null) && one.unit.type === (unit.type ?? null));
  if (!found) throw new Error(`no ${check} for ${JSON.stringify(unit)}; there are ${findings.filter((one) => one.check === check).map((one) => JSON.stringify(one.unit)).join(' ')}`);
  return found;
};
const charter = async (change: (data: Record<string, unknown>) => void = () => {}) => {
  const whole = parse(smallCharter) as { data: Record<string, unknown> };
  change(whole.data);
  return charterOf(dataSection.parse(whole.data), 'note-reader');
};

describe('a small hospital', () => {
  it('is told where its text comes from, and the shares sum to one everywhere', { timeout: 60_000 }, async () => {
    const lines: string[] = [];
    const made = await audit(smallExport(), { charter: await charter(), onChart: (chart, traced) => void lines.push(spanLines(chart, traced)) });
    expect(made.summary).toMatchObject({ documents: 96, notes: 96, patients: 24, authors: 7, facilities: 2, departments: 4, types: 1, templatesKnown: true, structuredKnown: false, deepest: 3 });
    for (const row of made.shares) expect(row.shares!.copied + row.shares!.templated + row.shares!.imported + row.shares!.authored).toBe(1);
    const share = (department: string) => made.shares.find((row) => row.level === 'department' && row.department === department && row.facility === 'North Hospital')!.shares!;
    // Medicine: half of three notes of four. Surgery: half of each note, and nothing copied.
    expect(share('Medicine').copied).toBeGreaterThan(0.4);
    expect(share('Medicine').templated).toBe(0);
    expect(share('Surgery').templated).toBeGreaterThan(0.4);
    expect(share('Surgery').copied).toBe(0);
    expect(find(made, 'U07')).toMatchObject({ rate: 3, verdict: 'not-met' });
    expect(find(made, 'U03', { facility: 'North Hospital', department: 'Medicine' }).verdict).toBe('not-met');
    expect(find(made, 'U04', { facility: 'North Hospital', department: 'Surgery' }).verdict).toBe('not-met');
    expect(made.summary.verdict).toBe('not-met');
    // One line per note; the spans cover the text.
    const spans = lines.join('').trimEnd().split('\n').map((line) => JSON.parse(line) as { note: string; subject: string; length: number; spans: { kind: string; start: number; end: number; origin: { note: string } | null; depth: number | null; stalenessEncounters: number | null }[] });
    expect(spans).toHaveLength(96);
    for (const line of spans) {
      expect(line.spans[0]!.start).toBe(0);
      expect(line.spans.at(-1)!.end).toBe(line.length);
      for (let at = 1; at < line.spans.length; at++) expect(line.spans[at]!.start).toBe(line.spans[at - 1]!.end);
    }
    expect(spans.find(({ note }) => note === 'p0-e3-n')!.spans.find(({ kind }) => kind === 'copied')).toMatchObject({ origin: { note: 'p0-e0-n' }, depth: 3, stalenessEncounters: 3 });
  });

  it('gives the same document twice, but for the times, and also through the disk', async () => {
    const resources = smallExport(12);
    const [one, two] = [await audit(resources), await audit(resources)];
    expect(two).toEqual(one);
  });

  it('counts only the population of the charter', async () => {
    const made = await audit([...smallExport(12), encounter('amb', 'p0', day(5), { kind: 'AMB' }), document({ id: 'amb-n', subject: 'p0', at: day(5), text: prose('amb', 50), encounter: 'amb' })], { charter: await charter() });
    expect(made.summary.documents).toBe(48);
  });
});

describe('note types', () => {
  const consult = ['11488-4', 'Consult note'] as [string, string];
  const withConsults = (text: (facility: string) => { text: string | null; url?: string } | null): Made[] => {
    const made = smallExport(24);
    for (let p = 0; p < 24; p++)
      for (let e = 0; e < 4; e++) {
        const facility = p % 3 === 0 ? 'south' : 'north';
        const found = text(facility);
        if (found && (p + e) % 2 === 0) made.push(document({ id: `c-${p}-${e}`, subject: `p${p}`, at: day(e * 30 + 1), encounter: `p${p}-e${e}`, type: consult, author: 'dr-c', ...found, text: found.text === null ? null : `${prose(`c${p}${e}`, 40)}` }));
      }
    return made;
  };
  const needs = charter((data) => void (data['noteTypes'] = [{ name: 'Consult note', codes: [{ system: 'http://loinc.org', code: '11488-4' }], tier: 'critical' }]));
  const cell = (made: NotesDocument, facility: string | null) => made.noteTypes.find(({ type }) => type === 'Consult note')!.cells.find((one) => one.facility === facility)!;

  it('routed elsewhere: entries without text at one facility', async () => {
    const made = await audit(withConsults((facility) => (facility === 'south' ? { text: null, url: 'https://consults.example/1' } : { text: 'x' })), { charter: await needs });
    expect(cell(made, 'South Hospital')).toMatchObject({ verdict: 'routed-elsewhere', readable: 0, unreachable: 16 });
    expect(cell(made, 'North Hospital').verdict).toBe('found');
    expect(find(made, 'U02', { facility: 'South Hospital', type: 'Consult note' })).toMatchObject({ verdict: 'not-met' });
    expect(find(made, 'U02', { facility: 'South Hospital' })).toMatchObject({ n: 1, k: 0, rate: 0 });
    expect(find(made, 'U10').figures).toMatchObject({ address: 16 });
  });
  it('routed elsewhere: nothing at one facility, though its encounters imply it', async () => {
    const made = await audit(withConsults((facility) => (facility === 'south' ? null : { text: 'x' })), { charter: await needs });
    expect(cell(made, 'South Hospital')).toMatchObject({ verdict: 'routed-elsewhere', documents: 0 });
    expect(cell(made, 'South Hospital').chance!).toBeLessThan(0.001);
  });
  it('absent: nowhere, and routed elsewhere again where it is ordered', async () => {
    const made = await audit(smallExport(), { charter: await needs });
    expect(cell(made, null).verdict).toBe('absent');
    expect(cell(made, 'North Hospital').verdict).toBe('absent');
    const ordered = await audit([...smallExport(), { resourceType: 'ServiceRequest', id: 'o', code: { text: 'Consult cardiology' }, subject: { reference: 'Patient/p1' }, encounter: { reference: 'Encounter/p1-e0' } }], { charter: await needs });
    expect(cell(ordered, 'North Hospital').verdict).toBe('routed-elsewhere');
  });
});

describe('what is wrong with a chart', () => {
  it('U08: text of one patient in the chart of another', async () => {
    const slip = prose('about somebody else', 80);
    const made = await audit([...smallExport(), document({ id: 'right', subject: 'p1', at: day(10), text: slip }), document({ id: 'wrong', subject: 'p2', at: day(11), text: `${prose('own words', 20)}\n${slip}` })]);
    expect(find(made, 'U08')).toMatchObject({ k: 1 });
    expect(find(made, 'U08').rows[0]).toMatchObject({ id: 'DocumentReference/wrong', says: expect.stringContaining('DocumentReference/right') });
  });

  it('U09: a copied statement that the data deny, and a negated one that they do not', async () => {
    const temperature = (id: string, at: string, value: number, visit: string): Made => ({ resourceType: 'Observation', id, status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8310-5' }] }, subject: { reference: 'Patient/p1' }, encounter: { reference: `Encounter/${visit}` }, effectiveDateTime: at, valueQuantity: { value, unit: 'Cel' } });
    const said = (words: string) => `${prose('history', 30)} The patient is ${words} and comfortable. ${prose('rest', 30)}`;
    const of = async (words: string) => audit([
      ...smallExport(12), encounter('v1', 'p1', day(200), {}), encounter('v2', 'p1', day(210), {}),
      document({ id: 'n1', subject: 'p1', at: day(200), text: said(words), encounter: 'v1' }), document({ id: 'n2', subject: 'p1', at: day(210), text: said(words), encounter: 'v2' }), temperature('t', day(210), 39.4, 'v2'),
    ]);
    expect(find(await of('afebrile'), 'U09')).toMatchObject({ n: 1, k: 1, figures: { afebrile: 1 } });
    expect((await of('no longer afebrile')).findings.some(({ check }) => check === 'U09')).toBe(false);
    const same = await of('febrile');
    expect(find(same, 'U09')).toMatchObject({ n: 1, k: 0 });
  });

  it('U13: which notes are finished when the model decides, and how fresh the newest is', { timeout: 60_000 }, async () => {
    // Encounters begin at day e × 30; their note is written a day later, at midnight or an hour after.
    const made = smallExport();
    const said = async (change: (data: Record<string, unknown>) => void) => find(await audit(made, { charter: await charter(change) }), 'U13');
    expect((await said(() => {})).figures['notesWithDecision']).toBeUndefined();
    const late = await said((data) => (data['decision'] = { anchor: 'encounter-start', after: 'PT2H' }));
    expect(late.figures).toMatchObject({ notesWithDecision: 96, notesInTime: 0, encountersWithNotes: 96, encountersInformed: 0, hoursOldP50: null });
    expect(late.says).toContain('When the model decides (2 h after the encounter began), 0 % of 96 notes are finished');
    expect(late.rows.map(({ says }) => says)).toEqual(expect.arrayContaining([expect.stringMatching(/^Finished .* after the decision\.$/)]));
    const after = await said((data) => (data['decision'] = { anchor: 'encounter-end' }));
    expect(after.figures).toMatchObject({ notesInTime: 96, encountersInformed: 96, hoursOldP50: 24 });
    // Without a moment of its own the charter's latest window says it.
    const element = (id: string, duration: string) => ({ id, name: id, resource: 'Observation', path: 'value.ofType(Quantity).value', per: 'encounter', tier: 'important', window: { anchor: 'encounter-start', after: duration } });
    expect((await said((data) => (data['elements'] = [element('lactate', 'PT1H'), element('pulse', 'P2D')]))).figures).toMatchObject({ notesInTime: 96, encountersInformed: 96, hoursOldP50: 24 });
  });

  it('reads the units of an encounter by any FHIRPath of the subset, and refuses what is none before it reads', { timeout: 60_000 }, async () => {
    const made = smallExport();
    for (const one of made) if (one['resourceType'] === 'Encounter') one['location'] = [{ status: 'planned', location: { reference: 'Location/surg' } }, { status: 'completed', location: { reference: 'Location/med' } }];
    const at = async (department: string) => (await audit(made, { charter: await charter((data) => (data['unitPaths'] = { department })) })).shares.filter(({ level }) => level === 'department').map((row) => row.department);
    expect(new Set(await at("location.where(status = 'completed').location"))).toEqual(new Set(['Medicine']));
    expect(new Set(await at("location.where(status = 'planned').location.getReferenceKey(Location)"))).toEqual(new Set(['Surgery']));
    await expect(at('location.where(')).rejects.toThrow(/FHIRPath/);
  });

  it('U10, U11, U13: addresses, orphans, doubles, no date, no author', async () => {
    const odd: Made[] = [
      document({ id: 'away', subject: 'p1', at: day(3), text: null, url: 'https://elsewhere.example/x' }),
      document({ id: 'gone', subject: 'p1', at: day(3), text: null, url: 'Binary/nowhere' }),
      document({ id: 'kept', subject: 'p1', at: day(3), text: null, url: 'https://server.example/fhir/Binary/b1/_history/2' }),
      { resourceType: 'Binary', id: 'b1', contentType: 'text/html', data: base64(`<p>${prose('binary', 30)}</p>`) },
      document({ id: 'stranger', subject: 'nobody', at: day(3), text: prose('stranger', 30) }),
      document({ id: 'twice', subject: 'p1', at: day(4), text: prose('twice', 30) }), document({ id: 'twice', subject: 'p1', at: day(4), text: prose('twice', 30) }),
      { ...document({ id: 'undated', subject: 'p1', at: '31/12/2026', text: prose('undated', 30) }), author: [] },
      { ...document({ id: 'lost', subject: 'p1', at: day(3), text: prose('lost', 30) }), subject: undefined },
      { ...document({ id: 'wrong', subject: 'p1', at: day(3), text: 'x' }), status: 'entered-in-error' },
    ];
    const made = await audit([...smallExport(12), ...odd]);
    expect(find(made, 'U10').figures).toMatchObject({ address: 1 });
    expect(find(made, 'U11').figures).toMatchObject({ missingBinary: 1, missingPatient: 2, twice: 1, binariesUnused: 0 });
    expect(find(made, 'U13').figures).toMatchObject({ withoutTime: 1, unreadableTime: 1, withoutAuthor: 1 });
    expect(find(made, 'U13').rows.map(({ says }) => says)).toEqual(expect.arrayContaining(['Its time cannot be read.', 'It has no author.']));
    expect(made.summary.documents).toBe(48 + 8);
  });

  it('does not take the same note under two resource types for a copy', async () => {
    const text = prose('one note', 120);
    const made = await audit([...smallExport(12), document({ id: 'd', subject: 'p1', at: day(300), text }), { resourceType: 'DiagnosticReport', id: 'r', status: 'final', subject: { reference: 'Patient/p1' }, issued: day(300), presentedForm: [{ contentType: 'text/plain', data: base64(text) }] }]);
    expect(made.summary.notes).toBe(49);
  });

  it('reads Composition narratives, RTF and files in a folder of binaries, and nothing outside it', async () => {
    const folder = writeExport(fresh(), [
      ...smallExport(12),
      { resourceType: 'Composition', id: 'comp', status: 'final', type: { text: 'Summary' }, date: day(5), subject: { reference: 'Patient/p1' }, author: [{ reference: 'Practitioner/a' }], section: [{ title: 'Plan', text: { div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Go home &amp; rest</p></div>' }, section: [{ title: 'More', text: { div: '<div>Drink</div>' } }] }] },
      document({ id: 'file', subject: 'p1', at: day(6), text: null, url: 'binaries/n1.rtf', contentType: 'application/rtf' }),
      document({ id: 'byid', subject: 'p1', at: day(7), text: null, url: 'Binary/n2', contentType: 'text/html' }),
      document({ id: 'escape', subject: 'p1', at: day(8), text: null, url: '../secret.txt' }),
    ]);
    mkdirSync(join(folder, 'binaries'));
    writeFileSync(join(folder, 'binaries', 'n1.rtf'), '{\\rtf1 Written in RTF}');
    writeFileSync(join(folder, 'binaries', 'n2.html'), '<p>Written in HTML</p>');
    writeFileSync(join(root, 'secret.txt'), 'not for the export');
    const texts: string[] = [];
    const made = await runNotes(folder, { clock, workspace: root, onChart: (chart) => void (chart.subject === 'p1' && texts.push(...chart.notes.map(({ note }) => note.text.trim()))) });
    expect(texts).toEqual(expect.arrayContaining(['Written in RTF', 'Written in HTML', 'Plan\nGo home & rest\nMore\nDrink']));
    expect(texts.join()).not.toContain('not for the export');
    expect(find(made, 'U10').figures).toMatchObject({ address: 1 });
  });
});

describe('bad input', () => {
  it('all notes identical: copied but for each chart’s first', async () => {
    const text = prose('the same', 100);
    const made = await audit(Array.from({ length: 12 }, (_, p) => Array.from({ length: 20 }, (_, n) => document({ id: `${p}-${n}`, subject: `p${p}`, at: day(n), text }))).flat());
    const { copied, templated, authored } = made.summary.shares!;
    expect(copied + templated).toBeGreaterThan(0.9);
    expect(copied + templated + authored).toBeCloseTo(1, 9);
  });

  it('100,000 notes of one patient', { timeout: 300_000 }, async () => {
    const folder = fresh();
    mkdirSync(folder);
    const lines: string[] = [];
    for (let n = 0; n < 100_000; n++) lines.push(JSON.stringify(document({ id: `n${n}`, subject: 'p1', at: day(n % 3000), text: `Note ${n}: ${n * 7919 % 100_003} and ${n * 104_729 % 99_991}.` })));
    writeFileSync(join(folder, 'DocumentReference.ndjson.gz'), gzipSync(lines.join('\n')));
    const made = await runNotes(folder, { clock, workspace: root });
    expect(made.summary).toMatchObject({ notes: 100_000, patients: 1, templatesKnown: false });
    expect(made.findings.find(({ check }) => check === 'U03')).toMatchObject({ low: null, high: null });
  });

  it('a note of 5 MB, an RTF bomb, binary that poses as text, bad lines, a truncated gzip', { timeout: 60_000 }, async () => {
    const folder = writeExport(fresh(), [
      ...smallExport(12),
      document({ id: 'long', subject: 'p1', at: day(300), text: prose('long', 600_000) }),
      document({ id: 'bomb', subject: 'p1', at: day(301), text: `{\\rtf1 ${'{'.repeat(500_000)}`, contentType: 'text/rtf' }),
      document({ id: 'pdf', subject: 'p1', at: day(302), text: '%PDF-1.4 binary', contentType: 'text/plain' }),
      { ...document({ id: 'cut', subject: 'p1', at: day(303), text: null }), content: [{ attachment: { contentType: 'text/plain', data: base64(prose('cut', 30)).slice(0, -3) } }] },
      { ...document({ id: 'latin', subject: 'p1', at: day(304), text: null }), content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: Buffer.from('Gr\xf6\xdfe und Gewicht', 'latin1').toString('base64') } }] },
    ]);
    writeFileSync(join(folder, 'broken.ndjson'), `${ndjson([document({ id: 'fine', subject: 'p2', at: day(305), text: 'Fine text' })])}{"resourceType":"DocumentReference","id":\n\nnot json\n`);
    writeFileSync(join(folder, 'cut.ndjson.gz'), gzipSync(ndjson(Array.from({ length: 2000 }, (_, n) => document({ id: `g${n}`, subject: 'p3', at: day(n), text: prose(`g${n}`, 20) })))).subarray(0, 40_000));
    const made = notesDocument.parse(await runNotes(folder, { clock, workspace: root }));
    expect(find(made, 'U01').figures).toMatchObject({ pdf: 1, wrongCharset: 1 });
    expect(find(made, 'U01').figures['cutOff']).toBeGreaterThanOrEqual(1);
    expect(made.summary.characters).toBeGreaterThan(4_000_000);
    expect(made.export.files.find(({ name }) => name === 'broken.ndjson')).toMatchObject({ badLineCount: 2 });
    expect(made.export.files.find(({ name }) => name === 'cut.ndjson.gz')!.trouble).toMatch(/truncated/);
    expect(made.export.badLines.filter(({ file }) => file === 'broken.ndjson').map(({ line }) => line)).toEqual([2, 4]);
  });

  it('an empty folder, nothing at all, and an export without a note are told apart', async () => {
    const empty = fresh();
    mkdirSync(empty);
    await expect(runNotes(empty, { clock })).rejects.toThrow(/empty/);
    await expect(runNotes(join(root, 'nowhere'), { clock })).rejects.toThrow(/nothing at/);
    const made = await audit([...places, { resourceType: 'Patient', id: 'p' }, encounter('e', 'p', day(1))]);
    expect(made.summary).toMatchObject({ notes: 0, shares: null, verdict: 'not-measurable' });
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    const folder = writeExport(fresh(), smallExport(12));
    const stop = new AbortController();
    const running = runNotes(folder, { clock, workspace: root, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(running).rejects.toThrow(/[Ss]topped/);
  });
});
