// Can the safety officer stop an AI at once, know that it has stopped, and show later when it did?
import { describe, expect, it } from 'vitest';
import { approvePolicy, getService, policy, proposePolicy, putService } from '../../src/expose/gateway/model.ts';
import { days, shift, systemClock } from '../../src/tools/base/clock.ts';
import { openEhr, type Ehr, type EhrPatient } from '../../simulator/live/ehr.ts';
import { goodVendor } from '../../simulator/live/vendors.ts';
import { stream } from '../../simulator/random.ts';
import { browserThere, demoHospital, picture } from './hospital.ts';
import { signedIn } from './over-the-api.ts';

const deployment = 'sepsis-alert';
const params = { deployment };
const patient: EhrPatient = { id: 'ou-p-1', encounter: 'ou-p-1-stay', user: 'ou-nurse-1', facility: 'ocotillo-university-hospital', department: 'medicine' };

describe.skipIf(!browserThere)('a safety officer stops an AI', () => {
  const journey = demoHospital();

  /** Looks until a card is there, or so many times: the vendor has nothing to say about a third of the patients. */
  async function look(ehr: Ehr, times: number): Promise<number> {
    let cards = 0;
    for (let nth = 0; nth < times; nth++) cards += (await ehr.call('sepsis', { ...patient, id: `ou-p-${nth}`, encounter: `ou-p-${nth}-stay` }, stream('journey', nth))).length;
    return cards;
  }

  it('from the header, with a reason: the next call gives no card, and the ledger tells when', async () => {
    const vendor = await goodVendor('journey');
    try {
      const base = journey.running.localUrl;
      const ehr = await openEhr(systemClock, `${base}/cds/${deployment}`);
      const [engineer, owner, governance] = [await signedIn(base, 'dataEngineer'), await signedIn(base, 'sepsisOwner'), await signedIn(base, 'governance')];
      await engineer.ask(putService, { params, body: { url: vendor.url, callers: { check: 'jwt', issuers: [{ iss: ehr.iss, jwks: ehr.jwks }] }, sign: true, origins: [], prefetch: {}, places: { facility: null, department: null, names: {} }, moment: null } });
      const wanted = policy.parse({ mode: 'live', deadlineMs: 10_000 });
      // The gates of the demo are not passed: it takes an exception, which governance approves.
      const exception = { reason: 'A trial of the switch on one afternoon.', until: shift(systemClock.now(), days(2)).slice(0, 10) };
      const proposed = await owner.ask(proposePolicy, { params, body: { policy: wanted, reason: 'A trial of the switch.', exception } });
      expect(proposed.state).toBe('proposed');
      await governance.ask(approvePolicy, { params, body: { version: proposed.version } });
      await expect.poll(async () => (await engineer.ask(getService, { params })).instances.some((one) => one.alive && one.version === proposed.version), { timeout: 20_000 }).toBe(true);
      expect(await look(ehr, 12)).toBeGreaterThan(0);

      const { page, complaints } = await journey.as('safety');
      await page.goto(`${base}/deployments/${deployment}/gateway`);
      await page.getByRole('heading', { name: 'Live traffic' }).waitFor();
      await picture(page, 'gateway');
      await page.getByRole('button', { name: 'Stop this AI' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByRole('button', { name: 'Stop it now' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Reason').fill('Cards of two patients were swapped on ward 4.');
      await dialog.getByRole('button', { name: 'Stop it now' }).click();
      await dialog.getByText(/living instance.* stopped/).first().waitFor();
      await picture(page, 'stopped');

      // From here on nobody sees anything, and each answer that was not shown says why.
      expect(await look(ehr, 12)).toBe(0);
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await page.getByText('It is stopped').waitFor();
      await page.getByRole('button', { name: 'Stopped' }).waitFor();

      // The ledger tells who stopped it, when, and why; turning it on again waits for a second person.
      await page.getByRole('navigation', { name: 'Parts of this deployment' }).getByRole('link', { name: 'Ledger' }).click();
      await page.getByRole('cell', { name: 'gateway.killed' }).first().waitFor();
      const again = await owner.ask(proposePolicy, { params, body: { policy: wanted, reason: 'It was one ward only.', exception } });
      expect(again.state).toBe('proposed');
      await page.goto(`${base}/deployments/${deployment}/gateway/policy`);
      await page.getByText(`Version ${again.version} waits for a second person`).waitFor();
      expect(await look(ehr, 4)).toBe(0);
      expect(complaints).toEqual([]);
    } finally {
      await vendor.close();
    }
  });

  it('is not offered to whoever may not', async () => {
    const { page } = await journey.as('clinician');
    await page.goto(`${journey.running.localUrl}/deployments/${deployment}/gateway`);
    await page.getByRole('heading', { name: 'Gateway', level: 2 }).waitFor();
    expect(await page.getByRole('button', { name: /Stop/ }).count()).toBe(0);
  });
});
