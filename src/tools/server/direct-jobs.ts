// How do jobs run in a test: at once, in this process, without a queue?
import type { House } from './capability.ts';
import type { Job, Jobs } from './jobs.ts';

/** Runs each job as soon as it is started; one key runs once at a time. A failure is thrown by `idle`. */
export function directJobs(jobs: readonly Job[], house: () => House): Jobs & { idle(): Promise<void> } {
  const running = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  const failures: unknown[] = [];
  let unnamed = 0;
  return {
    start: async (name, input, key) => {
      const job = jobs.find((one) => one.name === name);
      if (!job) throw new Error(`there is no job ${name}`);
      const id = key ?? `job ${(unnamed += 1)}`;
      if (running.has(id)) return;
      const stop = new AbortController();
      const ended = Promise.resolve()
        .then(() => job.run(house(), input as never, stop.signal))
        .catch(async (error: unknown) => {
          if (stop.signal.aborted) return;
          failures.push(error);
          await job.gaveUp?.(house(), input as never, error as Error);
        })
        .finally(() => void running.delete(id));
      running.set(id, { stop, ended });
    },
    stop: async (key) => running.get(key)?.stop.abort(),
    idle: async () => {
      while (running.size > 0) await Promise.all([...running.values()].map((one) => one.ended));
      const [failure] = failures.splice(0);
      if (failure) throw failure;
    },
  };
}
