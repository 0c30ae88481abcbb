// What did Attending find on this machine, and would it run?
import { constants, accessSync, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { sql } from 'kysely';
import { Problem } from '../tools/base/problem.ts';
import { chromiumVersion, findChromium } from '../tools/server/chromium.ts';
import { readConfig, settingsInForce, type Config } from '../tools/server/config.ts';
import { openDatabase, versionOf, type Address } from '../tools/server/database.ts';
import { runningEmbedded } from '../tools/server/embedded-postgres.ts';
import { placeNow, unprivileged } from '../tools/server/postgres-account.ts';
import { findBinaries } from '../tools/server/postgres-binaries.ts';
import { withoutPassword } from './house.ts';
import { version } from './near.ts';

/** `good`, `note` (works, but read it) or `bad` (does not work). */
export interface Finding {
  what: string;
  state: 'good' | 'note' | 'bad';
  says: string;
}

type Check = (config: Config) => Promise<Omit<Finding, 'what'>>;

const checks: Record<string, Check> = {
  Node: async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const enough = major > 20 || (major === 20 && minor >= 19);
    return { state: enough ? 'good' : 'bad', says: `${process.version}${enough ? '' : '; 20.19 or later is needed'}` };
  },
  Platform: async () => ({ state: 'good', says: `${process.platform} ${process.arch}, ${process.getuid?.() === 0 ? 'as root' : `uid ${process.getuid?.() ?? '-'}`}` }),
  'Data folder': async ({ dataFolder }) => {
    let standing = dataFolder;
    while (!existsSync(standing)) standing = dirname(standing);
    accessSync(standing, constants.W_OK);
    const { bavail, bsize } = statfsSync(standing);
    const gigabytes = (bavail * bsize) / 1e9;
    return { state: gigabytes < 1 ? 'note' : 'good', says: `${dataFolder}${standing === dataFolder ? '' : ' (not made yet)'}, ${gigabytes.toFixed(1)} GB free` };
  },
  Database: async (config) => (config.databaseUrl ? external(config.databaseUrl) : embedded(config)),
  'Single sign-on': async ({ oidc }) => {
    if (!oidc) return { state: 'note', says: 'not set up: people sign in with passwords (OIDC_ISSUER turns it on)' };
    const answer = await fetch(`${oidc.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(10_000) });
    return answer.ok ? { state: 'good', says: oidc.issuer } : { state: 'bad', says: `${oidc.issuer} answers with status ${answer.status}` };
  },
  Chromium: async (config) => {
    const found = await findChromium(config);
    if (!found) return { state: 'note', says: 'none: nothing can be printed as PDF, and the browser tests are skipped (CHROMIUM_PATH)' };
    const says = chromiumVersion(found);
    return says ? { state: 'good', says: `${says}, ${found.path} (from ${found.from})` } : { state: 'note', says: `${found.path} does not run` };
  },
};

async function external(url: string): Promise<Omit<Finding, 'what'>> {
  const found = await ask({ url });
  return { state: found.number >= 150_000 ? 'good' : 'bad', says: `PostgreSQL ${found.text} at ${withoutPassword(url)}, ${found.migrations}${found.number >= 150_000 ? '' : '; 15 or later is needed'}` };
}

async function embedded({ dataFolder }: Config): Promise<Omit<Finding, 'what'>> {
  const { version: binaries, folder } = findBinaries();
  const running = runningEmbedded(dataFolder);
  const place = running?.folder ?? placeNow(dataFolder);
  const account = unprivileged();
  const where = place ? `files in ${place}` : 'no database made yet';
  const as = account ? `, run as ${account.name} because PostgreSQL refuses root` : '';
  const now = running ? `running (process ${running.pid}, ${(await ask(running.address)).migrations})` : 'not running';
  return { state: 'good', says: `embedded PostgreSQL ${binaries} from ${folder}${as}; ${where}; ${now}. For a trial: use DATABASE_URL in production` };
}

async function ask(address: Address): Promise<{ number: number; text: string; migrations: string }> {
  const db = openDatabase(address, 1);
  try {
    const found = await versionOf(db);
    const applied = await sql<{ n: number }>`select count(*) as n from server.migration`.execute(db).then(({ rows }) => rows[0]?.n ?? 0, () => 0);
    return { ...found, migrations: `${applied} migrations applied` };
  } finally {
    await db.destroy();
  }
}

/** Looks at everything; what cannot be looked at is a finding too. */
export async function examine(): Promise<{ version: string; findings: Finding[]; settings: ReturnType<typeof settingsInForce> }> {
  const settings = settingsInForce();
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    const problem = error as Problem;
    return { version, settings, findings: [{ what: 'Settings', state: 'bad', says: [problem.message, ...(problem.details ?? []).map((one) => `${one.path}: ${one.says}`)].join(' ') }] };
  }
  const findings: Finding[] = [];
  for (const [what, check] of Object.entries(checks))
    findings.push({ what, ...(await check(config).catch((error: Error) => ({ state: 'bad' as const, says: error instanceof Problem ? `${error.message} ${error.next}` : error.message }))) });
  return { version, findings, settings };
}

/** `attending doctor`: exit 0 when nothing is bad, 1 otherwise. */
export async function doctor({ json = false }: { json?: boolean }): Promise<void> {
  const found = await examine();
  if (json) console.log(JSON.stringify(found, null, 2));
  else {
    const sign = { good: 'ok  ', note: 'note', bad: 'BAD ' };
    console.log(`Attending ${found.version}\n`);
    for (const { what, state, says } of found.findings) console.log(`${sign[state]}  ${what.padEnd(15)} ${says}`);
    console.log('\nSettings (environment variables)\n');
    for (const { name, value, from, says } of found.settings) console.log(`  ${name.padEnd(24)} ${(value || '-').padEnd(28)} ${from.padEnd(12)} ${says}`);
  }
  process.exitCode = found.findings.some((one) => one.state === 'bad') ? 1 : 0;
}
