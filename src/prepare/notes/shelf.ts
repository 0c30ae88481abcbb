// Where do the exports lie that a notes audit reads, though another room keeps them?
import type { House } from '../../tools/server/capability.ts';

/** One upload, or one folder on the server. */
export interface Chosen {
  export: string | null;
  folder: string | null;
}

/**
 * The kept exports, as the room that keeps them shows them. Rooms of this wing do not know each other, so the front door hands
 * the shelf in, as it hands the gates their measures.
 */
export interface Shelf {
  uploads(house: House): Promise<{ id: string; name: string; createdAt: string }[]>;
  folders(house: House): Promise<string[]>;
  /** The choice is there and will not change any more. @throws Problem where it is not. */
  take(house: House, chosen: Chosen): Promise<void>;
  /** The folder with its files. @throws Problem where it is gone. */
  place(house: House, chosen: Chosen): Promise<string>;
}
