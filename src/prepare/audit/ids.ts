// How many resources of each type have an id, how many different ones, and how many that FHIR would not write?
import { quote } from '../../tools/fhir/fhir.ts';
import type { Desk } from './check.ts';

/** An id not as FHIR R4 writes it: 1 to 64 letters, digits, - and . only. */
export const oddId = `(strlen(id) NOT BETWEEN 1 AND 64 OR regexp_matches(id, '[^A-Za-z0-9.-]'))`;

/** Types with fewer resources are counted together; one alone is counted without being grouped, which takes half as long. */
const many = 20_000;

export interface CountedIds {
  type: string;
  n: number;
  /** Told apart by their hash: where there are as many as ids, none comes twice. */
  different: number;
  /** Odd ones; 0 where nobody asks (F05). */
  odd: number;
}

/** Counted once for D01 and F05. */
export function countIds(desk: Desk): Promise<CountedIds[]> {
  const counted = known.get(desk.resources) ?? count(desk);
  known.set(desk.resources, counted);
  return counted;
}

const known = new WeakMap<Desk['resources'], Promise<CountedIds[]>>();

async function count({ database, resources, checks }: Desk): Promise<CountedIds[]> {
  const odd = checks.some(({ id }) => id === 'F05') ? `count_if(${oddId})::BIGINT` : '0';
  const types = Object.keys(resources);
  const few = types.filter((type) => resources[type]! < many);
  const each = types.filter((type) => !few.includes(type)).map((type) => `SELECT ${quote(type)} AS type, count(*) AS n, count(DISTINCT hash(id)) AS different, ${odd} AS odd FROM resources WHERE "resourceType" = ${quote(type)} AND id IS NOT NULL`);
  const rows: CountedIds[] = [];
  for (const one of each) rows.push(...(await database.rows<CountedIds>(one)));
  if (few.length > 0) rows.push(...(await database.rows<CountedIds>(`SELECT "resourceType" AS type, count(*) AS n, count(DISTINCT hash(id)) AS different, ${odd} AS odd FROM resources WHERE "resourceType" IN (${few.map(quote).join(', ')}) AND id IS NOT NULL GROUP BY 1`)));
  return rows.filter(({ n }) => n > 0);
}
