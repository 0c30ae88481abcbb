// Which notes were written, by whom, and what stands in them?
import { faultOf } from '../faults.ts';
import { organizationId, practitionerId, type Department } from '../hospitals.ts';
import { chanceOf, ofStay, type Entry, type Family } from './family.ts';
import { hour, loinc, meta, minute, moment, oneDay, refer } from './fhir.ts';
import { admissionNote, clinicNote, consultNote, dischargeNote, emergencyNote, firstHistory, progressNote, type Culture, type Pasted } from './note-text.ts';
import { observations } from './observation.ts';
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
    const history = firstHistory(chanceOf('first history', story, period), story);
    const values = story.stays.some(({ kind }) => kind !== 'ambulatory') ? vitalsOf(story, period) : new Map<string, Charted[]>();
    for (const [visit, stay] of story.stays.entries()) {
      const random = chanceOf(`notes ${stay.id}`, story, period);
      const pasted = (at: number): Pasted => pastedAt(values.get(stay.id) ?? [], at);
      const carried = faulty && carriesHistory(stay, story, visit) ? `${history}\n` : '';
      let number = 0;
      const note = (kind: keyof typeof kinds, at: number, text: string) => document(story, stay, period, `doc-${stay.id.slice(4)}-${++number}`, kind, at, `${visit === 0 && number === 1 ? `${history}\n` : carried}${text}`);
      if (stay.kind === 'ambulatory') {
        yield note('progress', stay.end, clinicNote(random, story, stay, cultureOf(stay, stay.moves[0]!.department, faulty)));
        continue;
      }
      if (stay.moves[0]!.department.kind === 'emergency') {
        const at = Math.min(stay.end, stay.start + 2 * hour);
        yield note('emergency', at, emergencyNote(random, story, stay, pasted(at)));
      }
      if (stay.kind === 'emergency') continue;
      yield note('admission', Math.min(stay.end, stay.start + random.integer(4, 12) * hour), admissionNote(random, story, stay));
      let before: string | null = null;
      const consulted = random.chance(0.35) ? random.integer(1, 3) : 0;
      // Rounds are in the morning, about 9:00 on the wall clock.
      for (let day = 2, at = (Math.floor(stay.start / oneDay) + 1) * oneDay + 16 * hour + random.integer(-60, 90) * minute; at < stay.end; day++, at += oneDay) {
        const department = placeAt(stay, at);
        before = progressNote(random, story, stay, department, day, before, cultureOf(stay, department, faulty), pasted(at));
        yield note('progress', at, before);
        if (day - 1 === consulted && at + 3 * hour < stay.end) yield note('consult', at + 3 * hour, consultNote(random, story, stay));
      }
      if (!stay.ongoing && random.chance(0.97)) yield note('discharge', stay.end, dischargeNote(random, story, stay));
    }
  };

/** Who comes often gets the history of the first visit pasted into every note of the faulty department's stays. */
function carriesHistory(stay: Stay, story: Story, visit: number): boolean {
  const { hospital, department, share } = faultOf('stale-history');
  return visit >= 3 && stay.kind === 'inpatient' && stay.hospital.slug === hospital && stay.moves.some((move) => move.department.slug === department) && (story.number * 7919) % 100 < share * 100;
}

/** A value as it was charted, by the name the record system pastes. */
interface Charted {
  at: number;
  name: string;
  text: string;
}

const pastedNames: Record<string, readonly [name: string, unit: string]> = { '8867-4': ['HR', '/min'], '9279-1': ['RR', '/min'], '8310-5': ['T', 'C'], '59408-5': ['SpO2', '%'] };

/** The vital signs of each stay, told again exactly as the observations tell them. */
function vitalsOf(story: Story, period: Period): Map<string, Charted[]> {
  const byStay = new Map<string, Charted[]>();
  for (const { resource, at } of observations(story, period)) {
    const { code, valueQuantity, encounter } = resource as unknown as { code: { coding: [{ code: string }] }; valueQuantity?: { value: number }; encounter: { reference: string } };
    const known = pastedNames[code.coding[0].code];
    if (!known || !valueQuantity) continue;
    const stay = encounter.reference.slice('Encounter/'.length);
    byStay.set(stay, [...(byStay.get(stay) ?? []), { at, name: known[0], text: `${known[0]} ${valueQuantity.value} ${known[1]}` }]);
  }
  return byStay;
}

/** The newest of each before the note. */
function pastedAt(charted: readonly Charted[], at: number): Pasted {
  const newest = new Map<string, string>();
  for (const one of charted) if (one.at <= at) newest.set(one.name, one.text);
  return newest.size === 0 ? '' : [...newest.values()].join('\n');
}

function cultureOf(stay: Stay, department: Department, faulty: boolean): Culture {
  const isAt = (id: 'templated-notes' | 'copied-notes') => faulty && faultOf(id).hospital === stay.hospital.slug && faultOf(id).department === department.slug;
  return {
    // A department that lives off its template copies less, and the other way round; the shares stay those of the declaration.
    templated: isAt('templated-notes') ? faultOf('templated-notes').share : isAt('copied-notes') ? 0.03 : department.templated,
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
