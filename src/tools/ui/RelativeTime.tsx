// How long ago, or how soon, and when exactly?
import { between, systemClock, type Instant } from '../base/clock.ts';
import { span } from './numbers.ts';

// With the zone: who was called at 18:06 in another place reads another clock.
const exact = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
const dayOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** A moment in words of the calendar, in the reader's time zone. */
export const showInstant = (instant: Instant): string => exact.format(new Date(instant));
const dayOfMoment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
/** A calendar day, e.g. 21 Nov 2026; of a moment the day it was where the reader is, so that it agrees with `showInstant`. */
export const showDay = (day: string): string => (day.length === 10 ? dayOnly.format(new Date(`${day}T00:00:00Z`)) : dayOfMoment.format(new Date(day)));

export function relative(instant: Instant, now: Instant): string {
  const passed = between(instant, now);
  if (Math.abs(passed) < 45_000) return 'just now';
  return passed > 0 ? `${span(passed)} ago` : `in ${span(passed)}`;
}

/** The moment itself, where rows are told apart by it; how long ago behind it. */
export function Moment({ at, now = systemClock.now() }: { at: Instant; now?: Instant }) {
  return (
    <time dateTime={at} title={relative(at, now)}>
      {showInstant(at)}
    </time>
  );
}

/** The distance from now; the exact time in the title and for the machine. */
export function RelativeTime({ at, now = systemClock.now() }: { at: Instant; now?: Instant }) {
  return (
    <time dateTime={at} title={showInstant(at)}>
      {relative(at, now)}
    </time>
  );
}
