// Is a line built like one before it, so that only the values that differ need reading?
import { parseCutting, type CutResource, type Json, type Resource } from './cutting.ts';

/** What one line had between its texts and numbers, and where in the parsed resource those stand. */
export interface Shape {
  between: Buffer[];
  values: { holder: { [key: string]: Json }; key: string }[];
  /** Which of them is base64 that was cut out; -1: none. */
  cut: number;
  resource: Resource;
}

/** Exports write their documents in few shapes. Where so many lines in a row had another, only every 64th is looked at. */
const remembered = 6;
const patience = 64;
const [quote, backslash, colon, at0] = [0x22, 0x5c, 0x3a, 0x40];

/**
 * Parses lines of UTF-8 like `parseCutting`. A line that has the bytes of an earlier one everywhere but in its values gets that one's
 * resource, with its own values put in: it is good until the next line.
 */
export function shapedParser(): (line: Buffer) => CutResource {
  const shapes: Shape[] = [];
  let missed = 0;
  return (line) => {
    for (let n = 0; n < shapes.length; n++) {
      const contents = fill(shapes[n]!, line);
      if (contents === null) continue;
      if (n > 0) shapes.unshift(...shapes.splice(n, 1));
      missed = 0;
      return { resource: shapes[0]!.resource, contents };
    }
    const parsed = parseCutting(line);
    const shape = missed++ < patience || missed % patience === 0 ? shapeOf(line, parsed) : null;
    if (shape) {
      shapes.unshift(shape);
      shapes.length = Math.min(shapes.length, remembered);
    }
    return parsed;
  };
}

/** Puts the line's values into the shape's resource; null: it is built otherwise. What was put in by then, the next line overwrites. */
function fill({ between, values, cut }: Shape, line: Buffer): string[] | null {
  let at = 0;
  const contents: string[] = [];
  for (let n = 0; n < values.length; n++) {
    const part = between[n]!;
    for (let i = 0; i < part.length; i++) if (line[at++] !== part[i]) return null;
    const start = at;
    if (n === cut) {
      at = line.indexOf(quote, start);
      if (at <= start) return null;
      contents.push(line.toString('latin1', start, at));
      continue;
    }
    const { holder, key } = values[n]!;
    const before = holder[key] as string | number;
    if (typeof before === 'number') {
      let number = 0;
      for (let byte = line[at]!; byte >= 0x30 && byte <= 0x39; byte = line[++at]!) number = number * 10 + byte - 0x30;
      // As JSON.stringify writes it: no sign, no zero in front, no fraction, exact.
      if (at === start || at - start > 15 || (line[start] === 0x30 && at - start > 1)) return null;
      holder[key] = number;
      continue;
    }
    let isSame = true;
    let letters = 0;
    for (let byte = line[at]; byte !== quote; byte = line[++at]) {
      if (byte === undefined || byte === backslash || byte < 0x20) return null;
      letters |= byte;
      isSame &&= before.charCodeAt(at - start) === byte;
    }
    if (isSame && letters < 0x80 && before.length === at - start) continue;
    // `@` and a number stands for base64 that was cut out, and nothing else may look like it.
    if (line[start] === at0) return null;
    holder[key] = line.toString(letters < 0x80 ? 'latin1' : 'utf8', start, at);
  }
  const rest = between[values.length]!;
  if (line.length !== at + rest.length) return null;
  for (let i = 0; i < rest.length; i++) if (line[at++] !== rest[i]) return null;
  return contents;
}

/** The shape of a line; null where its values cannot be told from its bytes alone, or where it has more than one long base64. */
export function shapeOf(line: Buffer, { resource, contents }: CutResource): Shape | null {
  if (resource === null || typeof resource !== 'object' || contents.length > 1 || line.length > 1 << 20 || line.includes(backslash)) return null;
  const values: Shape['values'] = [];
  if (!collect(resource, values)) return null;
  const between: Buffer[] = [];
  let cut = -1;
  let from = 0;
  for (let at = 0; at < line.length; at++) {
    const place = values[between.length];
    let end = at;
    if (line[at] === quote) {
      const start = at + 1;
      end = line.indexOf(quote, start);
      at = end;
      let next = end + 1;
      while (line[next] === 0x20) next++;
      if (line[next] === colon) continue;
      const text = place?.holder[place.key];
      if (text === '@0' && contents.length === 1 && end - start === contents[0]!.length) cut = between.length;
      else if (text !== line.toString('utf8', start, end)) return null;
      between.push(Buffer.from(line.subarray(from, start)));
    } else if (line[at]! >= 0x30 && line[at]! <= 0x39) {
      while (line[end]! >= 0x30 && line[end]! <= 0x39) end++;
      if (place?.holder[place.key] !== Number(line.toString('latin1', at, end))) return null;
      between.push(Buffer.from(line.subarray(from, at)));
      at = end - 1;
    } else continue;
    from = end;
  }
  if (between.length !== values.length || (contents.length === 1 && cut === -1)) return null;
  between.push(Buffer.from(line.subarray(from)));
  return { between, values, cut, resource };
}

/** Every text and number of a resource in the order it was written; false: that order is not kept, as keys that are numbers move to the front. */
function collect(value: Json, values: Shape['values']): boolean {
  if (value === null || typeof value !== 'object') return true;
  for (const key of Object.keys(value)) {
    if (!Array.isArray(value) && key >= '0' && key <= '9~') return false;
    const holder = value as { [key: string]: Json };
    const one = holder[key]!;
    if (typeof one === 'string' || typeof one === 'number') values.push({ holder, key });
    else if (!collect(one, values)) return false;
  }
  return true;
}
