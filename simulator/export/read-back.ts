// What really stands in an export on disk, read without the code that wrote it?
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A resource as read: loosely shaped, for the counting eyes of tests. */
export interface Read {
  resourceType: string;
  id: string;
  [element: string]: unknown;
}

/** All resources of an export by type. For small exports: it holds them all. */
export async function readBack(folder: string): Promise<Map<string, Read[]>> {
  const byType = new Map<string, Read[]>();
  for (const name of (await readdir(folder)).sort()) {
    const match = /^([A-Za-z]+)\.\d{3}\.ndjson(\.gz)?$/.exec(name);
    if (!match) continue;
    const bytes = await readFile(join(folder, name));
    const lines = (match[2] ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').filter(Boolean);
    byType.set(match[1]!, [...(byType.get(match[1]!) ?? []), ...lines.map((line) => JSON.parse(line) as Read)]);
  }
  return byType;
}

/** Every literal reference `Type/id` anywhere inside a resource. */
export function* referencesIn(value: unknown): Iterable<string> {
  if (Array.isArray(value)) for (const item of value) yield* referencesIn(item);
  else if (value !== null && typeof value === 'object')
    for (const [key, member] of Object.entries(value)) {
      if (key === 'reference' && typeof member === 'string') yield member;
      else yield* referencesIn(member);
    }
}

/** What a FHIRPath-like chain of names finds, arrays flattened: `dig(resource, 'code', 'coding', 'code')`. */
export function dig(value: unknown, ...path: string[]): unknown[] {
  let found: unknown[] = [value];
  for (const name of path)
    found = found.flatMap((one) => {
      const next = one !== null && typeof one === 'object' ? (one as { [key: string]: unknown })[name] : undefined;
      return next === undefined ? [] : Array.isArray(next) ? (next as unknown[]) : [next];
    });
  return found;
}
