// Which files does the house consist of, and what does each import?
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** Every file below a folder, as paths from the root; build outputs and installed packages are not ours. */
export function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    if (['node_modules', 'dist', '.git', '.attending', '.cache'].includes(name)) return [];
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? filesIn(path) : [path];
  });
}

export const text = (path: string): string => readFileSync(join(root, path), 'utf8');

export const isSource = (path: string): boolean => /\.(ts|tsx)$/.test(path) && !path.endsWith('.d.ts');
export const isTest = (path: string): boolean => /\.(test|e2e)\.tsx?$/.test(path) || path.startsWith('test/');

const imported = /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s+['"]([^'"]+)['"]/g;

/** The relative imports of a file, as paths from the root. */
export function importsOf(path: string): string[] {
  return [...text(path).matchAll(imported)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .filter((target) => target.startsWith('.'))
    .map((target) => relative(root, resolve(root, dirname(path), target)));
}
