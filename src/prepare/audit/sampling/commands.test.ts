// Does a sample go from the draw over two filled-in worksheets to numbers, at a terminal?
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../../tools/base/csv.ts';
import { toCsv } from '../../../tools/ui/table.ts';
import { attending } from '../test-command.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from '../test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);
const at = (...path: string[]) => join(root, ...path);
const small = smallExport({ patients: 120 });
small.observations = small.observations.filter(({ id }) => !(String(id).startsWith('o-south') && Number(String(id).split('-').at(-1)) % 4 === 0));
writeSmall(at('export'), small);
writeFileSync(at('charter.yaml'), smallCharter('  noteTypes: [{ name: Discharge summary, tier: important }]\n'));
const draw = (...more: string[]) => attending('audit', 'sample', at('export'), '--charter', at('charter.yaml'), '--seed', 'words of the meeting', '--size', '60', ...more);

/** Fills a worksheet by a rule and writes it under a name. */
function fill(name: string, reviewer: string, answer: (row: { number: number; question: string; record: string }) => string, change: (lines: string[][]) => string[][] = (lines) => lines): string {
  const { rows } = readCsv(readFileSync(at('sample', 'worksheet.csv'), 'utf8'));
  const [head, ...lines] = rows.map(({ cells }) => cells) as [string[], ...string[][]];
  const column = (of: string) => head.indexOf(of);
  const filled = lines.map((cells) => cells.map((cell, i) => (i === column('answer') ? answer({ number: Number(cells[column('number')]), question: cells[column('question')]!, record: cells[column('record')]! }) : i === column('reviewer') ? reviewer : cell)));
  writeFileSync(at(name), toCsv(head, change(filled)));
  return at(name);
}

beforeAll(async () => {
  const drawn = await draw('--out', at('sample'));
  expect(drawn).toMatchObject({ code: 0, err: '' });
  expect(drawn.out).toContain('Drawn: 60 encounters of 240');
  expect(drawn.out).toContain('The full feed has');
}, 60_000);

describe('a sample at a terminal', { timeout: 120_000 }, () => {
  it('writes sample.json, worksheet.csv and worksheet.html', () => {
    for (const file of ['sample.json', 'worksheet.csv', 'worksheet.html']) expect(existsSync(at('sample', file))).toBe(true);
    const html = readFileSync(at('sample', 'worksheet.html'), 'utf8');
    expect(html).toContain('Chart review of 60 records');
    expect(html).not.toContain('<script');
    const { rows } = readCsv(readFileSync(at('sample', 'worksheet.csv'), 'utf8'));
    const value = rows.filter(({ cells }) => cells[6] === 'heart-rate.in-chart');
    expect(value).toHaveLength(60);
    // Who looks for a value is not shown what the export has.
    expect(value.every(({ cells }) => cells[8] === '')).toBe(true);
    expect(rows.filter(({ cells }) => cells[6] === 'heart-rate.same').every(({ cells }) => /\/min/.test(cells[8]!))).toBe(true);
    expect(rows.some(({ cells }) => cells[6] === 'note.discharge-summary')).toBe(true);
  });

  it('is verified by whoever has the file and the export, and a forged one is not', async () => {
    expect(await attending('audit', 'sample', 'verify', at('sample', 'sample.json'), at('export'))).toMatchObject({ code: 0, out: expect.stringMatching(/^The same/) });
    const forged = JSON.parse(readFileSync(at('sample', 'sample.json'), 'utf8')) as { records: { record: string; drawn: boolean }[] };
    const reserve = forged.records.find(({ drawn }) => !drawn)!.record;
    forged.records[0]!.record = reserve;
    writeFileSync(at('forged.json'), JSON.stringify(forged));
    expect(await attending('audit', 'sample', 'verify', at('forged.json'), at('export'))).toMatchObject({ code: 1, out: expect.stringMatching(/do not follow from the seed/) });
  });

  it('takes more of one unit', async () => {
    const more = await attending('audit', 'sample', 'more', at('sample', 'sample.json'), '--facility', 'South Hospital', '--take', '8', '--out', at('larger'));
    expect(more).toMatchObject({ code: 0 });
    expect(more.out).toContain('Drawn: 68 encounters');
    expect((await attending('audit', 'sample', 'verify', at('larger', 'sample.json'), at('export'))).code).toBe(0);
  });

  it('reads two worksheets: kappa, and the export against the charts', async () => {
    // Both see every value in the chart, also where the export has none; the second is unsure about every tenth problem list.
    const first = fill('first.csv', 'A', () => 'yes');
    const second = fill('second.csv', 'B', ({ number, question }) => (question === 'problem-list' && number % 10 === 0 ? 'no' : 'Yes'));
    const read = await attending('audit', 'sample', 'read', first, second, '--sample', at('sample', 'sample.json'), '--json');
    const results = JSON.parse(read.out) as { overall: { n: number }; open: number; elements: { sensitivity: { value: number }; ppv: { value: number }; n: number }[]; agreement: { question: string; kappa: number | null; pabak: number; n: number }[] };
    expect(results.elements[0]).toMatchObject({ n: 60, ppv: { value: 1 } });
    // Where every chart has it, the export's sensitivity is its completeness, weighted alike.
    const sample = JSON.parse(readFileSync(at('sample', 'sample.json'), 'utf8')) as { estimates: { facility: string | null; value: number; low: number; high: number }[] };
    expect(results.elements[0]!.sensitivity.value).toBeCloseTo(sample.estimates.find(({ facility }) => facility === null)!.value, 8);
    expect(results.agreement.find(({ question }) => question === 'problem-list')).toMatchObject({ n: 60, kappa: 0, pabak: expect.closeTo(0.8, 9) });
    expect(results.agreement.find(({ question }) => question === 'heart-rate.in-chart')).toMatchObject({ kappa: null, pabak: 1 });
    expect(results.open).toBe(6);
    const third = fill('third.csv', 'C', ({ number, question }) => (question === 'problem-list' && number % 10 === 0 ? 'no' : ''));
    const told = await attending('audit', 'sample', 'read', first, second, '--third', third, '--sample', at('sample', 'sample.json'));
    expect(told.out).toMatch(/No disagreement is open/);
    expect(told.out).toMatch(/problem-list: yes in 9\d/);
  });

  it.each([
    ['an answer that is none', (lines: string[][]) => lines.map((cells, i) => (i === 3 ? cells.map((cell, c) => (c === 9 ? 'perhaps' : cell)) : cells)), /bad\.csv:5 answer: `perhaps` is no answer/],
    ['another sample', (lines: string[][]) => lines.map((cells) => ['0123456789ab', ...cells.slice(1)]), /bad\.csv:2 sample: .*another|about sample/],
    ['shifted lines', (lines: string[][]) => lines.map((cells, i) => (i === 0 ? cells.map((cell, c) => (c === 2 ? 'Encounter/elsewhere' : cell)) : cells)), /bad\.csv:2 record: .*shifted/],
    ['a question nobody asked', (lines: string[][]) => lines.map((cells, i) => (i === 1 ? cells.map((cell, c) => (c === 6 ? 'colour' : cell)) : cells)), /bad\.csv:3 question/],
    ['a line answered twice differently', (lines: string[][]) => [...lines, lines[0]!.map((cell, c) => (c === 9 ? 'no' : cell))], /answered `yes` on line 2 already/],
  ])('refuses %s, with file and line', async (_, change, says) => {
    const good = fill('good.csv', 'A', () => 'yes');
    const bad = fill('bad.csv', 'B', () => 'yes', change);
    const read = await attending('audit', 'sample', 'read', good, bad, '--sample', at('sample', 'sample.json'));
    expect(read).toMatchObject({ code: 2, err: expect.stringMatching(says) });
  });

  it('says what is missing', async () => {
    expect(await attending('audit', 'sample', at('export'), '--seed', 'words of the meeting')).toMatchObject({ code: 2, err: expect.stringMatching(/needs a charter/) });
    expect(await attending('audit', 'sample', at('export'), '--charter', at('charter.yaml'))).toMatchObject({ code: 2, err: expect.stringMatching(/needs a seed/) });
    expect(await attending('audit', 'sample', at('export'), '--charter', at('charter.yaml'), '--seed', 'short')).toMatchObject({ code: 2, err: expect.stringMatching(/--seed/) });
    expect(await attending('audit', 'sample', 'verify', at('charter.yaml'), at('export'))).toMatchObject({ code: 2, err: expect.stringMatching(/no sample/) });
    const one = fill('one.csv', 'A', () => 'yes');
    expect(await attending('audit', 'sample', 'read', one, one, '--sample', at('sample', 'sample.json'))).toMatchObject({ code: 2, err: expect.stringMatching(/Both worksheets are by A/) });
  });

  it('an audit of a sample says so', async () => {
    const audited = await attending('audit', at('export'), '--charter', at('charter.yaml'), '--sample', '50', '--seed', 'words of the meeting', '--out', at('report'));
    expect(audited.out).toMatch(/A sample: every check above looked at 50 encounters of 240/);
    const audit = JSON.parse(readFileSync(at('report', 'audit.json'), 'utf8')) as { sample: { records: string[] }; summary: { encounters: number } };
    expect(audit.sample.records).toHaveLength(50);
    expect(audit.summary.encounters).toBe(50);
    expect(readFileSync(at('report', 'audit.html'), 'utf8')).toContain('Every finding of this page is about 50 drawn encounters of 240');
  });
});
