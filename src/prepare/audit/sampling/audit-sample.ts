// How are the checks of an audit run on the drawn records only?
import { name, type Database } from '../../../tools/fhir/fhir.ts';
import type { CharterInput } from '../charter-input.ts';
import { drawSample, type DrawOptions } from './draw.ts';
import type { AuditedSample, RecordKind, SampleRequest } from './sample-words.ts';

/** Draws from the prepared tables and leaves only the drawn records in them. */
export async function auditSample(database: Database, input: CharterInput, request: SampleRequest, types: readonly string[], options: Omit<DrawOptions, 'request'>): Promise<AuditedSample> {
  const { rule, request: asked, seedDigest, frame, strata, estimates, records } = await drawSample(database, input, { ...options, request });
  await keepDrawnOnly(database, asked.of, types, strata.map(({ n }) => n));
  return { rule, request: asked, seedDigest, frame, strata, estimates, records: records.filter(({ drawn }) => drawn).map(({ record }) => record) };
}

/**
 * Leaves in the prepared tables what belongs to drawn records: their patients and encounters stay in the population, and of
 * the resources those of a drawn encounter (or patient). Resources of no patient and encounter are not looked at.
 * `listed` is the table the draw has left; `ranks` how many were drawn from each stratum.
 */
async function keepDrawnOnly(database: Database, of: RecordKind, types: readonly string[], ranks: readonly number[]): Promise<void> {
  await database.run(`CREATE OR REPLACE TEMP TABLE drawn AS SELECT l.key, l.p FROM listed l JOIN (VALUES ${ranks.map((n, at) => `(${at}, ${n})`).join(', ')}) AS c(stratum, most) ON c.stratum = l.stratum WHERE l.rank <= c.most`);
  const patients = '(SELECT p FROM drawn WHERE p IS NOT NULL)';
  const encounters = of === 'encounter' ? '(SELECT key FROM drawn UNION SELECT e FROM enc WHERE parent IN (SELECT key FROM drawn))' : `(SELECT e FROM enc WHERE p IN ${patients})`;
  await database.run(`UPDATE enc SET counted = false WHERE e NOT IN ${encounters}`);
  await database.run(`DELETE FROM been WHERE e NOT IN ${encounters}`);
  await database.run(`DELETE FROM member WHERE CASE kind WHEN 'encounter' THEN key NOT IN ${encounters} ELSE key NOT IN ${patients} END`);
  // What belongs to no encounter (a birth date, a problem list) goes with its patient.
  const strange = `p IS NULL OR p NOT IN ${patients} OR (e IS NOT NULL AND e NOT IN ${encounters})`;
  for (const table of types.flatMap((type) => [name(`fact_${type}`), name(`placed_${type}`)])) await database.run(`DELETE FROM ${table} WHERE ${strange}`);
}
