// How is a resource parsed without its base64, which is most of it and needs no parsing?

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Resource = { [key: string]: Json };

/** Shorter contents stay where they are. */
const worthCutting = 256;
const name = Buffer.from('"data"');

/** A resource and the base64 that was cut out of it; `data` says `@n` in its place, which is no base64. */
export interface CutResource {
  resource: Resource;
  contents: string[];
}

/**
 * Cuts the long values of every `data` member out of a line before it is parsed. Inside a JSON string the six bytes `"data"` cannot
 * stand, as its quotes would be escaped; the value runs to the next quote, as base64 holds none.
 * @throws SyntaxError as JSON.parse does.
 */
export function parseCutting(line: Buffer): CutResource {
  const contents: string[] = [];
  const pieces: string[] = [];
  let from = 0;
  for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at)) {
    let start = at + name.length;
    while (line[start] === 0x20) start++;
    if (line[start] !== 0x3a) {
      at = start;
      continue;
    }
    start++;
    while (line[start] === 0x20) start++;
    if (line[start] !== 0x22) {
      at = start;
      continue;
    }
    const end = line.indexOf(0x22, start + 1);
    if (end === -1) break;
    if (end - start > worthCutting) {
      pieces.push(line.toString('utf8', from, start + 1), `@${contents.length}`);
      contents.push(line.toString('latin1', start + 1, end));
      from = end;
    }
    at = end;
  }
  const text = contents.length === 0 ? line.toString('utf8') : pieces.join('') + line.toString('utf8', from);
  return { resource: JSON.parse(text) as Resource, contents };
}

/** The base64 behind a `data` member. */
export const contentOf = (data: string, contents: readonly string[]): string => (data.length < 12 && data[0] === '@' ? (contents[Number(data.slice(1))] ?? data) : data);
