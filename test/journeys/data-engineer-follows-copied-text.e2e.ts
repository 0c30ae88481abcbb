// Can a data engineer see where copied text came from, by mouse, by keyboard, on a phone and on paper?
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRuns, type Run } from '../../src/prepare/notes/model.ts';
import { browserThere, demoHospital, phone, picture } from './hospital.ts';

describe.skipIf(!browserThere)('a data engineer', () => {
  const journey = demoHospital();
  const shot = (name: string) => (process.env['SHOTS'] ? join(process.env['SHOTS'], `${name}.png`) : null);

  it('reads what the notes audit found, and follows a copied span to the note it came from', { timeout: 120_000 }, async () => {
    const { page, complaints } = await journey.as('dataEngineer', { width: 1280, height: 900 });
    const look = async (name: string) => {
      const path = shot(name);
      if (path) await page.screenshot({ path, fullPage: true });
    };
    await page.goto(`${journey.running.localUrl}/deployments/sepsis-alert/notes`);
    await page.getByRole('table', { name: 'Notes audits' }).waitFor();
    await look('notes');
    const { items } = (await (await page.request.get(`${journey.running.localUrl}${listRuns.path}?deployment=sepsis-alert`)).json()) as { items: Run[] };
    const place = `${journey.running.localUrl}/deployments/sepsis-alert/notes/${items[0]!.id}`;
    await page.goto(place);
    await page.getByRole('heading', { name: 'Where the text comes from' }).waitFor();
    await look('notes-run');
    await picture(page, 'notes');
    for (const [button, view] of [['Note types', 'types'], ['Writers', 'writers'], ['Charts', 'charts']] as const) {
      await page.getByRole('group', { name: 'What to show' }).getByRole('button', { name: button, exact: true }).click();
      await page.waitForLoadState('networkidle');
      await look(`notes-${view}`);
    }
    await page.goto(`${place}?view=types`);
    await page.getByText('routed elsewhere').first().waitFor();
    await page.goto(`${place}?view=charts&order=copied`);
    await page.getByRole('link', { name: /^chart \d+$/ }).first().click();
    const thread = page.getByRole('button', { name: /Copied; first written in note/ }).first();
    await thread.waitFor();
    await look('notes-chart');
    await picture(page, 'copy-forward');
    // By keyboard alone: the thread leads to the origin, which takes the focus; back leads back.
    await thread.focus();
    await page.keyboard.press('Enter');
    const back = page.getByRole('button', { name: /^Back to note \d+$/ });
    await back.waitFor();
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('t-lit');
    await look('notes-thread');
    await back.focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toMatch(/^note-\d+$/);
    const chart = page.url();
    expect(complaints).toEqual([]);

    const small = await journey.as('dataEngineer', phone);
    await small.page.goto(chart);
    await small.page.getByRole('button', { name: /Copied; first written in note/ }).first().waitFor();
    expect(await small.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(1);
    const path = shot('notes-chart-phone');
    if (path) await small.page.screenshot({ path, fullPage: false });
    await small.page.goto(place);
    await small.page.getByRole('heading', { name: 'Where the text comes from' }).waitFor();
    const other = shot('notes-run-phone');
    if (other) await small.page.screenshot({ path: other, fullPage: false });
  });
});
