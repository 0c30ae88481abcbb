// Whose time is over, without a timer of its own for each who waits?

/** One who is told when its time is over. */
export interface Due {
  at: number;
  ring: (() => void) | null;
}

/** How exactly, in milliseconds: nobody is told before its time, and nobody later than this after it. */
const step = 5;
let waiting: Due[] = [];
let timer: NodeJS.Timeout | undefined;

/**
 * Rings when `performance.now()` has passed `at`, unless `forget` comes before. A call waits three times, and nearly
 * always in vain; a timer for each, all of different length, cost a fortieth of the whole call (measured).
 */
export function remind(at: number, ring: () => void): Due {
  const due: Due = { at, ring };
  waiting.push(due);
  timer ??= setTimeout(look, step);
  return due;
}

export function forget(due: Due): void {
  due.ring = null;
}

function look(): void {
  const now = performance.now();
  const before = waiting;
  waiting = [];
  timer = undefined;
  for (const due of before) {
    const { ring } = due;
    if (ring === null) continue;
    if (due.at > now) waiting.push(due);
    else {
      due.ring = null;
      ring();
    }
  }
  if (waiting.length > 0) timer ??= setTimeout(look, step);
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
