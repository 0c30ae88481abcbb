// Which data does this charter file promise, and if it cannot be read, on which line is the mistake?
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { dataSection, type DataSection } from '../../spine/deployments/model.ts';
import { digest } from '../../tools/base/canonical.ts';
import { Problem, type ProblemDetail } from '../../tools/base/problem.ts';
import { resourceTypes } from '../../tools/fhir/fhir.ts';

export interface CharterInput {
  data: DataSection;
  /** SHA-256 of the canonical JSON of the data section, defaults filled in. */
  digest: string;
  deployment: string | null;
  /** Where element number i stands in the file; null where it did not come from a file. */
  lineOf(path: (string | number)[]): number | null;
  file: string | null;
}

const largest = 5_000_000;

/** Reads a full charter, a document with only `attending` and `data`, or the data section alone; YAML or JSON. */
export async function readCharterFile(path: string): Promise<CharterInput> {
  const file = basename(path);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Problem('bad-input', `The charter ${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`, 'Name the charter with --charter, or make one with `attending audit init FOLDER`.', [{ file: path, says: error.code ?? 'unreadable' }]);
  });
  if (text.length > largest) throw new Problem('bad-input', `${file} is ${Math.round(text.length / 1e6)} MB, which is no charter.`, 'Name the charter file with --charter.', [{ file, says: 'too large' }]);
  return readCharterText(text, file);
}

export async function readCharterText(text: string, file: string): Promise<CharterInput> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken)
    throw new Problem('bad-input', `${file} is neither YAML nor JSON.`, 'Correct the named line.', [{ file, line: lines.linePos(broken.pos[0]).line, says: broken.message }]);
  const whole: unknown = document.toJS({ maxAliasCount: 100 });
  const refuse = (details: ProblemDetail[]): never => {
    throw new Problem('bad-input', `${file} is not a charter with a data section an audit can use.`, 'Correct the named lines; `attending audit init FOLDER` writes a data section that fits.', details);
  };
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return refuse([{ file, line: 1, says: 'a charter is a mapping with `attending: charter/1` and `data:`' }]);
  const given = whole as Record<string, unknown>;
  const alone = !('data' in given) && 'elements' in given;
  if (!alone && given['attending'] !== 'charter/1')
    refuse([{ file, line: lineIn(document, lines, ['attending']) ?? 1, path: 'attending', says: given['attending'] === undefined ? 'the line `attending: charter/1` is missing' : `this format is \`${String(given['attending'])}\`, and \`charter/1\` is understood here` }]);
  const prefix = alone ? [] : ['data'];
  if (!alone && given['data'] === undefined) refuse([{ file, line: 1, path: 'data', says: 'there is no `data:` section' }]);
  const parsed = dataSection.safeParse(alone ? given : given['data']);
  const where = (path: PropertyKey[]) => {
    const full = [...prefix, ...path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    return { file, line: lineIn(document, lines, full) ?? undefined, path: full.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('').slice(1) };
  };
  if (!parsed.success)
    return refuse(
      parsed.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => ({ ...where([...issue.path, key]), says: `unknown field \`${key}\`` }))
          : [{ ...where(issue.path), says: issue.message }],
      ),
    );
  const data = parsed.data;
  const details = data.elements.flatMap((element, at): ProblemDetail[] => {
    const found: ProblemDetail[] = [];
    if (!resourceTypes.has(element.resource)) found.push({ ...where(['elements', at, 'resource']), says: `\`${element.resource}\` is no FHIR R4 resource type` });
    if (data.elements.findIndex((other) => other.id === element.id) !== at) found.push({ ...where(['elements', at, 'id']), says: `a second element is called \`${element.id}\`` });
    return found;
  });
  if (details.length > 0) refuse(details);
  return {
    data,
    digest: await digest(data),
    deployment: typeof given['deployment'] === 'string' ? given['deployment'] : null,
    lineOf: (path) => lineIn(document, lines, [...prefix, ...path]),
    file,
  };
}

/** The charter of a deployment on the server, which was checked when it was stored. */
export async function charterOf(data: DataSection, deployment: string): Promise<CharterInput> {
  return { data, digest: await digest(data), deployment, lineOf: () => null, file: null };
}

/** The line of the deepest part of the path that exists. */
function lineIn(document: Document, lines: LineCounter, path: (string | number)[]): number | null {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const step = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => String((item.key as { value?: unknown })?.value ?? item.key) === String(step));
      const range = (pair?.key as { range?: [number, number, number] } | undefined)?.range;
      if (range) return lines.linePos(range[0]).line;
    } else if (isSeq(parent)) {
      const range = (parent.items[Number(step)] as { range?: [number, number, number] } | undefined)?.range;
      if (range) return lines.linePos(range[0]).line;
    }
  }
  return null;
}
