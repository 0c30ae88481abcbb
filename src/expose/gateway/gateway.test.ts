// Is every answer recorded before it is shown, and is nobody shown what the policy does not allow?
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entries, openPayload, verifyDatabase, signHead } from '../../spine/ledger/ledger.ts';
import * as dep from '../../spine/deployments/model.ts';
import { changesSince } from '../../spine/deployments/deployments.ts';
import { testCallers } from '../../tools/server/test-database.ts';
import { catchUp } from '../decisions/decisions.ts';
import * as told from '../decisions/model.ts';
import * as api from './model.ts';
import { policy } from './policy.ts';
import { call, card, described, json, listening, openHospital, openInstance, setPolicy, slug } from './test-ehr.ts';
import { decisionIn } from './uuids.ts';

const { house, vendor, gateway, deployment, close } = await openHospital();
afterAll(close);

const params = { deployment: slug };
const use = async (changes: object) => {
  await setPolicy(house, policy.parse({ deadlineMs: 20_000, ...changes }));
  await gateway.settle();
};
const recorded = async () => (await entries(house.db, { kind: 'decision.recorded', limit: 5 })).items;
const lastEvent = async () => (await recorded())[0]!.body as unknown as told.Recorded;
const cardsOf = (text: string) => (JSON.parse(text) as { cards: { uuid: string; summary: string; suggestions?: { uuid: string }[]; overrideReasons?: { code: string; display: string }[] }[] }).cards;

beforeEach(() => {
  vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card()] });
  vendor.asked.length = 0;
});

describe('modes', () => {
  it('off: nothing is asked, nothing is recorded', async () => {
    expect(await gateway.ask()).toEqual({ status: 200, text: '{"cards":[]}' });
    expect(vendor.calls()).toEqual([]);
    expect(await recorded()).toEqual([]);
  });

  it('shadow: asked and recorded, nobody sees it', async () => {
    await use({ mode: 'shadow' });
    expect(cardsOf((await gateway.ask()).text)).toEqual([]);
    expect(vendor.calls()).toHaveLength(1);
    expect(await lastEvent()).toMatchObject({ disposition: 'shadow', class: 'high-risk', label: 'warning', assurance: 'enforced', via: 'gateway', shownAt: null, version: '2.3.0' });
    expect((await house.call(dep.getDeployment, { params })).mode).toBe('shadow');
  });

  it('live: a second person is needed, and then it is shown under a uuid of the house', async () => {
    const proposed = await house.call(api.proposePolicy, { params, body: { policy: policy.parse({ mode: 'live' }), reason: 'the pilot passed' } }, 'clinical-owner');
    expect(proposed).toMatchObject({ state: 'proposed', needs: ['the mode becomes live'] });
    await gateway.settle();
    expect(cardsOf((await gateway.ask()).text)).toEqual([]);
    const approving = { params, body: { version: proposed.version } };
    await expect(house.call(api.approvePolicy, approving, testCallers['clinical-owner'])).rejects.toThrow(/does not approve/);
    await house.call(api.approvePolicy, approving, 'governance');
    await gateway.settle();
    const [shown] = cardsOf((await gateway.ask()).text);
    expect(shown).toMatchObject({ summary: 'Sepsis is likely' });
    const entry = (await recorded())[0]!;
    expect(entry.subject).toBe(`decision/${decisionIn(shown!.uuid)!.decision}`);
    expect(entry.body).toMatchObject({ disposition: 'shown', shownAt: '2026-03-10T12:00:00.000Z' });
    expect((await entries(house.db, { kind: 'gateway.*', limit: 20 })).items.map(({ kind }) => kind).slice(0, 3)).toEqual(['gateway.policy-acting', 'gateway.policy-approved', 'gateway.policy-proposed']);
    await gateway.settle();
    await catchUp(house.db);
    const opened = await house.call(told.openDecision, { params: { decision: decisionIn(shown!.uuid)!.decision } }, 'clinical-owner');
    expect(opened.decision).toMatchObject({ delivered: true, disposition: 'shown', assurance: 'enforced' });
    expect(opened.hasPayload).toBe(true);
  });

  it('the deployment’s own mode can only make it stricter', async () => {
    await house.call(dep.changeDeployment, { params, body: { mode: 'shadow', reason: 'a stop by hand' } }, 'governance');
    await gateway.settle();
    expect(cardsOf((await gateway.ask()).text)).toEqual([]);
    await house.call(dep.changeDeployment, { params, body: { mode: 'live', reason: 'and on again' } }, 'governance');
    await gateway.settle();
    expect(cardsOf((await gateway.ask()).text)).toHaveLength(1);
  });

  it('the kill switch: every living instance has acted when it answers, and showing again needs two people', async () => {
    const killed = await house.call(api.kill, { params, body: { reason: 'wrong dose in a card' } }, 'manager');
    expect(killed).toMatchObject({ all: true, instances: [{ mode: 'suspended', version: killed.version }] });
    expect(cardsOf((await gateway.ask()).text)).toEqual([]);
    expect(await lastEvent()).toMatchObject({ disposition: 'killed' });
    expect((await entries(house.db, { kind: 'gateway.killed' })).items).toHaveLength(1);
    expect((await house.call(dep.getDeployment, { params })).mode).toBe('suspended');
    const again = await house.call(api.proposePolicy, { params, body: { policy: policy.parse({ mode: 'live' }), reason: 'repaired' } }, 'clinical-owner');
    expect(again.state).toBe('proposed');
    await house.call(api.refusePolicy, { params, body: { version: again.version, reason: 'not yet' } }, 'clinical-owner');
  });
});

describe('what the EHR gets', () => {
  it('is the vendor’s own text but for uuids and appended reasons, and the payload has both', async () => {
    await use({ mode: 'live', human: { reasons: [{ code: 'viral', display: 'Viral infection' }] } });
    const text = `{ "cards" : [ {"summary":"A \\u00e9 \\/", "indicator":"critical","source":{"label":"S"},"x":1.50, "big": 12345678901234567890123, "suggestions":[{"label":"Give"}],"selectionBehavior":"any","nothing":null} ], "extension":{"e":-0.0} }`;
    vendor.cards = (_asked, outgoing) => json(outgoing, text);
    const body = ` {"hook":"patient-view","hookInstance":"h","fhirServer":"https://ehr","fhirAuthorization":{"access_token":"SECRET-TOKEN","token_type":"Bearer"},"context":{"patientId":"p-1","userId":"Practitioner/7"},"prefetch":{"n":1.0,"z":null}}`;
    const answer = (await gateway.ask(body)).text;
    expect(vendor.calls()[0]!.body.toString()).toBe(body);
    const [shown] = cardsOf(answer);
    const stripped = answer
      .replace(`"uuid":"${shown!.uuid}",`, '')
      .replace(`"uuid":"${shown!.suggestions![0]!.uuid}",`, '')
      .replace(`,"overrideReasons":[{"code":"viral","system":"urn:attending:override-reason","display":"Viral infection"}]`, '');
    expect(stripped).toBe(text);
    const { plain } = await openPayload(house, testCallers['safety-officer'], (await recorded())[0]!.position, 'drill');
    const payload = plain.toString();
    expect(payload).toContain(body.replace('SECRET-TOKEN', '(removed)').trim());
    expect(payload).toContain(text);
    expect(payload).not.toContain('SECRET-TOKEN');
  });

  it('critical cards carry reasons to go another way', async () => {
    await use({ mode: 'live' });
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card({ indicator: 'critical' })] });
    expect(cardsOf((await gateway.ask()).text)[0]!.overrideReasons!.length).toBeGreaterThan(2);
    expect(await lastEvent()).toMatchObject({ critical: true });
  });

  it('the vendor’s own actions never arrive unseen: held, or as something to choose', async () => {
    const actions = [{ type: 'create', description: 'Order lactate', resource: { resourceType: 'ServiceRequest', priority: 'urgent' } }];
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [], systemActions: actions });
    expect((await gateway.ask()).text).toBe('{"cards":[]}');
    expect(await lastEvent()).toMatchObject({ disposition: 'withheld', label: 'system-actions-held' });
    await use({ mode: 'live', human: { systemActions: 'suggest' } });
    const answer = JSON.parse((await gateway.ask()).text) as { systemActions?: unknown; cards: { suggestions: { actions: unknown[] }[] }[] };
    expect(answer.systemActions).toBeUndefined();
    expect(answer.cards[0]!.suggestions[0]!.actions).toEqual(actions);
  });

  it('a card that breaks the specification is withheld, the others are shown, and it is counted', async () => {
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card({ indicator: 'hard-stop' }), card({ uuid: 'vendor-card-2', summary: 'Good' })] });
    expect(cardsOf((await gateway.ask()).text).map(({ summary }) => summary)).toEqual(['Good']);
    await gateway.settle();
    const { lint } = await house.call(api.getService, { params });
    expect(lint).toEqual([expect.objectContaining({ path: 'cards[].indicator', severity: 'error', times: 1 })]);
  });
});

describe('when the vendor fails nothing is shown and it is recorded', () => {
  it.each([
    ['an error', 'vendor-503', (outgoing: import('node:http').ServerResponse) => json(outgoing, {}, 503)],
    ['a page', 'vendor-html', (outgoing: import('node:http').ServerResponse) => void outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Login</body></html>')],
    ['half an answer', 'vendor-broken-off', (outgoing: import('node:http').ServerResponse) => (outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }), outgoing.write('{"cards":'), void setTimeout(() => outgoing.destroy(), 20))],
    ['a key twice', 'vendor-not-json', (outgoing: import('node:http').ServerResponse) => json(outgoing, '{"cards":[],"cards":[]}')],
    ['no cards', 'vendor-no-cards', (outgoing: import('node:http').ServerResponse) => json(outgoing, { guidance: [] })],
  ])('%s', async (_name, label, answer) => {
    vendor.cards = (_asked, outgoing) => answer(outgoing);
    expect(await gateway.ask()).toEqual({ status: 200, text: '{"cards":[]}' });
    expect(await lastEvent()).toMatchObject({ disposition: 'withheld', label });
  });

  it('late', async () => {
    await use({ mode: 'live', deadlineMs: 100 });
    vendor.cards = (_asked, outgoing) => void setTimeout(() => json(outgoing, { cards: [card()] }), 400);
    expect((await gateway.ask()).text).toBe('{"cards":[]}');
    expect((await lastEvent()).disposition).toBe('late');
    await use({ mode: 'live' });
  });

  it('412 is passed on: the EHR has to hear that data are missing', async () => {
    vendor.cards = (_asked, outgoing) => json(outgoing, {}, 412);
    expect((await gateway.ask()).status).toBe(412);
  });
});

describe('a request that cannot be taken is refused in words', () => {
  it.each([
    ['no JSON', '{"hook"', 400], ['a key twice', '{"hook":"a","hook":"b"}', 400], ['nested without end', `{"hook":"a","hookInstance":"b","context":${'['.repeat(200)}${']'.repeat(200)}}`, 400],
    ['without hook', JSON.stringify({ hookInstance: 'x', context: {} }), 400], ['without context', JSON.stringify({ hook: 'x', hookInstance: 'x' }), 400],
    ['a byte order mark before it', `\uFEFF${JSON.stringify(call())}`, 400], ['larger than 16 MB', JSON.stringify(call({ prefetch: { a: 'x'.repeat(16_000_001) } })), 413],
  ])('%s', async (_name, body, status) => expect((await gateway.ask(body)).status).toBe(status));

  it('but ten megabytes of prefetch, an error page or an OperationOutcome in it are the vendor’s to read', async () => {
    await use({ mode: 'live', deadlineMs: 30_000 });
    for (const prefetch of [{ labs: 'x'.repeat(10_000_000) }, { patient: '<html>502</html>' }, { patient: { resourceType: 'OperationOutcome', issue: [] } }, { patient: null }])
      expect(cardsOf((await gateway.ask(call({ prefetch }))).text)).toHaveLength(1);
  });

  it('and a byte order mark is called by its name', async () => expect((await gateway.ask(`\uFEFF${JSON.stringify(call())}`)).text).toContain('byte order mark'));

  it('one that comes a byte at a time', async () => {
    const impatient = await openInstance(house, { slowest: 150 });
    const { hostname, port, pathname } = new URL(`${impatient.base}/sepsis`);
    const socket = connect(Number(port), hostname);
    socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"hook"`);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    await impatient.close();
  });

  it('and one whose caller goes away before the answer is recorded as not delivered', async () => {
    await use({ mode: 'live' });
    vendor.cards = (_asked, outgoing) => void setTimeout(() => json(outgoing, { cards: [card()] }), 300);
    const leaving = new AbortController();
    const before = vendor.calls().length;
    const gone = fetch(`${gateway.base}/sepsis`, { method: 'POST', signal: leaving.signal, headers: { 'content-type': 'application/json' }, body: JSON.stringify(call({ context: { patientId: 'p-gone', userId: 'Practitioner/7' } })) }).catch(() => null);
    await expect.poll(() => vendor.calls().length).toBe(before + 1);
    leaving.abort();
    await gone;
    await expect.poll(async () => {
      await gateway.settle();
      await catchUp(house.db);
      const event = await lastEvent();
      return (await house.call(told.openDecision, { params: { decision: event.decision } }, 'clinical-owner')).decision.delivered;
    }, { timeout: 5_000 }).toBe(false);
  });

  it('another address, method or type', async () => {
    const nowhere = await fetch(`${gateway.url}/cds/nobody/cds-services`);
    expect([nowhere.status, await nowhere.json()]).toEqual([404, expect.objectContaining({ title: expect.any(String), next: expect.stringContaining('/cds/{deployment}/cds-services') })]);
    expect((await fetch(`${gateway.base}/sepsis`)).status).toBe(405);
    expect((await gateway.post('unknown', call())).status).toBe(404);
    expect((await gateway.post('sepsis', call(), { 'content-type': 'text/plain' })).status).toBe(415);
  });
});

describe('feedback', () => {
  it('is recorded about the decision and told to the vendor in its own names', async () => {
    vendor.cards = (_asked, outgoing) => json(outgoing, { cards: [card({ selectionBehavior: 'any', suggestions: [{ label: 'A', uuid: 'vendor-s-1' }, { label: 'B', uuid: 'vendor-s-2' }] })] });
    const [shown] = cardsOf((await gateway.ask()).text);
    await gateway.settle();
    house.clock.pass(60_000);
    const feedback = (more: object) => ({ feedback: [{ card: shown!.uuid, outcomeTimestamp: '2026-03-10T12:00:30Z', ...more }] });
    expect((await gateway.post('sepsis/feedback', feedback({ outcome: 'accepted', acceptedSuggestions: [{ id: shown!.suggestions![1]!.uuid }] }))).status).toBe(200);
    await expect.poll(() => vendor.asked.filter(({ path }) => path.endsWith('/feedback')).length).toBe(1);
    expect(JSON.parse(vendor.asked.at(-1)!.body.toString())).toEqual({ feedback: [{ card: 'vendor-card-1', outcomeTimestamp: '2026-03-10T12:00:30Z', outcome: 'accepted', acceptedSuggestions: [{ id: 'vendor-s-2' }] }] });
    await catchUp(house.db);
    const { decision } = decisionIn(shown!.uuid)!;
    expect((await house.call(told.openDecision, { params: { decision } }, 'clinical-owner')).decision).toMatchObject({ act: 'accepted', dwellMs: 30_000 });
    // The last word counts; its comment is sealed.
    await gateway.post('sepsis/feedback', { feedback: [{ card: shown!.uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-10T12:00:45Z', overrideReason: { reason: { code: 'viral', system: 'urn:x' }, userComment: 'Anna has the flu' } }] });
    const [entry] = (await entries(house.db, { kind: 'decision.feedback' })).items;
    expect(entry!.body).toMatchObject({ act: 'overridden', reason: 'viral' });
    expect(JSON.stringify(entry)).not.toContain('Anna');
    expect((await gateway.post('sepsis/feedback', { feedback: [{ card: 'nobody', outcome: 'accepted', outcomeTimestamp: '2026-03-10T12:00:30Z' }] })).status).toBe(400);
    // Beside others it is named, and the others are recorded: an EHR may still have feedback to cards from before this house stood between.
    const mixed = await gateway.post('sepsis/feedback', { feedback: [{ card: 'nobody', outcome: 'accepted', outcomeTimestamp: '2026-03-10T12:00:30Z' }, { card: shown!.uuid, outcome: 'overridden', outcomeTimestamp: '2026-03-10T12:00:50Z' }] });
    expect([mixed.status, await mixed.json()]).toEqual([200, { recorded: 1, refused: [{ index: 0, says: 'feedback[0].card is no card that was answered here.' }] }]);
  });

  it('and outcomes can be told by the uuid the EHR has', async () => {
    const [shown] = cardsOf((await gateway.ask()).text);
    await gateway.settle();
    const receipt = await house.call(told.tellOutcome, { body: { deployment: slug, key: shown!.uuid, at: house.clock.now(), name: 'sepsis', positive: true } }, 'data-engineer');
    expect(receipt.decision).toBe(decisionIn(shown!.uuid)!.decision);
  });
});

describe('discovery', () => {
  it('is the vendor’s own, and a silent change is in the ledger and reopens what rested on the model', async () => {
    expect(await (await fetch(gateway.base)).json()).toEqual(described);
    const since = house.clock.now();
    house.clock.pass(60_000);
    vendor.discovery = { services: [{ ...described.services[0], description: 'Finds sepsis with a new model.' }] };
    await house.jobs.start('gateway.discovery', {});
    await house.idle();
    expect(await changesSince(house.db, deployment, since)).toMatchObject([{ kind: 'model-version' }]);
    expect((await entries(house.db, { kind: 'gateway.discovery-changed' })).items).toHaveLength(2);
    // The same in another order and spacing is no change.
    vendor.discovery = JSON.stringify(vendor.discovery, null, 4);
    await house.jobs.start('gateway.discovery', {});
    await house.idle();
    expect((await house.call(api.getService, { params })).discoveryChanges).toBe(1);
    // Another service beside it is one; that the two stand the other way round, or an empty prefetch and a null, is none.
    const both = [{ ...described.services[0], description: 'Finds sepsis with a new model.' }, { id: 'other', hook: 'order-sign', description: 'Other' }];
    vendor.discovery = { services: both };
    await house.call(api.readDiscovery, { params });
    vendor.discovery = { services: [{ ...both[1], prefetch: {}, title: null }, both[0]] };
    expect(await house.call(api.readDiscovery, { params })).toMatchObject({ changed: false });
    vendor.discovery = { services: [{ ...both[1], prefetch: { a: 'Patient/1' } }, both[0]] };
    expect(await house.call(api.readDiscovery, { params })).toMatchObject({ changed: true });
    expect((await house.call(api.getService, { params })).discoveryChanges).toBe(3);
  });

  it('that cannot be read says why until it can, and may be elsewhere than the specification says', async () => {
    const { connection } = await house.call(api.getService, { params });
    const away = await house.call(api.putService, { params, body: { ...connection, url: `${vendor.url}/elsewhere` } });
    expect([away.discoveryFault, away.discovery!.services.length]).toEqual([null, 2]);
    const odd = await listening((incoming, outgoing) => (incoming.url === '/cds-discovery' ? json(outgoing, described) : json(outgoing, { detail: 'Not Found' }, 404)));
    const wrong = await house.call(api.putService, { params, body: { ...connection, url: odd.url } });
    expect(wrong.discoveryFault).toEqual({ at: house.clock.now(), says: expect.stringMatching(/answers 404.*the connection has a field/) });
    await expect(house.call(api.readDiscovery, { params })).rejects.toMatchObject({ details: [{ path: `${odd.url}/cds-services` }] });
    const right = await house.call(api.putService, { params, body: { ...connection, url: odd.url, discovery: `${odd.url}/cds-discovery` } });
    expect([right.discoveryFault, right.discovery!.services[0]!.id]).toEqual([null, 'sepsis']);
    await house.call(api.putService, { params, body: connection });
    await odd.close();
  });
});

it('everything verifies at the end', async () => {
  await gateway.settle();
  await signHead(house);
  expect(await verifyDatabase(house)).toMatchObject({ sound: true, faults: [] });
});
