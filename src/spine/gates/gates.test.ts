// Does a deployment pass its gates only on evidence, with a quorum, once, and for as long as nothing changes?
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { days } from '../../tools/base/clock.ts';
import { roleNames, type Endpoint, type Role } from '../../tools/base/endpoint.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller } from '../../tools/server/capability.ts';
import { changeVersion, getDeployment } from '../deployments/model.ts';
import { entries, openLedger, signHead, verifyDatabase } from '../ledger/ledger.ts';
import { publish } from '../measures/measures.ts';
import { gates } from './gates.ts';
import { watch } from './jobs.ts';
import * as api from './model.ts';
import type { DecisionRequest, GateState } from './model.ts';
import { book, gateOf, measuresOfTest, measurementsFor, open, openSpine, satisfy, table } from './test-deployment.ts';

const house = await openSpine();
const second: Caller = { kind: 'person', id: 'acc_second', name: 'Second of governance', roles: ['governance'], vendor: null };
const reason = 'The committee has looked at every number.';

const caught = (work: Promise<unknown>): Promise<Problem> => work.then(() => { throw new Error('was not refused'); }, (problem: Problem) => problem);
const decide = (deployment: string, state: Pick<GateState, 'gate' | 'digest'>, body: Partial<DecisionRequest> = {}, as: Role | Caller = 'governance') =>
  house.call(api.decide, { params: { deployment, gate: state.gate }, body: { outcome: 'approve', reason, present: table, seen: state.digest, ...body } }, as);
const approve = async (deployment: string, gate: string) => decide(deployment, await gateOf(house, deployment, gate));
const trackOf = (deployment: string, as: Role | Caller = 'governance') => house.call(api.readTrack, { params: { deployment } }, as);
const kindsOf = async (deployment: string) => (await entries(house.db, { deployment, limit: 500 })).items.map((one) => one.kind).filter((kind) => kind.startsWith('gate.')).reverse();
const runWatch = () => watch({ book, catalogue: measuresOfTest }).run(house, {}, new AbortController().signal);
const firstOf = (criterion: string) => api.conditionsOf(book.gates.flatMap((one) => one.criteria).find((one) => one.id === criterion)!)[0]!;

describe('who may call what', () => {
  const routes = gates(measuresOfTest, book).routes ?? [];
  test.each(routes.map(({ endpoint }) => [endpoint.name, endpoint] as [string, Endpoint]))('%s refuses every other role and nobody', async (_name, endpoint) => {
    const asked = { params: { deployment: 'nowhere', gate: 'G0', waiver: 'wav_x', decision: 'gat_x' } } as never;
    for (const role of roleNames.filter((one) => !endpoint.who.includes(one))) expect([role, (await house.send(endpoint, asked, role)).status]).toEqual([role, 403]);
    expect((await house.send(endpoint, asked, null)).status).toBe(401);
    expect([401, 403]).not.toContain((await house.send(endpoint, asked, endpoint.who[0] as Role)).status);
  });

  test('a vendor sees the track of its own deployments, and never the committee’s table', async () => {
    const id = await open(house, 'of-acme');
    const vendor = (name: string): Caller => ({ kind: 'person', id: 'acc_v', name: 'V', roles: ['vendor'], vendor: name });
    expect((await trackOf(id, vendor('Acme'))).deployment).toBe(id);
    expect((await house.call(api.portfolio, {}, vendor('Acme'))).items.map((one) => one.deployment)).toContain(id);
    expect((await house.call(api.portfolio, {}, vendor('Other'))).items).toEqual([]);
    expect((await caught(trackOf(id, vendor('Other')))).status).toBe(404);
    expect((await caught(gateOf(house, id, 'G0', vendor('Acme')))).status).toBe(403);
  });
});

describe('a new deployment', async () => {
  const id = await open(house, 'fresh');
  test('has G0 blocked and everything after it not started; nothing is met', async () => {
    const track = await trackOf('fresh');
    expect(track.stations.map((one) => [one.gate, one.state])).toEqual([['G0', 'blocked'], ...['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'GX'].map((gate) => [gate, 'not-started'])]);
    // 4.12 counts weeks by itself; nothing else has a number.
    expect(track.stations.flatMap((one) => [one.counts.met, one.counts.undecided]).every((n) => n === 0)).toBe(true);
    expect(track).toMatchObject({ current: 'G0', path: 'full', clocks: { programmeWeek: 1, monthsLive: null } });
  });
  test('tells which room would measure what', async () => {
    const state = await gateOf(house, id, 'G0');
    const readiness = state.criteria.find((one) => one.criterion.id === '0.5');
    expect(readiness?.verdict).toMatchObject({ state: 'not-measurable' });
    expect(readiness?.verdict.because).toContain('does not measure this itself yet (readiness.');
    expect(state.evidence).toEqual({ measured: 0, strong: 0, share: null, target: 0.8 });
  });
  test('cannot be approved, and a later gate cannot be decided', async () => {
    const refused = await caught(approve(id, 'G0'));
    expect(refused.status).toBe(422);
    expect(refused.details.map((one) => one.path)).toEqual(expect.arrayContaining(['0.1', '0.2', '0.5', '0.6', '0.10']));
    expect((await caught(approve(id, 'G1'))).message).toContain('G0 has not been approved');
    expect((await caught(gateOf(house, id, 'G9'))).status).toBe(404);
  });
  test('does not change its digest by growing older', async () => {
    const { digest } = await gateOf(house, id, 'G0');
    house.clock.pass(days(1));
    expect((await gateOf(house, id, 'G0')).digest).toBe(digest);
  });
});

describe('a decision', async () => {
  const id = await open(house, 'decided');
  await satisfy(house, id, 'G0');

  test.each<[string, Partial<DecisionRequest>, string]>([
    ['nobody from operations', { present: table.filter((one) => one.constituency !== 'operations') }, 'nobody for Operations'],
    ['one person for all', { present: table.map((one) => ({ ...one, name: 'Ada' })) }, 'twice'],
    ['a contingency on a plain approval', { contingencies: [{ criterion: null, says: 'Do it soon', owner: 'Ada', expires: '2026-12-31' }] }, 'approve has none'],
    ['an approval with contingencies without one', { outcome: 'approve-with-contingencies' }, 'at least one'],
    ['a contingency in the past', { outcome: 'approve-with-contingencies', contingencies: [{ criterion: null, says: 'Do it soon', owner: 'Ada', expires: '2026-01-01' }] }, 'after today'],
    ['a contingency for another gate', { outcome: 'approve-with-contingencies', contingencies: [{ criterion: '3.1', says: 'Do it soon', owner: 'Ada', expires: '2026-12-31' }] }, 'no criterion 3.1'],
    ['a re-review without a day', { outcome: 're-review' }, 'name the day'],
    ['resume at a gate of the track', { about: 'resume' }, 'asks this'],
  ])('is refused with %s', async (_, body, says) => {
    const problem = await caught(decide(id, await gateOf(house, id, 'G0'), body));
    expect(problem.status).toBe(422);
    expect(problem.details.map((one) => one.says).join('\n')).toContain(says);
  });

  test('is refused when the numbers moved meanwhile', async () => {
    const seen = await gateOf(house, id, 'G0');
    await house.db.transaction().execute((tx) => publish(tx, measurementsFor(house, id, firstOf('0.4'), { value: 7, source: 'test/later' })));
    expect((await caught(decide(id, seen))).status).toBe(409);
  });

  test('of two at once one wins, and the other is told', async () => {
    const seen = await gateOf(house, id, 'G0');
    const both = await Promise.allSettled([decide(id, seen), decide(id, seen, {}, second)]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((both.find((one) => one.status === 'rejected') as PromiseRejectedResult).reason).toMatchObject({ kind: 'conflict' });
  });

  test('keeps every value it saw, moves the deployment on, and locks the next gate', async () => {
    const state = await gateOf(house, id, 'G0');
    expect(state).toMatchObject({ state: 'decided', decision: { outcome: 'approve', sequence: 1, gate: 'G0' } });
    const kept = await house.call(api.readDecision, { params: { decision: state.decision!.id } }, 'auditor');
    expect(kept.intact).toBe(true);
    expect(kept.snapshot.criteria.map((one) => one.criterion.id)).toEqual(book.gates[0]!.criteria.map((one) => one.id));
    expect(kept.snapshot.criteria.find((one) => one.criterion.id === '0.4')?.verdict.readings[0]).toMatchObject({ value: 7, n: 1000, class: 'E2' });
    expect((await house.call(getDeployment, { params: { deployment: id } })).stage).toBe('design');
    const next = await gateOf(house, id, 'G1');
    expect(next.lock).toMatchObject({ with: 'G0', digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const ledger = (await entries(house.db, { deployment: id, limit: 50 })).items;
    expect(ledger.find((one) => one.kind === 'gate.decided')).toMatchObject({ body: { digest: state.decision!.digest, verdicts: { '0.1': 'met', '0.4': 'not-met' } } });
    expect(ledger.find((one) => one.kind === 'gate.thresholds-locked')).toMatchObject({ body: { gate: 'G1', digest: next.lock!.digest } });
    expect(JSON.stringify(ledger)).not.toContain('Ada');
  });

  test('is not made twice, and cannot be altered in the database', async () => {
    expect((await caught(approve(id, 'G0'))).message).toContain('approved already');
    for (const statement of [sql`update gates.decision set snapshot = '{}'`, sql`delete from gates.lock`]) await expect(statement.execute(house.db)).rejects.toThrow(/never changed/);
  });

  test('that declines or defers does not open the next gate, and can be followed by another', async () => {
    const other = await open(house, 'deferred');
    const deferred = await decide(other, await gateOf(house, other, 'G0'), { outcome: 're-review', reviewOn: '2026-06-01' });
    expect(deferred).toMatchObject({ sequence: 1, nextReview: '2026-06-01' });
    expect((await trackOf(other)).nextReview).toBe('2026-06-01');
    await decide(other, await gateOf(house, other, 'G0'), { outcome: 'decline' });
    expect((await trackOf(other)).stations[0]).toMatchObject({ state: 'decided', outcome: 'decline' });
    expect((await caught(approve(other, 'G1'))).status).toBe(409);
    await satisfy(house, other, 'G0');
    expect((await approve(other, 'G0')).sequence).toBe(3);
  });
});

describe('contingencies and waivers', async () => {
  const id = await open(house, 'waived');
  await satisfy(house, id, 'G0', ['0.2']);
  const soon = { criterion: '0.2', says: 'Finance computes the cost', owner: 'Fay of finance', expires: '2026-04-01' };

  test('a contingency stands for a core criterion until its day, then the gate is open again', async () => {
    expect((await caught(approve(id, 'G0'))).details.map((one) => one.path)).toEqual(['0.2']);
    await decide(id, await gateOf(house, id, 'G0'), { outcome: 'approve-with-contingencies', contingencies: [soon] });
    expect((await gateOf(house, id, 'G0')).state).toBe('decided');
    const before = house.clock.now();
    house.clock.moveTo('2026-04-02T08:00:00.000Z');
    expect(await gateOf(house, id, 'G0')).toMatchObject({ state: 'reopened', reopenings: [{ criteria: ['0.2'], because: expect.stringContaining('Fay of finance') }] });
    await house.db.transaction().execute((tx) => publish(tx, measurementsFor(house, id, firstOf('0.2'))));
    expect((await gateOf(house, id, 'G0')).state).toBe('decided');
    house.clock.moveTo(before);
  });

  const params = { deployment: 'waived', gate: 'G1' };
  const ask = (criterion: string, expires = '2026-05-01', as: Role | Caller = 'governance') => house.call(api.waive, { params, body: { criterion, reason: 'The feed comes with the upgrade in April.', expires } }, as);

  test('a safety criterion cannot pass on a contingency', async () => {
    await satisfy(house, id, 'G1', ['1.5']);
    await satisfy(house, id, 'G0');
    const problem = await caught(decide(id, await gateOf(house, id, 'G1'), { outcome: 'approve-with-contingencies', contingencies: [{ ...soon, criterion: '1.5' }] }));
    expect(problem).toMatchObject({ status: 422 });
    expect(problem.next).toContain('contingencies cannot stand for them');
    expect(problem.details.map((one) => one.path)).toEqual(['1.5']);
  });

  test('a waiver needs governance for safety, a second person, and an end within a year', async () => {
    expect((await caught(ask('1.5', '2026-05-01', 'clinical-owner'))).status).toBe(403);
    expect((await caught(ask('1.5', '2026-03-01'))).status).toBe(422);
    expect((await caught(ask('1.5', '2028-03-01'))).status).toBe(422);
    expect((await caught(ask('9.9'))).status).toBe(404);
    expect((await caught(ask('1.1'))).message).toContain('is met');
    const asked = await ask('1.5');
    expect(asked.state).toBe('requested');
    expect((await gateOf(house, id, 'G1')).blocks.map((one) => one.criterion)).toEqual(['1.5']);
    expect((await caught(house.call(api.approveWaiver, { params: { waiver: asked.id } }, 'governance'))).message).toContain('may not approve');
    const key: Caller = { ...second, kind: 'key', id: 'key_1' };
    expect((await caught(house.call(api.approveWaiver, { params: { waiver: asked.id } }, key))).status).toBe(403);
    expect(await house.call(api.approveWaiver, { params: { waiver: asked.id } }, second)).toMatchObject({ state: 'active', approvedBy: { id: 'acc_second' } });
    expect((await caught(ask('1.5'))).status).toBe(409);
  });

  test('under it the criterion reads waived and says what it would read; the gate passes; when it ends it is open again', async () => {
    const state = await gateOf(house, id, 'G1');
    expect(state.criteria.find((one) => one.criterion.id === '1.5')?.verdict).toMatchObject({ state: 'waived', without: 'not-measurable' });
    const decision = await decide(id, state);
    expect(decision.waived).toEqual(['1.5']);
    const before = house.clock.now();
    house.clock.moveTo('2026-05-01T23:00:00.000Z');
    expect((await gateOf(house, id, 'G1')).criteria.find((one) => one.criterion.id === '1.5')?.verdict.state).toBe('waived');
    house.clock.moveTo('2026-05-02T00:00:00.000Z');
    expect(await gateOf(house, id, 'G1')).toMatchObject({ state: 'reopened' });
    await runWatch();
    await runWatch();
    const kinds = await kindsOf(id);
    expect(kinds.filter((kind) => kind === 'gate.waiver-ended')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'gate.reopened').length).toBeGreaterThanOrEqual(1);
    house.clock.moveTo(before);
  });

  test('a waiver can be refused and ended', async () => {
    const other = await open(house, 'refused');
    const asked = await house.call(api.waive, { params: { deployment: other, gate: 'G0' }, body: { criterion: '0.2', reason: 'There is no time for it.', expires: '2026-06-01' } }, 'clinical-owner');
    const end = () => house.call(api.endWaiver, { params: { waiver: asked.id }, body: { reason: 'Find the time.' } }, 'governance');
    expect(await end()).toMatchObject({ state: 'refused', endedBecause: 'Find the time.' });
    expect((await caught(end())).status).toBe(409);
    expect((await caught(house.call(api.approveWaiver, { params: { waiver: asked.id } }, second))).status).toBe(409);
  });
});

describe('a change', async () => {
  const id = await open(house, 'changed');
  for (const gate of ['G0', 'G1']) {
    await satisfy(house, id, gate);
    await approve(id, gate);
  }

  test('of the model’s version reopens what rests on it, once in the ledger, and blocks what comes after', async () => {
    house.clock.pass(days(1));
    await house.call(changeVersion, { params: { deployment: id }, body: { version: '2', reason: 'The vendor updated it' } }, 'governance');
    const track = await trackOf(id);
    expect(track.stations.slice(0, 3).map((one) => one.state)).toEqual(['reopened', 'reopened', 'blocked']);
    expect(track.current).toBe('G0');
    expect(track.changes[0]).toMatchObject({ kind: 'model-version' });
    const g1 = await gateOf(house, id, 'G1');
    expect(g1.reopenings[0]?.criteria).toEqual(['1.5', '1.9']);
    expect(g1.criteria.find((one) => one.criterion.id === '1.5')?.verdict.state).toBe('stale');
    expect(g1.criteria.find((one) => one.criterion.id === '1.4')?.verdict.state).toBe('met');
    await runWatch();
    await runWatch();
    expect((await kindsOf(id)).filter((kind) => kind === 'gate.reopened')).toHaveLength(2);
    expect((await caught(approve(id, 'G1'))).message).toContain('G0 is open again');
  });

  test('is answered by measuring and deciding again; the first decision stays in the history', async () => {
    house.clock.pass(days(1));
    for (const gate of ['G0', 'G1']) {
      await satisfy(house, id, gate);
      expect((await gateOf(house, id, gate)).state).toBe('reopened');
      await approve(id, gate);
    }
    expect((await trackOf(id)).stations.slice(0, 2).map((one) => one.state)).toEqual(['decided', 'decided']);
    const { items } = await house.call(api.readHistory, { params: { deployment: id }, query: { gate: 'G1' } }, 'auditor');
    expect(items.map((one) => one.kind)).toEqual(expect.arrayContaining(['decided', 'reopened', 'thresholds-locked']));
    expect(items.filter((one) => one.kind === 'decided').map((one) => one.decision?.sequence)).toEqual([2, 1]);
  });

  test('pages through its history without losing or repeating a line', async () => {
    const whole = (await house.call(api.readHistory, { params: { deployment: id }, query: { limit: 500 } }, 'auditor')).items;
    const paged = [];
    for (let after: string | undefined; ; ) {
      const page = await house.call(api.readHistory, { params: { deployment: id }, query: { limit: 2, ...(after && { after }) } }, 'auditor');
      paged.push(...page.items);
      if (page.next === null) break;
      after = page.next;
    }
    expect(paged).toEqual(whole);
  });
});

describe('thresholds', async () => {
  const id = await open(house, 'thresholds');
  const set = (gate: string, criterion: string, needs: object, as: Role = 'governance') =>
    house.call(api.setThreshold, { params: { deployment: id, gate }, body: { criterion, needs, reason: 'This hospital has another one.' } }, as);
  const lineOf = async (gate: string, criterion: string) => (await gateOf(house, id, gate)).criteria.find((one) => one.criterion.id === criterion);

  test('can be set before the lock, with the default still to be seen', async () => {
    expect(await set('G1', '1.1', { atLeast: 60 }, 'clinical-owner')).toMatchObject({ was: { atLeast: 40 }, now: { atLeast: 60 }, afterLock: false });
    expect((await lineOf('G1', '1.1'))?.verdict.readings[0]?.needs).toEqual({ atLeast: 60 });
    expect((await caught(set('G1', '1.1', { atLeast: 60 }))).status).toBe(409);
    expect((await caught(set('G1', '1.1', { atLeast: 60, atMost: 70 }))).status).toBe(400);
    expect((await caught(set('G1', '7.7', { atLeast: 60 }))).status).toBe(404);
  });

  test('are locked with the gate before, their edits included; later edits are amendments of governance', async () => {
    await satisfy(house, id, 'G0');
    await approve(id, 'G0');
    const locked = (await gateOf(house, id, 'G1')).lock;
    expect((await caught(set('G1', '1.1', { atLeast: 20 }, 'clinical-owner'))).status).toBe(403);
    expect(await set('G1', '1.1', { atLeast: 20 })).toMatchObject({ was: { atLeast: 60 }, afterLock: true });
    const state = await gateOf(house, id, 'G1');
    expect(state.lock?.digest).toBe(locked?.digest);
    expect(state.amendments.map((one) => one.afterLock)).toEqual([false, true]);
    expect((await lineOf('G1', '1.1'))?.verdict.readings[0]?.needs).toEqual({ atLeast: 20 });
  });

  test('amended after an approval, they reopen the gate', async () => {
    await satisfy(house, id, 'G1');
    await approve(id, 'G1');
    house.clock.pass(1_000);
    await set('G1', '1.2', { atLeast: 11 });
    expect(await gateOf(house, id, 'G1')).toMatchObject({ state: 'reopened', reopenings: [{ criteria: ['1.2'] }] });
  });

  test('a path leaves criteria out until G0 is approved', async () => {
    const other = await open(house, 'short-path');
    const choose = (path: 'full' | 'fast-track' | 'registration-only') => house.call(api.setPath, { params: { deployment: other }, body: { path, reason: 'It only books appointments.' } }, 'governance');
    await choose('registration-only');
    const state = await gateOf(house, other, 'G0');
    expect(state.criteria.map((one) => one.criterion.id)).toEqual(['0.1', '0.2', '0.5', '0.6', '0.10']);
    expect(state.leftOut).toContain('0.3');
    await satisfy(house, other, 'G0');
    await approve(other, 'G0');
    expect((await caught(choose('full'))).status).toBe(409);
  });
});

describe('the whole way', async () => {
  const id = await open(house, 'the-whole-way');

  test('from G0 to go-live warns when it was too fast, and starts the second clock', async () => {
    for (const gate of ['G0', 'G1', 'G2', 'G3']) {
      await satisfy(house, id, gate);
      await approve(id, gate);
    }
    await satisfy(house, id, 'G4');
    const state = await gateOf(house, id, 'G4');
    expect(state.warnings.join('\n')).toContain('under 16 correlates with failure');
    expect(state.criteria.find((one) => one.criterion.id === '4.12')?.verdict.state).toBe('not-met');
    const decision = await decide(id, state);
    expect(Date.parse(decision.nextReview!) - Date.parse(decision.at.slice(0, 10))).toBe(days(7));
    const live = await house.call(getDeployment, { params: { deployment: id } });
    expect(live).toMatchObject({ stage: 'scale', goLive: decision.at.slice(0, 10) });
    expect((await trackOf(id)).clocks.monthsLive).toBe(0);
  });

  test('G5 is decided wave by wave', async () => {
    await satisfy(house, id, 'G5');
    expect((await approve(id, 'G5')).sequence).toBe(1);
    expect((await approve(id, 'G5')).sequence).toBe(2);
  });

  test('a fired trigger opens GX; resuming asks for the fix; retiring ends it', async () => {
    expect((await trackOf(id)).stations.at(-1)).toMatchObject({ gate: 'GX', state: 'not-started' });
    const trigger = firstOf('X.2');
    await house.db.transaction().execute((tx) => publish(tx, measurementsFor(house, id, trigger, { value: 1, interval: { low: 1, high: 1 }, source: 'test/sev1' })));
    const track = await trackOf(id);
    expect(track.stations.at(-1)).toMatchObject({ state: 'blocked' });
    expect(track.warnings.join('\n')).toContain('Suspend, resume, retire');
    const early = await caught(decide(id, await gateOf(house, id, 'GX'), { about: 'resume' }));
    expect(early.details.map((one) => one.path)).toEqual(expect.arrayContaining(['X.2', 'X.8', 'X.9']));
    expect((await caught(approve(id, 'GX'))).details[0]?.path).toBe('about');
    house.clock.pass(1_000);
    await satisfy(house, id, 'GX');
    await decide(id, await gateOf(house, id, 'GX'), { about: 'resume' });
    await decide(id, await gateOf(house, id, 'GX'), { about: 'retire' });
    expect((await house.call(getDeployment, { params: { deployment: id } })).stage).toBe('retired');
  });

  test('leaves the house as a table and as JSON', async () => {
    const get = async (format: 'csv' | 'json') => house.send(api.exportGate, { params: { deployment: id, gate: 'G1' }, query: { format } }, 'auditor');
    const csv = await get('csv');
    expect(csv.headers.get('content-disposition')).toContain('the-whole-way-G1-');
    const lines = (await csv.text()).trimEnd().split('\r\n');
    expect(lines[0]).toContain('criterion,title,core,safety,verdict');
    expect(lines).toHaveLength(1 + book.gates[1]!.criteria.flatMap(api.conditionsOf).length);
    expect(api.gateState.parse(await (await get('json')).json()).gate).toBe('G1');
  });
});

test('a portfolio shows every deployment, and the ledger is sound after all of it', async () => {
  const { items } = await house.call(api.portfolio, {}, 'governance');
  expect(items.length).toBeGreaterThanOrEqual(8);
  for (const one of items) expect(one.stations).toHaveLength(8);
  await openLedger(house);
  await signHead(house);
  expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
});
