// Do the charters, the roster and the plans of the demo agree with each other and with the export?
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { charter } from '../../src/spine/deployments/model.ts';
import { attest } from '../../src/spine/measures/model.ts';
import { exportHospital } from '../export/export.ts';
import { dig, readBack } from '../export/read-back.ts';
import { departmentOf, hospitalOf, hospitals } from '../hospitals.ts';
import { charterText, demoDeployments } from './deployments.ts';
import { share } from './evidence.ts';
import { demoAccounts, demoPassword, rosterCsv } from './people.ts';

const charters = await Promise.all(demoDeployments.map(async (plan) => ({ plan, charter: charter.parse(parse(await charterText(plan.slug))) })));

test('every charter is that of its deployment, product, owner and hours', () => {
  for (const { plan, charter: promised } of charters) {
    expect(promised.deployment).toBe(plan.slug);
    expect(promised.product).toMatchObject({ name: plan.product.name, vendor: plan.product.vendor, version: plan.product.version, kind: plan.product.kind, class: plan.product.class });
    expect(promised.owner.clinical.email).toBe(demoAccounts[plan.owner].email);
    expect(promised.owner.hoursPerWeek).toBe(plan.hoursPerWeek);
    expect(promised.governance.committee.map(({ constituency }) => constituency).sort()).toEqual(['clinical-leadership', 'end-user', 'it', 'operations']);
  }
});

test('every place a charter names exists', () => {
  for (const { charter: promised } of charters)
    for (const { facility, departments } of promised.units) for (const department of departments) expect(departmentOf(hospitalOf(facility), department), `${facility}/${department}`).toBeDefined();
});

test('a facility is found by its name as well as by its slug', () => {
  for (const { name, slug } of hospitals) expect(name.toLowerCase().replace(/[^a-z]+/g, '-')).toBe(slug);
});

test('every code a charter asks for is in the export', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  try {
    await exportHospital({ out: folder, size: 'small', seed: 'plan', today: '2026-11-21' });
    const read = await readBack(folder);
    for (const { plan, charter: promised } of charters) {
      for (const { id, resource, codes } of promised.data.elements) {
        expect(read.get(resource), `${plan.slug} ${id}`).toBeDefined();
        const found = new Set(read.get(resource)!.flatMap((one) => dig(one, 'code', 'coding', 'code')));
        for (const { code } of codes) expect(found, `${plan.slug} ${id}`).toContain(code);
      }
      const types = new Set(read.get('DocumentReference')!.flatMap((one) => dig(one, 'type', 'coding', 'code')));
      for (const { name, codes } of promised.data.noteTypes) for (const { code } of codes) expect(types, name).toContain(code);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the roster names some 300 people once each, in places that exist, and the same for the same seed', () => {
  const [head, ...rows] = rosterCsv('test').trimEnd().split('\r\n').map((line) => line.split(','));
  const column = (name: string) => rows.map((row) => row[head!.indexOf(name)]!);
  expect(rows.length).toBeGreaterThan(250);
  expect(rows.length).toBeLessThan(350);
  expect(new Set(column('userName')).size).toBe(rows.length);
  for (const row of rows) {
    expect(row).toHaveLength(head!.length);
    const [facility, unit] = [row[head!.indexOf('facility')]!, row[head!.indexOf('unit')]!];
    expect(hospitalOf(facility)).toBeDefined();
    if (unit) expect(departmentOf(hospitalOf(facility), unit)).toBeDefined();
  }
  expect(rosterCsv('test')).toBe(rosterCsv('test'));
});

test('the demo accounts cover every role but the administrator, who is whoever installed it', () => {
  expect(new Set(Object.values(demoAccounts).flatMap(({ roles }) => roles))).toEqual(new Set(['governance', 'clinical-owner', 'manager', 'clinician', 'data-engineer', 'finance', 'safety-officer', 'vendor', 'auditor']));
  expect(demoPassword.length).toBeGreaterThanOrEqual(12);
});

test('nobody attests a number without a document, or the same measure twice for one deployment', () => {
  for (const plan of demoDeployments) {
    const measures = plan.attested.map(({ measure }) => measure);
    expect(new Set(measures).size, plan.slug).toBe(measures.length);
    for (const one of plan.attested) {
      expect(attest.who, `${one.measure} by ${one.by}`).toContain(demoAccounts[one.by].roles[0]);
      expect(one.document, one.measure).toMatch(/synthetic/);
      if (one.interval) {
        expect(one.interval.low).toBeLessThanOrEqual(one.value);
        expect(one.interval.high).toBeGreaterThanOrEqual(one.value);
      }
    }
  }
});

test('every attested measure and every waived criterion stands in the playbook', async () => {
  const playbook = await readFile(new URL('../../playbooks/five-step.yaml', import.meta.url), 'utf8');
  for (const plan of demoDeployments) {
    for (const { measure } of plan.attested) expect(playbook, `${plan.slug} ${measure}`).toContain(measure);
    for (const { waivers } of plan.decisions) for (const { criterion } of waivers) expect(playbook, criterion).toMatch(new RegExp(`id: ["']?${criterion.replace('.', '\\.')}["']?`));
  }
});

test('a share carries its Wilson interval', () => {
  // 20 of 200, worked out by hand from the formula.
  const { value, interval } = share(20, 200);
  expect(value).toBe(0.1);
  expect(interval!.low).toBeCloseTo(0.0657, 4);
  expect(interval!.high).toBeCloseTo(0.1494, 4);
});
