// Which mapping would fit these tables, judged by the names of their columns?
import { stringify } from 'yaml';
import { Problem } from '../../../base/problem.ts';
import { findTables, type TableFile } from '../tables/find-tables.ts';
import { fillHeaders } from '../tables/stage-tables.ts';
import { bindMapping } from './bind-mapping.ts';
import { readMappingText } from './read-mapping.ts';

const loinc = (code: string, display: string) => ({ system: 'http://loinc.org', code, display });

/** What wide tables call vital signs, and what LOINC and UCUM call them. */
const vitals: { names: RegExp; code: ReturnType<typeof loinc>; unit: string }[] = [
  { names: /^(hr|heart_?rate|pulse|puls)$/, code: loinc('8867-4', 'Heart rate'), unit: '/min' },
  { names: /^(rr|resp|respiration|respiratory_?rate|resp_?rate)$/, code: loinc('9279-1', 'Respiratory rate'), unit: '/min' },
  { names: /^(spo2|sao2|o2_?sat|oxygen_?saturation|saturation)$/, code: loinc('59408-5', 'Oxygen saturation by pulse oximetry'), unit: '%' },
  { names: /^(temp|temperature|body_?temp(erature)?|temp_?c)$/, code: loinc('8310-5', 'Body temperature'), unit: 'Cel' },
  { names: /^(sbp|systolic(_?bp)?|systemic_?systolic|non_?invasive_?systolic|nibp_?sys(tolic)?|sys)$/, code: loinc('8480-6', 'Systolic blood pressure'), unit: 'mm[Hg]' },
  { names: /^(dbp|diastolic(_?bp)?|systemic_?diastolic|non_?invasive_?diastolic|nibp_?dia(stolic)?|dia)$/, code: loinc('8462-4', 'Diastolic blood pressure'), unit: 'mm[Hg]' },
  { names: /^(map|mbp|systemic_?mean|mean_?(arterial_?)?pressure)$/, code: loinc('8478-0', 'Mean blood pressure'), unit: 'mm[Hg]' },
  { names: /^(weight|weight_?kg|body_?weight)$/, code: loinc('29463-7', 'Body weight'), unit: 'kg' },
  { names: /^(height|height_?cm|body_?height)$/, code: loinc('8302-2', 'Body height'), unit: 'cm' },
  { names: /^lactate$/, code: loinc('2524-7', 'Lactate'), unit: 'mmol/L' },
  { names: /^creatinine$/, code: loinc('2160-0', 'Creatinine'), unit: 'mg/dL' },
  { names: /^(wbc|leukocytes)$/, code: loinc('6690-2', 'Leukocytes'), unit: '10*3/uL' },
];

const roles = {
  subject: /^(patient|person|subject|pat|pt|unique_?p|patient_?health)?_?(id|mrn|pid|nr|no|num(ber)?)$|^(mrn|uniquepid|subject_?id|patient)$/,
  encounter: /^(encounter|visit|stay|admission|hadm|csn|case|patient_?unit_?stay|icustay|unit_?stay|account)(_?(id|nr|no|num(ber)?|key))?$/,
  time: /^(time|date|datetime|timestamp|chart_?time|taken(_?at)?|collected(_?at)?|observed(_?at)?|event_?(time|date)|start(_?(time|date))?|since|at|admi(t|ssion|tted)(_?(time|date|at))?|.*(chart|start|collect|order|effective|performed|onset|note|service|draw)_?(time|date|datetime))$/,
  offset: /offset$/,
  end: /^(end|stop|until|discharged?)(_?(time|date|at))?$|(end|stop|discharge)_?(time|date|datetime)$/,
  recorded: /^(recorded|released|issued|entered|filed|stored|result)_?(time|date|at|datetime)?$/,
  value: /^(value|result|value_?num(eric)?|lab_?result|result_?value|numeric_?value)$/,
  unit: /^(unit|units|uom|value_?uom|unit_?of_?measure|.*measure_?name_?(system|interface))$/,
  code: /^(code|item_?id|item|test|test_?(code|name)|lab_?name|label|loinc|icd(_?(9|10))?(_?(cm|code))?|icd9code|drug|drug_?name|medication|medication_?name|procedure|procedure_?code|diagnosis|diagnosis_?(code|string)|note_?type|type)$/,
  facility: /^(hospital|facility|site|institution|organi[sz]ation)(_?(id|code|name))?$/,
  department: /^(ward|department|dept|unit_?type|care_?unit|location|nursing_?unit)(_?(id|code|name))?$/,
  gender: /^(gender|sex)$/,
  birthDate: /^(dob|birth_?date|date_?of_?birth|birthdate)$/,
  note: /^(note|text|note_?text|report|report_?text|body|content)$/,
  clinician: /^(provider|clinician|physician|doctor|attending|ordering_?provider|author)(_?id)?$/,
} as const;
type Role = keyof typeof roles;

/** What a table is by its name, the first that fits. */
const kinds: [RegExp, string][] = [
  [/vital|observation|lab|result|measure|chart|flowsheet/, 'Observation'],
  [/admin|mar\b|emar|infusion/, 'MedicationAdministration'],
  [/med|drug|prescri|rx/, 'MedicationRequest'],
  [/diag|condition|problem|icd/, 'Condition'],
  [/proc|surger|operation/, 'Procedure'],
  [/note|document|report|letter/, 'DocumentReference'],
  [/allerg/, 'AllergyIntolerance'],
  [/immun|vaccin/, 'Immunization'],
  [/encounter|visit|stay|admission/, 'Encounter'],
  [/patient|person|demograph/, 'Patient'],
];

/** Proposes a mapping for the tables of a folder: what is sure by name is filled in, what is not is left as a comment. @throws Problem when there are no tables. */
export async function proposeMapping(folder: string, workspace: string): Promise<string> {
  const { tables } = await findTables(folder);
  await fillHeaders(tables, workspace);
  const readable = tables.filter(({ trouble, header }) => !trouble && header.length > 0);
  if (readable.length === 0) throw new Problem('bad-input', 'The folder holds no table.', 'Give the folder with the CSV, TSV or Parquet files.', [{ file: folder, says: tables[0]?.trouble ?? 'no .csv, .tsv or .parquet' }]);
  const offsets = readable.some(({ header }) => header.some((one) => roles.offset.test(one.toLowerCase())));
  const admission = offsets ? readable.find((file) => find(file, 'encounter') && /patient|stay|admission|encounter/.test(file.stem)) : undefined;
  const records: { comment: string; record: Record<string, unknown> }[] = [];
  for (const file of readable) records.push(...recordsOf(file, admission));
  const whole = `attending: mapping/1
# Times that say no zone: UTC, an offset such as -07:00, or a name such as America/Phoenix.
zone: UTC
${admission ? `anchors:
  # Offsets count from this moment. A constant stands here because no date is known: months then mean nothing.
  admission: { file: ${JSON.stringify(admission.stem)}, key: ${JSON.stringify(find(admission, 'encounter'))}, at: { constant: "2000-01-01T00:00:00Z" } }
` : ''}records:
${records.map(({ comment, record }) => `${comment}${stringify([record], { lineWidth: 0 }).trimEnd().split('\n').map((line) => `  ${line}`).join('\n')}`).join('\n')}
`;
  // What is proposed must be what the product accepts.
  if (records.length > 0) bindMapping(readMappingText(whole, 'mapping.yaml'), tables);
  return `# A proposal, from the names of the columns. Look at every line: a wrong column here is a wrong audit later.\n${records.length === 0 ? '# No table could be recognised; the columns are listed by `attending audit map`.\n' : ''}${whole}`;
}

const find = ({ header }: TableFile, role: Role, not: readonly (string | undefined)[] = []): string | undefined => header.find((one) => roles[role].test(one.toLowerCase().trim()) && !not.includes(one));

function recordsOf(file: TableFile, admission: TableFile | undefined): { comment: string; record: Record<string, unknown> }[] {
  const made: { comment: string; record: Record<string, unknown> }[] = [];
  const named = kinds.find(([pattern]) => pattern.test(file.stem))?.[1];
  const encounter = find(file, 'encounter');
  const subject = find(file, 'subject', [encounter]);
  const facility = find(file, 'facility');
  const department = find(file, 'department');
  const wide = file.header.flatMap((column) => {
    const vital = vitals.find(({ names }) => names.test(column.toLowerCase().trim()));
    return vital ? [{ column, code: vital.code, unit: vital.unit }] : [];
  });
  const offset = admission && encounter ? file.header.find((one) => roles.offset.test(one.toLowerCase())) : undefined;
  const plain = find(file, 'time');
  const time = plain ?? (offset ? { offset, unit: 'minutes', from: 'admission' } : undefined);
  const end = find(file, 'end', [plain]);
  const given = find(file, 'recorded', [plain, end, find(file, 'value')]);
  const later = offset ? file.header.find((one) => one !== offset && /(revised|entered|recorded|released)_?offset$/.test(one.toLowerCase())) : undefined;
  const recorded = given ?? (later ? { offset: later, unit: 'minutes', from: 'admission' } : undefined);
  const used = new Set<string>();
  const add = (resource: string, record: Record<string, unknown>, why: string) => {
    const filled = Object.fromEntries(Object.entries({ file: file.stem, resource, ...record }).filter(([, value]) => value !== undefined));
    JSON.stringify(filled, (_, value: unknown) => {
      if (typeof value === 'string') used.add(value);
      return value;
    });
    made.push({ comment: `  # ${why}\n`, record: filled });
  };
  const about = { subject, encounter };
  if (subject && (named === 'Patient' || find(file, 'gender') || find(file, 'birthDate'))) add('Patient', { id: subject, ...(named !== 'Patient' || encounter ? { distinct: true } : {}), gender: find(file, 'gender'), birthDate: find(file, 'birthDate') }, `${file.name}: who the patients are.`);
  if (encounter && (named === 'Encounter' || facility || department)) add('Encounter', { id: encounter, subject, ...(named !== 'Encounter' ? { distinct: true } : {}), time: plain ?? (admission === file ? { offset: encounter, unit: 'minutes', from: 'admission' } : undefined), end, facility, department, clinician: find(file, 'clinician') }, `${file.name}: stays, in which hospital and department.`);
  const encounterMade = made.at(-1);
  if (encounterMade?.record['resource'] === 'Encounter' && typeof encounterMade.record['time'] === 'object') encounterMade.record['time'] = { constant: '2000-01-01T00:00:00Z' };
  if (wide.length > 1) add('Observation', { id: ownId(file), ...about, time, category: { constant: 'vital-signs' }, columns: wide }, `${file.name}: a column per measurement. Check the units.`);
  else if (named === 'Observation' && find(file, 'code')) add('Observation', { id: ownId(file), ...about, time, recorded, ...(/lab/.test(file.stem) ? { category: { constant: 'laboratory' } } : /vital/.test(file.stem) ? { category: { constant: 'vital-signs' } } : {}), code: codeOf(file, 'code'), value: find(file, 'value'), unit: find(file, 'unit') }, `${file.name}: a row per measurement. Give \`code\` a system, or a map from each value to LOINC.`);
  else if (named && !['Patient', 'Encounter', 'Observation'].includes(named) && (find(file, 'code') || find(file, 'note')))
    add(named, { id: ownId(file), ...about, time, ...(named !== 'DocumentReference' && named !== 'MedicationRequest' && { end }), code: codeOf(file, 'code', find(file, 'note')), ...(named === 'DocumentReference' && { note: find(file, 'note', [find(file, 'code')]), clinician: find(file, 'clinician') }) }, `${file.name}: ${named}. Give \`code\` its system.`);
  const rest = file.header.filter((one) => !used.has(one));
  const first = made[0];
  if (first && rest.length > 0) first.comment += `  # Columns left out: ${rest.join(', ').replace(/[\r\n]+/g, ' ').slice(0, 400)}\n`;
  return made;
}

/** The key of the table's own rows: `labid` in `lab`. */
const ownId = ({ header, stem }: TableFile): string | undefined => header.find((one) => one.toLowerCase().replace(/[^a-z0-9]/g, '') === `${stem.replace(/[^a-z0-9]/g, '')}id`);

const codeOf = (file: TableFile, role: Role, not?: string): unknown => {
  const column = find(file, role, [not]);
  if (!column) return undefined;
  if (/loinc/i.test(column)) return { column, system: 'http://loinc.org' };
  if (/icd_?9/i.test(column)) return { column, system: 'http://hl7.org/fhir/sid/icd-9-cm' };
  if (/icd/i.test(column)) return { column, system: 'http://hl7.org/fhir/sid/icd-10-cm' };
  return column;
};
