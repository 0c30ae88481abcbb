// Do the decisions of the demo fit what may be told, the charters, and the story of each AI?
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { lineIn, type LineIn } from '../../src/expose/decisions/model.ts';
import { charter } from '../../src/spine/deployments/model.ts';
import { decisionsOf } from './decisions.ts';
import { charterText, demoDeployments } from './deployments.ts';
import { countsOf } from './source-counts.ts';
import { silentFrom } from './sepsis-decisions.ts';

const now = '2026-11-21T17:00:00.000Z';
const told = demoDeployments.map((plan) => ({ plan, lines: decisionsOf(plan.slug, plan.product.version, 'test', now) }));
const decisions = (lines: readonly LineIn[]) => lines.filter((line) => line.what === 'decision');
const daysBack = (at: string) => (Date.parse(now) - Date.parse(at)) / 86_400_000;

test('some thousand in all, each as the API takes it, in the order of time and none in the future', () => {
  const all = told.flatMap(({ lines }) => lines);
  expect(decisions(all).length).toBeGreaterThan(3_000);
  expect(decisions(all).length).toBeLessThan(10_000);
  for (const line of all) lineIn.parse(line);
  for (const { lines } of told) {
    const known = new Set<string>();
    for (const [nth, line] of lines.entries()) {
      expect(line.at <= now && line.at >= (lines[nth - 1]?.at ?? '')).toBe(true);
      if (line.what === 'decision') known.add(line.key);
      else expect(known.has(line.key), line.key).toBe(true);
    }
    expect(known.size).toBe(decisions(lines).length);
  }
});

test('every class and every place is one of the charter', async () => {
  for (const { plan, lines } of told) {
    const promised = charter.parse(parse(await charterText(plan.slug)));
    const classes = new Set(promised.decision.outputs.map(({ id }) => id));
    const places = new Set(promised.units.flatMap(({ facility, departments }) => departments.map((one) => `${facility}/${one}`)));
    for (const line of decisions(lines)) {
      expect(classes).toContain(line.output?.class);
      expect(places).toContain(`${line.facility}/${line.department}`);
    }
  }
});

test('nothing was shown before a gate allowed it: the sepsis alert was silent for weeks, and one in eight of its answers came too late', () => {
  const { lines } = told.find(({ plan }) => plan.slug === 'sepsis-alert')!;
  expect(new Set(decisions(lines).map(({ disposition }) => disposition))).toEqual(new Set(['shadow']));
  // Where nothing is shown, nobody can have answered.
  expect(new Set(lines.map(({ what }) => what))).toEqual(new Set(['decision', 'outcome']));
  expect(daysBack(lines[0]!.at)).toBeGreaterThan(silentFrom - 1);
  const late = decisions(lines).filter((line) => line.momentAt! < line.at).length / decisions(lines).length;
  expect(late).toBeGreaterThan(0.04);
  expect(late).toBeLessThan(0.2);
  // Only what passed gate G2 is shown to anybody.
  for (const { plan, lines } of told) expect(decisions(lines).some(({ disposition }) => disposition === 'shown'), plan.slug).toBe(plan.decisions.some(({ gate }) => gate === 'G2'));
});

test('the last week of authorization drafts is enough to be sure of 99.9 %, and each has its input', () => {
  const { plan, lines } = told.find((one) => one.plan.slug === 'prior-authorization')!;
  const { counts } = countsOf(plan.slug, lines, now)!;
  const week = counts.filter(({ hour }) => daysBack(hour) <= 7);
  // 0.025 ^ (1 / n) is the lower end of the exact interval when all n of n are there (Clopper and Pearson 1934).
  expect(0.025 ** (1 / week.reduce((sum, one) => sum + one.inferences, 0))).toBeGreaterThan(0.999);
  expect(decisions(lines).every((line) => line.payload !== undefined)).toBe(true);
  const share = counts.reduce((sum, one) => sum + one.inferences, 0) / counts.reduce((sum, one) => sum + one.eligible!, 0);
  expect(share).toBeGreaterThan(0.98);
  expect(share).toBeLessThan(1);
  const read = new Set(lines.filter((line) => line.what === 'use').map(({ key }) => key));
  for (const line of decisions(lines)) expect(line.disposition === 'shadow' || read.has(line.key)).toBe(true);
});

test('the same seed tells the same', () => {
  expect(decisionsOf('sepsis-alert', '3.2.0', 'test', now)).toEqual(told.find(({ plan }) => plan.slug === 'sepsis-alert')!.lines);
  expect(decisionsOf('sepsis-alert', '3.2.0', 'other', now)).not.toEqual(told.find(({ plan }) => plan.slug === 'sepsis-alert')!.lines);
});
