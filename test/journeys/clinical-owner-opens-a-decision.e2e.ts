// Can the clinical owner follow one decision from the question to the outcome, and prove it without trusting the server?
import { describe, expect, it } from 'vitest';
import { browserThere, demoHospital, phone, picture } from './hospital.ts';

describe.skipIf(!browserThere)('a clinical owner opens a decision', () => {
  const journey = demoHospital();

  it('finds the overrides, follows one of them, and verifies it in the browser', async () => {
    const { page, complaints } = await journey.as('authorizationOwner');
    await page.getByRole('link', { name: 'Prior-authorization assistant' }).first().click();
    const parts = page.getByRole('navigation', { name: 'Parts of this deployment' });
    await parts.getByRole('link', { name: 'Decisions' }).click();
    await page.getByRole('heading', { name: 'Decisions', level: 2 }).waitFor();

    // The counts say what kind of record this is, and every rate has its interval and n.
    await page.getByText(/Decisions per day, by what became of them/).first().waitFor();
    await page.getByRole('heading', { name: 'How sure is the record' }).waitFor();
    expect(await page.getByRole('region', { name: 'Rates' }).textContent()).toMatch(/Overridden.*%.*n/s);
    await picture(page, 'decisions');

    await page.getByRole('button', { name: 'One by one' }).click();
    await page.getByLabel('Any answer').selectOption('overridden');
    await page.waitForURL(/act=overridden/);
    await page.getByLabel('Any assurance').selectOption('reported');
    await page.waitForURL(/assurance=reported/);
    await page.getByRole('table').getByRole('row').nth(1).getByRole('link').click();

    // The timeline is in the order of time, and honest about when it was recorded.
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    const steps = await page.locator('.timeline li b').allTextContents();
    expect(steps.slice(0, 3)).toEqual(['Asked', 'Answered', 'Shown']);
    expect(steps.indexOf('Overridden')).toBeGreaterThan(steps.indexOf('Shown'));
    await page.getByText(/it was told after the fact/).waitFor();

    await page.getByRole('button', { name: 'Verify in this browser' }).click();
    await page.getByText(/is in the ledger that was signed/).first().waitFor({ timeout: 60_000 });
    await page.getByText(/came in (a batch|batches)/).first().waitFor();
    await page.mouse.wheel(0, -5_000);
    await picture(page, 'decision');
    expect(complaints).toEqual([]);

    // The proof is worked out here: a server that hands out another record is found out.
    await page.route(/\/records$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/overridden/g, 'accepted') });
    });
    await page.getByRole('button', { name: 'Verify in this browser' }).click();
    await page.getByText('The proof does not hold').waitFor();
  });

  it('sees counts and no single decision where the role does not allow it, and fits a phone', async () => {
    const { page } = await journey.as('manager', phone);
    await page.goto(`${journey.running.localUrl}/deployments/sepsis-alert/decisions?view=list`);
    await page.getByText(/Decisions per day/).first().waitFor();
    expect(await page.getByRole('button', { name: 'One by one' }).count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(1);
  });
});
