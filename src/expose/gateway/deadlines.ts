// Whose time is over, without a timer of its own for each who waits?

/** One who is told when its time is over. */
export interface Due {
  at: number;
  ring: (() => void) | null;
}

/** How exactly, in milliseconds: nobody is told before its time, and nobody later than this after it. */
const step = 5;
/** At least so often, in milliseconds, those that were forgotten are let go: they should not outlive the young objects. */
const sweep = 50;
let waiting: Due[] = [];
let timer: NodeJS.Timeout | undefined;
/** When the timer looks next; Infinity when it does not run. */
let looksAt = Infinity;

/**
 * Rings when `performance.now()` has passed `at`, unless `forget` comes before. A call waits three times, and nearly
 * always in vain; a timer for each, all of different length, cost a fortieth of the whole call (measured). One that
 * looked every 5 ms woke an idle process as often as its calls did, and a wake-up takes 0.1 ms of processor time.
 */
export function remind(at: number, ring: () => void): Due {
  const due: Due = { at, ring };
  waiting.push(due);
  // What is due sooner than the next look brings it forward.
  if (at + step < looksAt) lookBy(at, performance.now());
  return due;
}

export function forget(due: Due): void {
  due.ring = null;
}

function lookBy(at: number, now: number): void {
  const next = Math.min(Math.max(at, now + step), now + sweep);
  if (next >= looksAt) return;
  clearTimeout(timer);
  looksAt = next;
  timer = setTimeout(look, next - now);
}

function look(): void {
  const now = performance.now();
  const before = waiting;
  waiting = [];
  timer = undefined;
  looksAt = Infinity;
  let next = Infinity;
  const over: Due[] = [];
  for (const due of before) {
    if (due.ring === null) continue;
    if (due.at > now) {
      waiting.push(due);
      next = Math.min(next, due.at);
    } else over.push(due);
  }
  // After a pause of the process several may be over: the one whose time was first hears it first.
  if (over.length > 1) over.sort((a, b) => a.at - b.at);
  for (const due of over) {
    const { ring } = due;
    due.ring = null;
    ring?.();
  }
  if (next < Infinity) lookBy(next, now);
}

export class TooLate extends Error {}

/** The work, or TooLate when its time is over; the work goes on, and nobody waits for it. */
export function withinTime<T>(work: Promise<T>, deadline: number): Promise<T> {
  return new Promise((done, failed) => {
    const due = remind(deadline, () => failed(new TooLate('its time is over')));
    work.then(
      (found) => (forget(due), done(found)),
      (error: unknown) => (forget(due), failed(error)),
    );
  });
}
