// Who takes the waiting jobs, how many at once, and what becomes of one whose process died?
import { CompiledQuery } from 'kysely';
import PgBoss from 'pg-boss';
import { Problem } from '../base/problem.ts';
import type { House } from './capability.ts';
import type { Db } from './database.ts';
import * as records from './job-records.ts';
import type { Job, Jobs } from './jobs.ts';

export interface JobRunner extends Jobs {
  /** Makes the queue's tables and schedules; from here on work can be queued. */
  prepare(): Promise<void>;
  /** Begins to take work. */
  begin(): void;
  /** Takes no more; short work is waited for, longer work is stopped and waits for the next start. */
  end(): Promise<void>;
}

const atOnce = 2;
const lookEvery = 2_000;
const drainFor = 3_000;
/** pg-boss wants less than a day; work that takes longer is taken for lost. */
const longest = { expireInHours: 23 };
const attempts = { retryLimit: 3, retryDelay: 2, retryBackoff: true };

interface Running {
  id: string;
  key: string | null;
  stop: AbortController;
  ended: Promise<void>;
}

/** The queue is pg-boss (tables, retries, schedules); taking work is ours: one process, two at once, stopped by key. */
export function openJobs(house: () => House, jobs: readonly Job[]): JobRunner {
  const db = () => house().db;
  const boss = new PgBoss({ db: adapter(db), schema: records.jobSchema, archiveCompletedAfterSeconds: 3_600, deleteAfterDays: 30, ...attempts });
  boss.on('error', (error) => house().log.warn('the job queue had a failure', { error: error.message }));
  const running = new Map<string, Running>();
  let ending = false;
  let leading: Promise<void> | null = null;
  let wake = () => {};

  const pause = (milliseconds: number) =>
    new Promise<void>((done) => {
      const timer = setTimeout(done, milliseconds);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });

  async function prepare(): Promise<void> {
    await boss.start();
    for (const job of jobs) {
      await boss.createQueue(job.name, { name: job.name, ...attempts, ...longest });
      if (job.schedule) await boss.schedule(job.name, job.schedule, {}, { tz: 'UTC', ...attempts, ...longest });
      else await boss.unschedule(job.name);
    }
  }

  /** Leads until told to end. When the connection breaks, what runs is stopped before another may take it up. */
  async function lead(): Promise<void> {
    while (!ending) {
      try {
        await db().connection().execute(async (connection) => {
          while (!ending && !(await records.tryLead(connection))) await pause(lookEvery);
          if (ending) return;
          const again = await records.recoverInterrupted(connection);
          if (again > 0) house().log.info('interrupted jobs are taken up again', { jobs: again });
          try {
            while (!ending) {
              await records.stillThere(connection);
              for (const id of await records.cancelledAmong(connection, [...running.keys()])) running.get(id)?.stop.abort(new Error('called off'));
              await take();
              await pause(lookEvery);
            }
            await Promise.race([settled(), new Promise((done) => setTimeout(done, drainFor).unref())]);
          } finally {
            for (const one of running.values()) one.stop.abort(new Error('stopping'));
            await settled();
            await records.stopLeading(connection).catch(() => {});
          }
        });
      } catch (error) {
        house().log.warn('jobs wait for the database', { error: (error as Error).message });
        if (!ending) await pause(lookEvery);
      }
    }
  }

  const settled = async () => void (await Promise.allSettled([...running.values()].map((one) => one.ended)));

  async function take(): Promise<void> {
    for (const job of jobs) {
      if (running.size >= atOnce || ending) return;
      const [found] = await boss.fetch<object>(job.name, { batchSize: 1, includeMetadata: true });
      if (!found) continue;
      const stop = new AbortController();
      const ended = run(job, found, stop.signal).finally(() => {
        running.delete(found.id);
        wake();
      });
      running.set(found.id, { id: found.id, key: found.singletonKey, stop, ended });
    }
  }

  async function run(job: Job, found: PgBoss.JobWithMetadata<object>, signal: AbortSignal): Promise<void> {
    const { log } = house();
    try {
      log.info('job begins', { job: job.name, id: found.id, attempt: found.retryCount + 1 });
      await job.run(house(), found.data as never, signal);
      await boss.complete(job.name, found.id);
      log.info('job done', { job: job.name, id: found.id });
    } catch (error) {
      await afterFailure(job, found, signal, error as Error).catch((second: unknown) => log.error('the end of a job could not be recorded', { job: job.name, id: found.id, error: String(second) }));
    }
  }

  async function afterFailure(job: Job, found: PgBoss.JobWithMetadata<object>, signal: AbortSignal, error: Error): Promise<void> {
    const { log } = house();
    if (signal.aborted) {
      log.info('job stopped', { job: job.name, id: found.id });
      // Called off stays called off; stopped by our own end waits for the next start.
      return records.giveBack(db(), found.id);
    }
    const final = error instanceof Problem && error.kind !== 'unavailable';
    log[final ? 'warn' : 'error']('job failed', { job: job.name, id: found.id, attempt: found.retryCount + 1, error: final ? error.message : (error.stack ?? error.message) });
    if (final) await records.noMoreAttempts(db(), found.id);
    await boss.fail(job.name, found.id, { message: error.message });
    if (final || found.retryCount >= found.retryLimit) await job.gaveUp?.(house(), found.data as never, error);
  }

  return {
    prepare,
    begin: () => {
      leading ??= lead();
    },
    end: async () => {
      ending = true;
      wake();
      await leading;
      await boss.stop({ graceful: false, close: false, wait: false });
    },
    start: async (name, input, key) => {
      if (!jobs.some((job) => job.name === name)) throw new Error(`there is no job ${name}`);
      await db().transaction().execute(async (tx) => {
        if (key !== undefined) {
          await records.lockKey(tx, key);
          if (await records.isUnderWay(tx, key)) return;
        }
        await boss.send(name, input as object, { ...attempts, ...longest, ...(key !== undefined && { singletonKey: key }), db: adapter(() => tx) });
      });
      wake();
    },
    stop: async (key) => {
      await records.cancelKey(db(), key);
      for (const one of running.values()) if (one.key === key) one.stop.abort(new Error('called off'));
    },
  };
}

/** pg-boss asks through our own pool, so that it lives and recovers with it. */
const adapter = (db: () => Db): PgBoss.Db => ({
  executeSql: async (text, values) => {
    const answer = await db().executeQuery(CompiledQuery.raw(text, values ?? []));
    return { rows: (answer.rows as unknown[] | undefined) ?? [] };
  },
});
