import { describe, expect, it } from 'vitest';
import { demoHospital } from './hospital.ts';
import { signedIn } from './over-the-api.ts';
import { kill } from '../../src/expose/gateway/model.ts';

describe('look', () => {
  const journey = demoHospital();
  it('takes pictures', async () => {
    const base = journey.running.localUrl;
    const sizes = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
    for (const [name, size] of Object.entries(sizes)) {
      const { page, complaints } = await journey.as('governance', size);
      for (const [what, path] of [['services', '/services'], ['fall', '/deployments/fall-risk/gateway'], ['sepsis', '/deployments/sepsis-alert/gateway'], ['policy', '/deployments/sepsis-alert/gateway/policy']] as const) {
        await page.goto(`${base}${path}`);
        await page.waitForTimeout(2500);
        await page.screenshot({ path: `/tmp/look-${what}-${name}.png`, fullPage: true });
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        console.log(name, what, 'overflow', wider);
        if (name === 'wide') { await page.emulateMedia({ media: 'print' }); await page.screenshot({ path: `/tmp/look-${what}-print.png`, fullPage: true }); await page.emulateMedia({ media: 'screen' }); }
      }
      console.log(complaints);
    }
    const safety = await signedIn(base, 'safety');
    await safety.ask(kill, { params: { deployment: 'fall-risk' }, body: { reason: 'a look' } });
    const { page } = await journey.as('governance', sizes.phone);
    await page.goto(`${base}/deployments/fall-risk/gateway`);
    await page.waitForTimeout(2500);
    await page.screenshot({ path: `/tmp/look-stopped-phone.png`, fullPage: true });
    const wide = await journey.as('owner' as never, sizes.wide).catch(() => null);
    const { page: policy } = wide ?? (await journey.as('governance', sizes.wide));
    await policy.goto(`${base}/deployments/fall-risk/gateway/policy`);
    await policy.waitForTimeout(2000);
    await policy.screenshot({ path: `/tmp/look-policy2-wide.png`, fullPage: true });
    expect(1).toBe(1);
  }, 400_000);
});
