// How is long work done outside the request, once, and picked up again after a crash?
import type { House } from './house.ts';

export type { Jobs } from './house.ts';

/** A kind of long work. `run` may be called again for the same input after a crash: it must be repeatable. */
export interface Job<Input = never> {
  name: string;
  says: string;
  /** A Problem that it throws is final; any other error is tried again up to three times, ever later. */
  run(house: House, input: Input, signal: AbortSignal): Promise<void>;
  /** Called once when the work is given up, so that the room's own record does not stay "running". */
  gaveUp?(house: House, input: Input, error: Error): Promise<void>;
  /** A cron line in UTC where it runs by itself. */
  schedule?: string;
}
