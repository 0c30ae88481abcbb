// Where is an export that was read once kept, and is it still the same export?
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asProblem } from './duckdb.ts';
import type { Candidate } from './list-folder.ts';
import type { ExportFile } from './model.ts';

/** Raise when the layout of the Parquet files or of `export.json` changes. */
const layout = 2;
const edge = 1024 * 1024;

/** One Parquet file of the cache and how its rows map to source lines. */
export interface Part {
  parquet: string;
  /** Requested fields it holds as columns. */
  fields: string[];
  /** Types of the kept rows. */
  types: string[];
  /** For each source file in it: its index in `files`, and the 0-based row where it begins. */
  sources: { file: number; first: number; rows: number }[];
  /** Source files whose rows here must be skipped: they were read again into a part of their own. */
  superseded: number[];
}

export interface Kept {
  layout: number;
  fields: Record<string, string[]>;
  files: ExportFile[];
  resources: Record<string, number>;
  parts: Part[];
}

/** Names, sizes, modification times and the first and last megabyte of every file; an edit to one of them makes another export. */
export async function identityOf(candidates: Candidate[]): Promise<string> {
  const hash = createHash('sha256').update(String(layout));
  const piece = Buffer.alloc(edge);
  for (const { name, path, bytes, modified, trouble } of candidates) {
    hash.update(JSON.stringify([name, bytes, modified, trouble ?? '']));
    if (trouble || bytes === 0) continue;
    const file = await open(path);
    try {
      for (const at of bytes > edge ? [0, Math.max(edge, bytes - edge)] : [0]) {
        const { bytesRead } = await file.read(piece, 0, edge, at);
        hash.update(piece.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }
  return hash.digest('hex').slice(0, 24);
}

/** The kept reading of this export that has all the wanted fields, if there is one. */
export async function findKept(workspace: string, identity: string, fields: Record<string, string[]>): Promise<{ folder: string; kept: Kept } | undefined> {
  const root = join(workspace, 'fhir-cache');
  const names = await readdir(root).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(`${identity}-`)).sort()) {
    const folder = join(root, name);
    const kept = await readKept(folder);
    if (kept && covers(kept.fields, fields)) return { folder, kept };
  }
  return undefined;
}

async function readKept(folder: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(folder, 'export.json'), 'utf8')) as Kept;
    return kept.layout === layout ? kept : undefined;
  } catch {
    return undefined;
  }
}

function covers(has: Record<string, string[]>, wants: Record<string, string[]>): boolean {
  return Object.entries(wants).every(([type, fields]) => has[type] && fields.every((field) => has[type]?.includes(field)));
}

/** A folder of our own to write into; nobody reads it until `keep` renames it. Leftovers of processes that died are removed. */
export async function beginKeeping(workspace: string): Promise<string> {
  const root = join(workspace, 'fhir-cache');
  await mkdir(root, { recursive: true });
  for (const name of await readdir(root)) {
    const pid = /^\.writing-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(root, name), { recursive: true, force: true });
  }
  const folder = join(root, `.writing-${process.pid}-${randomBytes(6).toString('hex')}`);
  await mkdir(folder);
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Publishes the folder in one rename. When another run was first with the same content, ours is dropped and theirs is used. */
export async function keep(workspace: string, identity: string, writing: string, kept: Omit<Kept, 'layout'>): Promise<string> {
  const wanted = createHash('sha256').update(JSON.stringify(Object.entries(kept.fields).sort())).digest('hex').slice(0, 12);
  const folder = join(workspace, 'fhir-cache', `${identity}-${wanted}`);
  try {
    await writeFile(join(writing, 'export.json'), JSON.stringify({ layout, ...kept }));
    await rename(writing, folder);
  } catch (error) {
    if ((await readKept(folder)) === undefined) throw asProblem(error);
    await rm(writing, { recursive: true, force: true });
  }
  return folder;
}
