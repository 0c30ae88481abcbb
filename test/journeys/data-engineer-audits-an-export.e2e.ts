// Can a data engineer learn in one sitting whether the production data are fit, down to the very line?
import { describe, expect, it } from 'vitest';
import { browserThere, demoHospital, picture } from './hospital.ts';

describe.skipIf(!browserThere)('a data engineer audits an export', () => {
  const journey = demoHospital();

  it('from the server folder to the line that is wrong', async () => {
    const { page, complaints } = await journey.as('dataEngineer');
    await page.getByRole('link', { name: 'Sepsis alert for inpatients' }).first().click();
    await page.getByRole('navigation', { name: 'Parts of this deployment' }).getByRole('link', { name: 'Data' }).click();
    await page.getByRole('button', { name: 'New audit' }).click();
    await page.getByRole('button', { name: 'Folder on the server' }).click();
    await page.getByRole('combobox', { name: 'Folder' }).selectOption('night');
    await page.getByRole('button', { name: 'Start the audit' }).click();

    // Live progress, then the result, and it says plainly what the data are.
    await page.getByRole('heading', { name: 'Data audit' }).waitFor();
    await page.getByText('The data are synthetic', { exact: true }).waitFor({ timeout: 120_000 });
    await page.getByText(/Not every critical finding is met/).waitFor();

    // The findings, filtered to one check; one of them opened down to its lines.
    await page.getByRole('button', { name: 'Checks by facility' }).click();
    await page.getByRole('table').first().waitFor();
    await page.getByRole('group', { name: 'What to show' }).evaluate((views) => views.scrollIntoView());
    await picture(page, 'audit');
    await page.getByRole('button', { name: 'All findings' }).click();
    const check = page.getByLabel('Check', { exact: true });
    const dates = (await check.locator('option').allTextContents()).find((option) => option.startsWith('F07'))!;
    await check.selectOption({ label: dates });
    await page.getByLabel('Verdict', { exact: true }).selectOption('all');
    await page.getByRole('row').filter({ hasText: 'Not met' }).first().getByRole('button').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Rows of the export' }).waitFor();
    expect(await dialog.locator('td code').allTextContents()).toEqual(expect.arrayContaining([expect.stringMatching(/\.ndjson(\.gz)?:\d+$/)]));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    // The measures of this very audit stand in the gate.
    const run = page.url().split('/').at(-1)!.split('?')[0]!;
    await page.getByRole('navigation', { name: 'Parts of this deployment' }).getByRole('link', { name: 'Gates' }).click();
    await page.getByRole('link', { name: 'Open G1' }).click();
    await page.getByRole('button', { name: /1\.5/ }).first().click();
    await page.locator(`a[href$="/data/${run}"]`, { hasText: 'Open the data audit behind it' }).first().waitFor();
    expect(complaints).toEqual([]);
  });
});
