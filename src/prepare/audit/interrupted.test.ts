// Does an audit leave nothing half done behind when it is stopped, when the disk fills up, or when two run at once?
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attending } from './test-command.ts';
import { smallCharter, smallExport, testFolder, writeSmall } from './test-export.ts';

const { folder: root, remove } = testFolder();
const built = resolve('node_modules/.cache/attending', `audit-child-${process.pid}`);
const charter = join(root, 'charter.yaml');
const mounts: string[] = [];
writeFileSync(charter, smallCharter());
let number = 0;
const place = () => join(root, String(++number));

/** A disk of its own, this big; null where mounting is not allowed. */
function smallDisk(size: string): string | null {
  const disk = place();
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    return null;
  }
  mounts.push(disk);
  return disk;
}
const reportDisk = smallDisk('64k');
const workDisk = smallDisk('1m');

beforeAll(async () => {
  await build({ configFile: false, logLevel: 'silent', build: { ssr: resolve(import.meta.dirname, 'commands.child.ts'), outDir: built, target: 'node20' } });
  // The code reads the knowledge files beside itself.
  cpSync(join(import.meta.dirname, 'knowledge'), join(built, 'assets', 'knowledge'), { recursive: true });
}, 60_000);
afterAll(() => {
  for (const disk of mounts) execFileSync('umount', [disk], { stdio: 'ignore' });
  rmSync(built, { recursive: true, force: true });
  remove();
});

interface Ended {
  code: number | null;
  err: string;
}

/** The command in a process of its own, with a temporary folder of its own. */
function command(temporary: string, args: readonly string[], whenClaimed?: { out: string; signal: NodeJS.Signals }): Promise<Ended> {
  mkdirSync(temporary, { recursive: true });
  const child = spawn(process.execPath, [join(built, 'commands.child.js'), 'audit', ...args], { env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  // The lock is there before the reading begins, the workspace when it has begun.
  const look = whenClaimed && setInterval(() => {
    if (!existsSync(join(whenClaimed.out, '.attending-audit.lock')) || readdirSync(temporary).length === 0) return;
    clearInterval(look);
    child.kill(whenClaimed.signal);
  }, 5);
  return new Promise((done) => child.once('exit', (code) => {
    clearInterval(look);
    done({ code, err });
  }));
}

describe('a process that is stopped', { timeout: 120_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s: exit 130, the earlier report stays, no part of a new one, no lock and no temporary folder', async (signal) => {
    const folder = writeSmall(place(), smallExport({ patients: 4_000 }));
    const [out, temporary] = [place(), place()];
    mkdirSync(out);
    writeFileSync(join(out, 'audit.json'), 'earlier');
    expect(await command(temporary, [folder, '--charter', charter, '--out', out], { out, signal })).toEqual({ code: 130, err: 'Stopped. No report was written.\n' });
    expect(readdirSync(out)).toEqual(['audit.json']);
    expect(readFileSync(join(out, 'audit.json'), 'utf8')).toBe('earlier');
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('two processes at once', { timeout: 120_000 }, () => {
  it('into one folder: one report, and the other is told who is at work; into two: two reports', async () => {
    const folder = writeSmall(place(), smallExport({ patients: 500 }));
    const [out, temporary] = [place(), place()];
    // The second comes while the first is at work, however slow it is to begin.
    const first = command(temporary, [writeSmall(place(), smallExport({ patients: 8_000 })), '--charter', charter, '--out', out]);
    while (!existsSync(join(out, '.attending-audit.lock'))) await new Promise((go) => setTimeout(go, 5));
    const second = await command(temporary, [folder, '--charter', charter, '--out', out]);
    expect(second).toMatchObject({ code: 2, err: expect.stringMatching(/Another audit is writing into/) });
    expect((await first).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['audit.html', 'audit.json']);
    const places = [place(), place()];
    expect((await Promise.all(places.map((one) => command(temporary, [folder, '--charter', charter, '--out', one])))).map(({ code }) => code)).toEqual([0, 0]);
    const [one, two] = places.map((one) => (JSON.parse(readFileSync(join(one, 'audit.json'), 'utf8')) as { findings: unknown }).findings);
    expect(one).toEqual(two);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('a disk that fills up (needs the right to mount)', { timeout: 120_000 }, () => {
  it.skipIf(!reportDisk)('under --out: a sentence, exit 2, and the earlier report stays', async () => {
    const folder = writeSmall(place(), smallExport({ patients: 40 }));
    writeFileSync(join(reportDisk!, 'audit.json'), 'earlier');
    const ran = await attending('audit', folder, '--charter', charter, '--out', reportDisk!);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/cannot be written into .*: the disk is full[^]*--out/);
    expect(readdirSync(reportDisk!)).toEqual(['audit.json']);
    expect(readFileSync(join(reportDisk!, 'audit.json'), 'utf8')).toBe('earlier');
  });

  it.skipIf(!workDisk)('under the workspace: where it lies and how to choose another, exit 2, no report', async () => {
    const folder = writeSmall(place(), smallExport({ patients: 20_000 }));
    const out = place();
    const ran = await attending('audit', folder, '--charter', charter, '--out', out, '--cache', workDisk!);
    expect(ran.code, ran.out).toBe(2);
    expect(ran.err).toMatch(/disk of the workspace is full[^]*--cache/);
    expect(ran.err).toContain(workDisk);
    expect(readdirSync(out)).toEqual([]);
  });
});
