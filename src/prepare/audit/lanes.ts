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

/** Reads what the shared pass over the rows counts. */
const readsCounts = ({ id, counted }: Check): boolean => counted !== undefined || ['V02', 'V03', 'V04'].includes(id);

export interface Running {
  connection: Database;
  remembering: Remembering;
  atOnce: number;
  begin(check: Check): Promise<void>;
  /** The shared pass over the rows: what it finds, by check. Runs on `remembering`. */
  count(): Promise<ReadonlyMap<string, Finding[]>>;
  /** Finds where the export comes from and says so on the desk, which S01 reads. */
  weigh?: ((database: Database) => Promise<void>) | undefined;
}

/**
 * Runs every check on this connection and more, and tells `begin` before each; and beside them, first of all, the shared pass
 * over the rows and the weighing. Only lanes that read what these find wait for them, and come last. One lane more
 * than threads: while the rows of one are turned into findings, the statements of the others keep the threads busy.
 */
export async function runInLanes(desk: Desk, run: readonly Check[], { connection, remembering, atOnce, begin, count, weigh }: Running): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const prepared = remembering.soFar();
  const counting = count();
  let weighing = Promise.resolve();
  const through = async (lane: readonly Check[], database: Database, counted: ReadonlyMap<string, Finding[]>) => {
    const own: Desk = { ...desk, database };
    for (const check of lane) {
      await begin(check);
      own.departments = [];
      let findings = check.find ? await check.find(own) : [...(counted.get(check.id) ?? [])];
      if (check.complete) findings = await check.complete(findings, own);
      if (check.id === 'C02') own.completeness = findings;
      outcomes.set(check.id, { findings, departments: own.departments });
    }
  };
  const lanes = lanesOf(run);
  const waits = (lane: readonly Check[]) => lane.some((check) => readsCounts(check) || check.id === 'S01');
  await workTogether(connection, atOnce + 1, [
    async () => void (await counting),
    ...(weigh ? [(on: () => Promise<Database>) => (weighing = weigh(remembering.lane('beside', on, prepared)))] : []),
    ...lanes.filter((lane) => !waits(lane)).map((lane) => (on: () => Promise<Database>) => through(lane, remembering.lane(lane[0]!.id, on, prepared), new Map())),
    ...lanes.filter(waits).map((lane) => async (on: () => Promise<Database>) => {
      const [counted] = await Promise.all([counting, weighing]);
      await through(lane, remembering.lane(lane[0]!.id, on), counted);
    }),
  ], (work, on) => work(on));
  return outcomes;
}
