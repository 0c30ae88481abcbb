// Which checks must run one after the other, and how do the others run at once?
import type { Database } from '../../tools/fhir/fhir.ts';
import type { Check, DepartmentRate, Desk } from './check.ts';
import type { Finding } from './model.ts';
import type { Remembering } from './remember-answers.ts';
import { workTogether } from './side-by-side.ts';

/** Checks that read what another found (C02) or share the tables one of them makes. Lanes know nothing of each other; the longest come first. */
const together: readonly (readonly string[])[] = [
  ['F10', 'D01', 'F05'],
  ['P06', 'L01', 'L02', 'L03', 'L04'],
  ['D02'],
  ['C02', 'C05', 'C06', 'C07', 'C08', 'V01'],
  ['C04', 'M01', 'M02'],
  ['P02', 'P07', 'D03'],
  ['V02', 'V03', 'V04'],
  ['B01', 'B02'],
];

/** The checks in lanes, each in the order of the catalogue; a check that is in none has one of its own. */
export function lanesOf(run: readonly Check[]): Check[][] {
  const lanes = together.map((ids) => run.filter(({ id }) => ids.includes(id)));
  const placed = new Set(together.flat());
  return [...lanes, ...run.filter(({ id }) => !placed.has(id)).map((check) => [check])].filter((lane) => lane.length > 0);
}

export interface Outcome {
  findings: Finding[];
  departments: DepartmentRate[];
}

/**
 * Runs every check with what `counted` it found before, on this connection and more, and tells `begin` before each.
 * The pauses between statements are filled by the other lanes.
 */
export async function runInLanes(desk: Desk, run: readonly Check[], counted: ReadonlyMap<string, Finding[]>, { connection, remembering, atOnce, begin }: { connection: Database; remembering: Remembering; atOnce: number; begin(check: Check): Promise<void> }): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  await workTogether(connection, atOnce, lanesOf(run), async (lane, on) => {
    const own: Desk = { ...desk, database: remembering.lane(lane[0]!.id, on) };
    for (const check of lane) {
      await begin(check);
      own.departments = [];
      let findings = check.find ? await check.find(own) : [...(counted.get(check.id) ?? [])];
      if (check.complete) findings = await check.complete(findings, own);
      if (check.id === 'C02') own.completeness = findings;
      outcomes.set(check.id, { findings, departments: own.departments });
    }
  });
  return outcomes;
}
