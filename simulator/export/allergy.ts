// What must the patient not be given?
import { chanceOf, ofStay, type Family } from './family.ts';
import { concept, hl7, meta, moment, refer, rxnorm, snomed } from './fhir.ts';
import { allergens } from './knowledge.ts';

/** One in four patients has an allergy on record; half of the others have "no known allergy" (SNOMED 716186003) written down. */
export const allergies: Family = function* (story, period) {
  const random = chanceOf('allergy', story, period);
  const stay = story.stays[0]!;
  const at = stay.start + 20 * 60_000;
  const base = {
    resourceType: 'AllergyIntolerance',
    id: `alg-${story.id.slice(4)}-1`,
    meta,
    clinicalStatus: { coding: [{ system: hl7('allergyintolerance-clinical'), code: 'active' }] },
    verificationStatus: { coding: [{ system: hl7('allergyintolerance-verification'), code: 'confirmed' }] },
    patient: refer('Patient', story.id),
    encounter: refer('Encounter', stay.id),
    recordedDate: moment(at, stay.hospital),
  };
  const department = stay.moves[0]!.department;
  if (random.chance(0.25)) {
    const allergen = random.pick(allergens);
    yield ofStay(stay, department, at, {
      ...base,
      type: 'allergy',
      category: ['medication'],
      criticality: random.chance(0.2) ? 'high' : 'low',
      code: concept(rxnorm, allergen.rxnorm, allergen.name),
      reaction: [{ manifestation: [concept(snomed, allergen.snomed, allergen.reaction)] }],
    });
  } else if (random.chance(0.5)) yield ofStay(stay, department, at, { ...base, code: concept(snomed, '716186003', 'No known allergy') });
};
