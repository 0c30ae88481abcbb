// How many calls came, how long did they take, and what became of them?
import type { Json } from '../../tools/base/canonical.ts';
import type { House } from '../../tools/server/capability.ts';
import * as records from './records.ts';

/** What can become of a call. */
export const outcomes = ['shown', 'empty', 'shadow', 'suppressed', 'killed', 'off', 'late', 'vendor-failed', 'ledger-failed', 'lint', 'refused', 'unknowing', 'flagged'] as const;
export type Outcome = (typeof outcomes)[number];
/** Those in which somebody waited for an answer and nothing usable came. */
export const failing: readonly Outcome[] = ['late', 'vendor-failed', 'ledger-failed', 'lint', 'unknowing'];
/** The share of calls that must find a usable answer in time. An editable convention, not a published figure. */
export const objective = 0.995;

/** Upper bounds of the buckets in milliseconds, a fifth apart: a quantile is off by a tenth at most. */
export const bounds = Array.from({ length: 56 }, (_, i) => 1.2 ** i);
const buckets = bounds.length + 1;
const bucketOf = (ms: number) => (ms <= 1 ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(ms) / Math.log(1.2))));

interface Minute {
  calls: number;
  outcomes: Record<string, number>;
  answered: number[];
  vendor: number[];
}

export interface Traffic {
  count(deployment: string, at: string, outcome: Outcome, ms: number, vendorMs: number | null): void;
  /** `example` is asked for once between two writings: the shape of what is faulty, without a word of it. */
  fault(deployment: string, at: string, fault: { path: string; says: string; severity: string }, example?: () => Json): void;
  /** Adds what was counted to the database. What cannot be written now is written the next time. */
  flush(): Promise<void>;
}

export function openTraffic(house: House): Traffic {
  let minutes = new Map<string, Minute & { deployment: string; minute: string }>();
  let faults = new Map<string, records.LintRow>();
  /** Where the call before this one was counted, and the beginning of the times that belong there: most calls come in the minute of the last. */
  let latest: (Minute & { deployment: string; minute: string }) | null = null;
  let within = '';
  const minuteOf = (deployment: string, at: string) => {
    if (latest?.deployment === deployment && at.startsWith(within)) return latest;
    within = at.slice(0, 16);
    const minute = `${within}:00.000Z`;
    const name = `${deployment} ${minute}`;
    let one = minutes.get(name);
    if (!one) minutes.set(name, (one = { deployment, minute, calls: 0, outcomes: {}, answered: bounds.concat(0).map(() => 0), vendor: bounds.concat(0).map(() => 0) }));
    return (latest = one);
  };
  return {
    count: (deployment, at, outcome, ms, vendorMs) => {
      const one = minuteOf(deployment, at);
      one.calls++;
      one.outcomes[outcome] = (one.outcomes[outcome] ?? 0) + 1;
      one.answered[bucketOf(ms)]! += 1;
      if (vendorMs !== null) one.vendor[bucketOf(vendorMs)]! += 1;
    },
    fault: (deployment, at, { path, says, severity }, example) => {
      const name = `${deployment} ${path} ${says}`;
      const one = faults.get(name);
      if (one) {
        one.times++;
        one.last_at = at;
      } else if (faults.size < 1_000) faults.set(name, { deployment_id: deployment, path, says, severity, times: 1, first_at: at, last_at: at, example: example ? JSON.stringify(example(), null, 2).slice(0, 4_000) : null });
    },
    flush: async () => {
      const counted = minutes;
      const found = faults;
      minutes = new Map();
      faults = new Map();
      latest = null;
      if (counted.size > 0)
        try {
          await records.addMinutes(house.db, [...counted.values()].map(({ deployment, ...one }) => ({ ...one, deployment_id: deployment })));
        } catch (error) {
          // Counted again with the next; of a few hours at most, so that memory stays small while the database is away.
          if (minutes.size === 0 && counted.size < 5_000) minutes = counted;
          throw error;
        }
      if (found.size > 0) await records.addLint(house.db, [...found.values()]);
    },
  };
}

/** The time below which this share of calls lay, in milliseconds; null where there was none. */
export function quantile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const [i, n] of counts.entries()) {
    seen += n;
    if (seen >= share * total) return Math.round((i === 0 ? bounds[0]! : (bounds[Math.min(i, bounds.length - 1)]! + bounds[Math.min(i, bounds.length) - 1]!) / 2) * 10) / 10;
  }
  return null;
}

const sum = (of: readonly number[][]): number[] => Array.from({ length: buckets }, (_, i) => of.reduce((all, one) => all + (one[i] ?? 0), 0));
const failuresOf = (told: Record<string, number>) => failing.reduce((all, one) => all + (told[one] ?? 0), 0);

export async function trafficOf(house: Pick<House, 'db' | 'clock'>, deployment: string, minutes: number) {
  const to = house.clock.now();
  const from = new Date(Date.parse(to) - minutes * 60_000).toISOString();
  const rows = await records.minuteRows(house.db, deployment, from, to);
  const all: Record<string, number> = {};
  for (const row of rows) for (const [name, n] of Object.entries(row.outcomes)) all[name] = (all[name] ?? 0) + n;
  const calls = rows.reduce((n, row) => n + row.calls, 0);
  const failures = failuresOf(all);
  const [answered, vendor] = [sum(rows.map((row) => row.answered)), sum(rows.map((row) => row.vendor))];
  const allowed = calls * (1 - objective);
  return {
    from, to, calls, failures, outcomes: all,
    p50Ms: quantile(answered, 0.5), p95Ms: quantile(answered, 0.95), vendorP50Ms: quantile(vendor, 0.5), vendorP95Ms: quantile(vendor, 0.95),
    budget: { objective, allowed, used: failures, left: calls === 0 ? null : 1 - failures / allowed },
    minutes: rows.map((row) => ({ minute: row.minute, calls: row.calls, p50Ms: quantile(row.answered, 0.5), p95Ms: quantile(row.answered, 0.95), shown: row.outcomes['shown'] ?? 0, failures: failuresOf(row.outcomes) })),
  };
}
