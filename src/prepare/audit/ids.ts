// How many resources of each type have an id, how many different ones, and how many that FHIR would not write?
import { quote } from '../../tools/fhir/fhir.ts';
import type { Desk } from './check.ts';

/** An id not as FHIR R4 writes it: 1 to 64 letters, digits, - and . only. Most ids are UUIDs, and what can be read as one needs no pattern. */
export const oddId = `(CASE WHEN strlen(id) = 36 AND id[1] <> '{' AND try_cast(id AS UUID) IS NOT NULL THEN false ELSE strlen(id) NOT BETWEEN 1 AND 64 OR regexp_matches(id, '[^A-Za-z0-9.-]') END)`;

/** Different ids that are held at a time, while they are counted: those of a whole export at once would fill the memory. */
const atOnce = 400_000;

export interface CountedIds {
  type: string;
  n: number;
  /** Told apart by their hash: where there are as many as ids, none comes twice. */
  different: number;
  odd: number;
}

/** Counted once for D01 and F05. */
export function countIds(desk: Desk): Promise<CountedIds[]> {
  const counted = known.get(desk.resources) ?? count(desk);
  known.set(desk.resources, counted);
  return counted;
}

const known = new WeakMap<Desk['resources'], Promise<CountedIds[]>>();

async function count({ database, resources }: Desk): Promise<CountedIds[]> {
  const groups: { types: string[]; n: number }[] = [];
  for (const [type, n] of Object.entries(resources)) {
    const room = groups.find((group) => group.n + n <= atOnce);
    if (room) Object.assign(room, { types: [...room.types, type], n: room.n + n });
    else groups.push({ types: [type], n });
  }
  const rows: CountedIds[] = [];
  for (const { types } of groups)
    rows.push(...(await database.rows<CountedIds>(`SELECT "resourceType" AS type, count(*) AS n, count(DISTINCT hash(id)) AS different, count_if(${oddId})::BIGINT AS odd FROM resources WHERE "resourceType" IN (${types.map(quote).join(', ')}) AND id IS NOT NULL GROUP BY 1`)));
  return rows;
}
