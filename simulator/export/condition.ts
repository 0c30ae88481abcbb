// Which problems and diagnoses are on record?
import { chanceOf, ofStay, type Family } from './family.ts';
import { dayOf, hl7, hour, icd10, meta, moment, oneDay, refer, snomed, year, type Resource } from './fhir.ts';
import { chronic, sepsis, type Diagnosis } from './knowledge.ts';
import type { Stay, Story } from './story.ts';

/** The problem list, taken down at the first contact, and the diagnoses of each stay. */
export const conditions: Family = function* (story, period) {
  const random = chanceOf('condition', story, period);
  const first = story.stays[0]!;
  for (const [at, key] of story.chronic.entries()) {
    const onset = Math.max(story.birth + 15 * year, period.from - random.exponential(6) * year);
    const recorded = first.start + 40 * 60_000;
    const department = first.moves.at(-1)!.department;
    yield ofStay(first, department, recorded, {
      ...condition(`cond-${story.id.slice(4)}-p${at + 1}`, chronic[key], 'problem-list-item', story, first, recorded),
      ...(random.chance(0.8) && { onsetDateTime: dayOf(onset) }),
    });
  }
  for (const stay of story.stays) {
    // Discharge diagnoses are coded after the stay; a stay that goes on has the working diagnosis only.
    const recorded = stay.ongoing ? stay.start + 3 * hour : Math.min(period.to, stay.end + random.exponential(0.7) * oneDay);
    const department = stay.moves.at(-1)!.department;
    const found = [stay.diagnosis, ...(stay.septic && (!stay.ongoing || random.chance(0.6)) ? [sepsis] : [])];
    for (const [at, diagnosis] of found.entries())
      yield ofStay(stay, department, recorded, {
        ...condition(`cond-${stay.id.slice(4)}-d${at + 1}`, diagnosis, 'encounter-diagnosis', story, stay, recorded),
        onsetDateTime: moment(stay.start, stay.hospital),
      });
  }
};

function condition(id: string, diagnosis: Diagnosis, category: string, story: Story, stay: Stay, recorded: number): Resource {
  return {
    resourceType: 'Condition',
    id,
    meta,
    clinicalStatus: { coding: [{ system: hl7('condition-clinical'), code: 'active' }] },
    verificationStatus: { coding: [{ system: hl7('condition-ver-status'), code: 'confirmed' }] },
    category: [{ coding: [{ system: hl7('condition-category'), code: category }] }],
    code: {
      coding: [
        { system: icd10, code: diagnosis.icd10, display: diagnosis.name },
        { system: snomed, code: diagnosis.snomed, display: diagnosis.name },
      ],
      text: diagnosis.name,
    },
    subject: refer('Patient', story.id),
    encounter: refer('Encounter', stay.id),
    recordedDate: moment(recorded, stay.hospital),
  };
}
