// Where do the files beside the code lie, in the sources and in the build?
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The first of these paths, seen from this file, that exists: sources and built output lie differently. */
export function near(...paths: string[]): string {
  const found = paths.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return found.find((path) => existsSync(path)) ?? found[0]!;
}

/** The version in package.json. */
export const version = (JSON.parse(readFileSync(near('../../package.json', '../../../package.json'), 'utf8')) as { version: string }).version;
export const webFolder = near('../../web', '../../dist/web');
