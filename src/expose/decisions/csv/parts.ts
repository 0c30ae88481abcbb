// How is a CSV file sent some rows at a time, so that it shows its progress and goes on where it broke off?

/** Some whole rows of a file. */
export interface Part {
  bytes: Uint8Array<ArrayBuffer>;
  /** 1-based line of the file on which it begins. */
  line: number;
  /** Where it begins and ends in the unpacked file. */
  from: number;
  to: number;
  /** The first row has the names of the columns and goes before every part. */
  header: boolean;
}

const [quote, feed] = [0x22, 0x0a];

/**
 * The rows of RFC 4180 text, cut where rows end and never inside a quoted cell: first the header alone, then parts of at
 * least so many bytes. A quote that is never closed ends with the file, or after `most` bytes; the server names its line.
 */
export async function* partsOf(chunks: AsyncIterable<Uint8Array>, separator: string, least = 2_000_000, most = 16_000_000): AsyncGenerator<Part> {
  const between = separator.charCodeAt(0);
  const held: Uint8Array[] = [];
  let [length, from, line, lines] = [0, 0, 1, 0];
  let header = true;
  /** Where in a row: at the start of a cell, in plain text, in quotes, or right behind a quote that may have closed them. */
  let place: 'start' | 'plain' | 'quoted' | 'closing' = 'start';
  const part = (more: Uint8Array): Part => {
    const bytes = new Uint8Array(length + more.length);
    let at = 0;
    for (const one of [...held, more]) {
      bytes.set(one, at);
      at += one.length;
    }
    const made = { bytes, line, from, to: from + bytes.length, header };
    [from, line, lines, length, header] = [made.to, line + lines, 0, 0, false];
    held.length = 0;
    return made;
  };
  for await (const chunk of chunks) {
    let begin = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (place === 'quoted') {
        if (byte === quote) place = 'closing';
        else if (byte === feed) lines++;
        continue;
      }
      if (byte === quote) place = place === 'start' || place === 'closing' ? 'quoted' : 'plain';
      else if (byte === between) place = 'start';
      else if (byte === feed) {
        place = 'start';
        lines++;
        if (header || length + at + 1 - begin >= least) {
          yield part(chunk.subarray(begin, at + 1));
          begin = at + 1;
        }
      } else place = 'plain';
    }
    held.push(chunk.subarray(begin));
    length += chunk.length - begin;
    if (length > most) {
      yield part(new Uint8Array(0));
      place = 'start';
    }
  }
  if (length > 0) yield part(new Uint8Array(0));
}

/** The bytes of a file, unpacked where it is gzipped. */
export async function* bytesOf(file: Blob & { name: string }): AsyncGenerator<Uint8Array> {
  const stream = /\.gz$/i.test(file.name) ? file.stream().pipeThrough(new DecompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>) : file.stream();
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}
