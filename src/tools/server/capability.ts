// What does a room of the house hand to the front door, and what does the house give to a room?
import type { Command } from 'commander';
import type { Clock, Instant } from '../base/clock.ts';
import type { Json } from '../base/canonical.ts';
import type { Role } from '../base/endpoint.ts';
import type { Config } from './config.ts';
import type { Db, Tx } from './database.ts';
import type { Route } from './http.ts';
import type { Job, Jobs } from './jobs.ts';
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

/** One folder, one word: schema, URL segment, command noun, menu item and docs page. */
export interface Capability {
  name: string;
  /** The question it answers, one sentence, for the menu, the API and the docs. */
  says: string;
  /** `new URL('./migrations/', import.meta.url)` where there are tables. */
  migrations?: URL;
  routes?: readonly Route[];
  jobs?: readonly Job[];
  /** Adds `attending <name> …`. `open` starts what a command needs of the house; call it only where needed. */
  commands?: (program: Command, open: () => Promise<House>) => void;
}
