// Who asks, and what is every handler, command and job given?
import type { Clock, Instant } from '../base/clock.ts';
import type { Json } from '../base/canonical.ts';
import type { Role } from '../base/endpoint.ts';
import type { Config } from './config.ts';
import type { Db, Tx } from './database.ts';
import type { Log } from './log.ts';

/** Who is asking: a signed-in person, an API key, or the house itself at its own work. */
export interface Caller {
  kind: 'person' | 'key' | 'system';
  /** Account or key id; `system` for the house. */
  id: string;
  name: string;
  roles: readonly Role[];
  /** For the role vendor: the vendor whose deployments may be seen. Null for everybody else. */
  vendor: string | null;
}

/** The house at its own work: scheduled jobs, start-up. */
export const theHouse: Caller = { kind: 'system', id: 'system', name: 'Attending', roles: ['administrator'], vendor: null };

/** Something that must be remembered by the ledger. Rooms below the ledger say it through `House.remember`. */
export interface Fact {
  kind: string;
  by: Caller;
  at: Instant;
  /** What record it is about, e.g. `account/acc_01…`. */
  about: string;
  deployment?: string | null;
  body: Json;
}

/** Long work outside the request; the kinds of work are in jobs.ts. */
export interface Jobs {
  /** Queues the work; with `key`, a second request while the first waits or runs is the same work. */
  start(name: string, input: unknown, key?: string): Promise<void>;
  /** Asks a running or waiting job with this key to stop. */
  stop(key: string): Promise<void>;
}

/** What every handler, command and job is given. */
export interface House {
  config: Config;
  db: Db;
  clock: Clock;
  log: Log;
  jobs: Jobs;
  /** Appends to the ledger in the transaction of the change itself. */
  remember(tx: Tx, fact: Fact): Promise<void>;
}
