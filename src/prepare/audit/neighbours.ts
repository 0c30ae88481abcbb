// How does each number compare with the one before it of the same patient?
import type { Desk } from './check.ts';
import { isNumeric } from './tables.ts';

/** `neighbour(el, p, u, file, line, gap, change, same, m)`: minutes since, difference to and equality with the value before, and the month. Of the elements that promise numbers; made once for P02, P07 and D03. */
export async function makeNeighbours({ database, elements }: Desk): Promise<void> {
  const numeric = elements.flatMap((element, at) => (isNumeric(element) ? [at] : []));
  await database.run(`CREATE TEMP TABLE IF NOT EXISTS neighbour AS SELECT el, p, u, file, line, (date_diff('minute', lag(t) OVER w, t))::INTEGER AS gap, CASE WHEN NOT placeholder THEN num - lag(CASE WHEN NOT placeholder THEN num END) OVER w END AS change, coalesce(v = lag(v) OVER w, false) AS same, (year(t) * 12 + month(t))::INTEGER AS m
    FROM (SELECT * FROM fact WHERE el IN (${numeric.join(', ') || 'NULL'}) AND present AND p IS NOT NULL AND t IS NOT NULL) WINDOW w AS (PARTITION BY el, p ORDER BY t, file, line)`);
}
