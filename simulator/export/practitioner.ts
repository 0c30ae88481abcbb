// Which physicians work in which department?
import { hospitals, practitionerId } from '../hospitals.ts';
import { stream } from '../random.ts';
import { hl7, meta, type Resource } from './fhir.ts';
import { personName } from './names.ts';

export function* practitioners(seed: string): Iterable<Resource> {
  for (const hospital of hospitals)
    for (const department of hospital.departments)
      for (let number = 1; number <= department.attendings; number++) {
        const id = practitionerId(hospital, department, number);
        const random = stream(seed, id);
        const sex = random.chance(0.5) ? 'female' : 'male';
        const name = personName(random, sex);
        yield {
          resourceType: 'Practitioner',
          id,
          meta,
          identifier: [{ system: 'urn:attending:simulator:practitioner', value: id }],
          active: true,
          name: [{ family: name.family, given: [name.given], prefix: ['Dr.'] }],
          gender: sex,
          qualification: [{ code: { coding: [{ system: hl7('v2-0360'), code: 'MD', display: 'Doctor of Medicine' }] } }],
        };
      }
}
