// Which notes were written, by whom, and what stands in them?
import { faultOf } from '../faults.ts';
import { organizationId, practitionerId, type Department } from '../hospitals.ts';
import { chanceOf, ofStay, type Entry, type Family } from './family.ts';
import { hour, loinc, meta, minute, moment, oneDay, refer } from './fhir.ts';
import { admissionNote, clinicNote, consultNote, dischargeNote, emergencyNote, progressNote, type Culture } from './note-text.ts';
import { placeAt, type Period, type Stay, type Story } from './story.ts';

const kinds = {
  emergency: ['34111-5', 'Emergency department Note'],
  admission: ['34117-2', 'History and physical note'],
  progress: ['11506-3', 'Progress note'],
  consult: ['11488-4', 'Consult note'],
  discharge: ['18842-5', 'Discharge summary'],
} as const;

/** The notes of every stay. `faulty` departments write as `faults.ts` says. */
export const documents = (faulty: boolean): Family =>
  function* (story, period) {
    for (const stay of story.stays) {
      const random = chanceOf(`notes ${stay.id}`, story, period);
      let number = 0;
      const note = (kind: keyof typeof kinds, at: number, text: string) => document(story, stay, period, `doc-${stay.id.slice(4)}-${++number}`, kind, at, text);
      if (stay.kind === 'ambulatory') {
        yield note('progress', stay.end, clinicNote(random, story, stay, cultureOf(stay, stay.moves[0]!.department, faulty)));
        continue;
      }
      if (stay.moves[0]!.department.kind === 'emergency') yield note('emergency', Math.min(stay.end, stay.start + 2 * hour), emergencyNote(random, story, stay));
      if (stay.kind === 'emergency') continue;
      yield note('admission', Math.min(stay.end, stay.start + random.integer(4, 12) * hour), admissionNote(random, story, stay));
      let before: string | null = null;
      const consulted = random.chance(0.35) ? random.integer(1, 3) : 0;
      // Rounds are in the morning, about 9:00 on the wall clock.
      for (let day = 2, at = (Math.floor(stay.start / oneDay) + 1) * oneDay + 16 * hour + random.integer(-60, 90) * minute; at < stay.end; day++, at += oneDay) {
        const department = placeAt(stay, at);
        before = progressNote(random, story, stay, department, day, before, cultureOf(stay, department, faulty));
        yield note('progress', at, before);
        if (day - 1 === consulted && at + 3 * hour < stay.end) yield note('consult', at + 3 * hour, consultNote(random, story, stay));
      }
      if (!stay.ongoing && random.chance(0.97)) yield note('discharge', stay.end, dischargeNote(random, story, stay));
    }
  };

function cultureOf(stay: Stay, department: Department, faulty: boolean): Culture {
  const isAt = (id: 'templated-notes' | 'copied-notes') => faulty && faultOf(id).hospital === stay.hospital.slug && faultOf(id).department === department.slug;
  return {
    templated: isAt('templated-notes') ? faultOf('templated-notes').share : department.templated,
    // A department that lives off its template copies less; the shares stay those of the declaration.
    copied: isAt('copied-notes') ? faultOf('copied-notes').share : isAt('templated-notes') ? 0 : department.copied,
  };
}

function document(story: Story, stay: Stay, period: Period, id: string, kind: keyof typeof kinds, at: number, text: string): Entry {
  const [code, display] = kinds[kind];
  const department = placeAt(stay, at);
  const random = chanceOf(`signed ${id}`, story, period);
  const signed = Math.min(period.to, at + random.exponential(kind === 'discharge' ? 18 : 2) * hour);
  return ofStay(stay, department, at, {
    resourceType: 'DocumentReference',
    id,
    meta,
    status: 'current',
    docStatus: 'final',
    type: { coding: [{ system: loinc, code, display }] },
    category: [{ coding: [{ system: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category', code: 'clinical-note', display: 'Clinical Note' }] }],
    subject: refer('Patient', story.id),
    date: moment(signed, stay.hospital),
    author: [refer('Practitioner', practitionerId(stay.hospital, department, kind === 'consult' ? random.integer(1, department.attendings) : 1 + (stay.attending % department.attendings)))],
    custodian: refer('Organization', organizationId(stay.hospital)),
    content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: Buffer.from(text).toString('base64'), title: display, creation: moment(at, stay.hospital) } }],
    context: { encounter: [refer('Encounter', stay.id)], period: { start: moment(at, stay.hospital) } },
  });
}
