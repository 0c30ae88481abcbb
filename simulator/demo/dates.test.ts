// Is the demo as fresh in five years as on the day it was written?
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { charter } from '../../src/spine/deployments/model.ts';
import { datedFor, isoWeek, planFor, wordsFor, writtenOn } from './dates.ts';
import { charterText, demoDeployments } from './deployments.ts';

const later = '2031-04-09T15:00:00.000Z';

test('days keep their weekday, months their place, and the text is as written on the day it was written', () => {
  expect(datedFor('from: 2026-11-23, in 2026-10', `${writtenOn}T10:00:00.000Z`)).toBe('from: 2026-11-23, in 2026-10');
  const moved = datedFor('2026-11-23', later);
  expect(new Date(moved).getUTCDay()).toBe(1);
  expect(datedFor('Concern register 2026-10 (synthetic)', later)).toMatch(/^Concern register 2031-0[23] \(synthetic\)$/);
});

test('named months and numbered weeks move along', () => {
  expect(wordsFor('Committee minutes, June to November', '2027-05-20T00:00:00.000Z')).toBe('Committee minutes, December to May');
  expect(isoWeek('2026-11-21T00:00:00.000Z')).toBe(47);
  expect(wordsFor('Task diary of week 44, scans', '2026-11-29T00:00:00.000Z')).toBe('Task diary of week 45, scans');
});

test.each(['2026-11-21T12:00:00.000Z', '2027-02-03T12:00:00.000Z', later])('no contract has run out and no wave is years old at %s', async (now) => {
  for (const plan of demoDeployments) {
    const { contract, rollout, value } = charter.parse(parse(datedFor(await charterText(plan.slug), now)));
    expect(contract!.ends! > now.slice(0, 10), plan.slug).toBe(true);
    expect(contract!.signed! <= now.slice(0, 10), plan.slug).toBe(true);
    expect(rollout!.waves!.some(({ from }) => from >= now.slice(0, 10)), plan.slug).toBe(true);
    for (const { baseline } of value) if (baseline && typeof baseline === 'object' && 'to' in baseline) expect(String(baseline.to) < now.slice(0, 10)).toBe(true);
    const years = JSON.stringify(planFor(plan, now)).match(/\b20\d\d(?=-\d\d)/g) ?? [];
    for (const year of years) expect(Number(now.slice(0, 4)) - Number(year), `${plan.slug} ${year}`).toBeLessThanOrEqual(1);
  }
});
