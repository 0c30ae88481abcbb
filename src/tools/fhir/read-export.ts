// How is an export read once into a kept folder, with every bad line named?
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../base/problem.ts';
import type { Kept, Part } from './cache.ts';
import { openDatabase, type Database } from './duckdb.ts';
import { inParallel } from './in-parallel.ts';
import type { Candidate } from './list-folder.ts';
import { countParquet, rowsWithoutType, usualLine, writeParquet, type Found, type Source } from './load.ts';
import { badLineLimit, longestLine, type ExportFile, type Progress } from './model.ts';
import { repair } from './repair.ts';
import { resourceTypes } from './resource-types.ts';
import { weighFile, type Weighed } from './weigh.ts';

export interface Reading {
  candidates: Candidate[];
  fields: Record<string, string[]>;
  /** Where the Parquet files go; also holds repaired copies while they are needed. */
  writing: string;
  strict: boolean;
  threads: number;
  memoryLimit: string;
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

interface Group {
  sources: Source[];
  types: string[] | 'all';
  gzip: boolean;
  bytes: number;
}

/** Reads every candidate. Files that DuckDB reads without doubt are done in one parse; the others go through `repair`. */
export async function readExport(reading: Reading): Promise<Omit<Kept, 'layout'>> {
  const { candidates, fields, signal } = reading;
  const files = candidates.map(
    ({ name, bytes, trouble }): ExportFile => ({
      name, bytes, lines: 0, badLines: [], badLineCount: 0, blankLines: 0, resources: {}, ...(trouble && { trouble }),
    }),
  );
  const parts: Part[] = [];
  const doubtful = new Set<number>();
  // Each statement runs on one thread and several statements at once: several threads on one file would have to put its
  // lines in order again before they are written, which costs more time than it saves and holds them all in memory.
  const database = await openDatabase({ workspace: reading.writing, threads: 1, memoryLimit: reading.memoryLimit });
  try {
    const workers = [database];
    while (workers.length < reading.threads) workers.push(await database.another());
    const follow = progressOf(reading, workers);
    const groups = groupsOf(candidates, reading.threads);
    const weighing = new AbortController();
    const scales = reading.strict ? weighAll(groups, signal ? AbortSignal.any([signal, weighing.signal]) : weighing.signal) : new Map<number, Promise<Weighed | undefined>>();
    try {
      await inParallel(workers, groups, (worker, group) => loadGroup(worker, group));
      for (const index of [...doubtful].sort((one, other) => one - other)) {
        for (const part of parts) if (part.sources.some(({ file }) => file === index)) part.superseded.push(index);
        await loadRepaired(index);
      }
    } finally {
      follow.stop();
      weighing.abort();
    }

    async function loadGroup(worker: Database, group: Group, usual = true, longest = usualLine): Promise<void> {
      const wanted = fieldsFor(group.types, fields);
      const parquet = `part-${group.sources[0]?.index ?? 0}.parquet`;
      const path = join(reading.writing, parquet);
      let found: Map<number, Found>;
      follow.begin(worker, group.bytes);
      try {
        await writeParquet(worker, { sources: group.sources, gzip: group.gzip, asked: wanted, parquet: path, usual, longest, signal });
        found = await countParquet(worker, path, signal);
      } catch (error) {
        if (!isAboutInput(error)) throw error;
        // one unreadable file must not take its group along
        await rm(path, { force: true });
        if (longest < longestLine && isAboutLength(error)) await loadGroup(worker, { ...group, bytes: 0 }, usual, longestLine);
        else if (group.sources.length > 1) for (const source of group.sources) await loadGroup(worker, { ...group, sources: [source], bytes: 0 }, usual, longest);
        else if (usual) await loadGroup(worker, { ...group, bytes: 0 }, false, longest);
        else doubtful.add(group.sources[0]?.index ?? 0);
        return;
      } finally {
        follow.end(worker, group.bytes);
      }
      for (const source of group.sources) {
        const one = found.get(source.index) ?? { rows: 0, types: {}, first: 0 };
        if (await isDoubtful(source, one, wanted)) doubtful.add(source.index);
        else Object.assign(files[source.index] ?? {}, { lines: one.rows, resources: one.types });
      }
      if (found.size > 0) parts.push(partOf(parquet, wanted, found));
    }

    async function isDoubtful(source: Source, found: Found, loaded: string[]): Promise<boolean> {
      const types = Object.keys(found.types);
      if (types.some((type) => !resourceTypes.has(type))) return true;
      if (types.some((type) => (fields[type] ?? []).some((field) => !loaded.includes(field)))) return true;
      if (!reading.strict) return false;
      const weighed = await scales.get(source.index);
      return !weighed || weighed.lines !== found.rows || weighed.doubts > 0;
    }

    async function loadRepaired(index: number): Promise<void> {
      const candidate = candidates[index];
      const file = files[index];
      if (!candidate || !file) return;
      const copy = join(reading.writing, `repaired-${index}.ndjson`);
      const parquet = `repaired-${index}.parquet`;
      const path = join(reading.writing, parquet);
      reading.onProgress?.({ stage: 'repair', file: file.name, doneBytes: follow.done(), totalBytes: follow.total });
      const { resources, ...rest } = await repair(candidate.path, candidate.gzip, copy, signal);
      Object.assign(file, rest, { resources });
      if (Object.keys(resources).length > 0) {
        const wanted = fieldsFor(Object.keys(resources), fields);
        await writeParquet(database, { sources: [{ index, path: copy }], gzip: false, asked: wanted, parquet: path, usual: false, signal });
        const found = await countParquet(database, path, signal);
        await nameTheRest(file, found.get(index), path);
        parts.push(partOf(parquet, wanted, found));
      }
      await rm(copy, { force: true });
      if (!file.trouble && Object.keys(file.resources).length === 0)
        file.trouble = file.lines === 0 ? 'The file is empty.' : 'No line of this file is a FHIR resource.';
    }

    /** Lines that JSON.parse takes and DuckDB does not, such as one with half a surrogate pair. */
    async function nameTheRest(file: ExportFile, found: Found | undefined, parquet: string): Promise<void> {
      const without = found?.types[''] ?? 0;
      if (found) file.resources = Object.fromEntries(Object.entries(found.types).filter(([type]) => type !== ''));
      if (without === file.badLineCount + file.blankLines) return;
      const known = new Set(file.badLines.map(({ line }) => line));
      const rows = await rowsWithoutType(database, parquet, badLineLimit + file.badLineCount + file.blankLines, signal);
      const blank = file.blankLines;
      file.badLineCount = without - blank;
      for (const row of rows)
        if (!known.has(row + 1) && file.badLines.length < badLineLimit && blank === 0)
          file.badLines.push({ line: row + 1, reason: 'The line cannot be read: half a surrogate pair, or nested too deeply.' });
      file.badLines.sort((one, other) => one.line - other.line);
    }
  } finally {
    await database.close();
  }
  for (const file of files)
    if (!file.trouble && file.lines === 0) file.trouble = 'The file is empty.';
  return { fields, files, parts, resources: totals(files) };
}

/** Weighs the files one after the other while DuckDB reads them. A file that cannot be weighed has nothing to show for itself. */
function weighAll(groups: Group[], signal: AbortSignal): Map<number, Promise<Weighed | undefined>> {
  let before: Promise<unknown> = Promise.resolve();
  const scales = new Map<number, Promise<Weighed | undefined>>();
  for (const { sources, gzip } of groups)
    for (const { index, path } of sources) {
      const one = before.then(() => weighFile(path, gzip, signal)).catch(() => undefined);
      scales.set(index, one);
      before = one;
    }
  return scales;
}

/** Only what the files did wrong sends them to the slow path; a fault of ours must be seen. */
function isAboutInput(error: unknown): boolean {
  return error instanceof Error && !(error instanceof Problem) && /^(Invalid Input|IO|Conversion|Serialization) Error/.test(error.message);
}

const isAboutLength = (error: unknown): boolean => error instanceof Error && /maximum_object_size/.test(error.message);

function totals(files: ExportFile[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { resources } of files)
    for (const [type, count] of Object.entries(resources)) sums[type] = (sums[type] ?? 0) + count;
  return Object.fromEntries(Object.entries(sums).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function partOf(parquet: string, fields: string[], found: Map<number, Found>): Part {
  const sources = [...found].map(([file, { first, rows }]) => ({ file, first, rows }));
  const types = new Set([...found.values()].flatMap((one) => Object.keys(one.types)).filter((type) => type !== ''));
  return { parquet, fields, types: [...types].sort(), sources, superseded: [] };
}

function fieldsFor(types: string[] | 'all', fields: Record<string, string[]>): string[] {
  const wanted = types === 'all' ? Object.values(fields) : types.map((type) => fields[type] ?? []);
  return [...new Set(wanted.flat())].sort();
}

/** Files of the same types go together: fewer statements, and no column that none of them needs. No group is so large that one thread works on it while the others are done. */
function groupsOf(candidates: Candidate[], threads: number): Group[] {
  const share = candidates.reduce((sum, { bytes }) => sum + bytes, 0) / (4 * threads);
  const groups: Group[] = [];
  const open = new Map<string, Group>();
  for (const [index, { path, bytes, gzip, seen, trouble }] of candidates.entries()) {
    if (trouble || bytes === 0) continue;
    const key = `${gzip} ${[...seen].sort().join(' ')}`;
    let group = open.get(key);
    if (!group || group.bytes + bytes > share) {
      group = { sources: [], types: seen.length > 0 ? seen : 'all', gzip, bytes: 0 };
      groups.push(group);
      open.set(key, group);
    }
    group.sources.push({ index, path });
    group.bytes += bytes;
  }
  return groups.sort((one, other) => other.bytes - one.bytes);
}

function progressOf({ candidates, onProgress }: Reading, workers: Database[]) {
  const total = candidates.reduce((sum, { bytes }) => sum + bytes, 0);
  const running = new Map<Database, number>();
  let finished = 0;
  const done = () => {
    let sum = finished;
    for (const [worker, bytes] of running) sum += (bytes * Math.max(0, worker.progress())) / 100;
    return Math.min(total, Math.round(sum));
  };
  const tell = () => onProgress?.({ stage: 'load', doneBytes: done(), totalBytes: total });
  const timer = onProgress && workers.length > 0 ? setInterval(tell, 200) : undefined;
  return {
    total,
    done,
    begin: (worker: Database, bytes: number) => void running.set(worker, bytes),
    end: (worker: Database, bytes: number) => {
      running.delete(worker);
      finished += bytes;
      tell();
    },
    stop: () => clearInterval(timer),
  };
}
