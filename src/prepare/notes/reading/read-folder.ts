// How does a folder of FHIR NDJSON become charts of notes, each line read once?
import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { Problem } from '../../../tools/base/problem.ts';
import { stopped } from '../../../tools/fhir/duckdb.ts';
import { listFolder, type Candidate } from '../../../tools/fhir/list-folder.ts';
import { judgeLine, readLines, type Ending, type RawLine } from '../../../tools/fhir/read-lines.ts';
import { contentOf, parseCutting, type Resource } from './cutting.ts';
import { fromBase64, longestText } from './decode.ts';
import type { Gathering } from './gather.ts';
import { knownLines } from './known-lines.ts';
import { plainLines } from './plain-lines.ts';
import { dig, documentOf, encounter, order, subjectOf, values, type UnitPaths } from './resources.ts';
import { shapedParser } from './shapes.ts';

/** What notes are made of, and what they are held against. */
const documents = new Set(['DocumentReference', 'DiagnosticReport', 'Composition', 'Binary']);
const structured = new Set(['Patient', 'Encounter', 'Observation', 'MedicationRequest', 'MedicationAdministration', 'MedicationStatement', 'Condition', 'AllergyIntolerance', 'ServiceRequest', 'Organization', 'Location']);

const isEnteredInError = (resource: Resource): boolean => resource['status'] === 'entered-in-error';

/** Bytes of a file between two breaths. */
const breathAfter = 1 << 20;

export interface FolderReading {
  paths: UnitPaths;
  /** Only the structured data: the notes come from elsewhere. */
  onlyStructured?: boolean;
  onProgress?: ((bytes: number, file: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The files of an export, before they are read. @throws Problem for a folder without FHIR. */
export async function listExport(folder: string, workspace?: string): Promise<{ candidates: Candidate[]; bytes: number; expected: number }> {
  const { candidates, ignored } = await listFolder(folder, workspace);
  if (candidates.length === 0)
    throw new Problem('bad-input', ignored.length === 0 ? 'The folder is empty.' : 'The folder holds no FHIR NDJSON file.', 'Give the folder with the .ndjson or .ndjson.gz files of a FHIR R4 export, or a CSV file of notes.', ignored.length === 0 ? [{ file: folder, says: 'empty' }] : ignored.slice(0, 20).map(({ name: file, why }) => ({ file, says: why })));
  const bytes = candidates.reduce((sum, one) => sum + one.bytes, 0);
  // Packed clinical JSON grows about eightfold.
  return { candidates, bytes, expected: candidates.reduce((sum, one) => sum + one.bytes * (one.gzip ? 8 : 1), 0) };
}

/** Reads every candidate into the gathering. Bad lines are counted, named and skipped. */
export async function readFolder(folder: string, candidates: readonly Candidate[], into: Gathering, reading: FolderReading): Promise<void> {
  const local = localFiles(folder);
  const parseShaped = shapedParser();
  const known = knownLines((resource, contents, place) => {
    const type = resource['resourceType'];
    if (typeof type !== 'string' || type === 'Binary' || !documents.has(type) || isEnteredInError(resource)) return null;
    const said = documentOf(resource, type, place, contents);
    return said === null || said.subject === null ? null : { subject: said.subject, head: said.head, text: said.found.text };
  });
  const first = into.tally.files.length;
  for (const candidate of candidates) into.tally.files.push({ name: candidate.name, bytes: candidate.bytes, lines: 0, badLineCount: 0, trouble: candidate.trouble ?? null });
  let done = 0;
  for (const [at, candidate] of candidates.entries()) {
    const file = into.tally.files[first + at]!;
    if (!candidate.trouble) {
      const ending: Ending = {};
      const next = (raw: RawLine) => {
        file.lines = raw.line;
        readLine(raw, file.name, first + at);
        if ((raw.line & 1023) === 0) reading.onProgress?.(done, candidate.name);
      };
      if (candidate.gzip) for await (const raw of readLines(candidate.path, true, ending, reading.signal)) next(raw);
      else {
        let since = 0;
        if (reading.signal?.aborted) throw stopped();
        for (const raw of plainLines(candidate.path)) {
          next(raw);
          // Others want their turn, too.
          if ((since += raw.length) < breathAfter) continue;
          since = 0;
          await new Promise<void>((resume) => setImmediate(resume));
          if (reading.signal?.aborted) throw stopped();
        }
      }
      file.trouble = ending.trouble ?? null;
    }
    done += candidate.bytes;
    reading.onProgress?.(done, candidate.name);
  }

  function readLine(raw: RawLine, name: string, file: number): void {
    const bytes = raw.bytes;
    const bad = (reason: string) => {
      into.tally.files[file]!.badLineCount++;
      into.bad(name, raw.line, reason);
    };
    if (!bytes) {
      const judged = judgeLine(raw);
      return bad(judged.kind === 'bad' ? judged.reason : 'The line is too long.');
    }
    const record = reading.onlyStructured ? null : known.read(bytes, file, raw.line);
    if (record) {
      count(known.resourceType());
      return into.written(known.keyHash(), record, known.textSize());
    }
    // Nearly every writer begins a resource with its type: what is not asked for is not parsed.
    const said = /^\uFEFF?\{\s*"resourceType"\s*:\s*"([A-Za-z]+)"/.exec(bytes.toString('latin1', 0, 80))?.[1];
    if (said !== undefined && !documents.has(said) && !structured.has(said)) return count(said);
    let resource: Resource | null = null;
    let contents: string[] = [];
    if (isUtf8(bytes))
      try {
        ({ resource, contents } = said !== undefined && documents.has(said) ? parseShaped(bytes) : parseCutting(bytes));
      } catch {
        // Named below, without its content.
      }
    const type = resource && typeof resource === 'object' && !Array.isArray(resource) ? resource['resourceType'] : undefined;
    if (typeof type !== 'string') {
      const judged = judgeLine(raw);
      if (judged.kind === 'bad') bad(judged.reason);
      else if (judged.kind === 'resource') take(JSON.parse(judged.text.toString('utf8')) as Resource, [], judged.type, file, raw.line);
      return;
    }
    take(resource!, contents, type, file, raw.line);
    if (type === said && type !== 'Binary' && documents.has(type) && !reading.onlyStructured) known.learn(bytes);
  }

  function count(type: string): void {
    into.tally.resources[type] = (into.tally.resources[type] ?? 0) + 1;
  }

  function take(resource: Resource, contents: readonly string[], type: string, file: number, line: number): void {
    count(type);
    const place = { file, line };
    if (documents.has(type)) {
      if (reading.onlyStructured) return;
      if (type === 'Binary') return takeBinary(resource, contents, place);
      if (isEnteredInError(resource)) return count(`${type} entered in error`);
      const found = documentOf(resource, type, place, contents);
      if (found) into.note(found.subject, found.head, found.found, local);
      return;
    }
    if (type === 'Organization' || type === 'Location') {
      const name = resource['name'];
      const ref = `${type}/${String(resource['id'])}`;
      if (typeof name === 'string') into.places.set(ref, name);
      const owner = dig(resource['managingOrganization'], 'reference')[0];
      if (type === 'Location' && typeof owner === 'string') into.owners.set(ref, owner);
      return;
    }
    if (type === 'Patient') {
      if (typeof resource['id'] === 'string') into.charts.put(resource['id'], { is: 'patient' });
      return;
    }
    if (type === 'Encounter') {
      const { subject, head } = encounter(resource, reading.paths);
      if (subject !== null) into.charts.put(subject, head);
      return;
    }
    const subject = subjectOf(resource);
    if (subject === null) return;
    if (type === 'ServiceRequest') into.charts.put(subject, order(resource));
    else for (const value of values(resource)) into.values.put(subject, value);
  }

  function takeBinary(resource: Resource, contents: readonly string[], place: { file: number; line: number }): void {
    const { id, data, contentType } = resource;
    if (typeof id !== 'string') return;
    const type = typeof contentType === 'string' ? contentType : null;
    if (typeof data !== 'string') return into.binary(id, { contentType: type, why: 'no-content', ...place }, Buffer.alloc(0));
    const content = contentOf(data, contents);
    if (content.length > (longestText * 4) / 3) return into.binary(id, { contentType: type, why: 'too-large', ...place }, Buffer.alloc(0));
    into.binary(id, { contentType: type, why: null, ...place }, fromBase64(content).bytes);
  }
}

/**
 * Files that attachments name by a relative address, or that lie in a folder `binaries` or `Binary` under the id of their Binary,
 * with or without an ending. Nothing outside the export is ever opened.
 */
function localFiles(folder: string): (url: string) => Buffer | null {
  const root = realpathSync(folder);
  const kept = new Map<string, string>();
  for (const name of ['binaries', 'Binary', 'Binaries'])
    try {
      for (const file of readdirSync(join(root, name))) {
        kept.set(file, join(root, name, file));
        kept.set(file.replace(/\.[a-z0-9]{1,5}$/i, ''), join(root, name, file));
      }
    } catch {
      // The folder has none, as most.
    }
  const read = (path: string): Buffer | null => {
    try {
      const real = realpathSync(path);
      if (!real.startsWith(root + sep)) return null;
      const { size } = statSync(real);
      // One byte more than is analysed says that it is too long.
      return size > longestText ? Buffer.alloc(longestText + 1, 0x20) : readFileSync(real);
    } catch {
      return null;
    }
  };
  return (url) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(url) && !/\/Binary\//.test(url)) return null;
    const last = basename(url.split(/[?#]/)[0]!);
    const known = kept.size > 0 ? kept.get(last) : undefined;
    if (known !== undefined) return read(known);
    return /^[a-z][a-z0-9+.-]*:|^\/|(^|\/)\.\.(\/|$)|^Binary\//i.test(url) ? null : read(join(root, url));
  };
}
