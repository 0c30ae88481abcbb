// Where do the journeys take place? In the product as it is started, with the demo hospital, in a real browser.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { loadDemo } from '../../simulator/demo.ts';
import { api } from '../../simulator/demo/api.ts';
import { demoAccounts, demoPassword, type DemoPerson } from '../../simulator/demo/people.ts';
import { exportHospital } from '../../simulator/export/export.ts';
import { start, type Running } from '../../src/app/server.ts';
import { findChromium, openChromium } from '../../src/tools/server/chromium.ts';
import { readConfig } from '../../src/tools/server/config.ts';
import { silentLog, type Log } from '../../src/tools/server/log.ts';
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

const settings = (folder: string) => readConfig({ ...process.env, PORT: '0', DATABASE_URL: '', ATTENDING_DATA: join(folder, 'data'), ATTENDING_EXPORTS: join(folder, 'exports'), ATTENDING_LOG: 'silent' });

/** Loads the demo hospital for this run of the tests, whichever file asks first; the others wait for it. */
async function loadedOnce(): Promise<string> {
  const { folder } = inject('demoHospital');
  const there = join(folder, 'loaded');
  const mine = await mkdir(join(folder, 'mine')).then(() => true, () => false);
  if (mine) {
    try {
      await load(folder);
      await writeFile(there, 'yes');
    } catch (error) {
      await writeFile(there, (error as Error).stack ?? String(error));
    }
  }
  for (;;) {
    const said = await readFile(there, 'utf8').catch(() => null);
    if (said === 'yes') return join(folder, 'hospital');
    if (said !== null) throw new Error(`The demo hospital could not be loaded: ${said}`);
    await sleep(200);
  }
}

async function load(folder: string): Promise<void> {
  const hospital = join(folder, 'hospital');
  await mkdir(join(hospital, 'exports'), { recursive: true });
  const running = await start(settings(hospital), silentLog);
  try {
    const own = api(running.localUrl, {});
    await own.ask(signInByLink, { body: { token: running.link!.url.split('#')[1]!, password: administrator.password, email: administrator.email } });
    const { secret } = await own.ask(createKey, { body: { name: 'Demo loader', roles: ['administrator'] } }, { fresh: true });
    await loadDemo({ baseUrl: running.localUrl, apiKey: secret, workspace: join(folder, 'workspace'), size: 'small', seed: 'journey' });
    await exportHospital({ out: join(hospital, 'exports', 'night'), size: 'small', seed: 'night', today: running.house.clock.now(), faults: true, gzip: true });
  } finally {
    await running.stop();
  }
}

// `cp -a` keeps whose a file is: where this account is root, the database belongs to another.
const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', `${from}/.`, to]);
/** Where the database lies when its own account cannot enter the data folder; see postgres-account.ts. */
const outside = async (folder: string): Promise<string | null> => {
  const text = await readFile(join(folder, 'data', 'postgres.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as { folder: string }).folder;
};

async function copyHospital(from: string, to: string): Promise<void> {
  await copy(from, to);
  const database = await outside(to);
  if (database === null) return;
  const own = `${database}-${basename(to)}`;
  await mkdir(own, { recursive: true });
  await copy(database, own);
  await writeFile(join(to, 'data', 'postgres.json'), JSON.stringify({ folder: own, why: 'a copy for one journey' }));
}

async function removeHospital(folder: string): Promise<void> {
  const database = await outside(folder);
  if (database !== null) await rm(database, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

/** The words of a page; those of the dialog where one is open. */
async function shownOn(page: Page): Promise<string> {
  const dialog = page.getByRole('dialog');
  const text = await ((await dialog.count()) > 0 ? dialog.first() : page.locator('body')).innerText({ timeout: 5_000 }).catch((error: Error) => error.message);
  return text.split('\n').map((line) => line.slice(0, 200)).join('\n');
}

/** Opens the demo hospital for the tests of one file: a copy of its own, of a hospital that is loaded once for all files of a run. */
export function demoHospital(): Journey {
  const journey = {} as Journey;
  const contexts: BrowserContext[] = [];
  const troubles: string[] = [];
  const trouble = (event: string, facts = {}) => void troubles.push(`the server: ${event} ${JSON.stringify(facts)}`);
  const log: Log = { ...silentLog, warn: trouble, error: trouble };
  let folder: string;
  beforeAll(async () => {
    const loaded = await loadedOnce();
    folder = await mkdtemp(join(tmpdir(), 'attending-journey-'));
    await copyHospital(loaded, folder);
    journey.exports = join(folder, 'exports');
    journey.running = await start(settings(folder), log);
    journey.browser = await openChromium(journey.running.house.config);
  }, 400_000);
  // A timeout says what was waited for; this says what was there instead.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const page of contexts.flatMap((context) => context.pages())) console.error(`${page.url()} shows:\n${(await shownOn(page)).slice(0, 6_000)}`);
    console.error(['Troubles on the way:', ...troubles.slice(-40)].join('\n'));
  });
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await journey.browser?.close();
    await journey.running?.stop();
    await removeHospital(folder);
  });
  journey.as = async (person, size = desktop) => {
    const context = await journey.browser.newContext({ viewport: size, locale: 'en-US', timezoneId: 'America/Phoenix', reducedMotion: 'reduce' });
    contexts.push(context);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => troubles.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText ?? 'failed'}`));
    page.on('response', (response) => void (response.status() >= 400 && response.text().then((text) => troubles.push(`${response.status()} ${response.url()}: ${text.slice(0, 500)}`), () => {})));
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
