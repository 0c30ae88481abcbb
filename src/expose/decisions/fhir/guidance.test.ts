// Are exported decisions GuidanceResponses of FHIR R4, whole, and without anybody's name?
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../../spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../../../spine/deployments/model.ts';
import { exportFhir } from '../../../spine/ledger/model.ts';
import { ledger, openLedger, remember } from '../../../spine/ledger/ledger.ts';
import { theHouse } from '../../../tools/server/capability.ts';
import { testHouse } from '../../../tools/server/test-database.ts';
import { commands } from '../commands.ts';
import { capability as decisions } from '../decisions.ts';
import type { Recorded } from '../event.ts';
import { dispositions } from '../intake.ts';
import * as api from '../model.ts';
import { guidanceChunks } from './export.ts';
import { guidanceOf, statusOf, type Resource } from './guidance.ts';

type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === 'string' && value.trim() !== '';
const instant: Check = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
const identifier: Check = (value) => text((value as { system?: unknown } | undefined)?.system) && text((value as { value?: unknown } | undefined)?.value);
const logical = (type: string): Check => (value) => (value as { type?: unknown } | undefined)?.type === type && identifier((value as { identifier?: unknown } | undefined)?.identifier);
const optional = (check: Check): Check => (value) => value === undefined || check(value);
const some = (check: Check): Check => (value) => Array.isArray(value) && value.length > 0 && value.every(check);
/** Every element of https://hl7.org/fhir/R4/guidanceresponse.html that we fill, with its kind; others there are none of ours. */
const elements: Record<string, Check> = {
  resourceType: (value) => value === 'GuidanceResponse', id: (value) => /^[A-Za-z0-9\-.]{1,64}$/.test(String(value)), contained: some((one) => ['Parameters', 'OperationOutcome'].includes((one as { resourceType: string }).resourceType)),
  requestIdentifier: identifier, identifier: some(identifier), moduleUri: (value) => text(value) && /^urn:attending:module:[^|\s]+\|\S+/.test(String(value)),
  status: (value) => ['success', 'data-requested', 'data-required', 'in-progress', 'failure', 'entered-in-error'].includes(String(value)),
  subject: logical('Patient'), encounter: optional(logical('Encounter')), occurrenceDateTime: instant, performer: logical('Device'),
  evaluationMessage: optional(some((one) => (one as { reference: string }).reference === '#because')), outputParameters: (value) => (value as { reference: string }).reference === '#output',
  dataRequirement: optional(some((one) => text((one as { type?: unknown }).type) && some(text)((one as { mustSupport?: unknown }).mustSupport))),
};
/** A parameter of R4 has a name and either one value or parts. */
const parameter: Check = (one) => text((one as { name?: unknown }).name) && Object.keys(one as object).length === 2 && ((one as { part?: unknown[] }).part?.every(parameter) ?? Object.keys(one as object).some((key) => /^value(String|Code|Decimal|Boolean|Instant)$/.test(key)));

function objections(resource: Resource): string[] {
  const contained = resource['contained'] as { id: string; parameter?: unknown[] }[];
  return [
    ...Object.entries(elements).flatMap(([name, check]) => (check(resource[name]) ? [] : [name])),
    ...Object.keys(resource).filter((name) => !(name in elements)),
    ...contained.flatMap((one) => (one.parameter ?? []).filter((each) => !parameter(each)).map((each) => JSON.stringify(each))),
    // What is contained is referred to, and what is referred to is contained.
    ...(JSON.stringify(contained.map(({ id }) => id)) === JSON.stringify(['output', ...(resource['evaluationMessage'] ? ['because'] : [])]) ? [] : ['contained']),
  ];
}

const event: Recorded = {
  what: 'recorded', decision: 'dec_01hx3kqp4n8m2v7z0a5t6b9c1d', at: '2026-03-02T08:00:00.000Z', name: 'ab'.repeat(32), askedAt: null, shownAt: null, subject: 'pat_1', encounter: null, user: null, facility: null, department: null, version: '2.3.0',
  class: null, score: null, label: null, critical: false, disposition: 'shown', rule: null, arm: null, momentAt: null, assurance: 'enforced', via: 'gateway',
};
const made = (changes: Partial<Recorded>, more: Partial<Parameters<typeof guidanceOf>[0]> = {}) => guidanceOf({ origin: 'hospital.example', deployment: 'dep_1', product: 'Sepsis Watch', event: { ...event, ...changes }, became: null, needs: [], ...more });

describe('a decision as FHIR', () => {
  it('has every required element, whatever became of it and whatever is known', () => {
    const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
    fc.assert(
      fc.property(
        fc.record({ disposition: fc.constantFrom(...(Object.keys(dispositions) as Recorded['disposition'][])), label: maybe(fc.constantFrom('vendor-412', 'lint', 'warning', 'system-actions-held')), encounter: maybe(fc.constant('enc_1')), score: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })), class: maybe(fc.constant('high-risk')), critical: fc.boolean(), momentAt: maybe(fc.constant('2026-03-02T09:00:00.000Z')) }),
        fc.boolean(),
        (changes, told) => {
          const resource = made(changes, told ? { became: { disposition: changes.disposition, delivered: true, act: 'accepted', actAt: event.at, reason: null, actedAt: null, outcomes: [{ name: 'sepsis', at: event.at, positive: true, acted: false, value: 0.5 }] }, needs: [{ resource: 'Observation', path: 'value', codes: [{ system: 'http://loinc.org', code: '2524-7' }] }] } : {});
          expect(objections(resource)).toEqual([]);
        },
      ),
    );
  });

  it('the check finds what is missing, unknown or dangling', () => {
    const sound = made({});
    expect(objections({ ...sound, moduleUri: '', colour: 'red', outputParameters: { reference: '#nothing' } })).toEqual(['moduleUri', 'outputParameters', 'colour']);
    expect(objections({ ...sound, evaluationMessage: [{ reference: '#because' }] })).toEqual(['contained']);
  });

  it.each([
    ['shown', null, 'success'], ['shadow', 'no-card', 'success'], ['suppressed', null, 'success'], ['withheld', 'vendor-412', 'data-required'], ['withheld', 'lint', 'failure'], ['withheld', 'vendor-503', 'failure'],
    ['withheld', 'system-actions-held', 'success'], ['late', null, 'failure'], ['killed', null, 'failure'],
  ])('%s (%s) is %s', (disposition, label, status) => expect(statusOf({ disposition, label })).toBe(status));

  it('names the data that the charter promises where the AI said that some are missing', () => {
    expect(made({ disposition: 'withheld', label: 'vendor-412' }, { needs: [{ resource: 'Observation', path: 'value', codes: [{ system: 'http://loinc.org', code: '2524-7' }] }] })['dataRequirement']).toEqual([{ type: 'Observation', mustSupport: ['value'], codeFilter: [{ path: 'code', code: [{ system: 'http://loinc.org', code: '2524-7' }] }] }]);
  });
});

describe('the export', async () => {
  const house = await testHouse([ledger, deployments, decisions], { remember, now: '2026-03-10T12:00:00.000Z' });
  const lines = async (chunks: AsyncIterable<Uint8Array>) => {
    let all = '';
    for await (const one of chunks) all += Buffer.from(one).toString('utf8');
    return all === '' ? [] : all.trimEnd().split('\n').map((line) => JSON.parse(line) as Resource);
  };
  beforeAll(async () => {
    await openLedger(house);
    await house.call(addProduct, { body: { slug: 'watch', name: 'Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '1.0' } });
    await house.call(createDeployment, { body: { slug: 'watch', title: 'Watch', product: 'watch', version: '1.0' } });
    const tell = (nth: number, more: object = {}) => house.call(api.tellDecision, { body: { deployment: 'watch', key: `k-${nth}`, at: '2026-03-10T11:00:00.000Z', subject: `MRN-${nth}`, version: '1.0', output: { class: 'high-risk', score: 0.9, critical: true }, disposition: 'shown', ...more } as never });
    for (let nth = 0; nth < 5; nth++) await tell(nth, nth === 4 ? { at: '2026-01-01T00:00:00.000Z' } : {});
    await house.call(api.tellFeedback, { body: { deployment: 'watch', key: 'k-0', at: '2026-03-10T11:05:00.000Z', act: 'overridden', reason: { code: 'comfort-care' } } });
    await house.call(api.tellOutcome, { body: { deployment: 'watch', key: 'k-0', at: '2026-03-10T11:30:00.000Z', name: 'sepsis', positive: true, acted: false } as never });
  });

  it('holds every decision of the period once, sound, with what became of it and no identifier', async () => {
    const found = await lines(await guidanceChunks(house, theHouse, 'watch'));
    expect(found.map(objections)).toEqual([[], [], [], []]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(4);
    expect(JSON.stringify(found)).not.toContain('MRN-');
    const told = found.map(({ contained }) => (contained as { parameter: { name: string; valueCode?: string; part?: unknown[] }[] }[])[0]!.parameter).find((one) => one.some(({ name }) => name === 'act'))!;
    expect(told).toEqual(expect.arrayContaining([{ name: 'act', valueCode: 'overridden' }, { name: 'override-reason', valueString: 'comfort-care' }, { name: 'outcome', part: [{ name: 'name', valueString: 'sepsis' }, { name: 'at', valueInstant: '2026-03-10T11:30:00.000Z' }, { name: 'acted', valueBoolean: false }, { name: 'positive', valueBoolean: true }] }]));
    expect(await lines(await guidanceChunks(house, theHouse, 'watch', { from: '2025-12-01T00:00:00.000Z' }))).toHaveLength(5);
    expect(await lines(await guidanceChunks(house, theHouse, 'watch', { from: '2026-02-01T00:00:00.000Z', to: '2026-02-02T00:00:00.000Z' }))).toEqual([]);
    await expect(guidanceChunks(house, theHouse, 'watch', { from: '2026-03-11T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z' })).rejects.toThrow(/ends before/);
  });

  it('is downloaded by who may open decisions, and by nobody else', async () => {
    const answer = await house.send(api.exportGuidance, { query: { deployment: 'watch' } }, 'auditor');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/fhir+ndjson']);
    expect((await answer.text()).trimEnd().split('\n')).toHaveLength(4);
    expect((await house.send(api.exportGuidance, { query: { deployment: 'watch' } }, 'clinician')).status).toBe(403);
    expect((await house.send(api.exportGuidance, { query: { deployment: 'nobody' } }, 'auditor')).status).toBe(404);
  });

  it('is written by the command', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'guidance-')), 'out.ndjson');
    const program = new Command();
    commands(program, () => Promise.resolve(house));
    await program.parseAsync(['node', 'attending', 'decisions', 'export', file, '--deployment', 'watch', '--from', '2026-03-01T00:00:00Z']);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(4);
    await expect(program.parseAsync(['node', 'attending', 'decisions', 'export', file, '--deployment', 'watch', '--from', 'yesterday'])).rejects.toThrow(/no instant/);
  });

  it('stands in the export of the ledger as well', async () => {
    const text = await (await house.send(exportFhir, {}, 'auditor')).text();
    const found = text.trimEnd().split('\n').map((line) => JSON.parse(line) as Resource).filter(({ resourceType }) => resourceType === 'GuidanceResponse');
    expect(found.map(objections)).toEqual([[], [], [], [], []]);
  });
});
