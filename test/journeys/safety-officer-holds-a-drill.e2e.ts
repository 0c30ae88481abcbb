// Can the safety officer find out whether decisions can be told from input to action, and whether the AI can be stopped?
import { describe, expect, it } from 'vitest';
import { approvePolicy, actInSuspendDrill, listSuspendDrills } from '../../src/expose/gateway/model.ts';
import { overflow, violations } from './accessible.ts';
import { browserThere, demoHospital, phone, picture } from './hospital.ts';
import { signedIn } from './over-the-api.ts';

const deployment = 'prior-authorization';
const params = { deployment };

describe.skipIf(!browserThere)('a safety officer holds a drill', () => {
  const journey = demoHospital();

  it('a reconstruction drill: twenty that nobody chose, what lacks is named, and one is opened down to its input', async () => {
    const { page, complaints } = await journey.as('safety');
    await page.goto(`${journey.running.localUrl}/deployments/sepsis-alert/decisions`);
    await page.getByRole('button', { name: 'Drill', exact: true }).click();
    await page.getByText('No reconstruction drill was held').waitFor();
    await page.getByRole('button', { name: 'Draw 20 decisions' }).click();
    // Its maker's nightly file tells no inputs.
    await page.getByText(/of 20 were told from input to action/).first().waitFor();
    const drawn = page.getByRole('region', { name: 'The decisions drawn and what was found of each' });
    expect(await drawn.locator('tbody tr').count()).toBe(20);
    expect(await drawn.getByText('missing').count()).toBeGreaterThan(5);
    await page.getByRole('button', { name: 'Score the same ones again' }).click();
    await page.getByText('Nothing that was missing has been told meanwhile.').waitFor();
    await picture(page, 'reconstruction-drill');
    expect(await violations(page)).toEqual([]);

    await page.goto(`${journey.running.localUrl}/deployments/${deployment}/decisions?view=drill`);
    await page.getByText('All 20 were told from input to action').waitFor();
    await drawn.getByRole('link').first().click();
    await page.getByRole('button', { name: 'Open input and output' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill('Reconstruction drill of today.');
    await dialog.getByRole('button', { name: 'Open it' }).click();
    await page.getByLabel('Input and output', { exact: true }).getByText(/Request for:/).waitFor();
    expect(await violations(page)).toEqual([]);
    // The look itself is in the ledger.
    await page.goto(`${journey.running.localUrl}/ledger`);
    await page.getByRole('cell', { name: 'payload.opened' }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('whether the log is complete: gaps are named, and hours nobody counted are no zeros', async () => {
    const { page, complaints } = await journey.as('safety', phone);
    await page.goto(`${journey.running.localUrl}/deployments/sepsis-alert/decisions?view=complete`);
    await page.getByText(/answers the source counted are in the log/).first().waitFor();
    await page.getByText(/answers are not in the log/).first().waitFor();
    await page.getByText(/Nobody counted .* hours/).first().waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(1);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('a suspend drill of one arm: called, acknowledged by another, stopped, told, taken back by two people, reviewed', async () => {
    const base = journey.running.localUrl;
    const [manager, governance] = [await signedIn(base, 'manager'), await signedIn(base, 'governance')];
    const { page, complaints } = await journey.as('safety');
    await page.goto(`${base}/deployments/${deployment}/gateway`);
    await page.getByRole('link', { name: 'Suspend drill' }).click();
    await page.getByText('No suspend drill was held').waitFor();
    await page.getByRole('button', { name: 'Call a drill' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Scenario').fill('Drafts name the payer of another patient.');
    await dialog.getByLabel('Only this arm').fill('test-arm');
    await dialog.getByRole('button', { name: 'Call it now' }).click();
    await page.getByText('A drill is under way').waitFor();

    const { items } = await manager.ask(listSuspendDrills, { params });
    const drill = items[0]!.drill;
    await manager.ask(actInSuspendDrill, { params: { drill }, body: { act: 'acknowledged', note: 'by pager' } });
    await page.getByRole('button', { name: 'Order the stop' }).click();
    await dialog.getByRole('button', { name: 'Stop it now' }).click();
    await page.getByText(/The last instance acted [\d,]+ ms after the order/).first().waitFor();
    for (const [button, note] of [['The fallback runs', 'The payer portals by hand, seen in the office.'], ['People were told', 'All specialists, by message.']] as const) {
      await page.getByRole('button', { name: button }).click();
      await dialog.getByLabel('How').fill(note);
      await dialog.getByRole('button', { name: button }).click();
      await dialog.waitFor({ state: 'hidden' });
    }
    await page.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('it waits for a second person').waitFor();
    await picture(page, 'suspend-drill');
    expect(await violations(page)).toEqual([]);
    const { items: [waiting] } = await governance.ask(listSuspendDrills, { params });
    await governance.ask(approvePolicy, { params, body: { version: waiting!.resume!.version } });

    await page.getByText('Write the review').click();
    await page.getByLabel('Review').fill('It was stopped and taken back as it should be; the notice needs a list of substitutes.');
    await page.getByRole('button', { name: 'End the drill with this review' }).click();
    await page.getByRole('heading', { name: 'The latest drill' }).waitFor();
    await page.getByText('9 of 9 steps done in time').waitFor();
    expect(complaints).toEqual([]);
    await page.setViewportSize(phone);
    expect(await overflow(page)).toBeLessThanOrEqual(1);

    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole('navigation', { name: 'Parts of this deployment' }).getByRole('link', { name: 'Ledger' }).click();
    await page.getByRole('cell', { name: 'gateway.suspend-drill' }).first().waitFor();
  });
});
