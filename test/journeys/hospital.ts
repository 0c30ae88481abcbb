// Where do the journeys take place? In the product as it is started, with the demo hospital, in a real browser.
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { loadDemo } from '../../simulator/demo.ts';
import { api } from '../../simulator/demo/api.ts';
import { demoAccounts, demoPassword, type DemoPerson } from '../../simulator/demo/people.ts';
import { exportHospital } from '../../simulator/export/export.ts';
import { start, type Running } from '../../src/app/server.ts';
import { findChromium, openChromium } from '../../src/tools/server/chromium.ts';
import { readConfig } from '../../src/tools/server/config.ts';
import { silentLog } from '../../src/tools/server/log.ts';
import { createKey, signInByLink } from '../../src/tools/server/model.ts';
import { root } from '../tree.ts';

/** Keeps a picture for the README where `PICTURES=on` asks for it: `PICTURES=on npm test test/journeys`. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['PICTURES'] === 'on') await page.screenshot({ path: join(root, 'docs', 'pictures', `${name}.png`) });
}

export const administrator = { email: 'administrator@attending.example', password: 'a password for journeys' };
export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** False where there is no Chromium: the journeys are then skipped, by name. */
export const browserThere = (await findChromium(readConfig())) !== null;

export interface Journey {
  running: Running;
  browser: Browser;
  /** The folder offered as `ATTENDING_EXPORTS`; `night` in it holds a small synthetic export. */
  exports: string;
  /** A signed-in page of this person; what the page's console complains about is collected in `complaints`. */
  as(person: DemoPerson, size?: { width: number; height: number }): Promise<{ page: Page; complaints: string[] }>;
}

/** Opens the demo hospital for the tests of one file. */
export function demoHospital(): Journey {
  const journey = {} as Journey;
  const contexts: BrowserContext[] = [];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attending-journey-'));
    journey.exports = join(folder, 'exports');
    mkdirSync(journey.exports);
    journey.running = await start(readConfig({ ...process.env, PORT: '0', DATABASE_URL: '', ATTENDING_DATA: join(folder, 'data'), ATTENDING_EXPORTS: journey.exports, ATTENDING_LOG: 'silent' }), silentLog);
    const { running } = journey;
    const own = api(running.localUrl, {});
    await own.ask(signInByLink, { body: { token: running.link!.url.split('#')[1]!, password: administrator.password, email: administrator.email } });
    const { secret } = await own.ask(createKey, { body: { name: 'Demo loader', roles: ['administrator'] } }, { fresh: true });
    await loadDemo({ baseUrl: running.localUrl, apiKey: secret, workspace: join(folder, 'workspace'), size: 'small', seed: 'journey' });
    await exportHospital({ out: join(journey.exports, 'night'), size: 'small', seed: 'night', today: running.house.clock.now(), faults: true, gzip: true });
    journey.browser = await openChromium(running.house.config);
  }, 300_000);
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await journey.browser?.close();
    await journey.running?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  journey.as = async (person, size = desktop) => {
    const context = await journey.browser.newContext({ viewport: size, locale: 'en-US', timezoneId: 'America/Phoenix', reducedMotion: 'reduce' });
    contexts.push(context);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${journey.running.localUrl}/sign-in`);
    await page.getByLabel('E-mail address').fill(demoAccounts[person].email);
    await page.getByRole('textbox', { name: 'Password' }).fill(demoPassword);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Portfolio', level: 1 }).waitFor();
    // Before signing in, asking who is signed in is answered with 401; the console says so.
    complaints.length = 0;
    return { page, complaints };
  };
  return journey;
}
