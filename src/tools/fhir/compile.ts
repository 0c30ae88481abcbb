// How does a FHIRPath tree become a DuckDB expression?
import { name, quote } from './duckdb.ts';
import { PathError, type Literal, type Node } from './fhirpath.ts';
import { choices, isSingle, repeating, typed, variants } from './shapes.ts';

/**
 * An expression in SQL. A `list` is `JSON[]`, never NULL, without nulls inside; a `value` is one DuckDB value or NULL.
 * `quick` reads the only value as text without building a list, right unless `unless` holds.
 */
export type Compiled =
  | { form: 'list'; sql: string; hint?: string; chain?: Chain; quick?: { text: string; present: string; unless?: string } }
  | { form: 'value'; sql: string; kind: 'boolean' | 'number' | 'string'; hint?: string };

/** A run of members from one JSON value whose shapes are known, so that one JSON path reads it. */
interface Chain {
  base: string;
  mayBeArray: boolean;
  steps: string;
  wild: boolean;
  last: string;
}

/** What names stand on. */
export type Focus = { kind: 'fields'; fields: ReadonlySet<string> } | { kind: 'json'; sql: string };

export interface Scope {
  resource: string;
  root: Focus;
  focus: Focus;
  /** SQL of %rowIndex. */
  rowIndex: string;
  constants: ReadonlyMap<string, Literal>;
  fresh(): string;
}

/** Compiles an expression. @throws PathError for what the subset does not have. */
export function compile(node: Node, scope: Scope): Compiled {
  switch (node.is) {
    case 'literal':
      return compileLiteral(node.literal);
    case 'empty':
      return emptyList;
    case 'this':
      return focusOf(scope.focus);
    case 'variable':
      return compileVariable(node.name, scope);
    case 'member':
      return compileMember(node, scope);
    case 'index': {
      const at = compile(node.at, scope);
      return { form: 'list', sql: `list_slice(${asList(compile(node.on, scope))}, ${asInteger(at)} + 1, ${asInteger(at)} + 1)` };
    }
    case 'negate':
      return { form: 'value', kind: 'number', sql: `(-${asNumber(compile(node.of, scope))})` };
    case 'binary':
      return compileBinary(node, scope);
    case 'call':
      return compileCall(node, scope);
  }
}

const emptyList: Compiled = { form: 'list', sql: 'CAST([] AS JSON[])' };

function compileLiteral(literal: Literal): Compiled {
  if (literal.kind === 'number') return { form: 'value', kind: 'number', sql: literal.value };
  if (literal.kind === 'boolean') return { form: 'value', kind: 'boolean', sql: String(literal.value) };
  return { form: 'value', kind: 'string', sql: quote(literal.value), hint: literal.kind };
}

function compileVariable(variable: string, scope: Scope): Compiled {
  if (variable === 'rowIndex') return { form: 'value', kind: 'number', sql: scope.rowIndex };
  if (variable === 'resource' || variable === 'rootResource' || variable === 'context') return focusOf(scope.root);
  const literal = scope.constants.get(variable);
  if (!literal) throw new PathError(`%${variable} is not a constant of this view`);
  return compileLiteral(literal);
}

function focusOf(focus: Focus): Compiled {
  if (focus.kind === 'json') return { form: 'list', sql: `fhir_many(${focus.sql})`, chain: { base: focus.sql, mayBeArray: false, steps: '', wild: false, last: '' } };
  const parts = [...focus.fields].filter((field) => field !== 'resourceType').map((field) => `${quote(field)}, ${name(field)}`);
  return { form: 'list', sql: `[CAST(json_object(${parts.join(', ')}) AS JSON)]` };
}

function compileMember(node: Node & { is: 'member' }, scope: Scope): Compiled {
  if (!node.on) {
    if (node.name === scope.resource && scope.focus === scope.root) return focusOf(scope.root);
    if (scope.focus.kind === 'fields') return fieldOf(node.name, scope.focus.fields, scope.resource);
    return step(focusOf(scope.focus), node.name, scope);
  }
  if (node.on.is === 'member' && !node.on.on && node.on.name === scope.resource && scope.focus === scope.root) return compileMember({ is: 'member', name: node.name }, scope);
  return step(compile(node.on, scope), node.name, scope);
}

/** A first-level field of a relation that has them as columns. */
function fieldOf(field: string, fields: ReadonlySet<string>, resource: string): Compiled {
  if (field === 'resourceType') return { form: 'value', kind: 'string', sql: quote(resource) };
  if (field === 'id') return { form: 'value', kind: 'string', sql: 'id' };
  const present = [field, ...variants(field)].filter((one) => fields.has(one));
  if (present.length === 0) throw new PathError(`the field ${field} was not loaded`);
  if (present.length > 1) return { form: 'list', sql: `fhir_many(coalesce(${present.map(name).join(', ')}))` };
  return column(name(present[0] ?? field), present[0] ?? field);
}

function column(sql: string, last: string): Compiled {
  const unless = `starts_with(${sql}, '[')`;
  return {
    form: 'list', sql: `fhir_many(${sql})`,
    chain: { base: sql, mayBeArray: true, steps: '', wild: false, last },
    quick: { text: `(${sql}->>'$')`, present: `(${sql} IS NOT NULL AND ${sql} <> 'null')`, unless },
  };
}

function step(on: Compiled, element: string, scope: Scope, exact = false): Compiled {
  if (on.form === 'value') return emptyList;
  const { chain } = on;
  const choice = !exact && element in choices;
  if (chain && (repeating.has(element) || isSingle(element, chain.last))) {
    const longer: Chain = { ...chain, steps: `${chain.steps}.${element}${repeating.has(element) ? '[*]' : ''}`, wild: chain.wild || repeating.has(element), last: element };
    return readChain(longer);
  }
  const get = (from: string): string =>
    choice
      ? `coalesce(${[element, ...variants(element)].map((one) => `json_extract(${from}, ${quote(`$.${one}`)})`).join(', ')})`
      : `json_extract(${from}, ${quote(`$.${element}`)})`;
  if (chain && chain.steps === '' && !chain.mayBeArray && !choice) {
    const base = get(chain.base);
    return { form: 'list', sql: `fhir_many(${base})`, chain: { base, mayBeArray: true, steps: '', wild: false, last: element } };
  }
  const item = scope.fresh();
  return { form: 'list', sql: `flatten(list_transform(${on.sql}, lambda ${item}: fhir_many(${get(item)})))` };
}

function readChain(chain: Chain): Compiled {
  const { base, mayBeArray, steps, wild } = chain;
  const inArray = `fhir_present(json_extract(${base}, ${quote(`$[*]${steps}`)}))`;
  const path = quote(`$${steps}`);
  const inObject = wild ? `fhir_present(json_extract(${base}, ${path}))` : `fhir_many(json_extract(${base}, ${path}))`;
  const unless = mayBeArray ? `starts_with(${base}, '[')` : undefined;
  return {
    form: 'list', chain,
    sql: unless ? `CASE WHEN ${unless} THEN ${inArray} ELSE ${inObject} END` : inObject,
    ...(!wild && {
      quick: { text: `json_extract_string(${base}, ${path})`, present: `(coalesce(json_type(${base}, ${path}), 'NULL') <> 'NULL')`, ...(unless && { unless }) },
    }),
  };
}

function either(quick: { unless?: string }, fast: string, slow: string): string {
  return quick.unless ? `CASE WHEN ${quick.unless} THEN ${slow} ELSE ${fast} END` : fast;
}

export function asList(one: Compiled): string {
  return one.form === 'list' ? one.sql : `list_filter([to_json(${one.sql})], lambda fhir_e: fhir_e IS NOT NULL)`;
}

/** The only value as text; several are an error. */
export function asText(one: Compiled): string {
  if (one.form === 'value') return one.kind === 'string' ? one.sql : `CAST(${one.sql} AS VARCHAR)`;
  const slow = `(fhir_one(${one.sql})->>'$')`;
  return one.quick ? either(one.quick, one.quick.text, slow) : slow;
}

/** The first value as text, however many there are. */
export function firstOf(one: Compiled): string {
  const slow = `((${asList(one)})[1]->>'$')`;
  return one.form === 'list' && one.quick ? either(one.quick, one.quick.text, slow) : slow;
}

export function asNumber(one: Compiled): string {
  return one.form === 'value' && one.kind === 'number' ? one.sql : `fhir_number(${asText(one)})`;
}

function asInteger(one: Compiled): string {
  return `CAST(${asNumber(one)} AS INTEGER)`;
}

/** FHIRPath singleton evaluation to a boolean; `criterion` refuses what is not one. */
export function asBoolean(one: Compiled, macro: 'fhir_true' | 'fhir_criterion' = 'fhir_true'): string {
  if (one.form === 'list') return `${macro}(fhir_one(${one.sql}))`;
  if (one.kind === 'boolean') return one.sql;
  if (macro === 'fhir_criterion') throw new PathError('the expression gives no boolean');
  return `(CASE WHEN ${one.sql} IS NULL THEN NULL ELSE true END)`;
}

export function asPresent(one: Compiled): string {
  if (one.form === 'value') return `(${one.sql} IS NOT NULL)`;
  const slow = `(len(${one.sql}) > 0)`;
  return one.quick ? `(${either(one.quick, one.quick.present, slow)})` : slow;
}

const boolean = (sql: string): Compiled => ({ form: 'value', kind: 'boolean', sql });
const text = (sql: string, hint?: string): Compiled => ({ form: 'value', kind: 'string', sql, ...(hint && { hint }) });

function compileBinary({ op, left, right }: Node & { is: 'binary' }, scope: Scope): Compiled {
  if (op === 'is' || op === 'as') {
    return op === 'is' ? isOfType(left, right, scope) : ofType(left, right, scope);
  }
  const a = compile(left, scope);
  const b = compile(right, scope);
  switch (op) {
    case 'and': return boolean(`(${asBoolean(a)} AND ${asBoolean(b)})`);
    case 'or': return boolean(`(${asBoolean(a)} OR ${asBoolean(b)})`);
    case 'xor': return boolean(`(${asBoolean(a)} <> ${asBoolean(b)})`);
    case 'implies': return boolean(`(NOT ${asBoolean(a)} OR ${asBoolean(b)})`);
    case '=': case '~': return boolean(equal(a, b, scope));
    case '!=': case '!~': return boolean(`(NOT ${equal(a, b, scope)})`);
    case '<': case '>': case '<=': case '>=':
      return isNumber(a) || isNumber(b)
        ? boolean(`(${asNumber(a)} ${op} ${asNumber(b)})`)
        : boolean(`(fhir_compare(${asText(a)}, ${asText(b)}) ${op} 0)`);
    case '|': return { form: 'list', sql: `list_distinct(list_concat(${asList(a)}, ${asList(b)}))` };
    case 'in': return boolean(`list_contains(${texts(b, scope)}, ${asText(a)})`);
    case 'contains': return boolean(`list_contains(${texts(a, scope)}, ${asText(b)})`);
    case '&': return text(`(coalesce(${asText(a)}, '') || coalesce(${asText(b)}, ''))`);
    case '+':
      if ((a.form === 'value' && a.kind === 'string') || (b.form === 'value' && b.kind === 'string')) return text(`(${asText(a)} || ${asText(b)})`);
      return { form: 'value', kind: 'number', sql: `(${asNumber(a)} + ${asNumber(b)})` };
    case '-': case '*': return { form: 'value', kind: 'number', sql: `(${asNumber(a)} ${op} ${asNumber(b)})` };
    // FHIRPath: division by zero is empty
    case '/': return { form: 'value', kind: 'number', sql: `(${asNumber(a)} / nullif(${asNumber(b)}, 0))` };
    case 'div': return { form: 'value', kind: 'number', sql: `trunc(${asNumber(a)} / nullif(${asNumber(b)}, 0))` };
    case 'mod': return { form: 'value', kind: 'number', sql: `(${asNumber(a)} % nullif(${asNumber(b)}, 0))` };
    default: throw new PathError(`the operator ${op} is not supported`);
  }
}

function isNumber(one: Compiled): boolean {
  return one.form === 'value' && one.kind === 'number';
}

function texts(one: Compiled, scope: Scope): string {
  const item = scope.fresh();
  return `list_transform(${asList(one)}, lambda ${item}: ${item}->>'$')`;
}

/** Empty when a side is empty; false when the sides differ in number. */
function equal(a: Compiled, b: Compiled, scope: Scope): string {
  if (a.form === 'value' && b.form === 'value')
    return isNumber(a) || isNumber(b) ? `(${asNumber(a)} = ${asNumber(b)})` : `(${asText(a)} = ${asText(b)})`;
  if (a.form === 'value') return equal(b, a, scope);
  if (b.form === 'value') {
    const same = (value: string): string =>
      isNumber(b) ? `(fhir_number(${value}) = ${b.sql})` : b.hint === 'dateTime' || b.hint === 'instant' ? `(fhir_compare(${value}, ${b.sql}) = 0)` : `(${value} = ${asText(b)})`;
    const list = scope.fresh();
    const slow = `list_transform([${a.sql}], lambda ${list}: CASE WHEN len(${list}) = 0 THEN NULL WHEN len(${list}) > 1 THEN false ELSE ${same(`(${list}[1]->>'$')`)} END)[1]`;
    return a.quick ? `(${either(a.quick, same(a.quick.text), slow)})` : slow;
  }
  const pair = scope.fresh();
  return `list_transform([{l: ${texts(a, scope)}, r: ${texts(b, scope)}}], lambda ${pair}: CASE WHEN len(${pair}.l) = 0 OR len(${pair}.r) = 0 THEN NULL
    WHEN len(${pair}.l) = 1 AND len(${pair}.r) = 1 THEN fhir_compare(${pair}.l[1], ${pair}.r[1]) = 0 ELSE ${pair}.l = ${pair}.r END)[1]`;
}

function typeNameOf(node: Node): string {
  if (node.is !== 'member') throw new PathError('a type name expected');
  return node.name;
}

function ofType(on: Node | undefined, type: Node, scope: Scope): Compiled {
  const wanted = typeNameOf(type);
  if (on?.is === 'member' && (on.on || scope.focus.kind === 'json' || !scope.focus.fields.has(on.name) || on.name in choices)) {
    const element = typed(on.name, wanted);
    if (!on.on && scope.focus.kind === 'fields') return hinted(fieldOf(element, scope.focus.fields, scope.resource), wanted);
    const parent = on.on ? compile(on.on, scope) : focusOf(scope.focus);
    return hinted(step(parent, element, scope, true), wanted);
  }
  const list = asList(on ? compile(on, scope) : focusOf(scope.focus));
  const item = scope.fresh();
  const json = { string: `'VARCHAR'`, boolean: `'BOOLEAN'`, integer: `'UBIGINT', 'BIGINT'`, decimal: `'DOUBLE', 'UBIGINT', 'BIGINT'` }[wanted];
  const keep = json ? `json_type(${item}) IN (${json})` : `coalesce(${item}->>'$.resourceType' = ${quote(wanted)}, false)`;
  return { form: 'list', sql: `list_filter(${list}, lambda ${item}: ${keep})`, hint: wanted };
}

/** Empty for nothing, as FHIRPath has it. */
function isOfType(on: Node, type: Node, scope: Scope): Compiled {
  return boolean(`(CASE WHEN ${asPresent(compile(on, scope))} THEN ${asPresent(ofType(on, type, scope))} END)`);
}

function hinted(one: Compiled, hint: string): Compiled {
  return { ...one, hint };
}

function compileCall({ on, name: called, args }: Node & { is: 'call' }, scope: Scope): Compiled {
  const self = (): Compiled => (on ? compile(on, scope) : focusOf(scope.focus));
  const argument = (at: number): Node => {
    const one = args[at];
    if (!one) throw new PathError(`${called}() lacks an argument`);
    return one;
  };
  const most = (count: number): void => {
    if (args.length > count) throw new PathError(`${called}() takes at most ${count} argument${count === 1 ? '' : 's'}`);
  };
  const each = (body: (inner: Scope) => string, list = asList(self())): [string, string, string] => {
    const item = scope.fresh();
    return [list, item, body({ ...scope, focus: { kind: 'json', sql: item } })];
  };
  const filter = (criterion: Node): string => {
    const [list, item, keep] = each((inner) => asBoolean(compile(criterion, inner)));
    return `list_filter(${list}, lambda ${item}: coalesce(${keep}, false))`;
  };
  const textCall = (sql: (value: string) => string): Compiled => text(sql(asText(self())));
  switch (called) {
    case 'where': most(1); return { form: 'list', sql: filter(argument(0)) };
    case 'exists': most(1); return boolean(args[0] ? `(len(${filter(args[0])}) > 0)` : asPresent(self()));
    case 'empty': most(0); return boolean(`(NOT ${asPresent(self())})`);
    case 'not': most(0); return boolean(`(NOT ${asBoolean(self())})`);
    case 'hasValue': most(0); return boolean(asPresent(self()));
    case 'count': most(0); return { form: 'value', kind: 'number', sql: `len(${asList(self())})` };
    case 'first': most(0); return { form: 'list', sql: `list_slice(${asList(self())}, 1, 1)` };
    case 'last': most(0); return { form: 'list', sql: `list_slice(${asList(self())}, -1, -1)` };
    case 'tail': most(0); return { form: 'list', sql: `list_slice(${asList(self())}, 2, -1)` };
    case 'skip': most(1); return { form: 'list', sql: `list_slice(${asList(self())}, ${asInteger(compile(argument(0), scope))} + 1, -1)` };
    case 'take': most(1); return { form: 'list', sql: `list_slice(${asList(self())}, 1, ${asInteger(compile(argument(0), scope))})` };
    case 'single': most(0); return { form: 'list', sql: `list_filter([fhir_one(${asList(self())})], lambda fhir_e: fhir_e IS NOT NULL)` };
    case 'distinct': most(0); return { form: 'list', sql: `list_distinct(${asList(self())})` };
    case 'select': {
      most(1);
      const [list, item, body] = each((inner) => asList(compile(argument(0), inner)));
      return { form: 'list', sql: `flatten(list_transform(${list}, lambda ${item}: ${body}))` };
    }
    case 'all': {
      most(1);
      const [list, item, body] = each((inner) => asBoolean(compile(argument(0), inner)));
      return boolean(`(len(list_filter(${list}, lambda ${item}: NOT coalesce(${body}, false))) = 0)`);
    }
    case 'ofType': most(1); return ofType(on, argument(0), scope);
    case 'as': most(1); return ofType(on, argument(0), scope);
    case 'is': most(1); return isOfType(on ?? { is: 'this' }, argument(0), scope);
    case 'extension': {
      most(1);
      const extensions = on ? step(compile(on, scope), 'extension', scope) : compileMember({ is: 'member', name: 'extension' }, scope);
      const url = asText(compile(argument(0), scope));
      const item = scope.fresh();
      return { form: 'list', sql: `list_filter(${asList(extensions)}, lambda ${item}: coalesce(${item}->>'$.url' = ${url}, false))` };
    }
    case 'join': {
      most(1);
      const separator = args[0] ? asText(compile(args[0], scope)) : `''`;
      return text(`coalesce(list_aggregate(${texts(self(), scope)}, 'string_agg', ${separator}), '')`);
    }
    case 'getResourceKey':
      most(0);
      if (on) throw new PathError('getResourceKey() stands at the resource, not below it');
      return scope.root.kind === 'fields' ? text('id') : text(`(${scope.root.sql}->>'$.id')`);
    case 'getReferenceKey': {
      most(1);
      const reference = asText(step(self(), 'reference', scope));
      if (!args[0]) return text(`fhir_reference_id(${reference})`);
      return text(`fhir_reference_key(${reference}, ${quote(typeNameOf(args[0]))})`);
    }
    case 'lowBoundary': case 'highBoundary': {
      most(0);
      const one = self();
      const hint = one.hint ?? 'unknown';
      return text(`fhir_boundary(${asText(one)}, ${called === 'highBoundary'}, ${quote(one.form === 'value' && one.kind === 'number' ? 'decimal' : hint)})`, hint);
    }
    case 'iif': {
      if (args.length < 2) throw new PathError('iif() needs a condition and a result');
      most(3);
      const otherwise = args[2] ? asList(compile(args[2], scope)) : emptyList.sql;
      return { form: 'list', sql: `(CASE WHEN ${asBoolean(compile(argument(0), scope))} THEN ${asList(compile(argument(1), scope))} ELSE ${otherwise} END)` };
    }
    case 'startsWith': most(1); return boolean(`starts_with(${asText(self())}, ${asText(compile(argument(0), scope))})`);
    case 'endsWith': most(1); return boolean(`ends_with(${asText(self())}, ${asText(compile(argument(0), scope))})`);
    case 'contains': most(1); return boolean(`contains(${asText(self())}, ${asText(compile(argument(0), scope))})`);
    case 'matches': most(1); return boolean(`regexp_matches(${asText(self())}, ${asText(compile(argument(0), scope))})`);
    case 'length': most(0); return { form: 'value', kind: 'number', sql: `length(${asText(self())})` };
    case 'upper': most(0); return textCall((value) => `upper(${value})`);
    case 'lower': most(0); return textCall((value) => `lower(${value})`);
    case 'trim': most(0); return textCall((value) => `trim(${value})`);
    case 'toString': most(0); return textCall((value) => value);
    case 'toInteger': most(0); return { form: 'value', kind: 'number', sql: `TRY_CAST(${asText(self())} AS INTEGER)` };
    case 'toDecimal': most(0); return { form: 'value', kind: 'number', sql: `fhir_number(${asText(self())})` };
    case 'abs': case 'round': case 'ceiling': case 'floor': case 'truncate':
      most(0);
      return { form: 'value', kind: 'number', sql: `${{ abs: 'abs', round: 'round', ceiling: 'ceil', floor: 'floor', truncate: 'trunc' }[called]}(${asNumber(self())})` };
    default:
      throw new PathError(`the function ${called}() is not supported`);
  }
}

/** The first-level fields an expression touches when it stands on the resource. */
export function fieldsOf(node: Node, resource: string): Set<string> {
  const found = new Set<string>();
  const visit = (one: Node, onRoot: boolean): void => {
    switch (one.is) {
      case 'member':
        if (one.on && !(one.on.is === 'member' && !one.on.on && one.on.name === resource)) visit(one.on, onRoot);
        else if (onRoot && !(one.name === resource && !one.on)) for (const field of [one.name, ...variants(one.name)]) found.add(field);
        return;
      case 'index': visit(one.on, onRoot); visit(one.at, onRoot); return;
      case 'negate': visit(one.of, onRoot); return;
      case 'binary':
        if (one.op === 'is') visit(one.left, onRoot);
        if (one.op === 'is' || one.op === 'as') visitType(one.left, one.right, onRoot);
        else { visit(one.left, onRoot); visit(one.right, onRoot); }
        return;
      case 'call': {
        if (one.name === 'is' && one.on) visit(one.on, onRoot);
        if (['ofType', 'as', 'is'].includes(one.name) && one.on && one.args[0]) return visitType(one.on, one.args[0], onRoot);
        if (one.on) visit(one.on, onRoot);
        else if (onRoot && one.name === 'extension') found.add('extension');
        if (one.name === 'getReferenceKey') return;
        // below a function's `on` the names stand on elements, unless there is no `on`
        for (const arg of one.args) visit(arg, onRoot && (!one.on || !['where', 'exists', 'all', 'select'].includes(one.name)));
        return;
      }
      default: return;
    }
  };
  const visitType = (on: Node, type: Node, onRoot: boolean): void => {
    if (on.is === 'member' && !on.on && type.is === 'member') { if (onRoot) found.add(typed(on.name, type.name)); }
    else visit(on, onRoot);
  };
  visit(node, true);
  found.delete('id');
  found.delete('resourceType');
  return found;
}

/** Fields below which members are sure to be of one object. */
const oneObject = /^(subject|encounter|patient|period)$|^(value|effective|onset|abatement|performed|occurrence|medication)(Quantity|Period|Reference)$/;
/** Fields that hold one text. */
const oneText = /^(birthDate|gender|status|issued|recordedDate|authoredOn|date|recorded)$|^(value|effective|onset|abatement|performed|occurrence|deceased)(DateTime|Date|String|Instant|Time|Boolean|Integer)$/;

/** The one place a path reads, where the shape of FHIR leaves no other. */
export function placeOf(node: Node, resource: string): string | null {
  const parts = chainOf(node, resource);
  if (!parts) return null;
  const [field = '', ...members] = parts;
  if (members.length === 0) return oneText.test(field) ? field : null;
  const last = members[0]!;
  return members.length === 1 && oneObject.test(field) && isSingle(last, field) && !(last in choices && last !== 'value') ? `${field}.${last}` : null;
}

function chainOf(node: Node, resource: string): string[] | null {
  if (node.is === 'member') {
    if (!node.on || (node.on.is === 'member' && !node.on.on && node.on.name === resource)) return node.name in choices ? null : [node.name];
    const on = chainOf(node.on, resource);
    return on && [...on, node.name];
  }
  if (node.is !== 'call' || (node.name !== 'ofType' && node.name !== 'as')) return null;
  const [type] = node.args;
  const on = node.on;
  const choice = on?.is === 'member' && on.name in choices && (!on.on || (on.on.is === 'member' && !on.on.on && on.on.name === resource));
  return choice && type?.is === 'member' ? [typed(on.name, type.name)] : null;
}
