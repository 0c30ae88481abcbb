// Can a committee decide a gate on the evidence, so that nobody can alter afterwards what it saw?
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { browserThere, demoHospital, picture } from './hospital.ts';

const table = [
  ['Dr. Ingrid Halvorsen', 'clinical-leadership'],
  ['Elliot Park', 'it'],
  ['Ruth Delgado', 'operations'],
  ['Sam Whitehorse', 'end-user'],
] as const;

async function openGate(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Sepsis alert for inpatients' }).first().click();
  await page.getByRole('link', { name: 'Open G1' }).click();
  await page.getByRole('heading', { name: 'G1 Clinician-centric design' }).waitFor();
}

async function fillDecision(page: Page, outcome: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Outcome').selectOption({ label: outcome });
  await dialog.getByLabel('Reason').fill('Temperature of Mesa Alta has no LOINC code; the feed is repaired first.');
  for (const [index, [name, constituency]] of table.entries()) {
    await dialog.getByLabel('Name').nth(index).fill(name);
    await dialog.getByLabel('Constituency').nth(index).selectOption(constituency);
  }
}

describe.skipIf(!browserThere)('governance decides a gate', () => {
  const journey = demoHospital();

  it('waives with a second person, is refused an approval, and decides a re-review that the ledger remembers', async () => {
    const { page, complaints } = await journey.as('governance');
    await page.getByText(/blocked at the next gate/).waitFor();
    await picture(page, 'portfolio');
    await openGate(page);
    await picture(page, 'gate');

    // A waiver asks for a reason and an end, and waits for a second person.
    await page.getByRole('button', { name: /1\.1\b/ }).first().click();
    await page.getByRole('button', { name: 'Waive 1.1' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('The last two sessions are on the calendar for next week.');
    await page.getByRole('dialog').getByLabel('Until').fill('2099-01-01');
    await page.getByRole('dialog').getByRole('button', { name: /waive|waiver/i }).click();
    await page.getByRole('dialog').getByText(/year/).first().waitFor();
    const soon = new Date(Date.parse(journey.running.house.clock.now()) + 14 * 86_400_000).toISOString().slice(0, 10);
    await page.getByRole('dialog').getByLabel('Until').fill(soon);
    await page.getByRole('dialog').getByRole('button', { name: /waive|waiver/i }).click();
    await page.getByText('A waiver is asked for').waitFor();
    await page.getByText('A second person has to approve it.', { exact: true }).waitFor();

    const second = await journey.as('office');
    await openGate(second.page);
    await second.page.getByRole('button', { name: /1\.1\b/ }).first().click();
    await second.page.getByRole('button', { name: 'Approve the waiver' }).click();
    await second.page.getByText('Waiver: active').waitFor();

    // An approval is refused while safety criteria are not met.
    await page.reload();
    await page.getByRole('button', { name: 'Decide G1' }).click();
    await fillDecision(page, 'Approve');
    await page.getByRole('button', { name: 'Record the decision' }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(await page.getByRole('dialog').getByRole('alert').textContent()).toMatch(/1\.4/);

    // The committee decides to look again; what it saw is kept.
    await page.getByRole('dialog').getByLabel('Outcome').selectOption({ label: 'Review again' });
    await page.getByRole('dialog').getByLabel('Review again on').fill(soon);
    await page.getByRole('button', { name: 'Record the decision' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByText(/written to the ledger with everything the committee saw/).waitFor();

    // The ledger has it, and verifies.
    await page.getByRole('navigation', { name: 'Parts of this deployment' }).getByRole('link', { name: 'Ledger' }).click();
    await page.getByRole('cell', { name: 'gate.decided' }).first().waitFor();
    await page.goto(`${journey.running.localUrl}/ledger`);
    await page.getByRole('button', { name: 'Verify the ledger' }).click();
    await page.getByText(/The ledger is sound/).first().waitFor({ timeout: 60_000 });
    expect(complaints.filter((complaint) => !/40[09]|422/.test(complaint))).toEqual([]);
  });
});
