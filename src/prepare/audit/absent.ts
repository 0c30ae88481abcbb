// What is not in this export at all, and what does that mean for the model?
import { sampleFields, expressionFields, type ExportHandle } from '../../tools/fhir/fhir.ts';
import type { CharterInput } from './charter-input.ts';
import type { AuditDocument, Finding } from './model.ts';

type Absence = AuditDocument['absent'][number];

const essential: readonly { type: string; what: string; means: string }[] = [
  { type: 'Patient', what: 'Patient resources', means: 'Nobody can be counted by patient; only encounters can.' },
  { type: 'Encounter', what: 'Encounter resources', means: 'Nothing can be told apart by facility, department or clinician, and no window around an encounter can be checked.' },
];

/** A population nobody belongs to is the first thing to say: every number per patient or encounter is then not measurable. */
export function emptyPopulation({ population }: CharterInput['data'], summary: AuditDocument['summary'], encountersInExport: number): Absence[] {
  if (summary.patients > 0 || summary.encounters > 0 || encountersInExport === 0) return [];
  const { encounterClasses, from, to } = population;
  const asked = [encounterClasses.length > 0 && `of class ${encounterClasses.join(' or ')}`, from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(' ');
  const there = summary.from && summary.to ? `; the export runs from ${summary.from} to ${summary.to}` : '';
  return [{ what: `Nobody of the charter's population is in the export: none of its ${encountersInExport.toLocaleString('en-US')} encounters is ${asked || 'usable'}${there}`, element: null, means: 'No completeness can be measured. Correct `data.population` in the charter, or export the encounters it means.' }];
}

/** Absence is said, never shown as 0 %: nothing was measured. */
export async function whatIsAbsent(handle: ExportHandle, input: CharterInput, findings: readonly Finding[], noteTypesFound: ReadonlyMap<string, number>): Promise<Absence[]> {
  const { elements, noteTypes } = input.data;
  const absent: Absence[] = [];
  const has = (type: string) => (handle.resources[type] ?? 0) > 0;
  for (const { type, what, means } of essential) if (!has(type)) absent.push({ what, element: null, means });
  const overall = (id: string) => findings.find((finding) => finding.check === 'C01' && finding.element === id && finding.unit.facility === null);
  // Only where a field seems missing is it worth opening the files again.
  const sampled = elements.some(({ id }) => (overall(id)?.n ?? 0) > 0 && overall(id)?.k === 0) ? await sampleFields(handle.folder) : {};
  for (const [at, element] of elements.entries()) {
    const promised = `The model depends on it (${element.tier}).`;
    const line = input.lineOf(['elements', at, 'path']);
    const where = input.file && line ? ` (${input.file}, line ${line})` : '';
    if (!has(element.resource)) {
      absent.push({ what: `${element.name}: no ${element.resource} in the export at all`, element: element.id, means: `${promised} Ask whether ${element.resource} was left out of the export, or is not fed at all.` });
      continue;
    }
    const carried = Object.keys(sampled[element.resource]?.fields ?? {});
    const missing = expressionFields(element.path, element.resource).filter((field) => !carried.includes(field));
    const rows = overall(element.id);
    if ((rows?.n ?? 0) === 0) {
      const codes = element.codes.map(({ code, display }) => (display ? `${code} ${display}` : code));
      absent.push({ what: `${element.name}: no ${element.resource}${codes.length > 0 ? ` with ${codes.length === 1 ? `the code ${codes[0]}` : `one of the ${codes.length} codes (${codes.slice(0, 3).join(', ')}${codes.length > 3 ? ' …' : ''})`}` : ' the charter means'}`, element: element.id, means: `${promised} Either it is recorded under other codes (then name them in the charter), or this feed is missing.` });
    } else if (rows?.k === 0)
      absent.push({
        what: `${element.name}: \`${element.path}\` is empty in all ${rows.n.toLocaleString('en-US')} resources${missing.length > 0 ? `; no ${element.resource} sampled has a field ${missing.map((field) => `\`${field}\``).join(' or ')}` : ''}${where}`,
        element: element.id,
        means: `${promised} Check the path for a slip; if it is right, the source does not send this field.`,
      });
  }
  const notes = ['DocumentReference', 'DiagnosticReport', 'Composition'].filter(has);
  if (notes.length === 0) absent.push({ what: 'Clinical notes: no DocumentReference, DiagnosticReport or Composition in the export', element: null, means: noteTypes.length > 0 ? `The product depends on notes (${noteTypes.map(({ name }) => name).join(', ')}): the text layer cannot be audited.` : 'The text layer cannot be audited.' });
  else for (const note of noteTypes) if ((noteTypesFound.get(note.name) ?? 0) === 0) absent.push({ what: `Note type ${note.name}: none in the export`, element: null, means: `The product depends on it (${note.tier}). Ask where these notes are routed.` });
  if (has('Observation') && (noteTypesFound.get('laboratory') ?? 0) === 0) absent.push({ what: 'Laboratory results: no numeric Observation of the category laboratory', element: null, means: 'Whatever the model reads of blood or urine cannot be checked here.' });
  return absent;
}
