// Where exactly does the log lack something, and which hours did nobody count?
import { hours as milliseconds, shift } from '../../../tools/base/clock.ts';

export interface CountedHour { hour: string; counted: number; recorded: number; eligible: number | null }

/** Hours below this share count as a gap. */
export const wanted = 0.99;
export const isShort = ({ counted, recorded }: Pick<CountedHour, 'counted' | 'recorded'>): boolean => Math.min(counted, recorded) < wanted * counted;

export interface Stretch { from: string; to: string; hours: number; counted: number; missing: number }

/** Runs of hours below 99 %, the longest first. An hour without an inference neither ends a run nor makes one longer. */
export function gapsIn(hours: readonly CountedHour[]): Stretch[] {
  const found: Stretch[] = [];
  let open: Stretch | null = null;
  for (const one of hours) {
    if (one.counted === 0) continue;
    if (!isShort(one)) {
      open = null;
      continue;
    }
    if (!open) found.push((open = { from: one.hour, to: '', hours: 0, counted: 0, missing: 0 }));
    open.to = shift(one.hour, milliseconds(1));
    open.hours++;
    open.counted += one.counted;
    open.missing += one.counted - Math.min(one.counted, one.recorded);
  }
  return found.sort((a, b) => b.hours - a.hours || (a.from < b.from ? -1 : 1));
}

/** The hours of the week that is compared, the earliest first; those that are over. */
export function hoursBefore(now: string, many: number): string[] {
  const end = `${now.slice(0, 13)}:00:00.000Z`;
  return Array.from({ length: many }, (_, nth) => shift(end, -milliseconds(many - nth)));
}

/** Runs of hours nobody counted, in the order of time. They are left out of every share, never taken for zero. */
export function uncountedIn(hours: readonly CountedHour[], all: readonly string[]): Stretch[] {
  const counted = new Set(hours.map(({ hour }) => hour));
  const found: Stretch[] = [];
  for (const hour of all) {
    if (counted.has(hour)) continue;
    const last = found.at(-1);
    if (last && last.to === hour) {
      last.to = shift(hour, milliseconds(1));
      last.hours++;
    } else found.push({ from: hour, to: shift(hour, milliseconds(1)), hours: 1, counted: 0, missing: 0 });
  }
  return found;
}

/**
 * Counts as somebody pastes them from a report: one hour a line, `2026-11-20T08:00Z, 412` or with the eligible cases after
 * it; comma, semicolon or tab. Throws RangeError, naming the line.
 */
export function countsFrom(text: string): { hour: string; inferences: number; eligible?: number }[] {
  return text.split('\n').flatMap((line, nth) => {
    if (line.trim() === '') return [];
    const wrong = (says: string): never => {
      throw new RangeError(`line ${nth + 1}: ${says}`);
    };
    const [time = '', answers = '', eligible] = line.split(/[,;\t]/).map((cell) => cell.trim());
    const spoken = /^(\d{4}-\d\d-\d\d)[T ](\d\d):00(?::00(?:\.0+)?)?(Z|[+-]\d\d:\d\d)$/.exec(time);
    if (!spoken) wrong(`\`${time}\` is no full hour with its offset, such as 2026-11-20T08:00Z`);
    const whole = (cell: string, what: string) => (/^\d{1,9}$/.test(cell) ? Number(cell) : wrong(`\`${cell}\` is no count of ${what}`));
    const [, day, hour, offset] = spoken!;
    return [{ hour: new Date(`${day}T${hour}:00:00${offset}`).toISOString(), inferences: whole(answers, 'answers'), ...(eligible !== undefined && eligible !== '' && { eligible: whole(eligible, 'eligible cases') }) }];
  });
}
