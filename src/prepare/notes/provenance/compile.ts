// How does a routine written down in a few words of JavaScript become WebAssembly?
import { bytesOf, type Code, type Routine } from './assemble.ts';

/** An array of whole numbers that lies at an address; those of one and two bytes have no sign. */
export interface Place {
  at: number;
  bytes: 1 | 2 | 4;
}

/** What the routines may name: arrays, single numbers in memory, and numbers that never change. */
export interface Names {
  arrays: Readonly<Record<string, Place>>;
  cells: Readonly<Record<string, number>>;
  numbers: Readonly<Record<string, number>>;
}

interface Known {
  params: string[];
  /** Where its body begins in the words of the source. */
  body: number;
  isInline: boolean;
  index: number;
}

interface Loop {
  out: number;
  again: number;
}

const comment = /\/\/[^\n]*/g;
const wordOf = /([A-Za-z_]\w*|0x[0-9a-f]+|\d+|>>>=|>>>|<<=|>>=|[-+*&|^]=|\+\+|--|&&|\|\||[=!<>]=|<<|>>|[-+*/%&|^!~<>=?:;,(){}[\]])|\S/g;

/** Of each operator: how closely it binds, and its code (WebAssembly core specification 2.0, 5.4). `>>>` and `>>` differ as in JavaScript. */
const binaries: Readonly<Record<string, readonly [number, number]>> = {
  '||': [1, 0], '&&': [2, 0], '|': [3, 0x72], '^': [4, 0x73], '&': [5, 0x71], '==': [6, 0x46], '!=': [6, 0x47],
  '<': [7, 0x48], '>': [7, 0x4a], '<=': [7, 0x4c], '>=': [7, 0x4e], '<<': [8, 0x74], '>>': [8, 0x75], '>>>': [8, 0x76], '+': [9, 0x6a], '-': [9, 0x6b], '*': [10, 0x6c], '/': [10, 0x6d], '%': [10, 0x6f],
};

/**
 * Compiles functions of 32-bit whole numbers: `let`, `if`, `while`, `for`, `break`, `continue`, `return`, calls, `array[at]`, and
 * `fill(array, from, count, byte)` and `copy(array, to, array, from, count)`. Conditions are numbers; `*` is Math.imul. A function marked
 * `inline` is written out where it is called. Nothing is checked that a type checker would find: what is no name is refused, an address
 * outside the memory stops the routine.
 * @param first the index of the first function in the module.
 */
export function compile(source: string, { arrays, cells, numbers }: Names, first: number): Routine[] {
  const words = wordsOf(source);
  const known = declarations(words, first);
  let at = 0;
  let scope = new Map<string, number>();
  let locals = 0;
  let depth = 0;
  let loops: Loop[] = [];
  /** How deep the block of an inline function lies; -1: `return` leaves the function. */
  let returnsTo = -1;
  /** Inline functions that are being written out: one that calls itself has no end. */
  const open = new Set<string>();

  const fail = (says: string): never => {
    throw new Error(`The routine cannot be compiled: ${says}. It stands near: ${words.slice(Math.max(0, at - 12), at + 6).join(' ')}`);
  };
  const next = (): string => words[at++] ?? fail('it ends too early');
  const take = (word: string): void => void (next() === word || fail(`${word} is missing before ${words[at - 1]}`));
  const takes = (word: string): boolean => words[at] === word && at++ >= 0;
  const constant = (value: number): Code => [0x41, signedLeb(value | 0)];
  const local = (name: string): number => {
    scope.set(name, locals);
    return locals++;
  };
  const slot = (name: string): Place => arrays[name] ?? fail(`${name} is no array`);

  /** The address of an element without what the instruction adds itself. */
  const scaled = (index: Code, { bytes }: Place): Code => (bytes === 1 ? index : [index, constant(bytes >> 1), 0x74]);
  const loading = ({ at: from, bytes }: Place): Code => [bytes === 4 ? 0x28 : bytes === 2 ? 0x2f : 0x2d, 0, leb(from)];
  const storing = ({ at: from, bytes }: Place): Code => [bytes === 4 ? 0x36 : bytes === 2 ? 0x3b : 0x3a, 0, leb(from)];
  const address = (place: Place, index: Code): Code => [scaled(index, place), constant(place.at), 0x6a];

  function expression(least = 0): Code {
    let left = unary();
    for (;;) {
      const word = words[at]!;
      const [binds, code] = binaries[word] ?? [0, 0];
      if (binds === 0 || binds <= least) break;
      at++;
      const right = expression(binds);
      if (word === '&&') left = [left, 0x04, 0x7f, right, 0x05, constant(0), 0x0b];
      else if (word === '||') left = [left, 0x04, 0x7f, constant(1), 0x05, right, 0x0b];
      else left = [left, right, code];
    }
    if (least > 0 || !takes('?')) return left;
    const one = expression();
    take(':');
    return [left, 0x04, 0x7f, one, 0x05, expression(), 0x0b];
  }

  function unary(): Code {
    const word = next();
    if (word === '!') return [unary(), 0x45];
    if (word === '-') return /^\d/.test(words[at]!) ? constant(-Number(next())) : [constant(0), unary(), 0x6b];
    if (word === '~') return [unary(), constant(-1), 0x73];
    if (word === '(') {
      const inner = expression();
      take(')');
      return inner;
    }
    if (/^\d/.test(word)) return constant(Number(word));
    if (takes('(')) return call(word);
    if (takes('[')) {
      const place = slot(word);
      const index = expression();
      take(']');
      return [scaled(index, place), loading(place)];
    }
    return value(word);
  }

  function value(name: string): Code {
    const own = scope.get(name);
    if (own !== undefined) return [0x20, leb(own)];
    if (numbers[name] !== undefined) return constant(numbers[name]);
    if (cells[name] !== undefined) return [constant(0), 0x28, 2, leb(cells[name])];
    return fail(`nobody knows ${name}`);
  }

  function put(name: string, code: Code): Code {
    const own = scope.get(name);
    if (own !== undefined) return [code, 0x21, leb(own)];
    if (cells[name] === undefined) return fail(`${name} cannot be set`);
    return [constant(0), code, 0x36, 2, leb(cells[name])];
  }

  function call(name: string): Code {
    if (name === 'fill' || name === 'copy') return block(name);
    const target = known.get(name) ?? fail(`nobody knows the function ${name}`);
    const values: Code[] = [];
    while (!takes(')')) {
      values.push(expression());
      takes(',');
    }
    if (values.length !== target.params.length) fail(`${name} takes ${target.params.length} numbers`);
    if (!target.isInline) return [values, 0x10, leb(target.index)];
    if (open.has(name)) fail(`${name} is inline and calls itself`);
    const before = { at, scope, loops, returnsTo, depth };
    open.add(name);
    scope = new Map();
    const given = target.params.flatMap((param, i) => [values[i]!, 0x21, leb(local(param))]);
    loops = [];
    at = target.body;
    returnsTo = ++depth;
    const body = statement();
    open.delete(name);
    ({ at, scope, loops, returnsTo, depth } = before);
    return [given, 0x02, 0x7f, body, constant(0), 0x0b];
  }

  function block(name: 'fill' | 'copy'): Code {
    const [to, toIndex] = element();
    if (name === 'fill') {
      const count = scaled(expression(), to);
      take(',');
      const byte = expression();
      take(')');
      return [address(to, toIndex), byte, count, 0xfc, 0x0b, 0, constant(0)];
    }
    const [from, fromIndex] = element();
    const count = scaled(expression(), to);
    take(')');
    return [address(to, toIndex), address(from, fromIndex), count, 0xfc, 0x0a, 0, 0, constant(0)];
  }

  /** An array and a place in it. */
  function element(): [Place, Code] {
    const place = slot(next());
    take(',');
    const index = expression();
    take(',');
    return [place, index];
  }

  function statement(): Code {
    const word = next();
    if (word === '{') {
      const outer = new Map(scope);
      const code: Code[] = [];
      while (!takes('}')) code.push(statement());
      scope = outer;
      return code;
    }
    if (word === 'let' || word === 'return' || word === 'break' || word === 'continue') {
      const code = word === 'let' ? declared() : word === 'return' ? returned() : [0x0c, leb(depth - (word === 'break' ? loops.at(-1)!.out : loops.at(-1)!.again))];
      take(';');
      return code;
    }
    if (word === 'if') {
      const condition = parenthesised();
      depth++;
      const then = statement();
      const otherwise = takes('else') ? statement() : [];
      depth--;
      return [condition, 0x04, 0x40, then, otherwise.length > 0 ? [0x05, otherwise] : [], 0x0b];
    }
    if (word === 'while') return loop(parenthesised(), null);
    if (word === 'for') {
      take('(');
      const outer = new Map(scope);
      const begin = takes(';') ? [] : statement();
      const condition = words[at] === ';' ? constant(1) : expression();
      take(';');
      const stepAt = at;
      for (let nested = 0; nested > 0 || words[at] !== ')'; at++) nested += words[at] === '(' ? 1 : words[at] === ')' ? -1 : 0;
      at++;
      const code = loop(condition, stepAt);
      scope = outer;
      return [begin, code];
    }
    at--;
    const code = changed();
    take(';');
    return code;
  }

  function parenthesised(): Code {
    take('(');
    const inner = expression();
    take(')');
    return inner;
  }

  function declared(): Code {
    const code: Code[] = [];
    do {
      const name = next();
      take('=');
      const begins = expression();
      code.push([begins, 0x21, leb(local(name))]);
    } while (takes(','));
    return code;
  }

  function returned(): Code {
    const code = words[at] === ';' ? constant(0) : expression();
    return returnsTo < 0 ? [code, 0x0f] : [code, 0x0c, leb(depth - returnsTo)];
  }

  /** A block to leave, a loop to begin again, and around the body a block that `continue` leaves, so that the step follows. */
  function loop(condition: Code, stepAt: number | null): Code {
    depth += 3;
    loops.push({ out: depth - 2, again: depth });
    const body = statement();
    loops.pop();
    depth -= 3;
    let step: Code = [];
    if (stepAt !== null) {
      const end = at;
      at = stepAt;
      step = words[at] === ')' ? [] : changed();
      at = end;
    }
    return [0x02, 0x40, 0x03, 0x40, condition, 0x45, 0x0d, 1, 0x02, 0x40, body, 0x0b, step, 0x0c, 0, 0x0b, 0x0b];
  }

  /** `a = b`, `a += b`, `a++`, the same of an element, or a call whose answer nobody wants. */
  function changed(): Code {
    const name = next();
    if (takes('(')) return [call(name), 0x1a];
    if (takes('[')) {
      const place = slot(name);
      const index = expression();
      take(']');
      const to = scaled(index, place);
      const [from, code] = operation(() => [to, loading(place)]);
      return [to, from, code, storing(place)];
    }
    const [from, code] = operation(() => value(name));
    return put(name, [from, code]);
  }

  function operation(current: () => Code): [Code, Code] {
    const word = next();
    if (word === '=') return [[], expression()];
    if (word === '++' || word === '--') return [current(), [constant(1), word === '++' ? 0x6a : 0x6b]];
    const code = binaries[word.slice(0, -1)]?.[1] ?? fail(`${word} is no operation`);
    return [current(), [expression(), code]];
  }

  return [...known].filter(([, { isInline }]) => !isInline).map(([name, { params, body }]): Routine => {
    scope = new Map();
    locals = 0;
    depth = 0;
    returnsTo = -1;
    params.forEach(local);
    at = body;
    const code = statement();
    const own = locals - params.length;
    return { name, params: params.length, locals: own > 0 ? [1, ...leb(own), 0x7f] : [0], body: bytesOf([code, constant(0), 0x0b]) };
  });
}

function wordsOf(source: string): string[] {
  const words: string[] = source.replaceAll(comment, '').match(wordOf) ?? [];
  const strange = words.find((word) => word.length === 1 && !/[\w\-+*/%&|^!~<>=?:;,(){}[\]]/.test(word));
  if (strange !== undefined) throw new Error(`The routines hold a letter that means nothing: ${strange}`);
  return words;
}

/** Every function and where its body begins; inline ones get no place in the module. */
function declarations(words: readonly string[], first: number): Map<string, Known> {
  const known = new Map<string, Known>();
  let index = first;
  for (let at = 0; at < words.length; at++) {
    if (words[at] !== 'function') continue;
    const isInline = words[at - 1] === 'inline';
    const close = words.indexOf(')', at);
    const params = words.slice(at + 3, close).filter((word) => word !== ',');
    known.set(words[at + 1]!, { params, body: close + 1, isInline, index: isInline ? -1 : index++ });
  }
  return known;
}

const leb = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
};

function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    const more = rest >> 7;
    if ((more === 0 && !(low & 0x40)) || (more === -1 && low & 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}
