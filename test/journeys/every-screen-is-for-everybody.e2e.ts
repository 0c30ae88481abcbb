// Can everybody use every screen: by keyboard, with a screen reader, on a desk and on a phone?
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { screens } from '../../src/app/screens.ts';
import { listDecisions } from '../../src/expose/decisions/model.ts';
import { listRuns } from '../../src/prepare/audit/model.ts';
import { listRuns as listNotes } from '../../src/prepare/notes/model.ts';
import { listSamples } from '../../src/prepare/audit/sampling/model.ts';
import { readHistory } from '../../src/spine/gates/model.ts';
import type { Role } from '../../src/tools/base/endpoint.ts';
import { browserThere, demoHospital, desktop, phone } from './hospital.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe finds against WCAG 2.2 AA, as sentences. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => (window as unknown as { axe: { run(what: Document, how: object): Promise<{ violations: { id: string; help: string; nodes: { target: string[] }[] }[] }> } }).axe.run(document, { runOnly: tags }), wcag);
  return found.violations.map((one) => `${one.id}: ${one.help} at ${one.nodes.map((node) => node.target.join(' ')).slice(0, 3).join('; ')}`);
}

const framed = screens.filter((screen) => screen.frames).map((screen) => screen.path);
const paths = screens.filter((screen) => !screen.frames && screen.who !== 'public').map(({ path, who }) => ({ path, who: who as readonly Role[] }));

describe.skipIf(!browserThere)('every screen', () => {
  const journey = demoHospital();

  const pages = new Map<string, ReturnType<typeof journey.as>>();
  /** One sign-in for each person and size: hashing a password is slow on purpose. */
  function signedIn(person: 'governance' | 'auditor', size: { width: number; height: number }): ReturnType<typeof journey.as> {
    const key = `${person} ${size.width}`;
    const page = pages.get(key) ?? journey.as(person, size);
    pages.set(key, page);
    return page;
  }

  /** The address of a screen with something real in it. */
  async function addressOf(page: Page, path: string): Promise<string> {
    const ask = async <T>(url: string) => (await (await page.request.get(`${journey.running.localUrl}${url}`)).json()) as T;
    const { items: runs } = await ask<{ items: { id: string }[] }>(`${listRuns.path}?deployment=sepsis-alert`);
    const { items: notes } = await ask<{ items: { id: string }[] }>(`${listNotes.path}?deployment=sepsis-alert`);
    const { items: decisions } = await ask<{ items: { decision: string }[] }>(`${listDecisions.path}?deployment=sepsis-alert&limit=1`);
    const past = await ask<unknown>(readHistory.path.replace(':deployment', 'sepsis-alert'));
    const decided = /gat_[0-9a-z]{26}/.exec(JSON.stringify(past))![0];
    return path.replace('$deployment', 'sepsis-alert').replace('$gate', 'G1').replace('notes/$run', `notes/${notes[0]!.id}`).replace('$chart', '1').replace('$run', runs[0]!.id).replace('$sample', path.includes('$sample') ? await sampleOf(page) : '').replace('decided/$decision', `decided/${decided}`).replace('$decision', decisions[0]?.decision ?? '');
  }

  let drawn: Promise<string> | null = null;
  /** A sample somebody has begun to review, drawn once. */
  const sampleOf = (page: Page): Promise<string> =>
    (drawn ??= (async () => {
      await page.goto(`${journey.running.localUrl}/`);
      const tell = (path: string, body: object) => page.evaluate(async ([url, text]) => (await (await fetch(url!, { method: 'POST', body: text!, headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() } })).json()) as { id: string }, [path, JSON.stringify(body)]);
      const { id } = await tell(listSamples.path, { deployment: 'sepsis-alert', folder: 'night', size: 10, per: 'facility', seed: 'words of the meeting' });
      const place = `${listSamples.path}/${id}`;
      const state = () => page.evaluate(async (url) => ((await (await fetch(url)).json()) as { state: string }).state, place);
      while ((await state()) !== 'done') await page.waitForTimeout(500);
      await tell(`${place}/reviewers`, {});
      return id;
    })());

  it.each(paths)('$path is accessible and fits, at the desk and on the phone', async ({ path, who }) => {
    const person = who.includes('governance') ? 'governance' : 'auditor';
    for (const size of [desktop, phone]) {
      const { page, complaints } = await signedIn(person, size);
      complaints.length = 0;
      await page.goto(`${journey.running.localUrl}${await addressOf(page, path)}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle');
      expect(await violations(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow).toBeLessThanOrEqual(1);
      expect(await page.title()).toMatch(/Attending/);
      expect(complaints).toEqual([]);
    }
  });

  it('has a skip link, and every control of the first screen is reached by the Tab key', async () => {
    const { page } = await journey.as('governance');
    await page.reload();
    await page.getByRole('heading', { name: 'Portfolio', level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/skip/i);
    const reached = new Set<string>();
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
    }
    expect([...reached]).toEqual(expect.arrayContaining(['Data', 'Ledger', 'New deployment', 'Sepsis alert for inpatients']));
  });

  it('frames what belongs to a deployment', () => expect(framed).toEqual(['/deployments/$deployment']));
});
