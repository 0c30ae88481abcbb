// Can a fault of the data be given to somebody, and does the next audit close it by itself?
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { exportHospital } from '../../simulator/export/export.ts';
import { browserThere, demoHospital } from './hospital.ts';

async function auditFolder(page: Page, folder: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Parts of this deployment' }).getByRole('link', { name: 'Data' }).click();
  await page.getByRole('button', { name: 'New audit' }).click();
  await page.getByRole('button', { name: 'Folder on the server' }).click();
  await page.getByRole('combobox', { name: 'Folder' }).selectOption(folder);
  await page.getByRole('button', { name: 'Start the audit' }).click();
  await page.getByRole('heading', { name: 'Data audit' }).waitFor();
  await page.getByText('The data are synthetic', { exact: true }).waitFor({ timeout: 120_000 });
}

describe.skipIf(!browserThere)('a data engineer follows an issue', () => {
  const journey = demoHospital();

  it('opens it from a finding, sees it closed by the next audit, and what changed between the two', { timeout: 300_000 }, async () => {
    // The same patients again, with the interfaces repaired.
    await exportHospital({ out: join(journey.exports, 'repaired'), size: 'small', seed: 'night', today: journey.running.house.clock.now(), faults: false, gzip: true });
    const { page, complaints } = await journey.as('dataEngineer');
    await page.getByRole('link', { name: 'Sepsis alert for inpatients' }).first().click();
    await auditFolder(page, 'night');

    // What blocks the gate stands first, before the facts.
    await page.getByRole('heading', { name: /^What blocks the gate/ }).waitFor();

    // The map: one tab stop, walked with the arrow keys, read out below.
    await page.getByRole('button', { name: 'Map', exact: true }).click();
    await page.getByLabel('Element', { exact: true }).selectOption({ label: 'Body temperature' });
    const grid = page.getByRole('group', { name: /The arrow keys walk/ });
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText(/Mesa Alta Regional Hospital, \d{4}-\d{2}: (0 %|nobody|fewer than five)/).first().waitFor();

    // One hospital sends no temperature: the finding of the whole export becomes somebody's task.
    await page.getByRole('button', { name: 'All findings' }).click();
    await page.getByLabel('Check', { exact: true }).selectOption('C02');
    await page.getByLabel('By', { exact: true }).selectOption('overall');
    await page.getByLabel('Element', { exact: true }).selectOption({ label: 'Body temperature' });
    await page.getByRole('row', { name: /Body temperature/ }).getByRole('button').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Owner, due date, priority, note').click();
    await dialog.getByLabel('Owner').selectOption({ index: 1 });
    await dialog.getByLabel('Note').fill('The monitors send a code of their maker.');
    await dialog.getByRole('button', { name: 'Open an issue' }).click();
    await dialog.getByText('The issue is open').waitFor();
    await dialog.getByRole('link', { name: 'Open it' }).click();
    const issue = page.getByRole('dialog', { name: /Completeness: Body temperature, whole export/ });
    await issue.getByText('The number does not hold.').waitFor();
    await page.keyboard.press('Escape');
    await issue.waitFor({ state: 'hidden' });

    // The repaired export is audited; nobody touches the issue.
    await auditFolder(page, 'repaired');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('row', { name: /better.*Body temperature/ }).first().waitFor();
    await page.getByRole('navigation', { name: 'Parts of this deployment' }).getByRole('link', { name: 'Data' }).click();
    await page.getByRole('link', { name: 'Issues' }).click();
    const row = page.getByRole('row', { name: /Body temperature, whole export/ });
    await row.getByText('closed').waitFor();
    await row.getByRole('button').first().click();
    await issue.getByText(/Met, so it closed itself/).waitFor();
    expect(complaints).toEqual([]);
  });
});
