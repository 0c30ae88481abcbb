// On which day does a date of the demo fall, whenever the demo is loaded?
import { days, shift, type Instant } from '../../src/tools/base/clock.ts';

/** The day for which the charters and plans were written. Their files have real dates, so that they read and validate as they stand. */
export const writtenOn = '2026-11-21';

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** Whole weeks between that day and `now`, so that a Monday stays a Monday. In milliseconds. */
const moved = (now: Instant): number => Math.floor((Date.parse(now) - Date.parse(`${writtenOn}T00:00:00.000Z`)) / days(7)) * days(7);

const dayFrom = (day: string, by: number) => shift(`${day}T00:00:00.000Z`, by).slice(0, 10);
/** A month goes where its middle goes. */
const monthFrom = (month: string, by: number) => dayFrom(`${month}-15`, by).slice(0, 7);

/** A text with its days (`2026-11-21`) and months (`2026-11`) moved along, so that nothing in it has run out when the demo is loaded later. */
export function datedFor(text: string, now: Instant): string {
  const by = moved(now);
  return by === 0 ? text : text.replace(/\b(20\d\d-\d\d)(-\d\d)?\b(?!-)/g, (_, month: string, day: string | undefined) => (day ? dayFrom(`${month}${day}`, by) : monthFrom(month, by)));
}

/** The same of what people wrote, where months have names and weeks have numbers: `June to November`, `week 44`. */
export function wordsFor(text: string, now: Instant): string {
  const by = moved(now);
  if (by === 0) return text;
  return datedFor(text, now)
    .replace(new RegExp(`\\b(${months.join('|')})\\b`, 'g'), (name) => months[new Date(shift(nearest(months.indexOf(name)), by)).getUTCMonth()]!)
    .replace(/\bweek (3\d|4\d)\b/g, (_, week: string) => `week ${isoWeek(shift(`${writtenOn}T00:00:00.000Z`, by - days(7) * (isoWeek(`${writtenOn}T00:00:00.000Z`) - Number(week))))}`);
}

/** The middle of that month, the last one before the plans were written. */
const nearest = (month: number): Instant => `${month <= 10 ? 2026 : 2025}-${String(month + 1).padStart(2, '0')}-15T00:00:00.000Z`;

/** The week of the year by ISO 8601: the first is the one with the first Thursday. */
export function isoWeek(at: Instant): number {
  const day = new Date(`${at.slice(0, 10)}T00:00:00.000Z`);
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  return Math.ceil(((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / days(1) + 1) / 7);
}

/** A plan or any other value with every text in it moved along. */
export const planFor = <Value>(value: Value, now: Instant): Value =>
  (typeof value === 'string' ? wordsFor(value, now) : Array.isArray(value) ? value.map((one) => planFor(one as unknown, now)) : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, planFor(one, now)])) : value) as Value;
