// Which FHIR shapes and words do all resource families share?
import { hospitalOf, localOffset, type Hospital } from '../hospitals.ts';

/** A FHIR R4 resource, as written. */
export interface Resource {
  resourceType: string;
  id: string;
  [element: string]: unknown;
}

export interface Coding {
  system: string;
  code: string;
  display?: string;
}

export const loinc = 'http://loinc.org';
export const snomed = 'http://snomed.info/sct';
export const icd10 = 'http://hl7.org/fhir/sid/icd-10-cm';
export const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const ucum = 'http://unitsofmeasure.org';
export const hl7 = (name: string) => `http://terminology.hl7.org/CodeSystem/${name}`;

/** Every resource names its origin; the label HTEST ("test health data") is the v3 ActReason code for data that are nobody's. */
export const source = 'urn:attending:simulator:synthetic';
const htest = { system: hl7('v3-ActReason'), code: 'HTEST', display: 'test health data' };
export const meta = { source, security: [htest] };
export const patientMeta = { source, security: [htest], tag: [htest] };
/** High-volume records carry the origin only. */
export const shortMeta = { source };

export const concept = (system: string, code: string, display: string) => ({ coding: [{ system, code, display }], text: display });
export const refer = (type: string, id: string) => ({ reference: `${type}/${id}` });
export const quantity = (value: number, unit: string, code = unit) => ({ value, unit, system: ucum, code });

/** A time as this hospital's interface sends it: UTC with Z, or local with its offset. The moment is the same. */
export function moment(at: number, hospital: Hospital | string): string {
  const { sends } = typeof hospital === 'string' ? hospitalOf(hospital) : hospital;
  if (sends === 'utc') return `${new Date(at).toISOString().slice(0, 19)}Z`;
  return `${new Date(at + localOffset * 3_600_000).toISOString().slice(0, 19)}-07:00`;
}

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
export const minute = 60_000;
export const hour = 3_600_000;
export const oneDay = 86_400_000;
export const year = 365.25 * oneDay;
/** To so many decimals, as a device or a laboratory reports. */
export const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));
