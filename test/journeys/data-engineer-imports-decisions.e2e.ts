// Can the data engineer bring a night's file in through the browser: seen, mapped, tried, broken off, gone on with, and recorded once?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { overflow, violations } from './accessible.ts';
import { browserThere, demoHospital, phone, picture } from './hospital.ts';

/** Rows with a column nobody maps, so wide that the file goes in two parts. */
const note = 'free text that stays at home, '.repeat(420);
const rows = Array.from({ length: 220 }, (_, nth) => `N-${nth};MRN-${nth % 40};2026-11-20 ${String(8 + (nth % 9)).padStart(2, '0')}:${String(nth % 60).padStart(2, '0')};0.${String(100 + nth)};${nth === 3 ? '' : 'ICU 3'};"${note}"`);
rows[5] = 'N-5;;2026-11-20 09:00;0.5;ICU 3;no patient';
rows[6] = 'N-6;MRN-6;yesterday;0.5;ICU 3;no time';
const text = `Alert ID;MRN;scored_at;Risk;Ward;Note\n${rows.join('\n')}\n`;

describe.skipIf(!browserThere)('a data engineer imports decisions', () => {
  const journey = demoHospital();
  // On the disk: that it is the same file is told by its name, size and time.
  const folder = mkdtempSync(join(tmpdir(), 'attending-import-'));
  const file = join(folder, 'scores-2026-11-20.csv');
  writeFileSync(file, text);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tries a file, is told what is refused, goes on after an interruption, and records nothing twice', async () => {
    const { page, complaints } = await journey.as('dataEngineer');
    await page.goto(`${journey.running.localUrl}/deployments/ambient-scribe/decisions`);
    // By keyboard: open, escape, open again.
    await page.getByRole('button', { name: 'Import CSV' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    // Whoever closed it is back where they opened it.
    await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Import CSV');
    await page.keyboard.press('Enter');
    const choose = async () => dialog.locator('input[type=file]').setInputFiles(file);
    await choose();
    await dialog.getByText('The first 20 rows').waitFor();
    expect(await dialog.getByRole('region', { name: 'The first rows of the file' }).locator('tbody tr').count()).toBe(20);
    // Guessed from the names; what nothing fills is asked for.
    expect(await dialog.getByLabel('subject (needed)').inputValue()).toBe('MRN');
    expect(await dialog.getByLabel('output.score').inputValue()).toBe('Risk');
    await dialog.getByText(/Nothing fills version/).waitFor();
    await dialog.getByLabel('version (needed)').selectOption({ label: 'the same for every row…' });
    await dialog.getByLabel('version, for every row').fill('2026.10');
    await dialog.getByLabel('Offset of times without one').fill('-07:00');
    await dialog.getByRole('button', { name: 'Keep this mapping' }).click();
    await page.getByText('Kept for the next file of this sort.').first().waitFor();

    await dialog.getByRole('button', { name: 'Try it without writing' }).click();
    await dialog.getByText('218 of 220 rows would be recorded').waitFor({ timeout: 60_000 });
    expect(await dialog.getByRole('region', { name: 'Refused rows' }).textContent()).toMatch(/7.*subject.*8.*at/s);
    const download = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Download the refused lines' }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe('refused-scores-2026-11-20.csv');
    expect(await readFile(await saved.path(), 'utf8')).toMatch(/^line,field,why\r\n7,subject,/);
    await picture(page, 'import-csv');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);

    // The connection breaks off in the second part.
    let parts = 0;
    await page.route(/decisions\/csv\?/, (route) => (++parts === 2 ? route.abort() : route.continue()));
    await dialog.getByRole('button', { name: 'Record 218 rows' }).click();
    await dialog.getByText('It was interrupted').waitFor({ timeout: 60_000 });
    await page.unroute(/decisions\/csv\?/);
    // Even after the page was closed the file is known.
    await page.reload();
    await page.getByRole('button', { name: 'Import CSV' }).click();
    await choose();
    await dialog.getByText('As it was kept from an earlier file', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: /^Go on from row \d+/ }).click();
    await dialog.getByText('218 of 220 rows are recorded').waitFor({ timeout: 60_000 });

    // The same file again: nothing twice.
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Import CSV' }).click();
    await choose();
    await dialog.getByRole('button', { name: 'Record the rows' }).click();
    await dialog.getByText('0 of 220 rows are recorded').waitFor({ timeout: 60_000 });
    await dialog.getByText(/218 were known before/).waitFor();
    await page.setViewportSize(phone);
    expect(await overflow(page)).toBeLessThanOrEqual(1);
    expect(await violations(page)).toEqual([]);
  });

  it('is not offered to whoever may not', async () => {
    const { page } = await journey.as('manager');
    await page.goto(`${journey.running.localUrl}/deployments/ambient-scribe/decisions`);
    await page.getByRole('heading', { name: 'Decisions', level: 2 }).waitFor();
    expect(await page.getByRole('button', { name: 'Import CSV' }).count()).toBe(0);
  });
});
