// Does the SDK release only what a real house has recorded, and tell the rest later?
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flagStudy, reportRead } from '../sdk/examples/imaging.ts';
import { releaseScores } from '../sdk/examples/risk-scores.ts';
import { draftNote } from '../sdk/examples/scribe.ts';
import { editedShare, NotRecorded, openGate, type GateOptions } from '../sdk/sdk.ts';
import { verifyReceipt } from '../sdk/verify.ts';
import { capability as decisions, decisionMeasures } from '../src/expose/decisions/decisions.ts';
import { listDecisions, openDecision } from '../src/expose/decisions/model.ts';
import { capability as deployments } from '../src/spine/deployments/deployments.ts';
import { addProduct, createDeployment } from '../src/spine/deployments/model.ts';
import { ledger, remember, signHead } from '../src/spine/ledger/ledger.ts';
import { catalogue, measures } from '../src/spine/measures/measures.ts';
import { testHouse } from '../src/tools/server/test-database.ts';

const house = await testHouse([ledger, deployments, measures(catalogue(decisionMeasures)), decisions], { remember, now: '2027-03-10T12:00:00.000Z' });
const deployment = 'scribe';
let line: 'up' | 'down' | 'answer-lost' = 'up';
let sent = 0;
const ask: typeof fetch = async (input, init) => {
  sent++;
  if (line === 'down') throw new TypeError('fetch failed');
  const response = await house.request(new URL(String(input)).pathname, init, 'vendor');
  if (line === 'answer-lost') throw new TypeError('terminated');
  return response;
};
const gateWith = (options: Partial<GateOptions> = {}) => openGate({ url: 'http://house.test', key: 'k', deployment, fetch: ask, ...options });
const known = async () => (await house.call(listDecisions, { query: { deployment, limit: 500 } }, 'clinical-owner')).items;
const draft = { subject: 'MRN-1', version: '4.2', at: '2027-03-10T11:00:00.000Z' };

beforeAll(async () => {
  await signHead(house);
  await house.call(addProduct, { body: { slug: 'scribe', name: 'Scribe', vendor: 'acme', kind: 'scribe', class: 'clinical', version: '4.2' } });
  await house.call(createDeployment, { body: { slug: deployment, title: 'Scribe', product: 'scribe', version: '4.2' } });
});
beforeEach(() => void (line = 'up'));

describe('an output', () => {
  it('is shown only after its receipt, and the receipt verifies offline', async () => {
    const before = (await known()).length;
    const receipt = await gateWith().release(draft, async ({ receipt }) => {
      expect((await known()).length).toBe(before + 1);
      return receipt!;
    });
    expect(receipt).toMatchObject({ assurance: 'attested', before: false });
    const proof = await (await house.request(`/api/v1/ledger/entries/${receipt.position}/receipt`, {}, 'auditor')).text();
    const { key } = (await (await house.request('/api/v1/ledger/checkpoint', {}, 'auditor')).json()) as { key: string };
    expect(await verifyReceipt(proof, { keys: [key] })).toMatchObject({ sound: true, entry: { body: { decision: receipt.decision } } });
  });

  it('can be told from a page, by way of the product’s own server: a path of it, and no key', async () => {
    const asked: [string, unknown][] = [];
    const gate = openGate({
      url: '/attending/', deployment,
      fetch: (input, init) => {
        asked.push([String(input), new Headers(init!.headers).get('authorization')]);
        return ask(`http://house.test${String(input).slice('/attending'.length)}`, init);
      },
    });
    expect(await gate.release({ ...draft, key: 'page-1' }, ({ receipt }) => receipt!.assurance)).toBe('attested');
    expect(asked).toEqual([['/attending/api/v1/decisions', null]]);
  });

  it('is not shown where the house cannot be reached, and that it was withheld is told later', async () => {
    line = 'down';
    const gate = gateWith();
    let shown = false;
    await expect(gate.release({ ...draft, key: 'closed-1' }, () => void (shown = true))).rejects.toBeInstanceOf(NotRecorded);
    expect([shown, await gate.waiting()]).toEqual([false, 1]);
    line = 'up';
    expect(await gate.flush()).toBe(0);
    expect((await known()).filter((one) => one.disposition === 'withheld')).toMatchObject([{ assurance: 'reported' }]);
  });

  it('whose answer was lost is told to have been discarded', async () => {
    const gate = gateWith();
    line = 'answer-lost';
    await expect(gate.release({ ...draft, key: 'lost-1' }, () => expect.unreachable())).rejects.toBeInstanceOf(NotRecorded);
    line = 'up';
    expect(await gate.flush()).toBe(0);
    const there = (await known()).filter((one) => one.assurance === 'attested' && one.disposition === 'shown');
    const steps = await Promise.all(there.map(async ({ decision }) => (await house.call(openDecision, { params: { decision } }, 'clinical-owner')).steps.map(({ what }) => what)));
    expect(steps.filter((one) => one.includes('discarded'))).toHaveLength(1);
  });

  it('is released unrecorded only where that was chosen, and never counts as attested', async () => {
    line = 'down';
    const gate = gateWith({ offline: 'open' });
    expect(await gate.release({ ...draft, key: 'open-1' }, ({ receipt }) => receipt)).toBeNull();
    expect(await gate.feedback({ key: 'open-1', act: 'accepted', at: '2027-03-10T11:30:00.000Z' })).toBeNull();
    expect(await gate.waiting()).toBe(2);
    line = 'up';
    // The next telling sends what waits first, in its order.
    expect(await gate.use({ key: 'open-1', what: 'closed', at: '2027-03-10T11:31:00.000Z' })).toMatchObject({ before: false });
    expect((await known()).find((one) => one.act === 'accepted')).toMatchObject({ assurance: 'reported', disposition: 'shown' });
  });

  it('that the house refuses is not shown, and nothing waits', async () => {
    const gate = gateWith();
    const refused = await gate.release({ ...draft, at: '2030-01-01T00:00:00Z' }, () => expect.unreachable()).catch((error: unknown) => error as NotRecorded);
    expect((refused as NotRecorded).cause).toMatchObject({ name: 'Refused', status: 400, errors: [{ path: 'at' }] });
    expect(await gate.waiting()).toBe(0);
  });

  it('survives the process in a store, and a full one says so', async () => {
    let kept: string | null = null;
    const store = { load: () => kept, save: (text: string) => void (kept = text) };
    line = 'down';
    const gate = gateWith({ store, mostWaiting: 1 });
    await gate.outcome({ key: 'open-1', name: 'signed-note', positive: true, at: '2027-03-10T11:40:00.000Z' });
    await expect(gate.outcome({ key: 'open-1', name: 'other', positive: true })).rejects.toBeInstanceOf(RangeError);
    line = 'up';
    const next = gateWith({ store });
    expect([await next.waiting(), await next.flush(), kept]).toEqual([1, 0, '[]']);
  });

  it('costs one request', async () => {
    sent = 0;
    await gateWith().release(draft, () => null);
    expect(sent).toBe(1);
  });
});

describe('the examples', () => {
  const clockOf = <T>(work: () => Promise<T>) => {
    // The examples tell the time of this machine; the house must not be behind it.
    house.clock.moveTo('2040-01-01T00:00:00.000Z');
    return work();
  };
  it('a scribe tells how much was changed', () =>
    clockOf(async () => {
      const shown: string[] = [];
      const note = await draftNote(gateWith(), { patient: 'MRN-2', encounter: 'V-2', clinician: 'dr.a', transcript: 'hello' }, async () => 'one two three four', { show: (text) => void shown.push(text), signed: async () => 'one two 3 four' });
      expect([shown, note]).toEqual([['one two three four'], 'one two 3 four']);
      expect((await known()).find((one) => one.class === 'note-draft')).toMatchObject({ act: 'accepted', edited: 0.25, assurance: 'attested' });
    }));
  it('imaging leaves the study where it is when nothing can be recorded', () =>
    clockOf(async () => {
      const raised: string[] = [];
      const worklist = { raise: (accession: string) => void raised.push(accession) };
      const study = { accession: 'ACC-1', patient: 'MRN-3', department: 'radiology' };
      expect(await flagStudy(gateWith(), study, { label: 'bleed', score: 0.9 }, worklist)).toBe(true);
      await reportRead(gateWith(), 'ACC-1', 'dr.b', false);
      line = 'down';
      expect(await flagStudy(gateWith(), { ...study, accession: 'ACC-2' }, { label: 'bleed', score: 0.9 }, worklist)).toBe(false);
      expect(raised).toEqual(['ACC-1']);
      expect((await known()).find((one) => one.class === 'suspected-bleed')).toMatchObject({ act: 'overridden', reason: 'not-confirmed', critical: true });
    }));
  it('nightly scores are listed once they are recorded', () =>
    clockOf(async () => {
      const scores = [{ patient: 'MRN-4', encounter: 'V-4', department: 'icu', risk: 0.5 }, { patient: 'MRN-5', encounter: 'V-5', department: 'icu', risk: 0.1 }];
      expect(await releaseScores(gateWith(), '2027-03-10', scores, '2040-01-01T07:00:00Z')).toEqual(scores);
    }));
});

it('measures an edit by words', () => {
  expect([editedShare('', ''), editedShare('a b', 'a b'), editedShare('a b c d', 'a c d'), editedShare('', 'x y')]).toEqual([0, 0, 0.25, 1]);
});
