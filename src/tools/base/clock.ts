// What time is it? The only place that asks the machine.

/** ISO 8601 in UTC with milliseconds, e.g. `2026-11-21T12:00:00.000Z`. Times are such strings everywhere. */
export type Instant = string;

export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = {
  now: () => {
    const at = Date.now();
    if (at !== last) [last, lastText] = [at, new Date(at).toISOString()];
    return lastText;
  },
};
/** One call of the gateway asks ten times, mostly in the same millisecond. */
let last = -1;
let lastText = '';

/** A clock that stands where it is put: for tests and for the simulator's virtual time. */
export function standingClock(start: Instant): Clock & { moveTo(instant: Instant): void; pass(milliseconds: number): void } {
  let at = Date.parse(start);
  return {
    now: () => new Date(at).toISOString(),
    moveTo: (instant) => {
      at = Date.parse(instant);
    },
    pass: (milliseconds) => {
      at += milliseconds;
    },
  };
}

export const minutes = (n: number) => n * 60_000;
export const hours = (n: number) => n * 3_600_000;
export const days = (n: number) => n * 86_400_000;

/** `instant` moved by `milliseconds`, either way. */
export const shift = (instant: Instant, milliseconds: number): Instant =>
  new Date(Date.parse(instant) + milliseconds).toISOString();

/** Milliseconds from `earlier` to `later`; negative when they are the other way round. */
export const between = (earlier: Instant, later: Instant): number => Date.parse(later) - Date.parse(earlier);
