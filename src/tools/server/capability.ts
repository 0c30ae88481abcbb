// What does a room of the house hand to the front door?
import type { Command } from 'commander';
import type { House } from './house.ts';
import type { Route } from './http.ts';
import type { Job } from './jobs.ts';

export { theHouse, type Caller, type Fact, type House } from './house.ts';

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
