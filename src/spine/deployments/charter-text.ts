// Where in the text of a charter does something stand, and how is the text changed without losing its comments?
import { Document, LineCounter, isAlias, isCollection, isMap, isPair, isScalar, isSeq, parseDocument, stringify, visit, type Node } from 'yaml';
import { canonical } from '../../tools/base/canonical.ts';
import type { Difference } from './charter-contract.ts';
import { indexOf } from './charter-diff.ts';

export interface Spot {
  line: number;
  column: number;
}

export interface CharterText {
  /** The document as plain JSON; undefined where the text is no YAML. */
  value: unknown;
  /** What is wrong with the text as YAML, where. */
  troubles: (Spot & { says: string })[];
  /** Where the value at this path stands, or the nearest thing around it that is there. `onKey`: the key itself. */
  spot(path: readonly PropertyKey[], onKey?: boolean): Spot;
}

/** Reads YAML 1.2 (JSON is a part of it) and keeps the places. A key given twice and an unknown anchor are troubles. */
export function readText(text: string): CharterText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true });
  const at = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const troubles = document.errors.map((error) => ({ ...at(error.pos[0]), says: inWords(error.code, error.message) }));
  let value: unknown;
  if (troubles.length === 0) {
    try {
      // Aliases may not unfold into something far larger than the text ("billion laughs").
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      troubles.push({ line: 1, column: 1, says: `The text cannot be read: ${(error as Error).message}.` });
    }
  }
  return { value, troubles, spot: (path, onKey = false) => at(offsetOf(document, path, onKey)) };
}

function inWords(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'This key is there twice in the same place.';
  if (code === 'TAB_AS_INDENT') return 'Tabs cannot indent YAML; use spaces.';
  return message.endsWith('.') ? message : `${message}.`;
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], onKey: boolean): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  for (const [i, step] of path.entries()) {
    const last = i === path.length - 1;
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      offset = (last && onKey ? start(pair.key) : (start(pair.value) ?? start(pair.key))) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) return offset;
      offset = start(item) ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}

const start = (node: unknown): number | undefined => {
  if (isPair(node)) return start(node.key);
  return (node as Node | null | undefined)?.range?.[0];
};

/**
 * The YAML text after the differences, comments and order kept. `parse` makes of a document what the charter is
 * (defaults filled in); where the edited text would not read as `after`, the document is written anew from it,
 * because a comment is worth less than a wrong value.
 */
export function rewrite(text: string, found: readonly Difference[], after: unknown, parse: (value: unknown) => unknown): string {
  const fresh = () => stringify(after, { lineWidth: 0 });
  try {
    const document = parseDocument(text);
    if (document.errors.length > 0 || hasAliases(document)) return fresh();
    for (const difference of found) edit(document, difference);
    const edited = document.toString({ lineWidth: 0 });
    return canonical(parse(parseDocument(edited).toJS())) === canonical(after) ? edited : fresh();
  } catch {
    return fresh();
  }
}

function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, { Alias: () => ((found = true), visit.BREAK) });
  return found;
}

function edit(document: Document, difference: Difference): void {
  const path = place(document, difference.op === 'reordered' ? difference.steps.slice(0, -1) : difference.steps);
  if (difference.op === 'removed') document.deleteIn(path);
  else if (difference.op === 'reordered') reorder(document, path, String(difference.steps.at(-1)), difference.after as string[]);
  // A plain value takes the place of the old one and leaves the comment behind it where it is.
  else document.setIn(path, typeof difference.after === 'object' ? document.createNode(difference.after) : difference.after);
}

/** Steps such as `id=lactate` as positions in this document; a member that is not there stands at the end. */
function place(document: Document, steps: readonly (string | number)[]): (string | number)[] {
  const path: (string | number)[] = [];
  for (const step of steps) {
    const here = path.length === 0 ? document.contents : document.getIn(path, true);
    if (typeof step === 'string' && isSeq(here)) {
      const index = indexOf(here.toJS(document) as unknown[], step);
      path.push(index === -1 ? here.items.length : index);
    } else path.push(step === '' || typeof step === 'number' || !/^\w+=/.test(step) || isCollection(here) ? step : 0);
  }
  return path;
}

function reorder(document: Document, path: (string | number)[], field: string, order: readonly string[]): void {
  const list = document.getIn(path, true);
  if (!isSeq(list)) return;
  const name = (item: unknown) => (isMap(item) ? String(item.get(field)) : '');
  list.items.sort((a, b) => order.indexOf(name(a)) - order.indexOf(name(b)));
}
