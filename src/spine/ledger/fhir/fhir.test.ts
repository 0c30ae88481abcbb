// Are the resources FHIR R4: is every required element there, of the right kind, with an allowed code?
import { describe, expect, it } from 'vitest';
import { testHouse } from '../../../tools/server/test-database.ts';
import { appendGrouped, ledger, openLedger } from '../ledger.ts';
import { entryKind, exportFhir, type Entry } from '../model.ts';
import { asFhir, guidanceResponse, resourcesOf, type Resource } from './resources.ts';

entryKind('charter.tested', 'A charter was saved in a test.');
entryKind('guidance.given', 'An AI answered in a test.');
asFhir('guidance.*', (entry, around) => [guidanceResponse(entry, around, { subject: 'sub_1', module: 'urn:product:sepsis|2.4', success: true })]);

const entry: Entry = { position: 7, at: '2026-03-02T08:00:00.000Z', kind: 'charter.tested', actor: { kind: 'person', ref: 'acc_1', roles: ['governance'] }, deployment: 'dep_1', subject: 'charter/cha_1', body: { a: 1 }, payload: null };
const around = { origin: 'hospital.example/ledger', leafHash: new Uint8Array(32) };

type Check = (value: unknown) => boolean;
const instant: Check = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
const oneOf = (...codes: string[]): Check => (value) => codes.includes(value as string);
const some = (check: Check): Check => (value) => Array.isArray(value) && value.length > 0 && value.every(check);
const coding: Check = (value) => typeof (value as { system?: unknown }).system === 'string' && typeof (value as { code?: unknown }).code === 'string';
const reference: Check = (value) => typeof (value as { identifier?: { value?: unknown } }).identifier?.value === 'string';
const has = (fields: Record<string, Check>): Check => (value) => Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));

/** Required elements (cardinality from 1) and bound codes of R4, with what our exports fill besides. */
const required: Record<Resource['resourceType'], Record<string, Check>> = {
  AuditEvent: { type: coding, recorded: instant, action: oneOf('C', 'R', 'U', 'D', 'E'), outcome: oneOf('0', '4', '8', '12'), agent: some(has({ requestor: (value) => typeof value === 'boolean', who: reference })), source: has({ observer: reference }), entity: some(has({ what: reference })) },
  Provenance: { target: some(reference), recorded: instant, agent: some(has({ who: reference })), entity: some(has({ role: oneOf('derivation', 'revision', 'quotation', 'source', 'removal'), what: reference })) },
  GuidanceResponse: { moduleUri: (value) => typeof value === 'string', status: oneOf('success', 'data-requested', 'data-required', 'in-progress', 'failure', 'entered-in-error'), subject: reference, occurrenceDateTime: instant },
};
/** Every element our resources may carry; any other would not be R4. */
const known: Record<Resource['resourceType'], string[]> = {
  AuditEvent: ['resourceType', 'id', 'type', 'subtype', 'action', 'period', 'recorded', 'outcome', 'outcomeDesc', 'purposeOfEvent', 'agent', 'source', 'entity'],
  Provenance: ['resourceType', 'id', 'target', 'occurredPeriod', 'occurredDateTime', 'recorded', 'policy', 'location', 'reason', 'activity', 'agent', 'entity', 'signature'],
  GuidanceResponse: ['resourceType', 'id', 'requestIdentifier', 'identifier', 'moduleUri', 'moduleCanonical', 'moduleCodeableConcept', 'status', 'subject', 'encounter', 'occurrenceDateTime', 'performer', 'reasonCode', 'reasonReference', 'note', 'evaluationMessage', 'outputParameters', 'result', 'dataRequirement'],
};

function objections(resource: Resource): string[] {
  const missing = Object.entries(required[resource.resourceType]).flatMap(([name, check]) => (check(resource[name]) ? [] : [name]));
  const unknown = Object.keys(resource).filter((name) => !known[resource.resourceType].includes(name));
  return [...missing, ...unknown, ...(/^[A-Za-z0-9\-.]{1,64}$/.test(resource.id) ? [] : ['id'])];
}

describe('an entry as FHIR', () => {
  it.each(['charter.tested', 'guidance.given', 'payload.opened', 'key.created'])('%s', (kind) => {
    for (const resource of resourcesOf({ ...entry, kind }, around)) expect([resource.resourceType, objections(resource)]).toEqual([resource.resourceType, []]);
  });
  it('is an AuditEvent, and what its kind was declared to be', () => {
    expect(resourcesOf(entry, around).map((one) => one.resourceType)).toEqual(['AuditEvent', 'Provenance']);
    expect(resourcesOf({ ...entry, kind: 'guidance.given' }, around).map((one) => one.resourceType)).toEqual(['AuditEvent', 'GuidanceResponse']);
    expect(resourcesOf({ ...entry, kind: 'key.created' }, around).map((one) => one.resourceType)).toEqual(['AuditEvent']);
  });
  it('the check finds what is missing', () => {
    const [resource] = resourcesOf(entry, around);
    expect(objections({ ...resource!, recorded: 'yesterday', colour: 'red' })).toEqual(['recorded', 'colour']);
  });
});

it('leaves the house as NDJSON, every entry of it', async () => {
  const house = await testHouse([ledger]);
  await openLedger(house);
  await Promise.all(Array.from({ length: 30 }, (_, n) => appendGrouped(house.db, { ...entry, deployment: null, subject: `charter/${n}` })));
  const response = await house.send(exportFhir, {}, 'auditor');
  expect(response.headers.get('content-type')).toBe('application/fhir+ndjson');
  const lines = (await response.text()).trimEnd().split('\n').map((line) => JSON.parse(line) as Resource);
  expect(lines.filter((one) => one.resourceType === 'AuditEvent')).toHaveLength(31);
  expect(lines.flatMap(objections)).toEqual([]);
});
