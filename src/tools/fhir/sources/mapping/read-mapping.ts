// What does a mapping file say, and if it cannot be used, on which line is the mistake?
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { Problem, type ProblemDetail } from '../../../base/problem.ts';
import { mapping, type Mapping } from './model.ts';

export interface MappingFile {
  mapping: Mapping;
  file: string;
  text: string;
  /** The line of the deepest part of the path that stands in the file. */
  lineOf(path: (string | number)[]): number | undefined;
}

/** The names a mapping beside the data may have. */
export const mappingNames = ['mapping.yaml', 'mapping.yml', 'mapping.json', 'attending-mapping.yaml'] as const;

const largest = 2_000_000;

/** The mapping beside the data; undefined when there is none. */
export async function findMapping(folder: string): Promise<string | undefined> {
  for (const name of mappingNames) {
    const path = join(folder, name);
    const found = await readFile(path, 'utf8').catch(() => undefined);
    if (found?.includes('mapping/1')) return path;
  }
  return undefined;
}

/** @throws Problem with file, line and path. */
export async function readMapping(path: string): Promise<MappingFile> {
  const file = basename(path);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Problem('bad-input', `The mapping ${path} cannot be read.`, 'Name it with --mapping, or let `attending audit map FOLDER` propose one.', [{ file: path, says: error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? 'unreadable') }]);
  });
  return readMappingText(text, file);
}

export function readMappingText(text: string, file: string): MappingFile {
  const refuse = (details: ProblemDetail[]): never => {
    throw new Problem('bad-input', `${file} is not a mapping that can be used.`, 'Correct the named lines; docs/audit.md tells what a mapping says.', details);
  };
  if (text.length > largest) return refuse([{ file, says: 'it is larger than 2 MB' }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) return refuse([{ file, line: lines.linePos(broken.pos[0]).line, says: broken.message }]);
  const lineOf = (path: (string | number)[]) => lineIn(document, lines, path);
  const parsed = mapping.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (!parsed.success)
    return refuse(
      parsed.error.issues.flatMap((issue) => {
        const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
        const at = (steps: (string | number)[], says: string): ProblemDetail => ({ file, line: lineOf(steps), path: sayPath(steps), says });
        return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => at([...path, key], `unknown field \`${key}\``)) : [at(path, issue.message)];
      }),
    );
  return { mapping: parsed.data, file, text, lineOf };
}

export const sayPath = (path: (string | number)[]): string => path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('').replace(/^\./, '');

function lineIn(document: Document, lines: LineCounter, path: (string | number)[]): number | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const step = path[depth - 1];
    const item = isMap(parent) ? parent.items.find(({ key }) => String((key as { value?: unknown })?.value ?? key) === String(step))?.key : isSeq(parent) ? parent.items[Number(step)] : undefined;
    const range = (item as { range?: [number, number, number] } | undefined)?.range;
    if (range) return lines.linePos(range[0]).line;
  }
  return undefined;
}
