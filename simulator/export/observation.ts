// Which vital signs and laboratory values were measured, and when did they arrive?
import { logNormal, type Random } from '../random.ts';
import { chanceOf, ofStay, type Family, type Entry } from './family.ts';
import { hl7, hour, loinc, minute, moment, quantity, refer, round, shortMeta } from './fhir.ts';
import { bloodPressure, hba1c, laboratory, vitals, type Test } from './knowledge.ts';
import { placeAt, severityAt, type Period, type Stay, type Story } from './story.ts';

/** One value of a test at a severity between 0 (well) and 1 (very sick), as a device prints it. */
export function valueOf(random: Random, test: Test, severity: number): number {
  const centre = test.usual + (test.sick - test.usual) * severity;
  const drawn = test.skewed ? logNormal(random, centre, test.spread) : random.normal(centre, test.spread);
  return round(Math.min(test.most, Math.max(test.least, drawn)), test.decimals);
}

export const observations: Family = function* (story, period) {
  const random = chanceOf('observation', story, period);
  for (const stay of story.stays) {
    let number = 0;
    const name = () => `obs-${stay.id.slice(4)}-${++number}`;
    for (const at of vitalTimes(random, stay)) yield* vitalSet(random, story, stay, at, period, name);
    yield* laboratorySets(random, story, stay, period, name);
  }
};

/** At arrival, then at the pace of the department; rounds are not punctual, and nights are thinner on the wards. */
function* vitalTimes(random: Random, stay: Stay): Iterable<number> {
  let at = stay.start + random.integer(3, 25) * minute;
  while (at < stay.end) {
    yield at;
    const department = placeAt(stay, at);
    at += department.vitalsEvery * hour * (0.8 + 0.4 * random.uniform());
    const localHour = (new Date(at).getUTCHours() + 17) % 24;
    if (department.kind === 'ward' && localHour < 5 && random.chance(0.6)) at += 3 * hour;
  }
}

function* vitalSet(random: Random, story: Story, stay: Stay, at: number, period: Period, name: () => string): Iterable<Entry> {
  const severity = severityAt(stay, at);
  const department = placeAt(stay, at);
  const issued = Math.min(period.to, at + logNormal(random, department.kind === 'icu' ? 1 : 6, 0.7) * minute);
  const base = (code: string, display: string) => ({
    resourceType: 'Observation',
    id: name(),
    meta: shortMeta,
    status: 'final',
    category: [{ coding: [{ system: hl7('observation-category'), code: 'vital-signs', display: 'Vital Signs' }] }],
    code: { coding: [{ system: loinc, code, display }] },
    subject: refer('Patient', story.id),
    encounter: refer('Encounter', stay.id),
    effectiveDateTime: moment(at, stay.hospital),
    issued: moment(issued, stay.hospital),
  });
  for (const test of [vitals.heartRate, vitals.respiratoryRate, vitals.saturation, vitals.temperature]) {
    // The respiratory rate is what is left out most when it is busy.
    if (random.chance(test === vitals.respiratoryRate ? 0.03 : 0.008)) continue;
    yield ofStay(stay, department, at, { ...base(test.loinc, test.name), valueQuantity: quantity(valueOf(random, test, severity), test.unit) });
  }
  const component = (test: Test) => ({ code: { coding: [{ system: loinc, code: test.loinc, display: test.name }] }, valueQuantity: quantity(valueOf(random, test, severity), test.unit) });
  yield ofStay(stay, department, at, { ...base(bloodPressure.loinc, bloodPressure.name), component: [component(vitals.systolic), component(vitals.diastolic)] });
}

type TestName = keyof typeof laboratory;
const admission: readonly TestName[] = ['creatinine', 'leukocytes', 'hemoglobin', 'platelets', 'sodium', 'potassium', 'glucose'];
const morning: readonly TestName[] = ['creatinine', 'leukocytes', 'hemoglobin', 'potassium'];

function* laboratorySets(random: Random, story: Story, stay: Stay, period: Period, name: () => string): Iterable<Entry> {
  const take = (test: Test, at: number, value = valueOf(random, test, severityAt(stay, at))): Entry => {
    const issued = Math.min(period.to, at + logNormal(random, 42, 0.4) * minute);
    return ofStay(stay, placeAt(stay, at), at, {
      resourceType: 'Observation',
      id: name(),
      meta: shortMeta,
      status: issued < period.to ? 'final' : 'preliminary',
      category: [{ coding: [{ system: hl7('observation-category'), code: 'laboratory', display: 'Laboratory' }] }],
      code: { coding: [{ system: loinc, code: test.loinc, display: test.name }] },
      subject: refer('Patient', story.id),
      encounter: refer('Encounter', stay.id),
      effectiveDateTime: moment(at, stay.hospital),
      issued: moment(issued, stay.hospital),
      valueQuantity: quantity(value, test.unit),
    });
  };
  const diabetic = story.chronic.includes('diabetes');
  if (stay.kind === 'ambulatory') {
    if (random.chance(diabetic ? 0.75 : 0.12)) yield take(hba1c, stay.start + 10 * minute, round(Math.max(4, random.normal(story.hba1c, 0.25)), 1));
    if (random.chance(0.3)) yield take(laboratory.creatinine, stay.start + 10 * minute);
    return;
  }
  const first = Math.min(stay.end - minute, stay.start + random.integer(15, 70) * minute);
  if (stay.kind === 'emergency' && random.chance(0.35)) return;
  for (const test of admission) yield take(laboratory[test], first);
  if (random.chance(stay.infected ? 0.97 : stay.kind === 'inpatient' ? 0.96 : 0.3)) yield take(laboratory.lactate, first);
  if (random.chance(0.4)) yield take(laboratory.bilirubin, first);
  if (stay.kind === 'emergency') return;
  if (diabetic && random.chance(0.6)) yield take(hba1c, first, round(Math.max(4, random.normal(story.hba1c, 0.25)), 1));
  // Morning draws, about 5:00 on the wall clock.
  for (let at = (Math.floor(stay.start / 86_400_000) + 1) * 86_400_000 + 12 * hour + random.integer(-40, 40) * minute; at < stay.end; at += 24 * hour) {
    if (at < first + 4 * hour) continue;
    for (const test of morning) yield take(laboratory[test], at);
    if (severityAt(stay, at) > 0.3) yield take(laboratory.lactate, at);
  }
}
