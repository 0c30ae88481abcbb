#!/usr/bin/env node
// How do the sources become what runs? TypeScript → dist/src, the web app → dist/web, data files beside their code.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stampFile = join(dist, '.built');
/** What goes into the build; a change in any of these makes a new one. */
const inputs = ['src', 'simulator', 'bench', 'playbooks', 'examples', 'bin/build.mjs', 'tsconfig.json', 'tsconfig.build.json', 'vite.config.ts', 'package.json', 'package-lock.json'];
/** Where data files that the code reads at run time lie: migrations, playbooks, code sets, charters. */
const dataFolders = ['src', 'simulator', 'playbooks', 'examples'];

function* filesIn(path) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  if (!statSync(full).isDirectory()) return void (yield path);
  for (const name of readdirSync(full).sort()) if (name !== 'node_modules' && !name.startsWith('.')) yield* filesIn(join(path, name));
}

/** One hash over the content of everything that goes in; tests do not. */
export function sourceHash() {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0]);
  for (const path of inputs.flatMap((input) => [...filesIn(input)])) if (!/\.(test|e2e)\.tsx?$/.test(path)) hash.update(`\n${path}\n`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

export const isBuilt = (hash = sourceHash()) => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash;

/** Runs a program of an installed package with this Node, whatever the shell's path. */
function run(packageName, program, args) {
  const manifest = createRequire(join(root, 'package.json')).resolve(`${packageName}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const script = join(dirname(manifest), typeof bin === 'string' ? bin : bin[program]);
  const done = spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: 'utf8', maxBuffer: 64e6 });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}\n`);
  throw new Error(`${program} failed, so there is no new build. Correct what it says above and try again.`);
}

/** Builds beside the old build and puts it in place whole: a build that breaks off leaves the old one as it was. */
export async function build(say = () => {}) {
  const hash = sourceHash();
  const fresh = join(root, 'node_modules', '.cache', 'attending', `build-${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  try {
    say('server');
    // Types are checked by `npm test`; here only what runs is made.
    run('typescript', 'tsc', ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', fresh]);
    copyData(fresh);
    if (existsSync(join(root, 'src/app/index.html'))) {
      say('web app');
      run('vite', 'vite', ['build', '--logLevel', 'warn', '--outDir', join(fresh, 'web'), '--emptyOutDir']);
      say('compressing');
      await compressAll(join(fresh, 'web'));
    }
    writeFileSync(join(fresh, '.built'), hash);
    const old = `${fresh}-old`;
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function copyData(into) {
  for (const path of dataFolders.flatMap((folder) => [...filesIn(folder)])) {
    if (/\.tsx?$/.test(path)) continue;
    mkdirSync(dirname(join(into, path)), { recursive: true });
    copyFileSync(join(root, path), join(into, path));
  }
}

const compressible = new Set(['.html', '.js', '.css', '.svg', '.json', '.map', '.txt', '.webmanifest']);

/** Brotli and gzip once, at build time, so that the server only hands out. */
async function compressAll(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && compressible.has(extname(entry.name)));
  // All at once, on Node's own threads. A higher quality takes three times as long for a few per cent: it is on the way of the first start.
  await Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const bytes = readFileSync(path);
      if (bytes.length < 500 || path.endsWith('.map')) return;
      const [br, gz] = await Promise.all([promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }), promisify(gzip)(bytes, { level: 9 })]);
      writeFileSync(`${path}.br`, br);
      writeFileSync(`${path}.gz`, gz);
    }),
  );
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  try {
    await build((part) => console.log(`building: ${part}`));
    console.log(`built ${relative(process.cwd(), dist) || '.'}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
