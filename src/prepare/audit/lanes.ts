// Which checks must run one after the other, and how do the others run at once?
import type { Database } from '../../tools/fhir/fhir.ts';
import type { Check, DepartmentRate, Desk } from './check.ts';
import type { Finding } from './model.ts';
import type { Remembering } from './remember-answers.ts';
import { connectionSettings } from './tables.ts';

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

/** One more connection to the same tables, opened when it is first asked for. */
export function besides(connection: Database): { open(): Promise<Database>; close(): Promise<void> } {
  let opening: Promise<Database> | undefined;
  const open = async () => {
    const opened = await connection.another();
    for (const statement of connectionSettings) await opened.run(statement);
    return opened;
  };
  return { open: () => (opening ??= open()), close: async () => (await opening?.catch(() => undefined))?.close() };
}

export interface Outcome {
  findings: Finding[];
  departments: DepartmentRate[];
}

/**
 * Runs every check with what `counted` it found before, on this connection and one more, and tells `begin` before each.
 * Statements that cannot keep two threads busy, and the pauses between statements, are most of the time where one follows the other.
 */
export async function runInLanes(desk: Desk, run: readonly Check[], counted: ReadonlyMap<string, Finding[]>, { connection, remembering, begin }: { connection: Database; remembering: Remembering; begin(check: Check): Promise<void> }): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const waiting = lanesOf(run);
  let failed = false;
  const work = async (on: () => Promise<Database>) => {
    for (let lane = waiting.shift(); lane && !failed; lane = waiting.shift()) {
      const own: Desk = { ...desk, database: remembering.lane(lane[0]!.id, on) };
      for (const check of lane) {
        await begin(check);
        own.departments = [];
        let findings = check.find ? await check.find(own) : [...(counted.get(check.id) ?? [])];
        if (check.complete) findings = await check.complete(findings, own);
        if (check.id === 'C02') own.completeness = findings;
        outcomes.set(check.id, { findings, departments: own.departments });
      }
    }
  };
  const second = besides(connection);
  const ends = await Promise.allSettled([() => Promise.resolve(connection), second.open].map((on) => work(on).catch((error: unknown) => {
    failed = true;
    throw error;
  })));
  await second.close();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return outcomes;
}
