// How long do flat views over a read export take, as an audit would ask for them?
import { openExport, viewFields, viewSql, type ViewDefinition } from '../src/tools/fhir/fhir.ts';

const [folder, workspace] = process.argv.slice(2);
if (!folder || !workspace) throw new Error('FOLDER WORKSPACE');

const column = (name: string, path: string, type = 'string') => ({ name, path, type });
const views: Record<string, ViewDefinition> = {
  patient: { resource: 'Patient', select: [{ column: [column('birth', 'birthDate'), column('gender', 'gender'), column('family', 'name.family.first()')] }] },
  encounter: { resource: 'Encounter', select: [{ column: [column('status', 'status'), column('start', 'period.start'), column('stop', 'period.end'), column('patient', 'subject.getReferenceKey(Patient)'), column('class', 'class.code'), column('location', 'location.location.reference.first()')] }] },
  observation: { resource: 'Observation', select: [{ column: [column('patient', 'subject.getReferenceKey(Patient)'), column('at', 'effective.ofType(dateTime)'), column('value', 'value.ofType(Quantity).value', 'decimal'), column('unit', 'value.ofType(Quantity).code'), column('status', 'status'), column('encounter', 'encounter.reference')] }] },
  codes: { resource: 'Observation', select: [{ forEach: 'code.coding', column: [column('system', 'system'), column('code', 'code')] }] },
  loinc: { resource: 'Observation', select: [{ column: [column('is_bp', "code.coding.where(system = 'http://loinc.org' and code = '85354-9').exists()", 'boolean'), column('value', 'value.exists()', 'boolean')] }] },
  components: { resource: 'Observation', select: [{ forEach: 'component', column: [column('code', 'code.coding.code.first()'), column('value', 'value.ofType(Quantity).value', 'decimal')] }] },
  administration: { resource: 'MedicationAdministration', select: [{ column: [column('patient', 'subject.getReferenceKey(Patient)'), column('at', 'effective.ofType(dateTime)'), column('code', 'medication.ofType(CodeableConcept).coding.code.first()')] }] },
};
const fields: Record<string, string[]> = {};
for (const view of Object.values(views)) fields[view.resource] = [...new Set([...(fields[view.resource] ?? []), ...viewFields(view)])];

const clock = () => Number(process.hrtime.bigint()) / 1e9;
let start = clock();
const handle = await openExport(folder, { workspace, fields });
console.log('open', (clock() - start).toFixed(2), handle.fromCache ? 'from cache' : '');
for (const [name, view] of Object.entries(views)) {
  start = clock();
  const sql = viewSql(view, { relation: `raw_${view.resource}`, fields: viewFields(view), extra: ['_file', '_line', 'id'] });
  const rows = await handle.database.rows(`SELECT count(*) AS n, count(COLUMNS(* EXCLUDE (_file, _line, id))) FROM (${sql})`);
  console.log(name.padEnd(16), (clock() - start).toFixed(2), JSON.stringify(rows[0]));
}
await handle.close();
console.log('peak RSS', Math.round(process.resourceUsage().maxRSS / 1024), 'MB');
