// Which rows and fields does a CSV file have, however long, quoted or broken?

/** Longer rows are bad rows. */
export const longestRow = 24 * 1024 * 1024;

export interface Row {
  /** Line of the file in which it begins, 1-based. */
  line: number;
  fields: Buffer[];
}

export interface BadRow {
  line: number;
  reason: string;
}

const quoteMark = 0x22;
const lineFeed = 0x0a;
const carriage = 0x0d;
const empty = Buffer.alloc(0);

/**
 * RFC 4180 over chunks of bytes: quoted fields may hold delimiters, line ends and doubled quotes. The delimiter is one byte.
 * A quote that is never closed costs the line it stands on, not the rest of the file.
 */
export async function* csvRows(chunks: AsyncIterable<Buffer>, delimiter: number, onBad: (row: BadRow) => void): AsyncGenerator<Row> {
  let rest: Buffer = empty;
  let line = 1;
  let wanted = 0;
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    // A row larger than the buffer is not scanned again until there is clearly more of it.
    if (rest.length < wanted) continue;
    let at = 0;
    for (;;) {
      const found = nextRow(rest, at, delimiter, false);
      if (found === null) {
        if (rest.length - at <= longestRow) break;
        const end = rest.indexOf(lineFeed, at);
        onBad({ line, reason: 'The row is longer than 24 MB, or a quote in it is never closed; the line was skipped.' });
        at = end === -1 ? rest.length : end + 1;
        line++;
        continue;
      }
      if (found.fields.length > 1 || found.fields[0]!.length > 0) yield { line, fields: found.fields };
      line += linesIn(rest, at, found.end);
      at = found.end;
    }
    rest = rest.subarray(at);
    wanted = rest.length > 1024 * 1024 ? rest.length * 2 : 0;
  }
  let at = 0;
  while (at < rest.length) {
    const found = nextRow(rest, at, delimiter, true);
    if (found === null) {
      onBad({ line, reason: 'A quote is opened here and never closed; the line was skipped.' });
      const end = rest.indexOf(lineFeed, at);
      at = end === -1 ? rest.length : end + 1;
      line++;
      continue;
    }
    if (found.fields.length > 1 || found.fields[0]!.length > 0) yield { line, fields: found.fields };
    line += linesIn(rest, at, found.end);
    at = found.end;
  }
}

function linesIn(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(lineFeed, from); at !== -1 && at < to; at = bytes.indexOf(lineFeed, at + 1)) lines++;
  return lines;
}

/** The row that begins at `from`; null where it does not end in these bytes. */
function nextRow(bytes: Buffer, from: number, delimiter: number, last: boolean): { fields: Buffer[]; end: number } | null {
  const fields: Buffer[] = [];
  let at = from;
  for (;;) {
    if (bytes[at] === quoteMark) {
      const closed = closingQuote(bytes, at + 1);
      if (closed === null) return null;
      // The last byte may be the first of a doubled quote.
      if (closed.at === bytes.length - 1 && !last) return null;
      let end = closed.at + 1;
      // Stray bytes behind a closing quote are kept, as most readers do.
      const stray = end;
      while (end < bytes.length && bytes[end] !== delimiter && bytes[end] !== lineFeed) end++;
      if (end >= bytes.length && !last) return null;
      const inner = bytes.subarray(at + 1, closed.at);
      const tail = trimmed(bytes.subarray(stray, end));
      const field = closed.doubled ? undouble(inner) : inner;
      fields.push(tail.length === 0 ? field : Buffer.concat([field, tail]));
      if (end >= bytes.length || bytes[end] === lineFeed) return { fields, end: Math.min(bytes.length, end + 1) };
      at = end + 1;
    } else {
      let end = at;
      while (end < bytes.length && bytes[end] !== delimiter && bytes[end] !== lineFeed) end++;
      if (end >= bytes.length && !last) return null;
      if (end >= bytes.length || bytes[end] === lineFeed) {
        fields.push(trimmed(bytes.subarray(at, end)));
        return { fields, end: Math.min(bytes.length, end + 1) };
      }
      fields.push(bytes.subarray(at, end));
      at = end + 1;
    }
  }
}

const trimmed = (bytes: Buffer): Buffer => (bytes.at(-1) === carriage ? bytes.subarray(0, -1) : bytes);

function closingQuote(bytes: Buffer, from: number): { at: number; doubled: boolean } | null {
  let doubled = false;
  for (let at = bytes.indexOf(quoteMark, from); at !== -1; at = bytes.indexOf(quoteMark, at)) {
    if (bytes[at + 1] !== quoteMark) return { at, doubled };
    doubled = true;
    at += 2;
  }
  return null;
}

function undouble(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let to = 0;
  let from = 0;
  for (let at = bytes.indexOf('""', 0, 'latin1'); at !== -1; at = bytes.indexOf('""', at + 2, 'latin1')) {
    to += bytes.copy(out, to, from, at + 1);
    from = at + 2;
  }
  to += bytes.copy(out, to, from);
  return out.subarray(0, to);
}
