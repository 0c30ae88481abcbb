// What does a FHIRPath give on one JSON value in memory? The same subset as in SQL, for one request instead of a million rows.
import type { Json } from '../base/canonical.ts';
import { Problem } from '../base/problem.ts';
import { parsePath, PathError, type Literal, type Node } from './fhirpath.ts';
import { choices, typed, variants } from './shapes.ts';

/** What stands behind `%name`: a value, or null where there is none such. */
export type Variables = (name: string) => Json | undefined;

interface Around {
  root: Json;
  focus: Json;
  variables: Variables;
}
type Evaluate = (around: Around) => Json[];

/**
 * Reads a path once and gives a function of a value. Times and their comparison, singletons and empties follow
 * FHIRPath 2.0.0; whether the SQL reading agrees is held by the SQL on FHIR suite.
 * @throws Problem when the path does not parse or leaves the subset.
 */
export function pathOn(path: string, resource = ''): (value: Json, variables?: Variables) => Json[] {
  const run = reading(path, resource);
  return (value, variables = () => undefined) => run({ root: value, focus: value, variables });
}

/**
 * A path as a condition: true, false, or null where it is empty.
 * @throws Problem as `pathOn`; the function throws PathError when the path gives several values.
 */
export function conditionOn(path: string, resource = ''): (value: Json, variables?: Variables) => boolean | null {
  const run = reading(path, resource);
  return (value, variables = () => undefined) => truth(run({ root: value, focus: value, variables }));
}

function reading(path: string, resource: string): Evaluate {
  try {
    return compile(parsePath(path), resource, true);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new Problem('bad-input', `The FHIRPath ${JSON.stringify(path)} cannot be used: ${error.message}.`, 'Correct the path.', [{ path, says: error.message }]);
  }
}

const yes: Json[] = [true];
const no: Json[] = [false];
const nothing: Json[] = [];
const said = (value: boolean | null): Json[] => (value === null ? nothing : value ? yes : no);

function compile(node: Node, resource: string, onRoot: boolean): Evaluate {
  switch (node.is) {
    case 'literal': {
      const value = [valueOf(node.literal)];
      return () => value;
    }
    case 'empty':
      return () => nothing;
    case 'this':
      return ({ focus }) => many(focus);
    case 'variable': {
      const { name } = node;
      if (name === 'resource' || name === 'rootResource' || name === 'context') return ({ root, variables }) => many(variables(name) ?? root);
      return ({ variables }) => {
        const value = variables(name);
        if (value === undefined) throw new PathError(`%${name} is not known here`);
        return many(value);
      };
    }
    case 'member': {
      if (!node.on && onRoot && node.name === resource) return ({ root }) => many(root);
      const on = node.on ? compile(node.on, resource, onRoot) : ({ focus }: Around) => many(focus);
      return (around) => on(around).flatMap((one) => member(one, node.name));
    }
    case 'index': {
      const on = compile(node.on, resource, onRoot);
      const at = compile(node.at, resource, onRoot);
      return (around) => {
        const nth = numberOf(only(at(around)));
        const found = nth === null || nth < 0 ? undefined : on(around)[nth];
        return found === undefined ? nothing : [found];
      };
    }
    case 'negate': {
      const of = compile(node.of, resource, onRoot);
      return (around) => numeric(numberOf(only(of(around))), (value) => -value);
    }
    case 'binary':
      return binary(node, resource, onRoot);
    case 'call':
      return call(node, resource, onRoot);
  }
}

const valueOf = (literal: Literal): Json => (literal.kind === 'number' ? Number(literal.value) : literal.value);

/** FHIR's null is "no value here", so it never becomes an element. */
const many = (value: Json | undefined): Json[] => (value === undefined || value === null ? nothing : Array.isArray(value) ? value.filter((one) => one !== null) : [value]);

function member(of: Json, name: string): Json[] {
  if (typeof of !== 'object' || of === null || Array.isArray(of)) return nothing;
  if (Object.hasOwn(of, name)) return many(of[name]);
  if (!(name in choices)) return nothing;
  const found = variants(name).find((one) => Object.hasOwn(of, one));
  return found === undefined ? nothing : many(of[found]);
}

/** FHIRPath singleton evaluation: nothing is null, several are an error. */
function only(list: readonly Json[]): Json {
  if (list.length > 1) throw new PathError('more than one value where one is expected');
  return list[0] ?? null;
}

/** A single value that is no boolean counts as true. */
const truth = (list: readonly Json[]): boolean | null => {
  const one = only(list);
  return one === null ? null : typeof one === 'boolean' ? one : true;
};

const textOf = (value: Json): string | null => (value === null ? null : typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value));
function numberOf(value: Json): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const read = Number(value);
  return Number.isFinite(read) ? read : null;
}
const numeric = (value: number | null, make: (value: number) => number): Json[] => {
  const made = value === null ? null : make(value);
  return made === null || !Number.isFinite(made) ? nothing : [made];
};

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:\d{2})$/;

/** Numbers as numbers, date-times with a time zone as moments, anything else as text. */
function compare(a: string, b: string): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return Math.sign(x - y);
  if (moment.test(a) && moment.test(b)) {
    const [from, to] = [Date.parse(a), Date.parse(b)];
    if (!Number.isNaN(from) && !Number.isNaN(to)) return Math.sign(from - to);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Empty when a side is empty; false when the sides differ in number. */
function equal(left: readonly Json[], right: readonly Json[]): boolean | null {
  if (left.length === 0 || right.length === 0) return null;
  return left.length === right.length && left.every((one, i) => compare(textOf(one)!, textOf(right[i]!)!) === 0);
}

/** Three-valued logic: what is unknown stays unknown unless the other side decides. */
const and = (a: boolean | null, b: boolean | null) => (a === false || b === false ? false : a === null || b === null ? null : true);
const or = (a: boolean | null, b: boolean | null) => (a === true || b === true ? true : a === null || b === null ? null : false);
const not = (a: boolean | null) => (a === null ? null : !a);

function binary({ op, left, right }: Node & { is: 'binary' }, resource: string, onRoot: boolean): Evaluate {
  if (op === 'is' || op === 'as') return call({ is: 'call', name: op, on: left, args: [right] }, resource, onRoot);
  const a = compile(left, resource, onRoot);
  const b = compile(right, resource, onRoot);
  const logic = (decide: (x: boolean | null, y: boolean | null) => boolean | null): Evaluate => (around) => said(decide(truth(a(around)), truth(b(around))));
  const order = (holds: (sign: number) => boolean): Evaluate => (around) => {
    const [x, y] = [textOf(only(a(around))), textOf(only(b(around)))];
    return x === null || y === null ? nothing : said(holds(compare(x, y)));
  };
  const sum = (make: (x: number, y: number) => number): Evaluate => (around) => {
    const [x, y] = [numberOf(only(a(around))), numberOf(only(b(around)))];
    return x === null || y === null ? nothing : numeric(x, () => make(x, y));
  };
  const holds = (list: Evaluate, one: Evaluate): Evaluate => (around) => {
    const wanted = textOf(only(one(around)));
    return wanted === null ? nothing : said(list(around).some((each) => compare(textOf(each)!, wanted) === 0));
  };
  switch (op) {
    case 'and': return logic(and);
    case 'or': return logic(or);
    case 'xor': return logic((x, y) => (x === null || y === null ? null : x !== y));
    case 'implies': return logic((x, y) => or(not(x), y));
    case '=': case '~': return (around) => said(equal(a(around), b(around)));
    case '!=': case '!~': return (around) => said(not(equal(a(around), b(around))));
    case '<': return order((sign) => sign < 0);
    case '>': return order((sign) => sign > 0);
    case '<=': return order((sign) => sign <= 0);
    case '>=': return order((sign) => sign >= 0);
    case '|': return (around) => distinct([...a(around), ...b(around)]);
    case 'in': return holds(b, a);
    case 'contains': return holds(a, b);
    case '&': return (around) => [(textOf(only(a(around))) ?? '') + (textOf(only(b(around))) ?? '')];
    case '+': return (around) => {
      const [x, y] = [only(a(around)), only(b(around))];
      if (x === null || y === null) return nothing;
      return typeof x === 'number' && typeof y === 'number' ? [x + y] : [textOf(x)! + textOf(y)!];
    };
    case '-': return sum((x, y) => x - y);
    case '*': return sum((x, y) => x * y);
    // FHIRPath: division by zero is empty, which an infinite number becomes.
    case '/': return sum((x, y) => x / y);
    case 'div': return sum((x, y) => Math.trunc(x / y));
    case 'mod': return sum((x, y) => x % y);
    default: throw new PathError(`the operator ${op} is not supported`);
  }
}

function distinct(list: readonly Json[]): Json[] {
  const seen = new Map<string, Json>();
  for (const one of list) if (!seen.has(JSON.stringify(one))) seen.set(JSON.stringify(one), one);
  return [...seen.values()];
}

const typeNameOf = (node: Node | undefined): string => {
  if (node?.is !== 'member') throw new PathError('a type name expected');
  return node.name;
};

const primitives: Record<string, (value: Json) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  decimal: (value) => typeof value === 'number',
};

function ofType(on: Node | undefined, type: Node | undefined, resource: string, onRoot: boolean): Evaluate {
  const wanted = typeNameOf(type);
  if (on?.is === 'member' && on.name in choices) {
    const parent = on.on ? compile(on.on, resource, onRoot) : ({ focus }: Around) => many(focus);
    const element = typed(on.name, wanted);
    return (around) => parent(around).flatMap((one) => member(one, element));
  }
  const list = on ? compile(on, resource, onRoot) : ({ focus }: Around) => many(focus);
  const fits = primitives[wanted] ?? ((value: Json) => typeof value === 'object' && value !== null && !Array.isArray(value) && value['resourceType'] === wanted);
  return (around) => list(around).filter(fits);
}

function call({ on, name, args }: Node & { is: 'call' }, resource: string, onRoot: boolean): Evaluate {
  const most = (count: number) => {
    if (args.length > count) throw new PathError(`${name}() takes at most ${count} argument${count === 1 ? '' : 's'}`);
  };
  const argument = (at: number): Node => {
    const one = args[at];
    if (!one) throw new PathError(`${name}() lacks an argument`);
    return one;
  };
  if (name === 'ofType' || name === 'as') return most(1), ofType(on, argument(0), resource, onRoot);
  if (name === 'is') {
    most(1);
    const whole = on ? compile(on, resource, onRoot) : ({ focus }: Around) => many(focus);
    const typedOnly = ofType(on ?? { is: 'this' }, argument(0), resource, onRoot);
    return (around) => (typedOnly(around).length > 0 ? yes : whole(around).length > 0 ? no : nothing);
  }
  const self = on ? compile(on, resource, onRoot) : ({ focus }: Around) => many(focus);
  const inner = (at: number) => compile(argument(at), resource, false);
  const outer = (at: number) => compile(argument(at), resource, onRoot);
  const each = (body: Evaluate) => (around: Around, one: Json) => body({ ...around, focus: one });
  const filter = (criterion: Evaluate): Evaluate => {
    const keeps = each(criterion);
    return (around) => self(around).filter((one) => truth(keeps(around, one)) === true);
  };
  const onText = (make: (text: string, given: string) => Json, given?: Evaluate): Evaluate => (around) => {
    const text = textOf(only(self(around)));
    const with_ = given ? textOf(only(given(around))) : '';
    return text === null || with_ === null ? nothing : [make(text, with_)];
  };
  const onNumber = (make: (value: number) => number): Evaluate => (around) => numeric(numberOf(only(self(around))), make);
  const cut = (from: (count: number) => number, to: (count: number) => number | undefined): Evaluate => {
    const count = args[0] ? outer(0) : () => [0];
    return (around) => {
      const n = numberOf(only(count(around))) ?? 0;
      return self(around).slice(from(n), to(n));
    };
  };
  switch (name) {
    case 'where': most(1); return filter(inner(0));
    case 'exists': {
      most(1);
      const found = args[0] ? filter(inner(0)) : self;
      return (around) => said(found(around).length > 0);
    }
    case 'empty': most(0); return (around) => said(self(around).length === 0);
    case 'not': most(0); return (around) => said(not(truth(self(around))));
    case 'hasValue': most(0); return (around) => said(self(around).length > 0);
    case 'count': most(0); return (around) => [self(around).length];
    case 'first': most(0); return (around) => self(around).slice(0, 1);
    case 'last': most(0); return (around) => self(around).slice(-1);
    case 'tail': most(0); return (around) => self(around).slice(1);
    case 'skip': most(1); argument(0); return cut((n) => Math.max(0, n), () => undefined);
    case 'take': most(1); argument(0); return cut(() => 0, (n) => Math.max(0, n));
    case 'single': most(0); return (around) => many(only(self(around)));
    case 'distinct': most(0); return (around) => distinct(self(around));
    case 'select': {
      most(1);
      const body = each(inner(0));
      return (around) => self(around).flatMap((one) => body(around, one));
    }
    case 'all': {
      most(1);
      const body = each(inner(0));
      return (around) => said(self(around).every((one) => truth(body(around, one)) === true));
    }
    case 'extension': {
      most(1);
      const url = outer(0);
      return (around) => {
        const wanted = textOf(only(url(around)));
        return self(around).flatMap((one) => member(one, 'extension')).filter((one) => textOf(member(one, 'url')[0] ?? null) === wanted);
      };
    }
    case 'join': {
      most(1);
      const separator = args[0] ? outer(0) : () => [''];
      return (around) => [self(around).map(textOf).join(textOf(only(separator(around))) ?? '')];
    }
    case 'iif': {
      if (args.length < 2) throw new PathError('iif() needs a condition and a result');
      most(3);
      const [condition, then, otherwise] = [outer(0), outer(1), args[2] ? outer(2) : () => nothing];
      return (around) => (truth(condition(around)) === true ? then(around) : otherwise(around));
    }
    case 'startsWith': most(1); return onText((text, given) => text.startsWith(given), outer(0));
    case 'endsWith': most(1); return onText((text, given) => text.endsWith(given), outer(0));
    case 'contains': most(1); return onText((text, given) => text.includes(given), outer(0));
    case 'length': most(0); return onText((text) => [...text].length);
    case 'upper': most(0); return onText((text) => text.toUpperCase());
    case 'lower': most(0); return onText((text) => text.toLowerCase());
    case 'trim': most(0); return onText((text) => text.trim());
    case 'toString': most(0); return onText((text) => text);
    case 'toInteger': most(0); return onNumber(Math.trunc);
    case 'toDecimal': most(0); return onNumber((value) => value);
    case 'abs': most(0); return onNumber(Math.abs);
    case 'round': most(0); return onNumber((value) => Math.sign(value) * Math.round(Math.abs(value)));
    case 'ceiling': most(0); return onNumber(Math.ceil);
    case 'floor': most(0); return onNumber(Math.floor);
    case 'truncate': most(0); return onNumber(Math.trunc);
    // Left out on purpose: `matches`, because a pattern of the vendor's could hold a request for minutes.
    default: throw new PathError(`the function ${name}() is not supported on a request`);
  }
}
