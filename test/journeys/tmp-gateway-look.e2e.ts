// Temporary: a picture of the policy editor with a gate in the way.
import { describe, expect, it } from 'vitest';
import { demoHospital } from './hospital.ts';

describe('look', () => {
  const journey = demoHospital();
  it('takes pictures', async () => {
    const base = journey.running.localUrl;
    for (const [name, size] of Object.entries({ wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } })) {
      const { page, complaints } = await journey.as('governance', size);
      await page.goto(`${base}/deployments/sepsis-alert/gateway/policy`);
      await page.getByLabel('Mode', { exact: false }).first().selectOption('live').catch(async () => {
        await page.getByLabel('Mode', { exact: false }).first().click();
        await page.getByRole('option', { name: /live/i }).click();
      });
      await page.waitForTimeout(3000);
      await page.screenshot({ path: `/tmp/look-editor-${name}.png`, fullPage: true });
      console.log(name, 'overflow', await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), complaints);
      await page.goto(`${base}/deployments/fall-risk/gateway`);
      await page.waitForTimeout(2500);
      await page.screenshot({ path: `/tmp/look-fall-${name}.png`, fullPage: true });
      await page.goto(`${base}/gateway`);
      await page.waitForTimeout(2000);
      await page.screenshot({ path: `/tmp/look-services-${name}.png`, fullPage: true });
    }
    expect(1).toBe(1);
  }, 300_000);
});
