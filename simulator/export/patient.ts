// Who is the patient, on paper?
import { chanceOf, ofPatient, type Family } from './family.ts';
import { dayOf, hl7, moment, patientMeta, refer } from './fhir.ts';
import { organizationId } from '../hospitals.ts';
import { personName } from './names.ts';

const streets = ['Mesquite Street', 'Agave Avenue', 'Palo Verde Road', 'Canyon Drive', 'Mission Lane'] as const;
const languages = [['en', 'English', 0.74], ['es', 'Spanish', 0.21], ['nv', 'Navajo', 0.05]] as const;

/** The Patient: name, birth date, address and telephone as complete as registration desks leave them. */
export const patients: Family = function* (story, period) {
  const random = chanceOf('patient', story, period);
  const name = personName(random, story.sex);
  const [language, display] = random.weighted(languages.map((one) => [one, one[2]] as const));
  yield ofPatient(story, period.from, {
    resourceType: 'Patient',
    id: story.id,
    meta: patientMeta,
    identifier: [
      {
        use: 'usual',
        type: { coding: [{ system: hl7('v2-0203'), code: 'MR', display: 'Medical record number' }] },
        system: `urn:attending:simulator:mrn:${story.hospital.code}`,
        value: `${story.hospital.code.toUpperCase()}${String(story.number).padStart(7, '0')}`,
      },
    ],
    active: true,
    name: [{ use: 'official', family: name.family, given: [name.given] }],
    ...(random.chance(0.86) && { telecom: [{ system: 'phone', value: `555-01${String(random.integer(0, 99)).padStart(2, '0')}`, use: 'home' }] }),
    gender: story.sex,
    birthDate: dayOf(story.birth),
    ...(story.died !== null && { deceasedDateTime: moment(story.died, story.hospital) }),
    ...(random.chance(0.95) && { address: [{ line: [`${random.integer(1, 999)} ${random.pick(streets)}`], city: story.hospital.city, state: 'AZ', postalCode: '00000', country: 'US' }] }),
    ...(random.chance(0.9) && { communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: language, display }] }, preferred: true }] }),
    managingOrganization: refer('Organization', organizationId(story.hospital)),
  });
};
