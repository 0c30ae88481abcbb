// Can a data engineer draw a sample, and a clinician review it on a phone, without anything being lost?
import { describe, expect, it } from 'vitest';
import { browserThere, demoHospital, phone, picture } from './hospital.ts';

describe.skipIf(!browserThere)('a chart review', () => {
  const journey = demoHospital();

  it('goes from the draw to saved answers that are still there after a reload', async () => {
    const { page, complaints } = await journey.as('dataEngineer');
    await page.getByRole('link', { name: 'Sepsis alert for inpatients' }).first().click();
    await page.getByRole('navigation', { name: 'Parts of this deployment' }).getByRole('link', { name: 'Data' }).click();
    await page.getByRole('link', { name: 'Samples' }).click();
    await page.getByRole('combobox', { name: 'Export' }).selectOption({ index: 1 });
    await page.getByRole('spinbutton', { name: 'Records' }).fill('20');
    await page.getByRole('textbox', { name: 'Seed' }).fill('words of the meeting');
    await page.getByRole('button', { name: 'Fix the seed and draw' }).click();
    await page.getByRole('heading', { name: 'What it says' }).waitFor({ timeout: 120_000 });
    await page.getByText('words of the meeting').waitFor();
    await page.getByText('gate criterion 1.4 does not count it').waitFor();
    await picture(page, 'sample');
    const address = page.url();

    const { page: own, complaints: others } = await journey.as('clinician', phone);
    await own.goto(address);
    await own.getByRole('button', { name: 'Review these records' }).click();
    await own.getByRole('heading', { name: 'Chart review' }).waitFor();
    const first = own.getByRole('group', { name: /^Answer:/ }).first();
    await first.getByRole('button', { name: 'Yes' }).click();
    await own.getByLabel('Value in the chart').first().fill('82 /min');
    await own.getByText('Everything is saved.').waitFor();
    await own.getByRole('button', { name: 'Next record' }).click();
    await own.getByText(/^2 of \d+:/).waitFor();
    // A key answers the question in focus.
    await own.getByRole('group', { name: /^Answer:/ }).first().getByRole('button').first().focus();
    await own.keyboard.press('n');
    await own.getByText(/^[23] of [\d,]+ answered$/).waitFor();
    await own.getByText('Everything is saved.').waitFor();
    await own.reload();
    await own.getByText(/^[23] of [\d,]+ answered$/).waitFor();
    await own.getByRole('button', { name: 'Back' }).click();
    expect(await own.getByLabel('Value in the chart').first().inputValue()).toBe('82 /min');
    const wide = await own.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide).toBe(0);
    expect([...complaints, ...others]).toEqual([]);
  });
});
