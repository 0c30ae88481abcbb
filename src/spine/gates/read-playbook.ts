// Is this text a playbook, and if not, in which line does it go wrong?
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineCounter, isMap, isPair, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { Problem, type ProblemDetail } from '../../tools/base/problem.ts';
import { playbook, type Playbook } from './model.ts';

/**
 * Reads a playbook from YAML 1.2 or JSON.
 * @throws Problem `unprocessable` with the line and column of every fault.
 */
export function readPlaybook(text: string, file = 'playbook.yaml'): Playbook {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true });
  const at = (offset: number) => lines.linePos(offset);
  const detail = (offset: number, path: string | undefined, says: string): ProblemDetail => {
    const { line, col } = at(offset);
    return { file, line: Math.max(1, line), ...(path && { path }), says: `line ${Math.max(1, line)}, column ${Math.max(1, col)}: ${says}` };
  };
  if (document.errors.length > 0)
    throw refused(file, document.errors.map((error) => detail(error.pos[0], undefined, error.message.replace(/\.?$/, ''))));
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw refused(file, [{ file, line: 1, says: (error as Error).message }]);
  }
  const parsed = playbook.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refused(file, parsed.error.issues.flatMap(innermost).map((issue) => detail(offsetOf(document, issue.path), pathSays(issue.path), issue.message)));
}

interface Fault {
  path: PropertyKey[];
  message: string;
}

/** Of a union that fits nowhere, the branch that came closest tells more than “invalid input”. */
function innermost(issue: { code?: string; path: PropertyKey[]; message: string; keys?: string[]; errors?: unknown }): Fault[] {
  if (issue.code === 'invalid_union' && Array.isArray(issue.errors)) {
    const branches = (issue.errors as (typeof issue)[][]).filter((branch) => branch.length > 0);
    const unknownKeys = (branch: (typeof issue)[]) => branch.filter((one) => one.code === 'unrecognized_keys').length;
    const closest = [...branches].sort((a, b) => unknownKeys(a) - unknownKeys(b) || a.length - b.length)[0];
    if (closest) return closest.flatMap((one) => innermost({ ...one, path: [...issue.path, ...one.path] }));
  }
  if (issue.code === 'unrecognized_keys' && issue.keys) return issue.keys.map((key) => ({ path: [...issue.path, key], message: `there is no field \`${key}\` here` }));
  return [{ path: issue.path, message: issue.message }];
}

const refused = (file: string, details: ProblemDetail[]) =>
  new Problem('unprocessable', `${file} is not a playbook: ${details.length === 1 ? 'one fault' : `${details.length} faults`}.`, 'Correct the named lines; the fields are described in playbook.schema.json and docs/gates.md.', details);

const pathSays = (path: readonly PropertyKey[]): string => path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('').replace(/^\./, '');

/** Where the value at this path stands in the text, or the nearest thing around it that is there. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const found: unknown = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step)) : isSeq(node) ? node.items[Number(step)] : undefined;
    if (found === undefined) return offset;
    if (isPair(found)) {
      offset = startOf(found.key) ?? offset;
      node = found.value;
    } else {
      offset = startOf(found) ?? offset;
      node = found;
    }
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (node as { range?: [number, number, number] | null } | null)?.range?.[0];

/** The folder `playbooks/` of this installation: beside the sources, and beside what was built from them. */
export function playbookFolder(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'playbooks');
    if (existsSync(join(candidate, 'five-step.yaml'))) return candidate;
    if (dirname(folder) === folder) throw new Problem('internal', 'The folder playbooks/ is missing from this installation.', 'Install it again.');
  }
}

/** The playbook that ships with the product. */
export function fiveStep(): Playbook {
  const file = join(playbookFolder(), 'five-step.yaml');
  return readPlaybook(readFileSync(file, 'utf8'), 'playbooks/five-step.yaml');
}
