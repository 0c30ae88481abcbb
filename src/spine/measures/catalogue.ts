// Which measures are there, and is each declared once and in words the house knows?
import type { Db } from '../../tools/server/database.ts';
import { evidenceClass, evidenceRank, measureId, roomOf, unitsOfMeasure, type Declared, type Measure, type NewMeasurement } from './model.ts';

/** A measure a room of the house answers for. With `evaluate` it is computed when asked; without, the room publishes it. */
export interface Declaration extends Measure {
  evaluate?: (db: Db, deployment: string, asOf: string) => Promise<NewMeasurement[]>;
}

export interface Catalogue {
  /** Every measure by id: those of the rooms, and those a playbook expects and no room measures yet. */
  byId: ReadonlyMap<string, Declared>;
  /** Those that are computed when asked. */
  computed: readonly (Declaration & { evaluate: NonNullable<Declaration['evaluate']> })[];
}

const better = ['higher', 'lower', 'neither'];

/**
 * Builds the catalogue. `expected` are measures a playbook asks for; a room that measures one declares it under the
 * same id and unit, and takes its place.
 * @throws Error, naming the declaration, on an id given twice, a word the house does not know, a number out of range,
 * or a unit that differs from the one expected: errors of the program, found at start.
 */
export function catalogue(declarations: readonly Declaration[], expected: readonly Measure[] = []): Catalogue {
  const byId = new Map<string, Declared>();
  for (const one of expected) byId.set(one.id, wordsOf(one, false));
  const live = new Set<string>();
  for (const one of declarations) {
    const words = wordsOf(one, true);
    if (live.has(one.id)) throw new Error(`the measure ${one.id} is declared twice`);
    live.add(one.id);
    const asked = byId.get(one.id);
    if (asked && asked.unit !== words.unit) throw new Error(`the measure ${one.id} is declared in ${words.unit}, and the playbook expects ${asked.unit}`);
    byId.set(one.id, words);
  }
  const sorted = new Map([...byId].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { byId: sorted, computed: declarations.filter((one): one is Catalogue['computed'][number] => one.evaluate !== undefined) };
}

function wordsOf(one: Measure, live: boolean): Declared {
  const wrong = (says: string): never => {
    throw new Error(`the measure ${one.id} ${says}`);
  };
  if (!measureId.safeParse(one.id).success) wrong('is not named capability.name');
  if (!(unitsOfMeasure as readonly string[]).includes(one.unit)) wrong(`has the unit ${one.unit}; the house knows ${unitsOfMeasure.join(', ')}`);
  if (!better.includes(one.better)) wrong(`is better ${one.better}; the house knows ${better.join(', ')}`);
  if (!evidenceClass.safeParse(one.evidence).success) wrong(`has the evidence class ${one.evidence}`);
  if (!(Number.isInteger(one.minimumN) && one.minimumN >= 0)) wrong(`has the minimum n ${one.minimumN}`);
  if (!(one.freshForDays > 0)) wrong(`is fresh for ${one.freshForDays} days`);
  if (one.asks.trim() === '' || one.explains.trim() === '') wrong('does not say what it asks or how it is computed');
  const { id, asks, unit, better: direction, evidence, minimumN, freshForDays, dependsOn, explains } = one;
  return { id, room: roomOf(id), asks, unit, better: direction, evidence, minimumN, freshForDays, dependsOn: [...dependsOn], explains, live };
}

/** A room computes it from records or telemetry, so nobody's word may stand in for it. */
export const computedByRoom = (one: Declared): boolean => one.live && evidenceRank(one.evidence) === 2;
