// Which Chromium is there, and how is it started without talking to anybody?
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { Problem } from '../base/problem.ts';
import { allowBundledChromium, folderList, type Config } from './config.ts';

export interface Chromium {
  path: string;
  /** Where it was found: the setting, the machine, or the npm package. */
  from: 'CHROMIUM_PATH' | 'the path' | '@sparticuz/chromium';
  /** Further flags that this build needs. */
  flags: readonly string[];
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const applications = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** Headless, and without a word to the outside: no updates, no sync, no variations, no QUIC. */
const quietFlags = [
  '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--no-default-browser-check', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-extensions', '--metrics-recording-only', '--hide-scrollbars',
  '--disable-dev-shm-usage', '--font-render-hinting=none',
];

/** Finds a Chromium: the setting first, then the machine's own, then the npm-shipped one (Linux x64 only). Null: none. */
export async function findChromium(config: Pick<Config, 'chromiumPath'>): Promise<Chromium | null> {
  if (config.chromiumPath) {
    if (!existsSync(config.chromiumPath)) throw new Problem('bad-input', `CHROMIUM_PATH names ${config.chromiumPath}, which is not there.`, 'Correct the setting, or leave it out.');
    return { path: config.chromiumPath, from: 'CHROMIUM_PATH', flags: [] };
  }
  const onPath = [...folderList().flatMap((folder) => names.map((name) => `${folder}/${name}`)), ...applications].find((path) => existsSync(path));
  if (onPath) return { path: onPath, from: 'the path', flags: [] };
  return bundled();
}

/** The npm-shipped build unpacks itself and its libraries into the temporary folder. */
async function bundled(): Promise<Chromium | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  allowBundledChromium();
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    return { path: await chromium.executablePath(), from: '@sparticuz/chromium', flags: chromium.args.filter((flag) => !flag.startsWith('--headless')) };
  } catch {
    return null;
  }
}

/** What it says it is, e.g. `Chromium 143.0.7499.40`; null when it does not run. */
export function chromiumVersion({ path }: Chromium): string | null {
  const said = spawnSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8', timeout: 20_000 });
  return said.status === 0 ? said.stdout.trim() : null;
}

/** Starts it. The sandbox stays on except for root, whom Chromium refuses it. @throws Problem when there is none. */
export async function openChromium(config: Pick<Config, 'chromiumPath'>): Promise<Browser> {
  const found = await findChromium(config);
  if (!found) throw new Problem('unavailable', 'There is no Chromium on this machine to print with.', 'Install Chromium, or name one with CHROMIUM_PATH.');
  const { chromium } = await import('playwright-core');
  const root = process.getuid?.() === 0;
  try {
    return await chromium.launch({ executablePath: found.path, args: [...quietFlags, ...(root ? ['--no-sandbox'] : []), ...found.flags], chromiumSandbox: !root && found.from !== '@sparticuz/chromium', handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false });
  } catch (error) {
    throw new Problem('unavailable', `Chromium (${found.path}) did not start.`, 'Start it by hand to see why, or name another with CHROMIUM_PATH.', [{ says: String((error as Error).message).split('\n')[0] ?? '' }]);
  }
}
