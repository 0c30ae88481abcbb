// How long is a busy server waited for, and how long between two tries?
import type { Clock } from '../../../base/clock.ts';
import { Problem } from '../../../base/problem.ts';
import { retryAfter, type Answer } from './request.ts';

export interface Patience {
  clock: Clock;
  /** Waits so many milliseconds; tests let virtual time pass. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** How long a server may refuse (429, 5xx, no connection) without a break, in milliseconds. */
  patience: number;
  says(sentence: string): void;
  signal: AbortSignal | undefined;
}

const first = 1000;
const longest = 60_000;

/** A real wait that an abort ends. */
export const realWait = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((done, fail) => {
    if (signal?.aborted) return fail(signal.reason as Error);
    const stop = () => {
      clearTimeout(timer);
      fail(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      done();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });

/**
 * Tries again while the server answers 429 or 5xx or cannot be reached: after what Retry-After says, else after 1, 2, 4 ... 60 seconds.
 * `final` looks at a 5xx and says whether it is an answer and no hiccup. @throws Problem when patience is at its end.
 */
export function patiently({ clock, wait, patience, says, signal }: Patience) {
  return async (what: string, work: () => Promise<Answer>, final: (answer: Answer) => boolean = () => false): Promise<Answer> => {
    const begun = Date.parse(clock.now());
    for (let tries = 0; ; tries++) {
      let answer: Answer | undefined;
      let trouble = '';
      try {
        answer = await work();
        if (answer.status !== 429 && answer.status < 500) return answer;
        if (answer.status !== 429 && (answer.status === 501 || final(answer))) return answer;
        trouble = answer.status === 429 ? 'asks us to slow down (429)' : `has a problem (${answer.status})`;
      } catch (error) {
        if (signal?.aborted || error instanceof Problem) throw error;
        trouble = `cannot be reached (${error instanceof Error && 'code' in error ? String(error.code) : 'no answer'})`;
      }
      const now = Date.parse(clock.now());
      const pause = Math.max(100, retryAfter(answer?.headers['retry-after'], now) ?? Math.min(longest, first * 2 ** tries));
      answer?.body.resume();
      if (now + pause - begun > patience)
        throw new Problem('unavailable', `The server ${trouble}, and has for ${Math.round((now - begun) / 60_000)} minutes: ${what}.`, 'Start the same command again later; it goes on where it stopped. --patience MINUTES waits longer.');
      says(`The server ${trouble}; trying again in ${Math.ceil(pause / 1000)} s.`);
      await wait(pause, signal);
    }
  };
}
