// Which moment does this text name?

export interface ReadTime {
  at: string | null;
  /** There is a text, and it names no moment. */
  bad: boolean;
}

const shape = /^(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/**
 * ISO 8601 in full or to the day, month or year, with `T` or a blank, with or without a zone (then read as UTC, so that the order
 * within one source holds). A day that does not exist is no time. Day/month/year is not guessed at: 03/04 has two readings.
 */
export function readTime(text: unknown): ReadTime {
  if (typeof text !== 'string' || text === '') return missing;
  if (text === lastText) return lastRead;
  lastRead = read(text);
  lastText = text;
  return lastRead;
}

const missing: ReadTime = { at: null, bad: false };
/** A document often says the same time three times. */
let lastText = '';
let lastRead: ReadTime = missing;

/** `2026-11-21T08:30:00.000Z`, as most exports write it: it stays as it is. Later days than the 28th are left to the calendar. */
function isPlain(text: string): boolean {
  if (text.length !== 24 || text[23] !== 'Z' || text[19] !== '.' || text[16] !== ':' || text[13] !== ':' || text[10] !== 'T' || text[7] !== '-' || text[4] !== '-') return false;
  for (let at = 0; at < 23; at++) {
    const code = text.charCodeAt(at);
    if ((code < 48 || code > 57) && at !== 4 && at !== 7 && at !== 10 && at !== 13 && at !== 16 && at !== 19) return false;
  }
  const two = (at: number) => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
  return two(5) >= 1 && two(5) <= 12 && two(8) >= 1 && two(8) <= 28 && two(11) <= 23 && two(14) <= 59 && two(17) <= 59;
}

function read(text: string): ReadTime {
  if (isPlain(text)) return { at: text, bad: false };
  if (text.trim() === '') return missing;
  const found = shape.exec(text.trim());
  if (!found) return { at: null, bad: true };
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', part = '', zone] = found;
  const clock = `${year}-${month}-${day}T${hour}:${minute}:${second === '60' ? '59' : second}.${part.padEnd(3, '0').slice(0, 3)}`;
  const plain = Date.parse(`${clock}Z`);
  if (Number.isNaN(plain) || (Number(day) > 28 && new Date(plain).getUTCDate() !== Number(day))) return { at: null, bad: true };
  if (!zone || zone === 'Z' || zone === 'UTC') return { at: `${clock}Z`, bad: false };
  const offset = (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return { at: new Date(plain - offset * 60_000).toISOString(), bad: false };
}
