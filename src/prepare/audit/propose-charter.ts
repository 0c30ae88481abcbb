// Which data section would fit what this export holds?
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { dataSection } from '../../spine/deployments/model.ts';
import { Problem } from '../../tools/base/problem.ts';
import { name, type ExportHandle } from '../../tools/fhir/fhir.ts';
import { openSource } from '../../tools/fhir/sources/sources.ts';
import { count, percent } from './judging.ts';
import { inWorkspace } from './open-for-audit.ts';
import { macros } from './tables.ts';
import { fieldsOf, namesMedication } from './type-fields.ts';

/** What is proposed at most; a model reads fewer. */
const mostObservations = 15;

interface Proposal {
  element: Record<string, unknown>;
  /** What the export holds of it now. */
  comment: string;
}

const clinical = ['Condition', 'Procedure', 'MedicationRequest', 'MedicationAdministration', 'MedicationStatement', 'AllergyIntolerance', 'Immunization', 'DiagnosticReport'];

/** YAML of a charter with only a data section: the most frequent contents of the export, each with its present completeness as a comment. */
export async function proposeCharter(folder: string, workspace?: string, mapping?: string): Promise<string> {
  return inWorkspace(workspace, async (place) => {
    const types = ['Patient', 'Encounter', 'Observation', ...clinical];
    const fields = Object.fromEntries(types.map((type) => [type, type === 'Patient' ? ['birthDate', 'gender'] : [...new Set([fieldsOf(type).subject ?? 'subject', ...fieldsOf(type).code, ...(namesMedication(type) ? ['medicationReference'] : []), ...(type === 'Observation' ? ['valueQuantity', 'valueCodeableConcept', 'valueString', 'valueDateTime', 'component'] : []), ...(type === 'Encounter' ? ['class'] : [])])]]));
    const handle = await openSource(folder, { workspace: place, fields, ...(mapping && { mapping }) });
    try {
      return await propose(handle);
    } finally {
      await handle.close();
    }
  });
}

async function propose(handle: ExportHandle): Promise<string> {
  const { database, resources } = handle;
  for (const macro of macros) await database.run(macro);
  const patients = resources['Patient'] ?? 0;
  const proposals = [...(await demographics(handle, patients)), ...(await observations(handle, patients)), ...(await others(handle, patients))];
  const classes = (resources['Encounter'] ?? 0) === 0 ? [] : await database.rows<{ class: string | null; n: number }>(`SELECT coalesce(json_extract_string("class", '$.code'), json_extract_string("class", '$[0].coding[0].code')) AS class, count(*) AS n FROM "raw_Encounter" GROUP BY 1 ORDER BY n DESC`);
  const lines = [
    '# A proposal for the data section of a charter, from what this export holds.',
    '# Keep what the model reads and delete the rest; then set tier (critical, important, context), window and threshold.',
    `# The export: ${Object.entries(resources).map(([type, n]) => `${type} ${count(n)}`).join(', ')}.`,
    'attending: charter/1',
    'data:',
    '  population:',
    ...(classes.length > 0 ? [`    # Classes found: ${classes.slice(0, 8).map((row) => `${safe(row.class ?? 'none')} ${count(row.n)}`).join(', ')}. None named: all count.`] : ['    # There is no Encounter in the export: nothing can be told apart by facility.']),
    '    encounterClasses: []',
    ...(proposals.length === 0 ? ['  elements: []'] : ['  elements:']),
    ...proposals.flatMap(({ element, comment }) => [`    # ${safe(comment)}`, ...stringify([element], { lineWidth: 0 }).trimEnd().split('\n').map((line) => `    ${line}`)]),
  ];
  const elements = proposals.map(({ element }) => element);
  // What is proposed must be what the product accepts.
  dataSection.parse({ population: { encounterClasses: [] }, elements });
  return `${lines.join('\n')}\n`;
}

const safe = (text: string) => text.replace(/[\r\n\u0085\u2028\u2029]+/g, ' ').slice(0, 200);

const slugOf = (text: string, taken: Set<string>): string => {
  const base = text.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 50).replace(/-+$/, '') || 'element';
  let slug = base.length < 2 ? `${base}-value` : base;
  for (let i = 2; taken.has(slug); i++) slug = `${base}-${i}`;
  taken.add(slug);
  return slug;
};

async function demographics({ database, resources }: ExportHandle, patients: number): Promise<Proposal[]> {
  if (!resources['Patient']) return [];
  const [row] = await database.rows<{ birth: number; gender: number }>('SELECT count("birthDate") AS birth, count("gender") AS gender FROM "raw_Patient"');
  return [
    { element: { id: 'birth-date', name: 'Birth date', resource: 'Patient', path: 'birthDate', per: 'patient', tier: 'important' }, comment: `${count(row?.birth ?? 0)} of ${count(patients)} patients have one.` },
    { element: { id: 'gender', name: 'Gender', resource: 'Patient', path: 'gender', per: 'patient', tier: 'important' }, comment: `${count(row?.gender ?? 0)} of ${count(patients)} patients have one.` },
  ];
}

async function observations({ database, resources }: ExportHandle, patients: number): Promise<Proposal[]> {
  if (!resources['Observation']) return [];
  const rows = await database.rows<{ system: string; code: string; display: string | null; n: number; who: number; quantities: number; concepts: number; strings: number; times: number; unit: string | null; component: string | null; component_name: string | null; component_unit: string | null }>(`WITH o AS (SELECT ref_id_(json_extract_string("subject", '$.reference')) AS who, json_extract_string("code", '$.coding[0].system') AS system, json_extract_string("code", '$.coding[0].code') AS code, coalesce(json_extract_string("code", '$.coding[0].display'), json_extract_string("code", '$.text')) AS display,
      "valueQuantity" IS NOT NULL AS q, "valueCodeableConcept" IS NOT NULL AS c, "valueString" IS NOT NULL AS s, "valueDateTime" IS NOT NULL AS d, json_extract_string("valueQuantity", '$.code') AS unit, json_extract_string("component", '$[0].code.coding[0].code') AS part, json_extract_string("component", '$[0].code.coding[0].display') AS part_name, json_extract_string("component", '$[0].valueQuantity.code') AS part_unit FROM "raw_Observation")
    SELECT system, code, mode(display) AS display, count(*) AS n, count(DISTINCT who) AS who, count(*) FILTER (q) AS quantities, count(*) FILTER (c) AS concepts, count(*) FILTER (s) AS strings, count(*) FILTER (d) AS times, mode(unit) AS unit, mode(part) AS component, mode(part_name) AS component_name, mode(part_unit) AS component_unit
    FROM o WHERE code IS NOT NULL AND system IS NOT NULL GROUP BY system, code ORDER BY who DESC, n DESC, system, code LIMIT ${mostObservations}`);
  const taken = new Set<string>(['birth-date', 'gender']);
  return rows.map((row) => {
    const part = row.quantities + row.concepts + row.strings + row.times === 0 && row.component ? row.component : null;
    const path = part ? `component.where(code.coding.where(code = '${part.replace(/['\\]/g, '')}').exists()).value.ofType(Quantity).value` : row.times > Math.max(row.quantities, row.concepts, row.strings) ? 'value.ofType(dateTime)' : row.quantities >= row.concepts && row.quantities >= row.strings ? 'value.ofType(Quantity).value' : row.concepts >= row.strings ? 'value.ofType(CodeableConcept).coding.code.first()' : 'value.ofType(string)';
    const unit = part ? row.component_unit : row.unit;
    const title = (part ? row.component_name : null) ?? row.display ?? row.code;
    return {
      element: { id: slugOf(title, taken), name: safe(title), resource: 'Observation', path, codes: [{ system: row.system, code: row.code, ...(row.display && { display: safe(row.display) }) }], per: 'patient', tier: 'context', ...(path.endsWith('.value') && unit && { units: [unit] }) },
      comment: `${share(row.who, patients)}; ${count(row.n)} observations.`,
    };
  });
}

async function others({ database, resources }: ExportHandle, patients: number): Promise<Proposal[]> {
  const proposals: Proposal[] = [];
  for (const type of clinical) {
    if (!resources[type]) continue;
    const { subject, code } = fieldsOf(type);
    const field = code[0] ?? 'code';
    const [row] = await database.rows<{ n: number; who: number; coded: number }>(`SELECT count(*) AS n, count(DISTINCT ref_id_(json_extract_string(${name(subject ?? 'subject')}, '$.reference'))) AS who, count(*) FILTER (len(keys_(${name(field)})) > 0) AS coded FROM ${name(`raw_${type}`)}`);
    if (!row) continue;
    // Where nothing is coded the words are all there is; a path to codes would find nothing.
    const tail = row.coded === 0 ? 'text' : 'coding.code.first()';
    const path = namesMedication(type) ? `medication.ofType(CodeableConcept).${tail}` : `${field}.${tail}`;
    const title = type.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
    proposals.push({ element: { id: title.replaceAll(' ', '-'), name: title[0]!.toUpperCase() + title.slice(1), resource: type, path, per: 'patient', tier: 'context' }, comment: `${share(row.who, patients)}; ${count(row.coded)} of ${count(row.n)} are coded.` });
  }
  return proposals;
}

const share = (who: number, patients: number) => (patients > 0 ? `${percent(Math.min(1, who / patients))} of ${count(patients)} patients have one` : `${count(who)} patients have one`);

/** Prints the proposal, or writes it to a file that is not there yet. */
export async function proposeAtTerminal(folder: string, { out, mapping }: { out?: string; mapping?: string }): Promise<void> {
  const text = await proposeCharter(resolve(folder), undefined, mapping === undefined ? undefined : resolve(mapping));
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    const file = await open(out, 'wx');
    await file.writeFile(text);
    await file.close();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Problem('bad-input', code === 'EEXIST' ? `${out} is there already, and is not overwritten.` : `${out} cannot be written: ${(error as Error).message}.`, 'Name another file with --out.', [{ file: out, says: code ?? 'write failed' }]);
  }
  process.stderr.write(`Written to ${out}. Keep what the model reads, set the tiers, then: attending audit ${folder} --charter ${out}\n`);
}
