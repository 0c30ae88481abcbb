// What was done?
import { practitionerId } from '../hospitals.ts';
import { chanceOf, ofStay, type Family } from './family.ts';
import { concept, hour, meta, minute, moment, refer, snomed } from './fhir.ts';
import { procedures as known } from './knowledge.ts';
import { placeAt } from './story.ts';

/** Operations of the admission reason, and blood cultures where an infection is suspected. */
export const procedures: Family = function* (story, period) {
  for (const stay of story.stays) {
    const random = chanceOf(`procedure ${stay.id}`, story, period);
    const planned = [
      ...(stay.infected && stay.kind !== 'ambulatory' ? [{ what: known.bloodCulture, at: stay.start + random.integer(25, 110) * minute, takes: 5 * minute }] : []),
      ...(stay.reason?.procedure ? [{ what: known[stay.reason.procedure], at: stay.start + random.integer(3, 14) * hour, takes: random.integer(40, 150) * minute }] : []),
    ].filter(({ at, takes }) => at + takes < stay.end);
    for (const [number, { what, at, takes }] of planned.entries()) {
      const department = placeAt(stay, at);
      yield ofStay(stay, department, at, {
        resourceType: 'Procedure',
        id: `proc-${stay.id.slice(4)}-${number + 1}`,
        meta,
        status: 'completed',
        code: concept(snomed, what.snomed, what.name),
        subject: refer('Patient', story.id),
        encounter: refer('Encounter', stay.id),
        performedPeriod: { start: moment(at, stay.hospital), end: moment(at + takes, stay.hospital) },
        performer: [{ actor: refer('Practitioner', practitionerId(stay.hospital, department, random.integer(1, department.attendings))) }],
      });
    }
  }
};
