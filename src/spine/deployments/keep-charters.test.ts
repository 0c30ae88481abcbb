// Does a charter keep every version, refuse to be overwritten and show every edit of what was locked?
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { digest } from '../../tools/base/canonical.ts';
import { Problem } from '../../tools/base/problem.ts';
import { entries } from '../ledger/ledger.ts';
import { changesSince, charterFacts } from './deployments.ts';
import * as api from './model.ts';
import { charterExample, exampleWith, furnish, openHospital } from './test-hospital.ts';

const house = await openHospital();
await furnish(house);
const params = { deployment: 'sepsis-alert' };
const read = (version?: number) => house.call(api.getCharter, { params, query: version === undefined ? {} : { version } }, 'governance');
const save = (body: object, as: 'governance' | 'clinical-owner' | 'data-engineer' = 'governance') => house.call(api.saveCharter, { params, body: body as never }, as);
const caught = async (work: Promise<unknown>): Promise<Problem> => work.then(() => { throw new Error('was not refused'); }, (problem: Problem) => problem);

describe('the life of a charter', () => {
  test('there is none at first', async () => {
    expect(await read()).toEqual({ deployment: 'sepsis-alert', version: null, charter: null, yaml: null, locks: [], amendments: [], warnings: [] });
  });

  test('a charter with a mistake is refused with its line, and nothing is saved', async () => {
    const problem = await caught(save({ basedOn: 0, yaml: exampleWith('resource: Observation\n      path', 'resource: Observaton\n      path') }));
    expect(problem.status).toBe(422);
    expect(problem.details).toMatchObject([{ path: 'data.elements[0].resource', line: 56 }]);
    expect((await read()).version).toBeNull();
  });

  test('a facility nobody has set up is refused with its line', async () => {
    const problem = await caught(save({ basedOn: 0, yaml: exampleWith('facility: north', 'facility: nowhere') }));
    expect(problem.details).toMatchObject([{ path: 'units[0].facility', line: 49, says: 'There is no facility `nowhere`.' }]);
  });

  test('the charter of another deployment is refused', async () => {
    expect((await caught(save({ basedOn: 0, yaml: exampleWith('deployment: sepsis-alert', 'deployment: other') }))).message).toContain('charter of `other`');
  });

  test('the first version is kept with its comments', async () => {
    const view = await save({ basedOn: 0, yaml: charterExample });
    expect(view.version).toMatchObject({ version: 1, by: 'Test governance', differences: 0, changes: [], amended: [] });
    expect(view.yaml).toBe(charterExample);
    expect(view.warnings).toEqual([]);
    expect(view.version?.digest).toBe(await digest(view.charter));
    const shown = await house.call(api.getDeployment, { params });
    expect(shown).toMatchObject({ owner: 'Dr. Ada Example', charterVersion: 1, facilities: [{ facility: 'north', units: [{ slug: 'med-1' }, { slug: 'med-2' }] }] });
  });

  test('an edit as JSON is a second version with what differs, and the comments stay', async () => {
    const { charter } = await read();
    charter!.data.elements[1]!.threshold = 0.7;
    const view = await save({ basedOn: 1, charter, reason: 'More is ordered than we thought' }, 'data-engineer');
    expect(view.version).toMatchObject({ version: 2, reason: 'More is ordered than we thought', differences: 1, changes: ['threshold'] });
    expect(view.yaml).toContain('threshold: 0.7 # ordered on suspicion');
    expect(await house.call(api.diffCharter, { params, query: { from: 1, to: 2 } })).toMatchObject({
      differences: [{ op: 'changed', path: 'data.elements[lactate].threshold', before: 0.6, after: 0.7 }], changes: ['threshold'],
    });
    expect((await read(1)).charter?.data.elements[1]?.threshold).toBe(0.6);
  });

  test('saving the same again makes no version', async () => {
    expect((await save({ basedOn: 2, charter: (await read()).charter })).version?.version).toBe(2);
  });

  test('who edits an old version is told what was saved meanwhile, by whom, and overwrites nothing', async () => {
    const problem = await caught(save({ basedOn: 1, yaml: exampleWith('hoursPerWeek: 6', 'hoursPerWeek: 8') }));
    expect(problem.status).toBe(409);
    expect(problem.message).toContain('Test data-engineer saved version 2');
    expect(problem.details).toEqual([{ path: 'data.elements[lactate].threshold', says: '0.6 became 0.7' }]);
    expect((await read()).version?.version).toBe(2);
  });

  test('of two savers at the same moment one wins and one is told', async () => {
    const { charter } = await read();
    const edits = [{ ...charter, title: 'One' }, { ...charter, title: 'Two' }].map((edit) => save({ basedOn: 2, charter: edit }));
    const results = await Promise.allSettled(edits);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect((lost?.reason as Problem).status).toBe(409);
    expect((await read()).version?.version).toBe(3);
  });

  test('a locked section stands in the ledger by its hash', async () => {
    expect((await caught(house.call(api.lockSection, { params, body: { section: 'pilot', version: 2 } }, 'clinical-owner'))).status).toBe(409);
    const view = await house.call(api.lockSection, { params, body: { section: 'pilot', version: 3 } }, 'clinical-owner');
    const hash = await digest(view.charter!.pilot);
    expect(view.locks).toMatchObject([{ section: 'pilot', version: 3, hash, amended: false }]);
    const { items } = await entries(house.db, { kind: 'charter.locked' });
    expect(items).toMatchObject([{ body: { section: 'pilot', version: 3, hash } }]);
    expect((await caught(house.call(api.lockSection, { params, body: { section: 'pilot', version: 3 } }, 'governance'))).status).toBe(409);
  });

  test('a later edit of it needs a reason and is an amendment for everybody to see; other sections are free', async () => {
    const { charter } = await read();
    const looser = { ...charter, pilot: { ...charter!.pilot, minimumCases: 20 } };
    const problem = await caught(save({ basedOn: 3, charter: looser }));
    expect(problem.details).toEqual([{ path: 'pilot', says: 'locked' }]);
    expect((await save({ basedOn: 3, charter: { ...charter, title: 'Free' } })).amendments).toEqual([]);
    const view = await save({ basedOn: 4, charter: { ...looser, title: 'Free' }, reason: 'Fewer cases than planned' });
    expect(view.version?.amended).toEqual(['pilot']);
    expect(view.locks).toMatchObject([{ section: 'pilot', amended: true, version: 3 }]);
    expect(view.amendments).toMatchObject([{ section: 'pilot', version: 5, reason: 'Fewer cases than planned', differences: [{ path: 'pilot.minimumCases', before: 200, after: 20 }] }]);
    expect(view.amendments[0]?.hashBefore).toBe(view.locks[0]?.hash);
    const { items } = await entries(house.db, { kind: 'charter.amended' });
    expect(items).toMatchObject([{ body: { section: 'pilot', changes: ['threshold'], reason: 'Fewer cases than planned', hashAfter: view.amendments[0]?.hashAfter } }]);
  });

  test('locked again, the amended text is what stands; the first lock remains the one that came first', async () => {
    const view = await house.call(api.lockSection, { params, body: { section: 'pilot', version: 5 } }, 'governance');
    expect(view.locks).toMatchObject([{ version: 5, amended: false }]);
    const { id } = await house.call(api.getDeployment, { params });
    const facts = await charterFacts(house.db, id, house.clock.now());
    expect(facts.locks.pilot).toMatchObject({ version: 3, amendments: 1 });
  });

  test('the versions are listed, newest first, in pages', async () => {
    const first = await house.call(api.listCharterVersions, { params, query: { limit: 2 } });
    expect(first.items.map((one) => one.version)).toEqual([5, 4]);
    const rest = await house.call(api.listCharterVersions, { params, query: { limit: 10, after: first.next! } });
    expect(rest.items.map((one) => one.version)).toEqual([3, 2, 1]);
    expect(rest.next).toBeNull();
  });

  test('a charter that was saved as JSON reads as YAML too', async () => {
    const { yaml, charter } = await read();
    expect(api.charter.parse(parse(yaml!))).toEqual(charter);
  });
});

describe('what reopens gates', () => {
  test('a change of version, threshold, feed and population after an instant is told once each', async () => {
    const { id } = await house.call(api.getDeployment, { params });
    const since = house.clock.now();
    house.clock.pass(1_000);
    expect(await changesSince(house.db, id, since)).toEqual([]);
    await house.call(api.addProductVersion, { params: { product: 'sepsis-watch' }, body: { version: '2.4.0' } });
    await house.call(api.changeVersion, { params, body: { version: '2.4.0', reason: 'Bug fix of the vendor' } }, 'governance');
    const { charter, warnings } = await read();
    expect(warnings).toMatchObject([{ path: 'product.version' }]);
    charter!.units.push({ facility: 'south', departments: [] });
    charter!.data.elements[0]!.codes[0]!.code = '1-8';
    await save({ basedOn: 5, charter, reason: 'The south joins' });
    const found = await changesSince(house.db, id, since);
    expect(found.map((one) => one.kind)).toEqual(['model-version', 'feed', 'population']);
    expect(await changesSince(house.db, id, house.clock.now())).toEqual([]);
  });
});

describe('the facts of the charter', () => {
  test('come from the document and are null where it is silent', async () => {
    const { id } = await house.call(api.getDeployment, { params });
    const facts = await charterFacts(house.db, id, '2026-06-01T00:00:00.000Z');
    expect(facts).toMatchObject({
      problemDataPoints: 52, costOfProblem: { perYear: { minor: 124_800_000 }, computed: true }, owner: { hoursPerWeek: 6, acceptedAt: null }, leaderOnRoster: null,
      costPlan: { total: { minor: 130_000_000 }, totalToModel: 6.5, lines: 5 }, risk: { tier: 3 },
      metrics: { outcome: 1, adoption: 1, finance: 1, withBaseline: 2, shortestBaselineWeeks: 52 }, sla: { claims: 1, covered: 1, withFeed: 1 },
      contract: { clauses: 4, ends: '2028-09-30' }, weeks: { elapsed: 17, programmeWeek: 18 },
    });
    expect(facts.costPlan?.modelShare).toBeCloseTo(20 / 130, 12);
    expect(facts.costPlan?.contingencyShare).toBeCloseTo(0.3, 12);
  });

  test('acceptance counts when the owner gives it, and ends with the owner', async () => {
    const accepted = await house.call(api.acceptOwnership, { params, body: { hoursPerWeek: 5 } }, 'clinical-owner');
    expect(accepted.ownership).toMatchObject({ hoursPerWeek: 5, acceptedBy: 'Test clinical-owner' });
    const { charter, version } = await read();
    charter!.owner.clinical.name = 'Dr. Gil Example';
    await save({ basedOn: version!.version, charter });
    expect((await house.call(api.getDeployment, { params })).ownership).toEqual({ name: 'Dr. Gil Example', hoursPerWeek: 6, acceptedAt: null, acceptedBy: null });
  });
});
