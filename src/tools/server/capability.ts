// What does a room of the house hand to the front door?
import type { IncomingMessage, ServerResponse } from 'node:http';
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
  /** Traffic whose bytes must stay as they came: everything under the prefix reaches the room before the API is asked. */
  raw?: { prefix: `/${string}/`; open(house: House): Promise<RawDoor> };
  /** Adds `attending <name> …`. `open` starts what a command needs of the house; call it only where needed. */
  commands?: (program: Command, open: () => Promise<House>) => void;
}

/** A door of a room's own, with Node's request and response. It answers every request it is given. */
export interface RawDoor {
  answer(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** Lets what is under way finish and closes what was opened. */
  close(): Promise<void>;
}
