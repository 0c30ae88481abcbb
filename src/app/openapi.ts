// What does the API look like to a machine that has never seen it?
import { z } from 'zod';
import { roles, type Endpoint } from '../tools/base/endpoint.ts';
import { problemKinds } from '../tools/base/problem.ts';
import type { Capability } from '../tools/server/capability.ts';

type Schema = Record<string, unknown>;

/** OpenAPI 3.1, from the same schemas that check what comes in and what goes out. */
export function openApi(capabilities: readonly Pick<Capability, 'name' | 'says' | 'routes'>[], version: string): Schema {
  const shared: Record<string, Schema> = { Problem: problem };
  const paths: Record<string, Record<string, Schema>> = {};
  for (const room of capabilities)
    for (const { endpoint } of room.routes ?? []) {
      const path = endpoint.path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');
      (paths[path] ??= {})[endpoint.method.toLowerCase()] = operation(endpoint, room.name, shared);
    }
  const named = shareRepeated(paths, shared);
  return {
    openapi: '3.1.0',
    info: { title: 'Attending', version, description: 'The operations platform that takes a clinical AI product from idea to safe, adopted, paid-for practice.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: capabilities.filter((room) => room.routes?.length).map((room) => ({ name: room.name, description: room.says })),
    paths: sorted(named),
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'attending_session', description: 'Set by signing in.' },
        key: { type: 'http', scheme: 'bearer', description: 'An API key, `atk_…`.' },
      },
      schemas: sorted(shared),
    },
    'x-roles': roles,
  };
}

function operation(endpoint: Endpoint, room: string, shared: Record<string, Schema>): Schema {
  const open = endpoint.who === 'public';
  const parameters = [...parametersOf(endpoint.params, 'path', endpoint, shared), ...parametersOf(endpoint.query, 'query', endpoint, shared)];
  const records = endpoint.method === 'POST' && !open;
  if (records) parameters.push({ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 200 }, description: 'A repeat with the same key within 24 hours is answered from memory.' });
  return {
    operationId: endpoint.name,
    tags: [room],
    summary: endpoint.says,
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(endpoint, shared),
    responses: {
      [endpoint.status]: answerOf(endpoint, shared),
      default: { description: `What went wrong, where, and what to do (RFC 9457). Statuses: ${Object.values(problemKinds).join(', ')}.`, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
    security: open ? [] : [{ session: [] }, { key: [] }],
    'x-roles': open ? 'public' : [...endpoint.who],
  };
}

function answerOf(endpoint: Endpoint, shared: Record<string, Schema>): Schema {
  if (endpoint.status >= 300 && endpoint.status < 400) return { description: 'The browser is sent on.' };
  if (endpoint.answers === 'stream') return { description: endpoint.says, content: { '*/*': { schema: {} } } };
  return { description: endpoint.says, content: { 'application/json': { schema: schemaOf(endpoint.output, 'output', endpoint, shared) } } };
}

function bodyOf(endpoint: Endpoint, shared: Record<string, Schema>): Schema {
  if (endpoint.method === 'GET') return {};
  if (endpoint.takes === 'upload') return { requestBody: { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } } };
  const schema = schemaOf(endpoint.body, 'input', endpoint, shared);
  const fields = schema['properties'] as Schema | undefined;
  if (fields && Object.keys(fields).length === 0) return {};
  return { requestBody: { required: ((schema['required'] as string[] | undefined) ?? []).length > 0 || !fields, content: { 'application/json': { schema } } } };
}

/** What comes in is text; the schema of what it becomes says more (a coerced number is an integer, not anything). */
function parametersOf(schema: z.ZodType, place: 'path' | 'query', endpoint: Endpoint, shared: Record<string, Schema>): Schema[] {
  const become = schemaOf(schema, 'output', endpoint, shared);
  const given = schemaOf(schema, 'input', endpoint, shared);
  const required = new Set((given['required'] as string[] | undefined) ?? []);
  return Object.entries((become['properties'] as Record<string, Schema> | undefined) ?? {}).map(([name, { description, ...one }]) => ({
    name,
    in: place,
    required: place === 'path' || (required.has(name) && !('default' in one)),
    schema: one,
    ...(typeof description === 'string' && { description }),
  }));
}

/** A JSON Schema whose shared parts move to the components, under names that no other endpoint's parts take. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', endpoint: Endpoint, shared: Record<string, Schema>): Schema {
  const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema & { $defs?: Record<string, Schema> };
  if (!$defs) return rest;
  const known = sources.get(shared) ?? new Map<string, string>();
  sources.set(shared, known);
  // One word may read differently coming in and going out (defaults): then each has a name of its own.
  const rename = (name: string): string => {
    const own = name.startsWith('__') ? `${endpoint.name}${name}` : name;
    const before = known.get(own);
    return before === undefined || before === JSON.stringify($defs[name]) ? own : `${own}.${io}`;
  };
  const names = new Map(Object.keys($defs).map((name) => [name, rename(name)]));
  const moved = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value), (key, inner: unknown) => (key === '$ref' && typeof inner === 'string' ? inner.replace(/^#\/\$defs\/(.*)$/, (_, name: string) => `#/components/schemas/${names.get(name) ?? name}`) : inner)) as T;
  for (const [name, one] of Object.entries($defs)) {
    known.set(names.get(name)!, JSON.stringify(one));
    const { id: _id, ...body } = one;
    shared[names.get(name)!] = moved(body);
  }
  return moved(rest);
}

/** What stands in the description several times and is long gets a name, after the place where it stands first. */
function shareRepeated<T>(paths: T, shared: Record<string, Schema>): T {
  const found = new Map<string, { times: number; name: string }>();
  const note = (value: unknown, name: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('properties' in value) {
      const text = JSON.stringify(value);
      const before = found.get(text);
      if (before) before.times += 1;
      else if (text.length > 400) found.set(text, { times: 1, name });
      // A part of something known repeats with it; that it stands elsewhere as well is seen there.
      if (before) return;
    }
    const own = (value as { operationId?: string }).operationId ?? name;
    for (const [key, inner] of Object.entries(value)) note(inner, ['properties', 'schema', 'content', 'application/json', 'items', 'anyOf', 'oneOf', 'responses', 'requestBody'].includes(key) || /^\d+$/.test(key) ? own : `${own}.${key}`);
  };
  note(paths, '');
  note(shared, '');
  const names = new Map<string, string>();
  const replaced = (value: unknown, top = false): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = !top && 'properties' in value ? found.get(JSON.stringify(value)) : undefined;
    if (known && known.times > 1) {
      const text = JSON.stringify(value);
      let name = names.get(text);
      if (!name) {
        name = freeName(known.name.replace(/^\.+/, '').replace(/[^\w.-]+/g, '-').replace(/^-api-v1-.*?\.(get|post|put|patch|delete)\./, ''), shared);
        names.set(text, name);
        shared[name] = {};
        shared[name] = replaced(value, true) as Schema;
      }
      return { $ref: `#/components/schemas/${name}` };
    }
    if (Array.isArray(value)) return value.map((one) => replaced(one));
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]));
  };
  for (const name of Object.keys(shared)) shared[name] = replaced(shared[name], true) as Schema;
  return replaced(paths) as T;
}

function freeName(wanted: string, taken: Record<string, unknown>): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (!(name in taken)) return name;
  }
}

const sources = new WeakMap<object, Map<string, string>>();

const sorted = <T>(record: Record<string, T>): Record<string, T> => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

const problem: Schema = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', enum: Object.keys(problemKinds).map((kind) => `urn:attending:problem:${kind}`) },
    title: { type: 'string', description: 'What went wrong.' },
    status: { type: 'integer' },
    next: { type: 'string', description: 'What to do about it.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['says'],
        properties: { file: { type: 'string' }, line: { type: 'integer', description: '1-based.' }, path: { type: 'string' }, says: { type: 'string' } },
      },
    },
  },
};
