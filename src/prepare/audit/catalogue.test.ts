// Does each check of the catalogue find the fault it is there for, and keep silent where there is none?
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standingClock } from '../../tools/base/clock.ts';
import { readCharterText } from './charter-input.ts';
import { checks } from './checks.ts';
import { auditDocument, type AuditDocument, type AuditFinding } from './model.ts';
import { runAudit } from './run-audit.ts';
import { loinc, smallCharter, smallExport, testFolder, writeSmall, type Resource, type SmallExport } from './test-export.ts';

const { folder: root, remove } = testFolder();
afterAll(remove);
let number = 0;

const icd = 'http://hl7.org/fhir/sid/icd-10-cm';
const day = 86_400_000;
const later = (text: unknown, milliseconds: number) => new Date(Date.parse(String(text)) + milliseconds).toISOString();
const periodOf = (one: Resource) => one['period'] as { start: string; end: string };
type More = Record<string, Resource[]>;

const quantity = (value: number, code: string) => ({ value, unit: code, system: 'http://unitsofmeasure.org', code });
const reading = (id: string, of: Resource, code: string, display: string, value: number, unit: string, after: number): Resource => ({
  resourceType: 'Observation', id, status: 'final', category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }], basedOn: [{ reference: `ServiceRequest/s-${of.id}` }],
  code: loinc(code, display), subject: of['subject'], encounter: { reference: `Encounter/${of.id}` }, effectiveDateTime: later(periodOf(of).start, after), issued: later(periodOf(of).start, after + 300_000), valueQuantity: quantity(value, unit),
});
const problem = (id: string, of: Resource, code: string, category: 'problem-list-item' | 'encounter-diagnosis'): Resource => ({
  resourceType: 'Condition', id, clinicalStatus: { coding: [{ code: 'active' }] }, verificationStatus: { coding: [{ code: 'confirmed' }] }, category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: category }] }],
  code: { coding: [{ system: icd, code }] }, subject: of['subject'], encounter: { reference: `Encounter/${of.id}` }, recordedDate: later(periodOf(of).start, 3_600_000),
});
const order = (id: string, of: Resource, rxnorm: string, display: string): Resource => ({
  resourceType: 'MedicationRequest', id, status: 'active', intent: 'order', medicationCodeableConcept: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: rxnorm, display }] }, subject: of['subject'], encounter: { reference: `Encounter/${of.id}` }, authoredOn: later(periodOf(of).start, 3_600_000),
});

/** Two hospitals over eight months, with diabetics, pressures, lactates, orders and everything in order. */
function soundHospital(): { small: SmallExport; more: More } {
  const small = smallExport({ patients: 128 });
  const more: More = { 'Condition.ndjson': [], 'MedicationRequest.ndjson': [], 'labs.ndjson': [], 'ServiceRequest.ndjson': [], 'rest.ndjson': [] };
  for (const [i, stay] of small.encounters.entries()) {
    const at = i % 128;
    const shift = (at % 8) * 30.5 * day;
    stay['class'] = { code: 'IMP' };
    stay['period'] = { start: later(periodOf(stay).start, shift), end: later(periodOf(stay).end, shift) };
    const rate = small.observations[i]!;
    rate['effectiveDateTime'] = later(rate['effectiveDateTime'], shift);
    rate['issued'] = later(rate['issued'], shift);
    rate['valueQuantity'] = quantity(60 + ((at * 7) % 61), '/min');
    more['ServiceRequest.ndjson']!.push({ resourceType: 'ServiceRequest', id: `s-${stay.id}`, status: 'completed', intent: 'order', subject: stay['subject'] });
    more['labs.ndjson']!.push(reading(`lac-${stay.id}`, stay, '2524-7', 'Lactate in serum', 1 + (at % 10) / 10, 'mmol/L', 2 * 3_600_000));
    more['labs.ndjson']!.push({ ...reading(`bp-${stay.id}`, stay, '85354-9', 'Blood pressure', 0, '', 3_600_000), valueQuantity: undefined, component: [{ code: loinc('8480-6'), valueQuantity: quantity(118 + (at % 9), 'mm[Hg]') }, { code: loinc('8462-4'), valueQuantity: quantity(71 + (at % 9), 'mm[Hg]') }] });
    if (at < 24) {
      more['labs.ndjson']!.push(reading(`a1c-${stay.id}`, stay, '4548-4', 'Hemoglobin A1c', 7.4, '%', 3_600_000));
      more['MedicationRequest.ndjson']!.push(order(`met-${stay.id}`, stay, '860975', 'metformin hydrochloride 500 MG Oral Tablet'));
      more['Condition.ndjson']!.push(problem(`dm-${stay.id}`, stay, 'E11.9', 'problem-list-item'));
    } else if (at < 48) {
      more['Condition.ndjson']!.push(problem(`htn-${stay.id}`, stay, 'I10', 'problem-list-item'), problem(`htnd-${stay.id}`, stay, 'I10', 'encounter-diagnosis'));
      // Insulin alone is no evidence of diabetes, whatever the dose.
      more['MedicationRequest.ndjson']!.push(order(`ins-${stay.id}`, stay, '274783', 'insulin glargine'));
    } else if (at < 72) {
      more['MedicationRequest.ndjson']!.push(order(`thy-${stay.id}`, stay, '10582', 'levothyroxine'));
      more['Condition.ndjson']!.push(problem(`thy-${stay.id}`, stay, 'E03.9', 'problem-list-item'));
    }
  }
  more['rest.ndjson']!.push({ resourceType: 'Coverage', id: 'c1', status: 'active', beneficiary: { reference: 'Patient/p-north-0' } }, { resourceType: 'Provenance', id: 'v1' });
  return { small, more };
}

const lactate = `    - { id: lactate, name: Lactate, resource: Observation, path: value.ofType(Quantity).value, codes: [{ system: "http://loinc.org", code: 2524-7 }], per: encounter, window: { anchor: encounter-start, after: PT6H }, tier: important, units: [mmol/L] }
`;

async function auditOf(change: (small: SmallExport, more: More) => void = () => {}, charter = smallCharter(lactate)): Promise<AuditDocument> {
  const { small, more } = soundHospital();
  change(small, more);
  const folder = writeSmall(`${root}/${++number}`, small, more);
  return auditDocument.parse(await runAudit(folder, await readCharterText(charter, 'charter.yaml'), { clock: standingClock('2026-09-30T00:00:00.000Z'), workspace: `${root}/work` }));
}

const of = ({ findings }: AuditDocument, check: string, resource?: string, facility: string | null = null): AuditFinding => {
  const found = findings.find((one) => one.check === check && (resource === undefined || one.resource === resource || one.element === resource) && one.unit.facility === facility && one.unit.department === null && one.unit.month === null && one.unit.clinician === null);
  if (!found) throw new Error(`no ${check} ${resource ?? ''}; there are ${findings.filter((one) => one.check === check).map((one) => JSON.stringify([one.element, one.resource, one.unit.facility])).join(' ')}`);
  return found;
};
const south = 'South Hospital';
const southern = (rows: readonly Resource[], prefix: string) => rows.filter(({ id }) => id!.startsWith(`${prefix}south`));

describe('a sound hospital', () => {
  let audit: AuditDocument;
  beforeAll(async () => { audit = await auditOf(); }, 120_000);
  it('has no finding that is not met', () => expect(audit.findings.filter(({ verdict }) => verdict === 'not-met').map(({ check, says }) => `${check} ${says}`)).toEqual([]));
  it('is looked at by every check that applies', () => {
    // Without a declared profile, stale problems, groups on both sides of death, or a third facility there is nothing to look at.
    const silent = new Set(['F02', 'L03', 'B03', 'V04', 'D03', 'P02']);
    expect(checks.map(({ id }) => id).filter((id) => !audit.findings.some(({ check }) => check === id) && !silent.has(id))).toEqual([]);
  });
  it('never counts insulin alone as evidence of diabetes', () => expect(of(audit, 'L01', 'Condition: diabetes')).toMatchObject({ n: 48, k: 48, figures: { definite: 48, probable: 0, possible: 0 } }));
});

describe('conformance, mapping, identity, duplicates', () => {
  let audit: AuditDocument;
  beforeAll(async () => {
    audit = await auditOf((small, more) => {
      for (const one of small.observations.slice(0, 40)) one['meta'] = { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-heart-rate'] };
      for (const one of small.observations.slice(0, 5)) one['status'] = 'done';
      small.observations[6]!.id = 'o_6';
      small.encounters[3]!['class'] = [{ code: 'IMP' }];
      for (const one of small.observations.slice(10, 60)) one['valueQuantity'] = { ...(one['valueQuantity'] as object), code: 'beats per minute' };
      // South sends lactate under a code of its own.
      for (const one of southern(more['labs.ndjson']!, 'lac-e-')) one['code'] = { coding: [{ system: 'urn:south', code: 'LACT', display: 'Lactate serum' }] };
      for (const one of small.patients.slice(0, 8)) delete one['identifier'];
      small.patients[9]!['name'] = [{ family: 'X9', given: ['Test'] }];
      small.patients[10]!['birthDate'] = '1960';
      const twin = structuredClone(small.patients[20]!);
      small.patients.push({ ...twin, id: 'p-twin', identifier: [{ system: 'urn:mrn', value: 'twin' }], name: [{ family: `${(twin['name'] as [{ family: string }])[0].family}s`, given: ['Alexx'] }] });
      for (const one of small.observations.slice(100, 110)) one['effectiveDateTime'] = later(one['effectiveDateTime'], 12 * day);
      const stay = small.encounters[30]!;
      for (const i of [1, 2, 3]) small.encounters.push({ ...structuredClone(stay), id: `e-again-${i}`, period: { start: later(periodOf(stay).start, i * 3_600_000), end: periodOf(stay).end } });
    });
  }, 120_000);
  it('F02: a resource that claims US Core lacks its category', () => {
    expect(of(audit, 'F02', 'Observation')).toMatchObject({ n: 40, k: 0, verdict: 'not-met' });
    expect(of(audit, 'F02', 'Observation').rows[0]!.says).toBe('Missing: category.');
  });
  it('F04: a status that FHIR does not know', () => expect(of(audit, 'F04', 'Observation')).toMatchObject({ verdict: 'not-met', n: expect.any(Number) }));
  it('F05: an id with an underscore', () => {
    const ids = of(audit, 'F05', 'Observation: id');
    expect(ids.n - ids.k!).toBe(1);
    expect(ids.rows[0]!.says).toContain('o_6');
  });
  it('F06: a list where R4 has one', () => expect(of(audit, 'F06', 'Encounter').rows[0]!.says).toContain('`class`'));
  it('M01, M02: local codes, and which', () => {
    expect(of(audit, 'M01', 'Observation')).toMatchObject({ verdict: 'not-met' });
    expect(of(audit, 'M02', 'Observation', south).rows[0]!.says).toMatch(/Used 128 times.*LACT/);
  });
  it('M03: a unit that is none of UCUM', () => expect(of(audit, 'M03', 'Observation')).toMatchObject({ verdict: 'not-met', figures: { notUcum: 1 } }));
  it('M04: lactate under another code in one hospital, named with what it is', () => {
    expect(of(audit, 'M04', 'Observation', south)).toMatchObject({ verdict: 'not-met' });
    expect(of(audit, 'M04', 'Observation', south).says).toMatch(/LACT.*looks like.*2524-7/);
    // The same silence seen from the other side.
    expect(of(audit, 'C07', 'lactate', south)).toMatchObject({ verdict: 'not-met', k: 0 });
  });
  it('I01, I02: without identifier, name or full birth date', () => {
    expect(of(audit, 'I01')).toMatchObject({ verdict: 'not-met', figures: { without: 8 } });
    expect(of(audit, 'I02').rows.map(({ says }) => says).join(' ')).toMatch(/family name.*birth date/);
  });
  it('I03, I04: events outside their stay, and two stays at once', () => {
    expect(of(audit, 'I03', 'Observation')).toMatchObject({ k: 10 });
    expect(of(audit, 'I04')).toMatchObject({ k: 3, verdict: 'not-met' });
  });
  it('D05: a slip of the name under another id', () => {
    expect(of(audit, 'D05')).toMatchObject({ k: 1 });
    expect(of(audit, 'D05').rows[0]!.says).toContain('Patient/p-north-20');
  });
});

describe('agreement of the record with itself', () => {
  let audit: AuditDocument;
  beforeAll(async () => {
    audit = await auditOf((small, more) => {
      const gone = new Set([...Array(20).keys()].flatMap((i) => [`dm-e-south-${i}`, `htn-e-south-${24 + i}`, `thy-e-south-${48 + i}`]));
      more['Condition.ndjson'] = more['Condition.ndjson']!.filter(({ id }) => !gone.has(id!)).map((one) => (one.id!.startsWith('dm-e-north') ? { ...one, recordedDate: '2023-03-01T10:00:00Z' } : one));
      for (const one of more['labs.ndjson']!.slice(0, 200)) delete one['basedOn'];
      void small;
    });
  }, 120_000);
  it('L01: names the uncoded diabetics, with the evidence and how sure the rule is', () => {
    const whole = of(audit, 'L01', 'Condition: diabetes');
    expect(whole).toMatchObject({ n: 48, k: 28, verdict: 'not-met' });
    expect(whole.rows).toHaveLength(20);
    expect(whole.rows[0]!.says).toMatch(/No code for diabetes mellitus; definite: HbA1c of 6.5 % .* \(7.4 %\).*metformin/);
    expect(whole.says).toMatch(/95.0 %.*32.9 %/);
    expect(of(audit, 'L01', 'Condition: diabetes', south)).toMatchObject({ n: 24, k: 4, verdict: 'not-met' });
  });
  it('L02: a thyroid hormone without a thyroid code', () => expect(of(audit, 'L02', 'Condition: hypothyroidism')).toMatchObject({ n: 48, k: 28, verdict: 'not-met' }));
  it('L03: problems nobody touched for years', () => expect(of(audit, 'L03')).toMatchObject({ n: 24, k: 24, tier: 'context' }));
  it('L04: hypertension of a stay that never reached the problem list', () => expect(of(audit, 'L04')).toMatchObject({ k: expect.any(Number), verdict: 'not-met' }));
  it('L05: results without an order', () => expect(of(audit, 'L05')).toMatchObject({ verdict: 'not-met' }));
});

describe('plausibility', () => {
  let audit: AuditDocument;
  beforeAll(async () => {
    audit = await auditOf((small, more) => {
      for (const [i, one] of small.observations.entries()) one['valueQuantity'] = quantity(40 + 5 * (i % 41), '/min');
      const again = small.observations.slice(0, 30).flatMap((one, i) => [
        { ...structuredClone(one), id: `again-${i}`, effectiveDateTime: later(one['effectiveDateTime'], 180_000) },
        { ...structuredClone(one), id: `jump-${i}`, effectiveDateTime: later(one['effectiveDateTime'], 2_400_000), valueQuantity: quantity(290 - i, '/min') },
      ]);
      small.observations.push(...again);
      for (const [i, one] of more['labs.ndjson']!.filter(({ id }) => id!.startsWith('bp-')).entries()) if (i < 6) one['component'] = [{ code: loinc('8480-6'), valueQuantity: quantity(70, 'mm[Hg]') }, { code: loinc('8462-4'), valueQuantity: quantity(110, 'mm[Hg]') }];
      for (const one of more['labs.ndjson']!.filter(({ id }) => id!.startsWith('lac-e-north')).slice(0, 12)) one['valueQuantity'] = quantity(90, 'mmol/L');
    });
  }, 120_000);
  it('P02: a heart rate that jumps', () => expect(of(audit, 'P02', 'heart-rate')).toMatchObject({ verdict: 'not-met', rows: expect.arrayContaining([expect.objectContaining({ says: expect.stringContaining('within') })]) }));
  it('P06: a diastolic above the systolic', () => expect(of(audit, 'P06', 'Observation: blood pressure')).toMatchObject({ k: 6, verdict: 'not-met' }));
  it('P07: numbers that all end in 0 or 5', () => expect(of(audit, 'P07', 'heart-rate')).toMatchObject({ verdict: 'not-met', figures: { endInZero: expect.any(Number) } }));
  it('P08: a lactate nobody survives, though the charter has no range for it', () => expect(of(audit, 'P08', 'Observation')).toMatchObject({ verdict: 'not-met' }));
  it('D03: charted again three minutes later', () => expect(of(audit, 'D03', 'heart-rate')).toMatchObject({ k: 30, verdict: 'not-met' }));
});

describe('what changes over time, and what comes too late', () => {
  let audit: AuditDocument;
  beforeAll(async () => {
    audit = await auditOf((small, more) => {
      const month = (one: Resource) => Number(String(one['effectiveDateTime']).slice(5, 7));
      // From July on: two thirds of the heart rates are lost; lactate is released five hours later and lies higher.
      small.observations = small.observations.filter((one, i) => month(one) < 7 || i % 3 === 0);
      for (const one of more['labs.ndjson']!.filter(({ id }) => id!.startsWith('lac-')))
        if (month(one) >= 7) {
          one['issued'] = later(one['effectiveDateTime'], 5 * 3_600_000);
          one['valueQuantity'] = quantity(Number((one['valueQuantity'] as { value: number }).value) + 2, 'mmol/L');
        }
      // One patient's four heart rates of a shift, entered together.
      small.observations.push(...small.encounters.slice(0, 40).flatMap((stay) => [2, 5, 8, 11].map((hour) => ({ ...structuredClone(small.observations[0]!), id: `batch-${stay.id}-${hour}`, subject: stay['subject'], encounter: { reference: `Encounter/${stay.id}` }, effectiveDateTime: later(periodOf(stay).start, hour * 3_600_000), issued: later(periodOf(stay).start, 12 * 3_600_000) }))));
    });
  }, 120_000);
  it('C08: completeness falls', () => expect(of(audit, 'C08', 'heart-rate')).toMatchObject({ verdict: 'not-met' }));
  it('T02: entered together at the end of the shift', () => expect(of(audit, 'T02', 'heart-rate')).toMatchObject({ verdict: 'not-met', figures: { onTheHour: expect.any(Number) } }));
  it('T03: the delay grows', () => expect(of(audit, 'T03', 'lactate')).toMatchObject({ rate: 1, verdict: 'not-met', figures: { medianRecent: 300, medianBefore: 5 } }));
  it('T04: on record only after the window closed', () => expect(of(audit, 'T04', 'lactate')).toMatchObject({ verdict: 'not-met' }));
  it('rates by month and by department, of checks with rows of their own too, each with the people behind it', () => {
    for (const [check, about] of [['D03', 'heart-rate'], ['T04', 'lactate'], ['M01', 'Observation'], ['M03', 'Observation'], ['C04', 'Observation'], ['F04', 'Observation'], ['I03', 'Observation']]) {
      const table = audit.rates!.find((one) => one.check === check && (one.element ?? one.resource) === about);
      const all = of(audit, check!, about!);
      const sum = (which: { n: number }[]) => which.reduce((total, { n }) => total + n, 0);
      expect([check, table?.departments.length]).toEqual([check, expect.any(Number)]);
      expect([check, sum(table!.departments), sum(table!.months.filter(({ facility }) => facility === null))]).toEqual([check, all.n, all.n]);
      for (const one of [...table!.departments, ...table!.months]) expect(one.people).toBeGreaterThan(0);
      // Both hospitals stand in every month.
      expect(sum(table!.months.filter(({ facility }) => facility !== null))).toBe(all.n);
    }
    const inTime = audit.rates!.find(({ check, element }) => check === 'T04' && element === 'lactate')!.months.filter(({ facility }) => facility === null);
    expect(inTime.filter(({ month }) => month < '2025-07').every(({ n, k }) => k === n)).toBe(true);
    expect(inTime.filter(({ month }) => month >= '2025-07').some(({ n, k }) => k < n)).toBe(true);
  });
  it('V05: the values shift', () => {
    expect(of(audit, 'V05', 'lactate')).toMatchObject({ verdict: 'not-met' });
    expect(of(audit, 'V05', 'lactate').rate).toBeGreaterThan(0.8);
  });
});

it('T04: the moment of decision of the charter counts, where it names one', async () => {
  const late = (_: SmallExport, more: More) => {
    for (const one of more['labs.ndjson']!.filter(({ id }) => id!.startsWith('lac-'))) one['issued'] = later(one['effectiveDateTime'], 5 * 3_600_000);
  };
  const deciding = (after: string) => smallCharter(lactate).replace('data:\n', `data:\n  decision: { anchor: encounter-start, after: ${after} }\n`);
  const [soon, tomorrow] = [of(await auditOf(late, deciding('PT2H')), 'T04', 'lactate'), of(await auditOf(late, deciding('PT24H')), 'T04', 'lactate')];
  expect(soon).toMatchObject({ k: 0, verdict: 'not-met', says: expect.stringContaining('had it on record by the moment of decision') });
  expect(soon.rows[0]?.says).toMatch(/^On record .* after the moment of decision\.$/);
  expect(tomorrow).toMatchObject({ n: soon.n, k: soon.n, verdict: 'met' });
}, 120_000);

describe('groups and populations', () => {
  const charter = smallCharter(lactate).replace('data:\n', 'data:\n  population: { reference: { source: The validation study, age: { mean: 45, sd: 8 }, shares: { "sex: female": 0.5 } } }\n');
  let audit: AuditDocument;
  beforeAll(async () => {
    audit = await auditOf((small) => {
      small.observations = small.observations.filter(({ id }, i) => small.patients[i]!['gender'] !== 'female' || Number(id!.split('-')[2]) % 3 === 0);
      for (const one of small.patients) if (one.id!.startsWith('p-south')) one['birthDate'] = `193${String(one['birthDate']).slice(3)}`;
      for (const [i, stay] of small.encounters.entries()) if (i % 128 >= 40 && i % 128 < 64) small.patients[i]!['deceasedDateTime'] = later(periodOf(stay).end, 0);
      const dead = new Set(small.encounters.filter((_, i) => i % 128 >= 40 && i % 128 < 64).map(({ id }) => id!.replace('e-', 'o-')));
      small.observations = small.observations.filter(({ id }) => !dead.has(id!));
    }, charter);
  }, 120_000);
  it('B01: women are measured less', () => {
    expect(of(audit, 'B01', 'heart-rate')).toMatchObject({ verdict: 'not-met' });
    expect(of(audit, 'B01', 'heart-rate').figures['sexGap']).toBeGreaterThan(0.3);
    expect(of(audit, 'B01', 'lactate')).toMatchObject({ verdict: 'met' });
  });
  it('B02: older than those of the validation study, and one hospital older than the other', () => {
    expect(of(audit, 'B02', 'Patient').says).toContain('The validation study');
    expect(of(audit, 'B02', 'Patient').figures['age']).toBeGreaterThan(1);
    expect(of(audit, 'B02', 'Patient', south)).toMatchObject({ verdict: 'not-met' });
  });
  it('B03: whether it was measured depends on how the stay ended', () => expect(of(audit, 'B03', 'heart-rate')).toMatchObject({ verdict: 'not-met' }));
});

describe('many hospitals', () => {
  const names = Array.from({ length: 40 }, (_, i) => `h${String(i).padStart(2, '0')}`);
  const size = (name: string) => 2 + ((Number(name.slice(1)) * 7) % 40);
  let audit: AuditDocument;
  beforeAll(async () => {
    const small = smallExport({ patients: 42, facilities: names });
    const keep = ({ id }: Resource) => { const [, name = '', i] = id!.split('-'); return Number(i) < size(name); };
    small.patients = small.patients.filter(keep);
    small.encounters = small.encounters.filter(keep);
    // Silent: heart rates in h05 (37 stays) and h30 (12 stays); medicines, which the charter does not name, in h11 (39 stays). Nine of ten stays have them elsewhere.
    const spoken = (one: Resource, i: number) => (i * 7919) % 10 !== 0 && keep(one);
    small.observations = small.observations.filter((one, i) => spoken(one, i) && !/^o-(h05|h30)-/.test(one.id!));
    const medicines = small.encounters.filter((one, i) => spoken(one, i + 3) && !one.id!.startsWith('e-h11-')).map((stay) => order(`m-${stay.id}`, stay, '161', 'acetaminophen'));
    // Late on the wards, everywhere but in h02: an outlier for the funnel.
    for (const one of small.observations) if (one.id!.startsWith('o-h02-')) one['issued'] = later(one['effectiveDateTime'], 7_200_000);
    const folder = writeSmall(`${root}/many`, small, { 'MedicationRequest.ndjson': medicines });
    audit = auditDocument.parse(await runAudit(folder, await readCharterText(smallCharter(), 'charter.yaml'), { clock: standingClock('2026-06-01T00:00:00.000Z'), workspace: `${root}/work` }));
  }, 120_000);
  const silentIn = (resource: string) => audit.findings.filter((one) => one.check === 'C07' && one.unit.facility !== null && (one.element === resource || (one.element === null && one.resource === resource))).map(({ unit }) => unit.facility);
  it('C07: names the silent ones of some size, and no small one', () => {
    expect(silentIn('heart-rate')).toEqual(['H05 Hospital', 'H30 Hospital']);
    const found = of(audit, 'C07', 'heart-rate', 'H05 Hospital');
    expect(found.figures['chance']).toBeLessThan(1e-6);
    expect(found.figures['falseAlarm']).toBeLessThan(1e-4);
    expect(of(audit, 'C07', 'heart-rate').says).toContain('expected by chance');
  });
  it('C07: names a silent kind of record that the charter does not name', () => expect(silentIn('MedicationRequest')).toEqual(['H11 Hospital']));
  it('V04: names the hospital outside the funnel', () => {
    expect(of(audit, 'V04', 'heart-rate', 'H02 Hospital')).toMatchObject({ verdict: 'not-met' });
    expect(of(audit, 'V04', 'heart-rate', 'H02 Hospital').says).toContain('delay to record');
  });
  it('V02 and V03: speak of clinicians as a distribution, never by name', () => {
    expect(of(audit, 'V02', 'heart-rate').says).not.toMatch(/clinician \d/);
    expect(of(audit, 'V03', 'heart-rate').figures['T01Icc']).toBeGreaterThan(0.1);
  });
});
