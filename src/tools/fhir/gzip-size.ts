// How many bytes does a gzip file say it unpacks to, without unpacking it?
import { open } from 'node:fs/promises';

/**
 * Sum of the ISIZE trailers of all members (RFC 1952 §2.3.1), modulo 2^32 each. A truncated file gives a number that is wrong,
 * so equality with the bytes really read proves the file whole; a member header that only looks like one makes the sum wrong too,
 * which costs a slow second look and no correctness.
 */
export async function gzipSize(path: string): Promise<number> {
  const file = await open(path);
  try {
    const piece = Buffer.alloc(4 * 1024 * 1024);
    const overlap = 18;
    let sum = 0;
    let kept = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, kept, piece.length - kept, null);
      const filled = kept + bytesRead;
      if (bytesRead === 0) {
        if (filled >= 4) sum += piece.readUInt32LE(filled - 4);
        return sum;
      }
      const last = filled - 10;
      const start = Math.max(1, kept - 9);
      for (let head = piece.indexOf(magic, start); head !== -1 && head <= last; head = piece.indexOf(magic, head + 1))
        if (head >= 4 && looksLikeHeader(piece, head)) sum += piece.readUInt32LE(head - 4);
      const keep = Math.min(overlap - 1, filled);
      piece.copyWithin(0, filled - keep, filled);
      kept = keep;
    }
  } finally {
    await file.close();
  }
}

const magic = Buffer.from([0x1f, 0x8b, 0x08]);

/** Reserved flag bits zero, extra flags 0, 2 or 4, a known operating system (RFC 1952 §2.3). */
function looksLikeHeader(bytes: Buffer, at: number): boolean {
  const flags = bytes[at + 3] ?? 255;
  const extra = bytes[at + 8] ?? 255;
  const system = bytes[at + 9] ?? 254;
  return (flags & 0xe0) === 0 && [0, 2, 4].includes(extra) && (system <= 13 || system === 255);
}
