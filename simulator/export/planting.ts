// How does each declared fault change the records it meets?
import { faultOf, faults, type Fault, type FaultId } from '../faults.ts';
import { between, stream, type Random } from '../random.ts';
import type { Entry } from './family.ts';
import { dayOf, hour, loinc, moment, quantity, refer, round, type Resource } from './fhir.ts';
import { chronic, laboratory, vitals } from './knowledge.ts';
import type { Period, Story } from './story.ts';

/** Changes one record: a resource in its place, several, or none. Null: this record is not one the fault is about. */
type Plant = (resource: Resource, about: { entry: Entry; story: Story; period: Period; random: Random }) => Resource[] | null;

type CodedObservation = Resource & { code: { coding: [{ system: string; code: string }] }; valueQuantity?: { value: number }; category: [{ coding: [{ code: string }] }] };
const isTest = (resource: Resource, code: string) => {
  const coding = (resource as CodedObservation).code.coding[0];
  return coding.system === loinc && coding.code === code;
};
const valueIn = (resource: Resource) => (resource as CodedObservation).valueQuantity!.value;
/** Lactate: 1 mmol/L is 9.008 mg/dL (molar mass 90.08 g/mol). */
const milligrams = (millimoles: number) => round(millimoles * 9.008, 1);
const category = (resource: Resource) => (resource as CodedObservation).category[0].coding[0].code;

const plants: Partial<Record<FaultId, Plant>> = {
  'silent-administrations': (_, { entry, period }) => (entry.at >= momentOf('silent-administrations', period) ? [] : null),
  'lactate-mg-dl': (resource) => (isTest(resource, laboratory.lactate.loinc) ? [{ ...resource, valueQuantity: quantity(milligrams(valueIn(resource)), 'mg/dL') }] : null),
  'lactate-mislabelled': (resource) => (isTest(resource, laboratory.lactate.loinc) ? [{ ...resource, valueQuantity: quantity(milligrams(valueIn(resource)), 'mmol/L') }] : null),
  'lactate-not-drawn': (resource) => (isTest(resource, laboratory.lactate.loinc) ? [] : null),
  'free-text-problems': (resource) =>
    category(resource) === 'problem-list-item' ? [{ ...resource, code: { text: (resource.code as { text: string }).text.toLowerCase() } }] : null,
  'late-vitals': (resource, { entry, period, random }) =>
    category(resource) === 'vital-signs' ? [{ ...resource, issued: moment(Math.min(period.to, entry.at + between(random, 3, 10) * hour), entry.hospital) }] : null,
  'duplicate-ids': (resource, { entry, period }) => (isOnDay('duplicate-ids', entry, period) ? [resource, resource] : null),
  'duplicate-vitals': (resource, { entry, period }) =>
    category(resource) === 'vital-signs' && isWithin('duplicate-vitals', entry, period) ? [resource, { ...resource, id: `${resource.id}-again` }] : null,
  'local-temperature': (resource) =>
    isTest(resource, vitals.temperature.loinc) ? [{ ...resource, code: { coding: [{ system: 'urn:attending:simulator:monitor', code: 'TEMP', display: 'Temp' }] } }] : null,
  'end-before-start': (resource, { entry, random }) => {
    const { start, end } = resource.period as { start: string; end?: string };
    return end ? [{ ...resource, period: { start, end: moment(entry.at - random.integer(2, 30) * hour, entry.hospital) } }] : null;
  },
  'dangling-encounters': (resource) => [{ ...resource, encounter: refer('Encounter', `${(resource.encounter as { reference: string }).reference.slice(10)}-purged`) }],
  'dangling-requesters': (resource, { random }) => [{ ...resource, requester: refer('Practitioner', `prac-left-${random.integer(1, 6)}`) }],
  'placeholder-999': (resource) => (isTest(resource, vitals.heartRate.loinc) ? [{ ...resource, valueQuantity: quantity(999, vitals.heartRate.unit) }] : null),
  'impossible-dates': (resource, { entry }) => (category(resource) === 'problem-list-item' ? [{ ...resource, onsetDateTime: `${dayOf(entry.at).slice(0, 4)}-02-30` }] : null),
  'uncoded-diabetes': (resource) => {
    const codings = (resource.code as { coding?: { code: string }[] }).coding;
    return codings?.some(({ code }) => code === chronic.diabetes.icd10) ? [] : null;
  },
  'consults-elsewhere': (resource) =>
    (resource.type as { coding: [{ code: string }] }).coding[0].code === '11488-4'
      ? [{ ...resource, content: [{ attachment: { contentType: 'text/plain', url: `https://consults.invalid/notes/${resource.id}`, title: 'Consult note' } }] }]
      : null,
};

/** From when on a fault holds. */
export const momentOf = (id: FaultId, period: Period): number => period.from + faultOf(id).at! * (period.to - period.from);
/** The day of a fault of one day, YYYY-MM-DD, as the hospital that sends UTC writes it. */
export const faultDay = (id: FaultId, period: Period): string => dayOf(momentOf(id, period));
const isWithin = (id: FaultId, { at }: Entry, period: Period) => {
  const from = momentOf(id, period);
  return at >= from && at < from + faultOf(id).lasts! * (period.to - period.from);
};
const isOnDay = (id: FaultId, entry: Entry, period: Period) => dayOf(entry.at) === faultDay(id, period);

export type Planted = Partial<Record<FaultId, number>>;

/** The planter of one export: hands every record through the faults of its place and counts what they changed. */
export function planter(period: Period) {
  const counts: Planted = {};
  const byType = new Map<string, Fault[]>();
  for (const fault of faults) byType.set(fault.resource, [...(byType.get(fault.resource) ?? []), fault]);
  return {
    counts,
    plant(entry: Entry, story: Story): Resource[] {
      for (const fault of byType.get(entry.resource.resourceType) ?? []) {
        if (fault.hospital !== entry.hospital.slug || (fault.department !== null && fault.department !== entry.department?.slug)) continue;
        const plant = plants[fault.id as FaultId];
        if (!plant) continue;
        // Drawn only where it is needed: most records are of no interest to most faults. Diabetes is forgotten by patient, everything else by record.
        let drawn: Random | undefined;
        const about = {
          entry,
          story,
          period,
          get random() {
            return (drawn ??= stream(period.seed, fault.id, fault.id === 'uncoded-diabetes' ? story.id : entry.resource.id));
          },
        };
        const planted = plant(entry.resource, about);
        if (planted === null || !about.random.chance(fault.share)) continue;
        counts[fault.id as FaultId] = (counts[fault.id as FaultId] ?? 0) + 1;
        return planted;
      }
      return [entry.resource];
    },
  };
}
