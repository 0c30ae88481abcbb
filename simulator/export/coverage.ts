// Who pays, and what had to be asked before?
import { practitionerId } from '../hospitals.ts';
import { chanceOf, ofPatient, ofStay, type Family } from './family.ts';
import { dayOf, hl7, meta, oneDay, refer, year } from './fhir.ts';
import { authorized } from './knowledge.ts';

const coverageId = (id: string) => `cov-${id.slice(4)}`;

export const coverages: Family = function* (story, period) {
  const random = chanceOf('coverage', story, period);
  const from = period.from - random.uniform() * 3 * year;
  yield ofPatient(story, from, {
    resourceType: 'Coverage',
    id: coverageId(story.id),
    meta,
    status: 'active',
    subscriberId: `S${String(random.integer(1, 9_999_999)).padStart(7, '0')}`,
    beneficiary: refer('Patient', story.id),
    relationship: { coding: [{ system: hl7('subscriber-relationship'), code: 'self' }] },
    period: { start: dayOf(from) },
    payor: [refer('Organization', story.payer.id)],
    class: [{ type: { coding: [{ system: hl7('coverage-class'), code: 'plan' }] }, value: story.payer.kind, name: story.payer.name }],
  });
};

/** Authorization requests out of clinic visits: one in seven visits asks for something. */
export const claims: Family = function* (story, period) {
  for (const stay of story.stays) {
    const random = chanceOf(`claim ${stay.id}`, story, period);
    if (stay.kind !== 'ambulatory' || !random.chance(0.14)) continue;
    const item = random.pick(authorized);
    const [{ department }] = stay.moves as [(typeof stay.moves)[number]];
    yield ofStay(stay, department, stay.start, {
      resourceType: 'Claim',
      id: `claim-${stay.id.slice(4)}`,
      meta,
      status: 'active',
      type: { coding: [{ system: hl7('claim-type'), code: 'professional' }] },
      use: 'preauthorization',
      patient: refer('Patient', story.id),
      created: dayOf(Math.min(period.to, stay.start + oneDay)),
      insurer: refer('Organization', story.payer.id),
      provider: refer('Practitioner', practitionerId(stay.hospital, department, stay.attending)),
      priority: { coding: [{ system: hl7('processpriority'), code: 'normal' }] },
      diagnosis: [{ sequence: 1, diagnosisCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: stay.diagnosis.icd10, display: stay.diagnosis.name }] } }],
      insurance: [{ sequence: 1, focal: true, coverage: refer('Coverage', coverageId(story.id)) }],
      item: [
        {
          sequence: 1,
          diagnosisSequence: [1],
          productOrService: { coding: [{ system: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', code: item.code, display: item.name }] },
          encounter: [refer('Encounter', stay.id)],
          net: { value: item.cost / 100, currency: 'USD' },
        },
      ],
    });
  }
};

/** The payer's answer, where one has come: most are granted, one in six is denied. */
export const claimResponses: Family = function* (story, period) {
  for (const { resource, hospital, department, at } of claims(story, period)) {
    const random = chanceOf(`answer ${resource.id}`, story, period);
    const answered = at + (1 + random.exponential(4)) * oneDay;
    if (answered > period.to) continue;
    const denied = random.chance(0.17);
    yield {
      hospital,
      department,
      at: answered,
      resource: {
        resourceType: 'ClaimResponse',
        id: resource.id.replace('claim-', 'answer-'),
        meta,
        status: 'active',
        type: resource.type,
        use: 'preauthorization',
        patient: refer('Patient', story.id),
        created: dayOf(answered),
        insurer: refer('Organization', story.payer.id),
        request: refer('Claim', resource.id),
        outcome: 'complete',
        disposition: denied ? 'Denied: medical necessity not shown' : 'Approved',
        ...(!denied && { preAuthRef: `PA${String(random.integer(1, 999_999)).padStart(6, '0')}` }),
      },
    };
  }
};
