// temporary
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse, stringify } from 'yaml';
import { start } from '../../app/server.ts';
import { openChromium } from '../../tools/server/chromium.ts';
import { readConfig } from '../../tools/server/config.ts';
import { silentLog } from '../../tools/server/log.ts';
import { createKey, signInByLink } from '../../tools/server/model.ts';
import { api } from '../../../simulator/demo/api.ts';
import { charterExample } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import * as notes from './model.ts';
import { smallCharter, smallExport, testFolder, writeExport } from './test-notes.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
it('shots', { timeout: 590_000 }, async () => {
  const { folder } = testFolder();
  writeExport(join(folder, 'exports', 'week'), smallExport(40));
  const running = await start(readConfig({ ...process.env, PORT: '0', DATABASE_URL: '', ATTENDING_DATA: join(folder, 'data'), ATTENDING_EXPORTS: join(folder, 'exports'), ATTENDING_LOG: 'silent', ATTENDING_DEMO: 'off' }), silentLog);
  const own = api(running.localUrl, {});
  await own.ask(signInByLink, { body: { token: running.link!.url.split('#')[1]!, password: 'a password for shots', email: 'a@b.example' } });
  const { secret } = await own.ask(createKey, { body: { name: 'all', roles: ['administrator', 'governance', 'data-engineer'] } }, { fresh: true });
  const all = api(running.localUrl, { key: secret });
  for (const [slug, name] of [['north', 'North Hospital'], ['south', 'South Hospital']] as const) await all.ask(dep.addFacility, { body: { slug, name, aliases: [] } });
  for (const slug of ['med-1', 'med-2', 'icu']) await all.ask(dep.addUnit, { params: { facility: 'north' }, body: { slug, name: slug } });
  await all.ask(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'Example Analytics', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  await all.ask(dep.createDeployment, { body: { slug: 'sepsis-alert', title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0', programmeStart: '2026-05-25' } });
  const whole = { ...(parse(charterExample) as object), data: (parse(smallCharter) as { data: unknown }).data };
  await all.ask(dep.saveCharter, { params: { deployment: 'sepsis-alert' }, body: { basedOn: 0, yaml: stringify(whole) } as never });
  const run = await all.ask(notes.startRun, { body: { deployment: 'sepsis-alert', folder: 'week' } });
  for (;;) {
    const now = await all.ask(notes.readRun, { params: { run: run.id } });
    if (now.state === 'done') break;
    if (now.state === 'failed') throw new Error(now.problem!);
    await new Promise((go) => setTimeout(go, 500));
  }
  const browser = await openChromium(running.house.config);
  const found: string[] = [];
  for (const [size, tag] of [[{ width: 1280, height: 900 }, 'desk'], [{ width: 390, height: 844 }, 'phone']] as const) {
    const context = await browser.newContext({ viewport: size, locale: 'en-US', extraHTTPHeaders: { authorization: `Bearer ${secret}` } });
    const page = await context.newPage();
    page.on('pageerror', (error) => found.push(`${tag} ${error.message}`));
    const base = `${running.localUrl}/deployments/sepsis-alert/notes`;
    for (const [name, url] of [['list', base], ['run', `${base}/${run.id}`], ['fix', `${base}/${run.id}?view=fix`], ['types', `${base}/${run.id}?view=types`], ['writers', `${base}/${run.id}?view=writers`], ['charts', `${base}/${run.id}?view=charts`], ['findings', `${base}/${run.id}?view=findings`], ['chart', `${base}/${run.id}/charts/1`], ['checks', `${running.localUrl}/notes/checks`]] as const) {
      await page.goto(url);
      await page.waitForLoadState('networkidle');
      await page.waitForTimeout(500);
      await page.screenshot({ path: `/tmp/nroom/shots/${tag}-${name}.png`, fullPage: tag === 'desk' && name !== 'findings' });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => (window as any).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
      for (const one of violations) found.push(`${tag} ${name} ${one.id}: ${one.help} ${one.nodes.slice(0, 3).map((n: any) => n.target.join(' ') + ' ' + n.failureSummary?.slice(0, 150)).join(' | ')}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 1) found.push(`${tag} ${name} overflows by ${over}`);
      if (name === 'chart') {
        const thread = page.getByRole('button', { name: /^Copied; first written/ }).first();
        if (await thread.count()) {
          await thread.focus();
          await page.keyboard.press('Enter');
          await page.waitForTimeout(900);
          found.push(`focus ${await page.evaluate(() => document.activeElement?.className)}`);
          await page.screenshot({ path: `/tmp/nroom/shots/${tag}-thread.png` });
          if (tag === 'desk') await page.pdf({ path: '/tmp/nroom/shots/chart.pdf' });
        } else found.push(`${tag} no thread`);
      }
    }
  }
  console.log(found.join('\n'));
  await browser.close();
  await running.stop();
  expect(found).toBeDefined();
});
