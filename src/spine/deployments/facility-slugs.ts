// Which facility of ours is meant by the name an export or a feed uses?
import type { Db } from '../../tools/server/database.ts';
import { facilityCalled } from './find-place.ts';
import * as records from './records.ts';

/** A function from a name (slug, name or alias) to the facility's slug; null where none or two are called so. */
export async function facilitySlugs(db: Db): Promise<(word: string) => string | null> {
  const places = await records.allPlaces(db);
  return (word) => facilityCalled(places, word)?.slug ?? null;
}
