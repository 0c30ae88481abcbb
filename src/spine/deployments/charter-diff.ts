// What differs between two charters, and which evidence does that make worthless?
import { canonical } from '../../tools/base/canonical.ts';
import type { ChangeKind, Difference } from './charter-contract.ts';

type Member = Record<string, unknown>;

/** The field that names the members of a list, so that a list is compared by name and not by position. */
const nameFields = ['id', 'facility', 'attribute', 'line', 'name'];

const isObject = (value: unknown): value is Member => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown) => (a === undefined || b === undefined ? a === b : canonical(a) === canonical(b));
const has = (value: Member, key: string) => Object.hasOwn(value, key) && value[key] !== undefined;

function names(list: unknown[], field: string): string[] | null {
  const found = list.map((member) => (isObject(member) && has(member, field) ? member[field] : undefined));
  return found.every((name) => typeof name === 'string') && new Set(found).size === found.length ? (found as string[]) : null;
}

/** The first field that names every member of both lists, each name once. */
const nameField = (before: unknown[], after: unknown[]): string | undefined =>
  before.length + after.length === 0 ? undefined : nameFields.find((field) => names(before, field) && names(after, field));

/** A path for people: `data.elements[lactate].threshold`. */
export function pathOf(steps: readonly (string | number)[]): string {
  return steps
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : /^\w+=/.test(step) ? `[${step.slice(step.indexOf('=') + 1)}]` : i === 0 ? step : `.${step}`))
    .join('');
}

/**
 * Every difference between two JSON documents. `apply(before, differences(before, after))` is `after`; two equal
 * documents have none. Members that are undefined count as absent.
 */
export function differences(before: unknown, after: unknown, steps: (string | number)[] = []): Difference[] {
  if (same(before, after)) return [];
  if (isObject(before) && isObject(after)) return inObject(before, after, steps);
  if (Array.isArray(before) && Array.isArray(after)) {
    const field = nameField(before, after);
    return field ? inNamedList(before as Member[], after as Member[], field, steps) : inList(before, after, steps);
  }
  return [{ op: 'changed', path: pathOf(steps), steps, before, after }];
}

const added = (steps: (string | number)[], after: unknown): Difference => ({ op: 'added', path: pathOf(steps), steps, after });
const removed = (steps: (string | number)[], before: unknown): Difference => ({ op: 'removed', path: pathOf(steps), steps, before });

function inObject(before: Member, after: Member, steps: (string | number)[]): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const at = [...steps, key];
    if (!has(before, key)) return has(after, key) ? [added(at, after[key])] : [];
    return has(after, key) ? differences(before[key], after[key], at) : [removed(at, before[key])];
  });
}

function inNamedList(before: Member[], after: Member[], field: string, steps: (string | number)[]): Difference[] {
  const was = new Map(before.map((member) => [member[field] as string, member]));
  const is = new Map(after.map((member) => [member[field] as string, member]));
  const at = (name: string) => [...steps, `${field}=${name}`];
  const kept = [...was.keys()].filter((name) => is.has(name));
  const fresh = [...is.keys()].filter((name) => !was.has(name));
  const order = [...kept, ...fresh];
  return [
    ...[...was.keys()].filter((name) => !is.has(name)).map((name) => removed(at(name), was.get(name))),
    ...kept.flatMap((name) => differences(was.get(name), is.get(name), at(name))),
    ...fresh.map((name) => added(at(name), is.get(name))),
    ...(same(order, [...is.keys()]) ? [] : [{ op: 'reordered' as const, path: pathOf(steps), steps: [...steps, field], before: order, after: [...is.keys()] }]),
  ];
}

function inList(before: unknown[], after: unknown[], steps: (string | number)[]): Difference[] {
  const both = Math.min(before.length, after.length);
  return [
    ...before.slice(0, both).flatMap((member, i) => differences(member, after[i], [...steps, i])),
    ...before.slice(both).map((member, i) => removed([...steps, both + i], member)).reverse(),
    ...after.slice(both).map((member, i) => added([...steps, both + i], member)),
  ];
}

/** The document after the differences. Throws where they do not fit. */
export function apply(before: unknown, found: readonly Difference[]): unknown {
  return found.reduce((document, difference) => applyOne(document, difference.steps, difference), before);
}

function applyOne(here: unknown, steps: readonly (string | number)[], difference: Difference): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return difference.after;
  if (Array.isArray(here)) {
    if (difference.op === 'reordered' && rest.length === 0) return inOrder(here as Member[], String(step), difference.after as string[]);
    const index = typeof step === 'number' ? step : indexOf(here, step);
    if (rest.length === 0 && difference.op === 'removed') return here.toSpliced(index, 1);
    if (index === -1 || index === here.length) return [...here, difference.after];
    return here.with(index, applyOne(here[index], rest, difference));
  }
  if (!isObject(here)) throw new TypeError(`nothing to change at ${difference.path}`);
  const key = String(step);
  const others = Object.entries(here).filter(([name]) => name !== key);
  if (rest.length === 0 && difference.op === 'removed') return Object.fromEntries(others);
  return Object.fromEntries([...others, [key, applyOne(has(here, key) ? here[key] : undefined, rest, difference)]]);
}

/** Where in a list the member stands that a step such as `id=lactate` names; -1 where it does not. */
export function indexOf(list: readonly unknown[], step: string): number {
  const cut = step.indexOf('=');
  const [field, name] = [step.slice(0, cut), step.slice(cut + 1)];
  return list.findIndex((member) => isObject(member) && member[field] === name);
}

const inOrder = (list: Member[], field: string, order: readonly string[]) =>
  list.toSorted((a, b) => order.indexOf(a[field] as string) - order.indexOf(b[field] as string));

const touches: readonly [RegExp, ChangeKind][] = [
  [/^product\.(version|name|vendor)\b/, 'model-version'],
  [/^(units|rollout\.waves|data\.population|risk\.population|decision\.eligible)\b/, 'population'],
  [/^data\.elements\[.*\]\.(tier|threshold|maxSpread|minimumN|maxDelay|range|units|values)\b/, 'threshold'],
  [/^(data\.thresholds|claims|sla|safety|pilot)\b/, 'threshold'],
  [/^data\b/, 'feed'],
];

/** Which kinds of change these differences are; each kind reopens the criteria that rest on it. */
export function changesOf(found: readonly Difference[]): ChangeKind[] {
  const kinds = found.flatMap((difference) => touches.find(([pattern]) => pattern.test(difference.path))?.[1] ?? []);
  return [...new Set(kinds)].sort();
}
