// How is a small WebAssembly module written down as expressions, without a compiler or a binary file?

/** Bytes of code, in pieces of pieces; an expression leaves its value on the stack. */
export type Code = readonly (number | Code)[];

/** The bytes alone. Pieces are put into each other and laid out once: copying them at every level took most of the time. */
export function bytesOf(code: Code, into: number[] = []): number[] {
  for (const one of code) {
    if (typeof one === 'number') into.push(one);
    else bytesOf(one, into);
  }
  return into;
}

/** Unsigned LEB128 (WebAssembly core specification 2.0, 5.2.2). */
const leb = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]);

function signed(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  return (rest === 0n && !(low & 0x40)) || (rest === -1n && low & 0x40) ? [low] : [low | 0x80, ...signed(rest)];
}

const vector = (items: readonly (readonly number[])[]): number[] => [...leb(items.length), ...items.flat()];
const section = (id: number, body: readonly number[]): number[] => [id, ...leb(body.length), ...body];
const binary = (...code: number[]) => (one: Code, other: Code): Code => [one, other, code];
const unary = (...code: number[]) => (one: Code): Code => [one, code];
const load = (...code: number[]) => (at: Code, offset = 0): Code => [at, code, 0, leb(offset)];
const store = (...code: number[]) => (at: Code, value: Code, offset = 0): Code => [at, value, code, 0, leb(offset)];
const simd = (code: number): number[] => [0xfd, ...leb(code)];
/** Four numbers out of eight that lie in two vectors. */
const chosen = (...numbers: number[]): ((one: Code, other: Code) => Code) => binary(...simd(0x0d), ...numbers.flatMap((number) => [4 * number, 4 * number + 1, 4 * number + 2, 4 * number + 3]));

/** Numbers of 32 bits. A load or store takes an address and what is added to it. */
export const i32 = {
  of: (value: number): Code => [0x41, ...signed(BigInt(value | 0))],
  add: binary(0x6a), sub: binary(0x6b), mul: binary(0x6c), and: binary(0x71), or: binary(0x72), xor: binary(0x73), shl: binary(0x74), shr: binary(0x76),
  isZero: unary(0x45), ne: binary(0x47), lt: binary(0x48), gt: binary(0x4a), le: binary(0x4c), ge: binary(0x4e), lowBit: unary(0x68), highZeros: unary(0x67),
  load: load(0x28), load8: load(0x2d), load16: load(0x2f), store: store(0x36), store8: store(0x3a), of64: unary(0xa7),
};

/** Numbers of 64 bits. */
export const i64 = {
  of: (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))],
  sub: binary(0x7d), and: binary(0x83), or: binary(0x84), xor: binary(0x85), shl: binary(0x86), shr: binary(0x88), isZero: unary(0x50),
  lowBit: unary(0x7a), bits: unary(0x7b), load: load(0x29), store: store(0x37), of32: unary(0xad),
};

/** Vectors of 16 bytes or four numbers. */
export const v128 = {
  load: load(...simd(0x00)), store: store(...simd(0x0b)), bytes: unary(...simd(0x0f)), numbers: unary(...simd(0x11)),
  equal: binary(...simd(0x23)), lessSigned: binary(...simd(0x25)), less: binary(...simd(0x26)), or: binary(...simd(0x50)), xor: binary(...simd(0x51)), subBytes: binary(...simd(0x71)),
  and: binary(...simd(0x4e)), andNot: binary(...simd(0x4f)), greater: binary(...simd(0x3b)), isAny: unary(...simd(0x53)), sub: binary(...simd(0xb1)), most: binary(...simd(0xb8)), least: binary(...simd(0xb6)),
  equalNumbers: binary(...simd(0x37)), notEqualNumbers: binary(...simd(0x38)), highBitsOfNumbers: unary(...simd(0xa4)), loadOne: load(...simd(0x09)),
  lowNumbers: chosen(0, 4, 1, 5), highNumbers: chosen(2, 6, 3, 7), lowHalves: chosen(0, 1, 4, 5), highHalves: chosen(2, 3, 6, 7),
  number: (one: Code, at: number): Code => [one, simd(0x1b), at],
  highBits: unary(...simd(0x64)), shrNumbers: binary(...simd(0xad)), add: binary(...simd(0xae)), mul: binary(...simd(0xb5)),
};

export const all = (...codes: readonly Code[]): Code => codes;
/** Again as long as the condition holds. */
export const during = (condition: Code, ...body: readonly Code[]): Code => [0x02, 0x40, 0x03, 0x40, condition, 0x45, 0x0d, 1, body, 0x0c, 0, 0x0b, 0x0b];
export const when = (condition: Code, then: readonly Code[], otherwise: readonly Code[] = []): Code => [condition, 0x04, 0x40, then, otherwise.length > 0 ? [0x05, otherwise] : [], 0x0b];
export const answer = (value: Code): Code => [value, 0x0f];
/** The first where the condition holds, else the second. */
export const choose = (condition: Code, one: Code, other: Code): Code => [one, other, condition, 0x1b];

export interface Local {
  get: Code;
  set(value: Code): Code;
  /** Adds a number of 32 bits. */
  by(value: Code): Code;
}

export interface Routine {
  name: string;
  params: number;
  locals: readonly number[];
  body: readonly number[];
}

const types = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;

/** A routine of numbers to one number. Its locals are named by type; the parameters are the first of them. */
export function routine<Name extends string>(name: string, params: readonly Name[], locals: Partial<Record<keyof typeof types, readonly Name[]>>, body: (of: Record<Name, Local>) => Code): Routine {
  const named = {} as Record<Name, Local>;
  let count = 0;
  const declare = (one: Name) => {
    const at = leb(count++);
    const get = [0x20, ...at];
    named[one] = { get, set: (value) => [value, 0x21, at], by: (value) => [get, value, 0x6a, 0x21, at] };
  };
  params.forEach(declare);
  const groups = Object.entries(locals) as [keyof typeof types, readonly Name[]][];
  for (const [, names] of groups) names.forEach(declare);
  return { name, params: params.length, locals: vector(groups.map(([type, names]) => [...leb(names.length), types[type]])), body: bytesOf([body(named), 0x0b]) };
}

/** A module and its memory, made from an assembled one. */
export interface Made {
  memory: WebAssembly.Memory;
  routines: Record<string, (...numbers: number[]) => number>;
}

/** The module of these routines over one memory of its own, or null where the processor has no vectors (core specification 2.0, chapter 5). */
export function assemble(bytes: number, routines: readonly Routine[]): WebAssembly.Module | null {
  const text = (word: string): number[] => [word.length, ...Buffer.from(word)];
  const code = new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, vector(routines.map(({ params }) => [0x60, ...vector(Array.from({ length: params }, () => [types.i32])), 1, types.i32]))),
    ...section(3, vector(routines.map((_, at) => leb(at)))),
    ...section(5, vector([[0, ...leb(Math.ceil(bytes / 65_536))]])),
    ...section(7, vector([[...text('memory'), 2, 0], ...routines.map(({ name }, at) => [...text(name), 0, ...leb(at)])])),
    ...section(10, vector(routines.map(({ locals, body }) => [...leb(locals.length + body.length), ...locals, ...body]))),
  ]);
  return WebAssembly.validate(code) ? new WebAssembly.Module(code) : null;
}

/** Gives a module a memory and makes it run. */
export function instantiate(module: WebAssembly.Module): Made {
  const { memory, ...routines } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory } & Made['routines'];
  return { memory, routines };
}
