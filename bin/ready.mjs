#!/usr/bin/env node
// Is everything here to start, test or measure? What is missing is installed and built first. Plain Node, no packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.attending-installed');

/** Refuses a Node that is too old, in words it can still print. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Attending needs Node 20.19 or later; this is ${process.versions.node}.\n→ Install a newer one from https://nodejs.org and try again.`);
  process.exit(1);
}

const lockHash = () => createHash('sha256').update(`${process.platform} ${process.arch}\n`).update(readFileSync(join(root, 'package-lock.json'))).digest('hex');

/** Whether every package of the lock file that belongs on this machine is installed in its version. */
function isComplete() {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (path === '' || link) return true;
    const manifest = join(root, path, 'package.json');
    if (!existsSync(manifest)) return optional === true;
    return JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

/** Installs what is missing. What was installed by hand and fits is left alone. */
export function install(say) {
  const hash = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  if (!existsSync(modules) || !isComplete()) {
    say('installing packages (once; a minute or two) …');
    const npm = process.env.npm_execpath;
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    const done = npm && /\.c?js$/.test(npm) ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] }) : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    if (done.status !== 0) {
      console.error('The packages could not be installed.\n→ Look at what npm says above; it needs the registry that your npm is set up for.');
      process.exit(1);
    }
  }
  linkCommand();
  writeFileSync(stamp, hash);
}

/** `npx attending …` in this folder runs this checkout. */
function linkCommand() {
  const link = join(modules, '.bin', 'attending');
  const command = join(root, 'bin', 'attending.mjs');
  try {
    chmodSync(command, 0o755);
    mkdirSync(dirname(link), { recursive: true });
    if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync('../../bin/attending.mjs', link);
  } catch {
    // A convenience only: `npm run attending -- …` does the same.
  }
}

/** Installed and built, quickly when it was before. */
export async function ready(say = () => {}) {
  requireNode();
  install(say);
  const { build, isBuilt } = await import('./build.mjs');
  if (isBuilt()) return;
  say('building …');
  try {
    await build((part) => say(`building: ${part} …`));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/** Runs the built command in this very process: it starts at once, and signals reach it. */
export async function attending(args) {
  // Newer Nodes keep what they compiled; the next start is quicker.
  module.enableCompileCache?.();
  const { main } = await import(pathToFileURL(join(root, 'dist', 'src', 'app', 'cli.js')).href);
  await main([process.argv[0], 'attending', ...args]);
}

function vitest(args) {
  const manifest = createRequire(join(root, 'package.json')).resolve('vitest/package.json');
  const script = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.vitest);
  return spawnSync(process.execPath, [script, 'run', ...args], { cwd: root, stdio: 'inherit' });
}

async function bench(names) {
  const folder = join(root, 'dist', 'bench');
  const all = existsSync(folder) ? readdirSync(folder).filter((name) => /^[a-z0-9-]+\.js$/.test(name)).map((name) => name.slice(0, -3)) : [];
  const [name, ...rest] = names;
  if (name && !all.includes(name)) {
    console.error(`There is no bench ${name}.\n→ There are: ${all.join(', ') || 'none yet'}.`);
    return 2;
  }
  for (const one of name ? [name] : all) {
    const done = spawnSync(process.execPath, ['--expose-gc', join(folder, `${one}.js`), ...rest], { cwd: root, stdio: 'inherit' });
    if (done.status !== 0) return done.status ?? 1;
  }
  return 0;
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  const [task, ...args] = process.argv.slice(2);
  if (!['start', 'test', 'bench'].includes(task)) {
    console.error('Usage: node bin/ready.mjs start | test [files] | bench [name]');
    process.exit(2);
  }
  await ready((text) => console.error(text));
  if (task === 'start') await attending(['start', ...args]);
  if (task === 'test') {
    const done = vitest(args);
    process.exitCode = done.status ?? 1;
  }
  if (task === 'bench') process.exitCode = await bench(args);
}
