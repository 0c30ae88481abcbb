// What do rooms keep beside the ledger that an entry commits to, and how is it compared?
import type { Db } from '../../tools/server/database.ts';

/** A verification that is under way, as a room sees it. */
export interface Comparing {
  /** So many entries are verified; what later ones commit to is for the next time. */
  size: number;
  /** The ids of data keys that payloads of the room are sealed with: each has to be there. */
  usedKeys: Set<string>;
  fault(reason: 'altered' | 'column' | 'payload', says: string, position?: number | null): void;
}
export type Compare = (db: Db, comparing: Comparing) => Promise<void>;

const all: Compare[] = [];

/** A room says how what it keeps is compared with its entries; every verification of the database does it. */
export const keptBeside = (compare: Compare): void => void all.push(compare);
export const keptBesides = (): readonly Compare[] => all;
