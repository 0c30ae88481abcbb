// What was prescribed, and what was really given?
import { practitionerId } from '../hospitals.ts';
import { chanceOf, ofStay, type Family, type Entry } from './family.ts';
import { concept, hl7, hour, meta, minute, moment, quantity, refer, rxnorm, shortMeta, snomed } from './fhir.ts';
import { acetaminophen, antibiotics, enoxaparin, homeMedicines, type Medicine } from './knowledge.ts';
import { placeAt, type Period, type Stay, type Story } from './story.ts';

interface Order {
  id: string;
  medicine: Medicine;
  at: number;
  until: number;
  kind: 'inpatient' | 'outpatient';
}

/** The orders of a stay: home medicines go on, infections get antibiotics, most inpatients get prophylaxis. */
function ordersOf(story: Story, stay: Stay, period: Period): Order[] {
  const random = chanceOf(`orders ${stay.id}`, story, period);
  const orders: Order[] = [];
  const add = (medicine: Medicine, at: number, until: number, kind: Order['kind']) =>
    orders.push({ id: `med-${stay.id.slice(4)}-${orders.length + 1}`, medicine, at, until: Math.min(until, stay.end), kind });
  const soon = stay.start + random.integer(40, 150) * minute;
  if (stay.kind === 'ambulatory') {
    for (const key of story.chronic) if (homeMedicines[key] && random.chance(0.75)) add(homeMedicines[key], stay.start + 15 * minute, stay.end, 'outpatient');
    return orders;
  }
  if (stay.infected && soon < stay.end)
    for (const medicine of random.shuffle(antibiotics).slice(0, stay.septic ? 2 : 1)) add(medicine, soon, soon + random.integer(3, 7) * 24 * hour, 'inpatient');
  if (random.chance(0.5) && soon < stay.end) add(acetaminophen, soon, soon + 3 * 24 * hour, 'inpatient');
  if (stay.kind === 'emergency') return orders;
  const settled = Math.min(stay.end - minute, stay.start + 8 * hour);
  for (const key of story.chronic) if (homeMedicines[key] && random.chance(0.9)) add(homeMedicines[key], settled, stay.end, 'inpatient');
  if (random.chance(0.7)) add(enoxaparin, settled, stay.end, 'inpatient');
  return orders;
}

export const medicationRequests: Family = function* (story, period) {
  for (const stay of story.stays)
    for (const order of ordersOf(story, stay, period)) {
      const department = placeAt(stay, order.at);
      yield ofStay(stay, department, order.at, {
        resourceType: 'MedicationRequest',
        id: order.id,
        meta,
        status: order.until < period.to && order.kind === 'inpatient' ? 'completed' : 'active',
        intent: 'order',
        category: [{ coding: [{ system: hl7('medicationrequest-category'), code: order.kind }] }],
        medicationCodeableConcept: concept(rxnorm, order.medicine.rxnorm, order.medicine.name),
        subject: refer('Patient', story.id),
        encounter: refer('Encounter', stay.id),
        authoredOn: moment(order.at, stay.hospital),
        requester: refer('Practitioner', practitionerId(stay.hospital, department, 1 + (stay.attending % department.attendings))),
        dosageInstruction: [
          {
            timing: { repeat: { frequency: 1, period: order.medicine.everyHours, periodUnit: 'h' } },
            route: route(order.medicine),
            doseAndRate: [{ doseQuantity: quantity(order.medicine.dose, order.medicine.unit) }],
          },
        ],
      });
    }
};

export const medicationAdministrations: Family = function* (story, period): Iterable<Entry> {
  for (const stay of story.stays) {
    const random = chanceOf(`given ${stay.id}`, story, period);
    for (const order of ordersOf(story, stay, period)) {
      if (order.kind === 'outpatient') continue;
      let number = 0;
      for (let at = order.at + random.integer(10, 75) * minute; at < order.until; at += order.medicine.everyHours * hour + random.integer(-30, 30) * minute) {
        number++;
        if (random.chance(0.04)) continue;
        yield ofStay(stay, placeAt(stay, at), at, {
          resourceType: 'MedicationAdministration',
          id: `${order.id.replace('med-', 'adm-')}-${number}`,
          meta: shortMeta,
          status: 'completed',
          medicationCodeableConcept: concept(rxnorm, order.medicine.rxnorm, order.medicine.name),
          subject: refer('Patient', story.id),
          context: refer('Encounter', stay.id),
          effectiveDateTime: moment(at, stay.hospital),
          request: refer('MedicationRequest', order.id),
          dosage: { route: route(order.medicine), dose: quantity(order.medicine.dose, order.medicine.unit) },
        });
      }
    }
  }
};

const routes = { oral: ['26643006', 'Oral route'], intravenous: ['47625008', 'Intravenous route'], subcutaneous: ['34206005', 'Subcutaneous route'] } as const;
const route = (medicine: Medicine) => {
  const [code, display] = routes[medicine.route];
  return { coding: [{ system: snomed, code, display }] };
};
