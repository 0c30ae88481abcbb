// Where was the patient, when, and who was responsible?
import { locationId, organizationId, practitionerId } from '../hospitals.ts';
import { ofStay, type Family } from './family.ts';
import { hl7, meta, moment, refer } from './fhir.ts';
import type { Stay } from './story.ts';

const classes = { inpatient: ['IMP', 'inpatient encounter'], emergency: ['EMER', 'emergency'], ambulatory: ['AMB', 'ambulatory'] } as const;

export const encounters: Family = function* (story) {
  for (const stay of story.stays) {
    const [code, display] = classes[stay.kind];
    const when = (at: number) => moment(at, stay.hospital);
    const last = stay.moves.at(-1)!.department;
    yield ofStay(stay, last, stay.start, {
      resourceType: 'Encounter',
      id: stay.id,
      meta,
      identifier: [{ system: `urn:attending:simulator:visit:${stay.hospital.code}`, value: stay.id.slice(4) }],
      status: stay.ongoing ? 'in-progress' : 'finished',
      class: { system: hl7('v3-ActCode'), code, display },
      type: [{ text: last.name }],
      subject: refer('Patient', story.id),
      participant: [
        {
          type: [{ coding: [{ system: hl7('v3-ParticipationType'), code: 'ATND', display: 'attender' }] }],
          individual: refer('Practitioner', practitionerId(stay.hospital, last, stay.attending)),
        },
      ],
      period: { start: when(stay.start), ...(!stay.ongoing && { end: when(stay.end) }) },
      reasonCode: [{ text: stay.diagnosis.name }],
      ...(stay.kind !== 'ambulatory' && { hospitalization: hospitalization(stay) }),
      location: stay.moves.map((move, at) => {
        const here = stay.ongoing && at === stay.moves.length - 1;
        return {
          location: refer('Location', locationId(stay.hospital, move.department)),
          status: here ? 'active' : 'completed',
          period: { start: when(move.from), ...(!here && { end: when(move.to) }) },
        };
      }),
      serviceProvider: refer('Organization', organizationId(stay.hospital)),
    });
  }
};

function hospitalization(stay: Stay) {
  const viaEmergency = stay.moves[0]!.department.kind === 'emergency';
  const gone = stay.died ? ['exp', 'Expired'] : stay.severity > 0.6 ? ['snf', 'Skilled nursing facility'] : ['home', 'Home'];
  return {
    admitSource: { coding: [{ system: hl7('admit-source'), code: viaEmergency ? 'emd' : 'gp', display: viaEmergency ? 'From accident/emergency department' : 'General Practitioner referral' }] },
    ...(!stay.ongoing && { dischargeDisposition: { coding: [{ system: hl7('discharge-disposition'), code: gone[0], display: gone[1] }] } }),
  };
}

