// Is it known whether patients and staff can read of an AI, and does a person's word stand where the gateway knows nothing?
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import { ledger, remember } from '../../spine/ledger/ledger.ts';
import { catalogue, latest, measures } from '../../spine/measures/measures.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { capability as decisions } from '../decisions/decisions.ts';
import { gateway } from './gateway.ts';
import * as api from './model.ts';
import { listening, openVendor, slug } from './test-ehr.ts';

const none = catalogue([]);
const house = await testHouse([ledger, deployments, measures(none), decisions, gateway()], { remember, now: '2027-03-10T12:00:00.000Z' });
const vendor = await openVendor();
let status = 200;
const pages = await listening((incoming, outgoing) => void (incoming.url === '/moved' ? outgoing.writeHead(302, { location: '/staff' }).end() : outgoing.writeHead(status).end('<p>We use an AI for …</p>')));
const params = { deployment: slug };
let id = '';
beforeAll(async () => {
  await house.call(dep.addProduct, { body: { slug: 'watch', name: 'Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '1.0' } });
  id = (await house.call(dep.createDeployment, { body: { slug, title: 'Watch', product: 'watch', version: '1.0' } })).id;
});
afterAll(async () => (await vendor.close(), await pages.close()));
const keep = async (notices?: { patients?: string; staff?: string }) => (await house.call(api.putService, { params, body: { url: `${vendor.url}/v1`, callers: { check: 'none' }, sign: false, ...(notices && { notices }) } as never })).notices;
const measured = async () => {
  house.clock.pass(60_000);
  return (await latest(house.db, none, id, house.clock.now())).find(({ measure }) => measure === 'gateway.notice-configured');
};

describe('notices', () => {
  it('that nobody named say nothing', async () => {
    expect(await keep()).toEqual([]);
    expect(await measured()).toBeUndefined();
  });

  it('are on where both can be read, also where a page has moved', async () => {
    expect(await keep({ patients: `${pages.url}/patients` })).toMatchObject([{ whom: 'patients', reached: true, says: 'answers 200' }]);
    expect(await measured()).toMatchObject({ value: 0, class: 'E2', explain: 'No notice to staff is named.' });
    await keep({ patients: `${pages.url}/patients`, staff: `${pages.url}/moved` });
    expect(await measured()).toMatchObject({ value: 1, explain: 'The notices to patients and to staff can be read.' });
  });

  it('are looked for again, and are off where one is gone', async () => {
    status = 404;
    await house.jobs.start('gateway.notices', {});
    await house.idle();
    expect(await measured()).toMatchObject({ value: 0, explain: 'The notice to patients answers 404; the notice to staff answers 404.' });
    await keep({ patients: 'http://127.0.0.1:1/gone', staff: `${pages.url}/staff` });
    expect(await measured()).toMatchObject({ explain: expect.stringContaining('to patients cannot be reached') as string });
  });

  it('that are not named any more are not measurable', async () => {
    expect(await keep()).toEqual([]);
    expect(await measured()).toMatchObject({ value: null });
  });
});
