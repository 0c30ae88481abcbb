// Temporary: looks at pages of a kept demo hospital.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'vitest';
import { loadDemo } from '../../simulator/demo.ts';
import { api } from '../../simulator/demo/api.ts';
import { demoAccounts, demoPassword, type DemoPerson } from '../../simulator/demo/people.ts';
import { start } from '../../src/app/server.ts';
import { openChromium } from '../../src/tools/server/chromium.ts';
import { readConfig } from '../../src/tools/server/config.ts';
import { silentLog } from '../../src/tools/server/log.ts';
import { createKey, signInByLink } from '../../src/tools/server/model.ts';

const folder = '/tmp/edemo3';
it('looks', async () => {
  await mkdir(folder, { recursive: true });
  const running = await start(readConfig({ ...process.env, PORT: '0', DATABASE_URL: '', ATTENDING_DATA: join(folder, 'data'), ATTENDING_LOG: 'silent' }), silentLog);
  try {
    if (!existsSync(join(folder, 'loaded'))) {
      const keyFile = join(folder, 'key');
      if (!existsSync(keyFile)) {
        const own = api(running.localUrl, {});
        await own.ask(signInByLink, { body: { token: running.link!.url.split('#')[1]!, password: 'a password for journeys', email: 'administrator@attending.example' } });
        await writeFile(keyFile, (await own.ask(createKey, { body: { name: 'Demo loader', roles: ['administrator'] } }, { fresh: true })).secret);
      }
      const secret = readFileSync(keyFile, 'utf8');
      const t = process.cpuUsage();
      const began = Date.now();
      await loadDemo({ baseUrl: running.localUrl, apiKey: secret, workspace: join(folder, 'workspace'), size: 'small', seed: 'journey', onProgress: (s) => console.log(((Date.now() - began) / 1000).toFixed(1), (process.cpuUsage(t).user / 1e6).toFixed(1), s) });
      await writeFile(join(folder, 'loaded'), 'yes');
    }
    const browser = await openChromium(running.house.config);
    const jobs = (process.env['LOOK'] ?? '').split(' ').filter(Boolean);
    for (const job of jobs) {
      const [person, width, path, name, click] = job.split('|') as [DemoPerson, string, string, string, string | undefined];
      const context = await browser.newContext({ viewport: { width: Number(width), height: 900 }, locale: 'en-US', timezoneId: 'America/Phoenix', reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(`${running.localUrl}/sign-in`);
      await page.getByLabel('E-mail address').fill(demoAccounts[person].email);
      await page.getByRole('textbox', { name: 'Password' }).fill(demoPassword);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('heading', { name: 'Portfolio', level: 1 }).waitFor();
      await page.goto(`${running.localUrl}${path}`);
      await page.waitForLoadState('networkidle');
      if (click === 'csv') {
        await page.getByRole('button', { name: 'Import CSV' }).click();
        const rows = Array.from({ length: 40 }, (_, nth) => `N-${nth};${nth === 4 ? '' : `MRN-${nth}`};2026-11-20 09:0${nth % 10};0.${100 + nth};ICU 3;text of the note`);
        await page.locator('input[type=file]').setInputFiles({ name: 'scores.csv', mimeType: 'text/csv', buffer: Buffer.from(`Alert ID;MRN;scored_at;Risk;Ward;Note\n${rows.join('\n')}\n`) });
        await page.getByLabel('version (needed)').selectOption({ label: 'the same for every row…' });
        await page.getByLabel('version, for every row').fill('2026.10');
        await page.getByLabel('Offset of times without one').fill('-07:00');
        await page.getByRole('button', { name: 'Try it without writing' }).click();
        await page.getByText('rows would be recorded').waitFor();
        await page.screenshot({ path: `/tmp/xp-${name}-top.png` });
        await page.getByText('rows would be recorded').scrollIntoViewIfNeeded();
        await page.screenshot({ path: `/tmp/xp-${name}.png` });
      } else {
        if (click) await page.getByText(click).first().click();
        await page.waitForTimeout(700);
        await page.screenshot({ path: `/tmp/xp-${name}.png`, fullPage: true });
      }
      console.log(name, await page.evaluate(() => [document.documentElement.scrollWidth - document.documentElement.clientWidth, [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table-scroll, .figure-chart, pre')).slice(0, 6).map((e) => `${e.tagName}.${String(e.className)}`)]));
      await context.close();
    }
    await browser.close();
  } finally {
    await running.stop();
  }
}, 900_000);
