// How many answers did the makers of the demo's AIs count themselves, hour by hour?
import type { LineIn } from '../../src/expose/decisions/model.ts';
import { hours, shift, type Instant } from '../../src/tools/base/clock.ts';
import { stream } from '../random.ts';

interface Counting {
  source: string;
  /** How far back hours are told. */
  days: number;
  /** Answers of an hour that never came here. `back`: hours before now. */
  lost: (back: number) => number;
  /** Cases of an hour that the AI should have processed and did not. */
  missed?: (hour: Instant, answers: number) => number;
}

/** Made-up counts of a true number: the lines that were told, and what was lost on purpose. */
const countings: Readonly<Record<string, Counting>> = {
  'prior-authorization': {
    source: 'Hourly report of Clearpath Systems (synthetic)', days: 28, lost: () => 0,
    missed: (hour, answers) => Array.from({ length: answers }, (_, nth) => Number(stream('missed', hour, nth).chance(0.008))).reduce((sum, n) => sum + n, 0),
  },
  // Its nightly file lost four hours of one evening: the page of log completeness has something to name.
  'sepsis-alert': { source: 'Server log of Meridian Clinical AI, by the hour (synthetic)', days: 7, lost: (back) => (back >= 50 && back < 54 ? 2 : 0) },
};

/** On Sundays between eight and twelve (UTC) the makers count nothing: an hour nobody counted is not an hour without answers. */
const uncounted = (hour: Instant) => new Date(hour).getUTCDay() === 0 && Number(hour.slice(11, 13)) >= 8 && Number(hour.slice(11, 13)) < 12;

export function countsOf(slug: string, lines: readonly LineIn[], now: Instant): { source: string; counts: { hour: Instant; inferences: number; eligible?: number }[] } | null {
  const counting = countings[slug];
  if (!counting) return null;
  const found = new Map<string, number>();
  for (const line of lines) if (line.what === 'decision') found.set(line.at.slice(0, 13), (found.get(line.at.slice(0, 13)) ?? 0) + 1);
  // Decisions are told up to an hour ago; the hour they end in is not over.
  const end = `${shift(now, -hours(1)).slice(0, 13)}:00:00.000Z`;
  const counts = Array.from({ length: counting.days * 24 + 1 }, (_, nth) => {
    const hour = shift(end, -hours(nth + 1));
    const answers = found.get(hour.slice(0, 13)) ?? 0;
    return { hour, inferences: answers + counting.lost(nth), ...(counting.missed && { eligible: answers + counting.missed(hour, answers) }) };
  });
  return { source: counting.source, counts: counts.filter(({ hour }) => !uncounted(hour)) };
}
