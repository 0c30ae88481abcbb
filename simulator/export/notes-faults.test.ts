// Does the notes audit name every planted fault of note culture, with the right unit, and nothing of the kind in a clean export?
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NotesDocument } from '../../src/prepare/notes/model.ts';
import { charterOf } from '../../src/prepare/notes/read-charter.ts';
import { runNotes } from '../../src/prepare/notes/run-notes.ts';
import { charter } from '../../src/spine/deployments/model.ts';
import { standingClock } from '../../src/tools/base/clock.ts';
import { parse } from 'yaml';
import { charterText } from '../demo/deployments.ts';
import { faults } from '../faults.ts';
import { departmentName, departmentOf, hospitalOf } from '../hospitals.ts';
import { exportHospital } from './export.ts';

const today = '2026-11-21T00:00:00.000Z';
let folder: string;
let faulty: NotesDocument;
let clean: NotesDocument;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-notes-'));
  const { data } = charter.parse(parse(await charterText('sepsis-alert')));
  const audit = async (name: string, planted: boolean) => {
    await exportHospital({ out: join(folder, name), size: planted ? 'demo' : 'small', seed: 'ocotillo', today, faults: planted });
    return runNotes(join(folder, name), { clock: standingClock(today), charter: await charterOf(data, 'sepsis-alert'), workspace: folder });
  };
  faulty = await audit('faulty', true);
  clean = await audit('clean', false);
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const unitOf = ({ hospital, department }: (typeof faults)[number]) => ({ facility: hospitalOf(hospital).name, department: department === null ? null : departmentName(hospitalOf(hospital), departmentOf(hospitalOf(hospital), department)) });
const planted = faults.filter(({ check }) => check?.startsWith('U'));
const broken = (document: NotesDocument, check: string) => document.findings.filter((finding) => finding.check === check && finding.verdict === 'not-met');

test.each(planted)('$id: $check names it', (fault) => {
  const { facility, department } = unitOf(fault);
  for (const check of [fault.check, ...('also' in fault ? fault.also : [])]) {
    const named = broken(faulty, check).filter(({ unit }) => unit.facility === facility && (department === null || unit.department === department));
    expect(named.length, `${check}: ${fault.says}`).toBeGreaterThan(0);
  }
});

test('no other department is said to template or copy too much', () => {
  for (const [check, id] of [['U03', 'copied-notes'], ['U04', 'templated-notes']] as const) {
    const departments = broken(faulty, check).flatMap(({ unit }) => unit.department ?? []);
    expect(departments).toEqual([unitOf(faults.find((fault) => fault.id === id)!).department]);
  }
});

test('in the clean export nothing of the kind is named', () => {
  for (const check of ['U02', 'U03', 'U04', 'U10']) expect(broken(clean, check).map(({ says }) => says), check).toEqual([]);
  expect(clean.noteTypes.flatMap(({ cells }) => cells.map(({ verdict }) => verdict))).not.toContain('routed-elsewhere');
});
