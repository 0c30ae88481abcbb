// What does something faulty look like, without a word that could be about a patient?
import type { Json } from '../../tools/base/canonical.ts';

const mostMembers = 20;
const deepest = 5;
/** Words of the specification itself may stand as they are. */
const known = new Set(['info', 'warning', 'critical', 'create', 'update', 'delete', 'absolute', 'smart', 'at-most-one', 'any']);

/** The keys and kinds of a value: every text and number in it is replaced by what it is. */
export function shapeOf(value: Json, depth = 0): Json {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return '‹number›';
  if (typeof value === 'string') return known.has(value) ? value : `‹${[...value].length} characters›`;
  if (depth >= deepest) return '‹…›';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0]!, depth + 1), ...(value.length > 1 ? [`‹${value.length - 1} more›`] : [])];
  const members = Object.entries(value);
  const shown: [string, Json][] = members.slice(0, mostMembers).map(([key, inner], nth) => [/^[A-Za-z_][\w.-]{0,40}$/.test(key) ? key : `‹key ${nth + 1}›`, shapeOf(inner, depth + 1)]);
  return Object.fromEntries(members.length > mostMembers ? [...shown, ['‹more›', `‹${members.length - mostMembers} more›`]] : shown);
}
