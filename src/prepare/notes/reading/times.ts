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

function read(text: string): ReadTime {
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
