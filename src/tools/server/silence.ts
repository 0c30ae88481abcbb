// Has the database fallen silent, so that whoever waits for it should hear so?
import { Problem } from '../base/problem.ts';
import { answers, type Db } from './database.ts';

export interface Silence {
  /** Does the work. Throws a Problem (503) where it waits for a database that does not answer; the work itself goes on. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** In milliseconds: how long work may take before it is looked whether the database lives, and how long that look waits. */
export interface Patience {
  work: number;
  look: number;
}
const usual: Patience = { work: 4_000, look: 3_000 };
/** While it is silent it is looked so often, in milliseconds. */
const every = 1_000;

/**
 * A database that was stopped refuses, and that is an error. One that is frozen, or behind a network that swallows,
 * says nothing for as long as anybody waits. Work has no time limit of its own, because a verification or an upload
 * may take an hour; instead a new connection is tried while it runs, and it goes on as long as that is answered.
 */
export function openSilence(db: Db, { work: longest, look: within }: Patience = usual): Silence {
  let looking: Promise<boolean> | null = null;
  let silent = false;

  // One look at a time, whoever asks.
  const look = (): Promise<boolean> =>
    (looking ??= answers(db, within).then((alive) => {
      looking = null;
      if (!alive && !silent) listenAgain();
      silent = !alive;
      return alive;
    }));
  const listenAgain = () => void setTimeout(() => void look().then((alive) => alive || listenAgain()), every).unref();

  return {
    during: (work) => {
      if (silent) return Promise.reject(away('nothing of this request was done'));
      return new Promise((done, failed) => {
        let timer: NodeJS.Timeout;
        let ended = false;
        const wait = () => void (timer = setTimeout(() => void look().then((alive) => (ended ? undefined : alive ? wait() : failed(away('what was asked may still be done when it answers again')))), longest));
        wait();
        const end = () => {
          ended = true;
          clearTimeout(timer);
        };
        work().then((value) => (end(), done(value)), (error: unknown) => (end(), failed(error)));
      });
    },
  };
}

const away = (what: string) => new Problem('unavailable', `The database does not answer; ${what}.`, 'Try again in a few seconds. Send a change with an Idempotency-Key, or look first whether it was made.');
