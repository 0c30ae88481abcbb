// How is a FHIRPath expression read into a tree?
// The grammar is FHIRPath 2.0.0 (http://hl7.org/fhirpath/N1), the subset SQL on FHIR v2 uses; anything else is refused by name.

export type Literal =
  | { kind: 'string'; value: string }
  | { kind: 'number'; value: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'date'; value: string }
  | { kind: 'dateTime'; value: string }
  | { kind: 'time'; value: string };

export type Node =
  | { is: 'literal'; literal: Literal }
  | { is: 'empty' }
  | { is: 'variable'; name: string }
  | { is: 'this' }
  | { is: 'member'; on?: Node; name: string }
  | { is: 'call'; on?: Node; name: string; args: Node[] }
  | { is: 'index'; on: Node; at: Node }
  | { is: 'binary'; op: string; left: Node; right: Node }
  | { is: 'negate'; of: Node };

/** An expression that cannot be read; `at` is the 1-based character. */
export class PathError extends Error {
  readonly at: number | undefined;
  constructor(message: string, at?: number) {
    super(at === undefined ? message : `${message} at character ${at}`);
    this.at = at;
  }
}

interface Token {
  kind: 'name' | 'string' | 'number' | 'date' | 'variable' | 'mark' | 'end';
  text: string;
  at: number;
  /** A name in backticks is never a keyword. */
  quoted?: boolean;
}

const shapes: [Token['kind'] | 'space', RegExp][] = [
  ['space', /\s+|\/\/[^\n]*|\/\*[^]*?\*\//y],
  ['date', /@(?:T\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?|\d{4}(?:-\d{2}(?:-\d{2})?)?(?:T(?:\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['string', /'(?:[^'\\]|\\.)*'/y],
  ['variable', /%(?:[A-Za-z_][A-Za-z0-9_-]*|`[^`]+`|'[^']+')/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*|`(?:[^`\\]|\\.)+`|\$this|\$index|\$total/y],
  ['mark', /<=|>=|!=|!~|[.,()[\]{}=~<>+\-*/&|]/y],
];

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescape(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, code: string) =>
    code.length === 5 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
  );
}

function tokens(source: string): Token[] {
  const list: Token[] = [];
  let at = 0;
  scan: while (at < source.length) {
    for (const [kind, shape] of shapes) {
      shape.lastIndex = at;
      const text = shape.exec(source)?.[0];
      if (text === undefined) continue;
      if (kind === 'name' && text.startsWith('`')) list.push({ kind, text: unescape(text.slice(1, -1)), at: at + 1, quoted: true });
      else if (kind !== 'space') list.push({ kind, text, at: at + 1 });
      at += text.length;
      continue scan;
    }
    throw new PathError(`unexpected ${JSON.stringify(source[at])}`, at + 1);
  }
  return [...list, { kind: 'end', text: '', at: source.length + 1 }];
}

/** Binary operators, loosest first (FHIRPath §6.8). */
const levels: string[][] = [
  ['implies'], ['or', 'xor'], ['and'], ['in', 'contains'], ['=', '!=', '~', '!~'], ['<', '>', '<=', '>='], ['|'], ['is', 'as'], ['+', '-', '&'], ['*', '/', 'div', 'mod'],
];

/** Reads an expression. @throws PathError with the character where it goes wrong. */
export function parsePath(source: string): Node {
  const list = tokens(source);
  let at = 0;
  const peek = (): Token => list[at] ?? { kind: 'end', text: '', at: source.length + 1 };
  const next = (): Token => list[at++] ?? peek();
  const isMark = (text: string): boolean => peek().kind === 'mark' && peek().text === text;
  const expect = (text: string): void => {
    if (!isMark(text)) throw new PathError(`${JSON.stringify(text)} expected${peek().kind === 'end' ? ' but the expression ends' : `, found ${JSON.stringify(peek().text)}`}`, peek().at);
    at++;
  };

  function binary(level: number): Node {
    const operators = levels[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    while ((peek().kind === 'mark' || (peek().kind === 'name' && !peek().quoted)) && operators.includes(peek().text)) {
      const op = next().text;
      left = { is: 'binary', op, left, right: op === 'is' || op === 'as' ? typeName() : binary(level + 1) };
    }
    return left;
  }

  function typeName(): Node {
    const first = next();
    if (first.kind !== 'name') throw new PathError('a type name expected', first.at);
    if (!isMark('.')) return { is: 'member', name: first.text };
    at++;
    return { is: 'member', name: next().text };
  }

  function unary(): Node {
    if (isMark('-')) {
      at++;
      return { is: 'negate', of: unary() };
    }
    if (isMark('+')) at++;
    return postfix();
  }

  function postfix(): Node {
    let node = term();
    for (;;) {
      if (isMark('.')) {
        at++;
        node = invocation(node);
      } else if (isMark('[')) {
        at++;
        const index = binary(0);
        expect(']');
        node = { is: 'index', on: node, at: index };
      } else return node;
    }
  }

  function invocation(on?: Node): Node {
    const token = next();
    if (token.kind !== 'name') throw new PathError(token.kind === 'end' ? 'the expression ends where a name is expected' : `a name expected, found ${JSON.stringify(token.text)}`, token.at);
    if (token.text === '$this' && !on) return { is: 'this' };
    if (token.text.startsWith('$')) throw new PathError(`${token.text} is not supported here`, token.at);
    if (!isMark('(')) return { is: 'member', name: token.text, ...(on && { on }) };
    at++;
    const args: Node[] = [];
    if (!isMark(')'))
      do {
        if (args.length > 0) at++;
        args.push(binary(0));
      } while (isMark(','));
    expect(')');
    return { is: 'call', name: token.text, args, ...(on && { on }) };
  }

  function term(): Node {
    const token = peek();
    if (token.kind === 'string') return literal({ kind: 'string', value: unescape(next().text.slice(1, -1)) });
    if (token.kind === 'number') {
      const value = next().text;
      const unit = peek();
      if (unit.kind === 'string') throw new PathError('quantity literals are not supported', unit.at);
      return literal({ kind: 'number', value });
    }
    if (token.kind === 'date') return literal(dateLiteral(next().text.slice(1)));
    if (token.kind === 'variable') return { is: 'variable', name: next().text.slice(1).replace(/^[`'](.*)[`']$/, '$1') };
    if (token.kind === 'name' && !token.quoted && (token.text === 'true' || token.text === 'false')) return literal({ kind: 'boolean', value: next().text === 'true' });
    if (isMark('(')) {
      at++;
      const inside = binary(0);
      expect(')');
      return inside;
    }
    if (isMark('{')) {
      at++;
      expect('}');
      return { is: 'empty' };
    }
    return invocation();
  }

  function literal(value: Literal): Node {
    return { is: 'literal', literal: value };
  }

  const tree = binary(0);
  if (peek().kind !== 'end') throw new PathError(`unexpected ${JSON.stringify(peek().text)}`, peek().at);
  return tree;
}

function dateLiteral(text: string): Literal {
  if (text.startsWith('T')) return { kind: 'time', value: text.slice(1) };
  return text.includes('T') ? { kind: 'dateTime', value: text.replace(/T$/, '') } : { kind: 'date', value: text };
}
