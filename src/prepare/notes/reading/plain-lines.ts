// How are the lines of a plain file read into one place of memory that is used again and again?
import { closeSync, openSync, readSync } from 'node:fs';
import { longestLine } from '../../../tools/fhir/model.ts';
import type { RawLine } from '../../../tools/fhir/read-lines.ts';

const newline = 0x0a;
const begins = 1 << 20;

/**
 * The lines of `readLines` for a file that is not packed. The bytes of a line are good until the next is asked for: a fresh megabyte for
 * each piece of the file costs the system more than the reading.
 */
export function* plainLines(path: string): Generator<RawLine> {
  const file = openSync(path, 'r');
  try {
    let room = Buffer.allocUnsafeSlow(begins);
    let line = 0;
    // The line that is open begins at `from`, what was read ends at `to`; `gone` bytes of it were too many to keep.
    let from = 0;
    let to = 0;
    let gone = 0;
    const finish = (end: number): RawLine => {
      const length = gone + end - from;
      const bytes = length > longestLine ? undefined : room.subarray(from, end);
      gone = 0;
      return { line: ++line, bytes, length };
    };
    for (;;) {
      if (from > 0) {
        room.copyWithin(0, from, to);
        to -= from;
        from = 0;
      }
      if (to > longestLine) {
        gone += to;
        to = 0;
      } else if (to === room.length) {
        const wider = Buffer.allocUnsafeSlow(room.length * 2);
        room.copy(wider);
        room = wider;
      }
      const read = readSync(file, room, to, room.length - to, null);
      if (read === 0) break;
      let at = to;
      to += read;
      for (let end = room.indexOf(newline, at); end !== -1 && end < to; end = room.indexOf(newline, at)) {
        at = end + 1;
        const done = finish(end);
        from = at;
        yield done;
      }
    }
    if (gone + to > from) yield finish(to);
  } finally {
    closeSync(file);
  }
}
