// Does the demo hospital load into a real server over its API, go on after a crash, and change nothing the second time?
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { start, type Running } from '../src/app/server.ts';
import { portfolio, readGate, type Track } from '../src/spine/gates/model.ts';
import { readCheckpoint, verifyLedger } from '../src/spine/ledger/model.ts';
import { readConfig } from '../src/tools/server/config.ts';
import { silentLog } from '../src/tools/server/log.ts';
import { createKey, signInByLink } from '../src/tools/server/model.ts';
import { listPeople } from '../src/spine/deployments/model.ts';
import { listFindings, listRuns } from '../src/prepare/audit/model.ts';
import { listRuns as listNotes } from '../src/prepare/notes/model.ts';
import { all, api, type Api } from './demo/api.ts';
import { listDecisions, listDrills, summary } from '../src/expose/decisions/model.ts';
import { getService, traffic } from '../src/expose/gateway/model.ts';
import { fallRisk } from './live/live.ts';
import { faults } from './faults.ts';
import { hospitalOf } from './hospitals.ts';
import { demoAccounts } from './demo/people.ts';
import { loadDemo, type DemoLoaded } from './demo.ts';

let folder: string;
let running: Running;
let apiKey: string;
let reader: Api;
let loaded: DemoLoaded;
const said: string[] = [];
const load = () =>
  loadDemo({ baseUrl: running.url, apiKey, workspace: join(folder, 'workspace'), size: 'small', seed: 'plan', onProgress: (sentence) => said.push(sentence) });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-demo-'));
  running = await start(readConfig({ PORT: '0', ATTENDING_DATA: join(folder, 'data'), ATTENDING_LOG: 'silent' }), silentLog);
  const administrator = api(running.url, {});
  await administrator.ask(signInByLink, { body: { token: running.link!.url.split('#')[1]!, password: 'a password of the test' } });
  apiKey = (await administrator.ask(createKey, { body: { name: 'Demo loader', roles: ['administrator'] } }, { fresh: true })).secret;
  reader = api(running.url, { key: (await administrator.ask(createKey, { body: { name: 'Reader', roles: ['auditor', 'governance', 'data-engineer'] } }, { fresh: true })).secret });
  // A crash in the middle: aborted when the charters are being written.
  const crash = new AbortController();
  const broken = loadDemo({ baseUrl: running.url, apiKey, password: 'another, as after a restart', workspace: join(folder, 'workspace'), size: 'small', seed: 'plan', signal: crash.signal, onProgress: (sentence) => sentence.startsWith('Writing') && crash.abort(new Error('the power went off')) });
  await expect(broken).rejects.toThrow('the power went off');
  loaded = await load();
}, 600_000);
afterAll(async () => {
  await running?.stop();
  await rm(folder, { recursive: true, force: true });
});

const stationsOf = async () => {
  const { items } = await reader.ask(portfolio, {});
  return Object.fromEntries(items.map((track: Track) => [track.title, track]));
};

test('the three deployments stand at different gates', async () => {
  const tracks = await stationsOf();
  const outcomes = (title: string) => tracks[title]!.stations.filter(({ outcome }) => outcome).map(({ gate, outcome }) => `${gate} ${outcome}`);
  expect(tracks['Sepsis alert for inpatients']!.current).toBe('G1');
  expect(outcomes('Sepsis alert for inpatients')).toEqual(['G0 approve']);
  expect(tracks['Ambient scribe for clinic visits']!.current).toBe('G2');
  expect(outcomes('Ambient scribe for clinic visits')).toEqual(['G0 approve', 'G1 approve']);
  expect(tracks['Prior-authorization assistant']!.current).toBe('G4');
  expect(outcomes('Prior-authorization assistant')).toEqual(['G0 approve', 'G1 approve', 'G2 approve', 'G3 approve-with-contingencies']);
});

test('the sepsis alert is blocked by what the audit found, and by synthetic data', async () => {
  const gate = await reader.ask(readGate, { params: { deployment: 'sepsis-alert', gate: 'G1' } });
  const state = (id: string) => gate.criteria.find(({ criterion }) => criterion.id === id)!.verdict;
  expect(gate.state).toBe('blocked');
  expect(state('1.4')).toMatchObject({ state: 'not-met' });
  expect(state('1.5')).toMatchObject({ state: 'not-met' });
  const { items } = await reader.ask(listRuns, { query: { deployment: 'sepsis-alert' } });
  expect(items[0]!.provenance!.verdict).toBe('synthetic');
});

test('the audit names every planted fault that a check of today covers', async () => {
  const { items } = await reader.ask(listRuns, { query: { deployment: 'sepsis-alert' } });
  const findings = await all((after) => reader.ask(listFindings, { params: { run: items[0]!.id }, query: { after, limit: 500 } }));
  for (const fault of faults) {
    // Four weeks have too few months to see a gap by month.
    if (fault.check === null || fault.check === 'C06' || fault.check.startsWith('U')) continue;
    const named = findings.filter(({ check, unit, resource, rowCount, verdict }) => check === fault.check && resource?.split(':')[0] === fault.resource && [null, hospitalOf(fault.hospital).name].includes(unit.facility) && (rowCount > 0 || verdict === 'not-met'));
    expect(named.length, `${fault.id}: ${fault.says}`).toBeGreaterThan(0);
  }
});

test('criterion 1.6 reads the numbers of a notes audit', async () => {
  const gate = await reader.ask(readGate, { params: { deployment: 'ambient-scribe', gate: 'G1' } });
  const { verdict } = gate.criteria.find(({ criterion }) => criterion.id === '1.6')!;
  expect(verdict.state).toBe('met');
  expect((await reader.ask(listNotes, { query: {} })).items.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
});

test('the ledger of all that is sound', async () => {
  expect((await reader.ask(verifyLedger, {})).faults.filter(({ reason }) => reason !== 'unsigned')).toEqual([]);
});

test('a waiver of the prior-authorization assistant runs out within a week', async () => {
  const gate = await reader.ask(readGate, { params: { deployment: 'prior-authorization', gate: 'G3' } });
  const [waiver] = gate.criteria.find(({ criterion }) => criterion.id === '3.4')!.waivers;
  expect(waiver!.state).toBe('active');
  expect(waiver!.approvedBy!.name).not.toBe(waiver!.requestedBy.name);
  expect(Date.parse(waiver!.expires) - Date.parse(gate.asOf)).toBeLessThan(7 * 86_400_000);
});

test('what the product measures of the authorization drafts needs no waiver: the log, the drill, the cases processed', async () => {
  for (const [gate, ids] of [['G2', ['2.1', '2.2']], ['G3', ['3.6']]] as const) {
    const { criteria } = await reader.ask(readGate, { params: { deployment: 'prior-authorization', gate } });
    for (const id of ids) {
      const one = criteria.find(({ criterion }) => criterion.id === id)!;
      expect([id, one.verdict.state, one.waivers]).toEqual([id, 'met', []]);
    }
  }
  const { items } = await reader.ask(listDrills, { query: { deployment: 'prior-authorization' } });
  expect(items.map(({ reconstructed, days }) => [reconstructed, days])).toEqual([[20, 0]]);
});

test('drafts are shown to the pilot through the gateway, and people answer them', async () => {
  const { assurances, dispositions } = await reader.ask(summary, { query: { deployment: 'prior-authorization' } });
  expect(assurances.find(({ assurance }) => assurance === 'enforced')!.decisions).toBeGreaterThan(10);
  const { items } = await reader.ask(listDecisions, { query: { deployment: 'prior-authorization', assurance: 'enforced', disposition: 'shown' } });
  expect(items.filter(({ act }) => act === 'accepted').length).toBeGreaterThan(3);
  expect(dispositions.map(({ disposition }) => disposition)).toEqual(expect.arrayContaining(['shown', 'shadow']));
  expect((await reader.ask(getService, { params: { deployment: 'prior-authorization' } })).mode).toBe('staged');
});

test('the whole roster is there after the crash, each person once', async () => {
  const people = await all((after) => reader.ask(listPeople, { query: { after } }));
  expect(people.length).toBe(loaded.people);
  expect(new Set(people.map(({ userName }) => userName)).size).toBe(people.length);
  expect(loaded.accounts.length).toBe(Object.keys(demoAccounts).length);
});

test('the weeks before are reported, what went through the gateway is enforced, and the bad vendor is seen through', async () => {
  const assurances = async (deployment: string) => Object.fromEntries((await reader.ask(summary, { query: { deployment } })).assurances.map(({ assurance, decisions }) => [assurance, decisions]));
  const sepsis = await assurances('sepsis-alert');
  expect(sepsis['reported']).toBeGreaterThan(500);
  expect(sepsis['enforced']).toBeGreaterThan(10);
  expect(Object.keys(await assurances(fallRisk.slug))).toEqual(['enforced']);
  const bad = await reader.ask(getService, { params: { deployment: fallRisk.slug } });
  expect(bad.mode).toBe('shadow');
  expect(bad.discovery!.nth).toBe(2);
  // Counts are written once a second.
  await expect.poll(async () => (await reader.ask(getService, { params: { deployment: fallRisk.slug } })).lint.some(({ severity }) => severity === 'error'), { timeout: 10_000 }).toBe(true);
  const { failures, outcomes } = await reader.ask(traffic, { params: { deployment: fallRisk.slug }, query: {} as never });
  expect(failures).toBeGreaterThan(0);
  expect(outcomes['late']).toBeGreaterThan(0);
});

test('loading it again changes no record', async () => {
  const before = await reader.ask(readCheckpoint, {});
  const tracks = await stationsOf();
  expect((await load()).attested).toBe(0);
  expect((await reader.ask(listRuns, { query: {} })).items.length).toBe(3);
  expect(Object.values(await stationsOf()).map(({ current }) => current)).toEqual(Object.values(tracks).map(({ current }) => current));
  // Signing in is remembered; nothing else is.
  const { entries } = await reader.ask(readCheckpoint, {});
  expect(entries - before.entries).toBeLessThanOrEqual(Object.keys(demoAccounts).length);
  expect(said.at(-1)).toBe('The demo hospital is open. Everything in it is synthetic.');
});
