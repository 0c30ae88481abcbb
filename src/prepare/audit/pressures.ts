// Which blood pressures are there, whether both stand in one resource or each in its own?
import { textAt } from './cells.ts';
import type { CharterInput } from './charter-input.ts';
import type { Desk } from './check.ts';
import { rawOf } from './plan.ts';

const systolic = 'http://loinc.org|8480-6';
const diastolic = 'http://loinc.org|8462-4';

/** `pressure(p, u, t, systolic, diastolic, file, line)`, in mmHg; one row per resource with components, and per pair of resources of one patient and time. */
export async function makePressures({ database, types, wanted }: Desk): Promise<void> {
  const columns = wanted['Observation'] ?? [];
  const component = textAt('component', columns);
  const empty = 'SELECT NULL::INTEGER AS p, NULL::INTEGER AS u, NULL::TIMESTAMP AS t, NULL::DOUBLE AS systolic, NULL::DOUBLE AS diastolic, NULL::INTEGER AS file, NULL::INTEGER AS line WHERE false';
  const value = (key: string) => `list_filter(parts, lambda part: list_contains(list_transform(part.code.coding, lambda k: coalesce(k.system, '') || '|' || coalesce(k.code, '')), '${key}'))[1].valueQuantity.value`;
  const inOne = !types.includes('Observation') || component === null ? empty : `SELECT o.p, o.u, o.t, r.systolic, r.diastolic, o.file, o.line
    FROM (SELECT _file, _line, ${value(systolic)} AS systolic, ${value(diastolic)} AS diastolic FROM (SELECT _file, _line, from_json(try_cast(${component} AS JSON), '[{"code":{"coding":[{"system":"VARCHAR","code":"VARCHAR"}]},"valueQuantity":{"value":"DOUBLE"}}]') AS parts FROM ${rawOf('Observation')} WHERE ${component} IS NOT NULL AND contains(${component}, '8480-6'))) r
    JOIN "placed_Observation" o ON o.file = r._file AND o.line = r._line WHERE coalesce(o.status NOT IN ('entered-in-error', 'cancelled'), true)`;
  const apart = !types.includes('Observation') ? empty : `SELECT p, any_value(u) AS u, t, max(num) FILTER (sys) AS systolic, max(num) FILTER (NOT sys) AS diastolic, min(file) AS file, min(line) AS line
    FROM (SELECT o.*, list_contains(k.keys, '${systolic}') AS sys FROM "placed_Observation" o JOIN "code_Observation" k ON k.c = o.c AND (list_contains(k.keys, '${systolic}') OR list_contains(k.keys, '${diastolic}')) WHERE o.num IS NOT NULL AND o.t IS NOT NULL AND coalesce(o.status NOT IN ('entered-in-error', 'cancelled'), true)) GROUP BY p, t`;
  await database.run(`CREATE OR REPLACE TEMP TABLE pressure AS SELECT * FROM (${inOne}) UNION ALL SELECT * FROM (${apart})`);
}

/**
 * Tables have a row for each pressure. An element that reads the systolic component of a panel (85354-9) means there the systolic rows:
 * the diastolic ones are no panels that lack it.
 */
export function pressuresApart(input: CharterInput, kind: string): CharterInput {
  if (kind === 'fhir') return input;
  const apart = (element: CharterInput['data']['elements'][number]) => {
    const part = /^component\.where\(.*'(8480-6|8462-4)'/.exec(element.path)?.[1];
    return part === undefined ? element : { ...element, codes: element.codes.map((one) => (one.code === '85354-9' ? { ...one, code: part } : one)) };
  };
  return { ...input, data: { ...input.data, elements: input.data.elements.map(apart) } };
}
