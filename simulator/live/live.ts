// How do the last minutes of the demo hospital go through the real gateway?
import { approvePolicy, connection, getService, listServices, policy, proposePolicy, putService, readDiscovery, type Connection, type Policy } from '../../src/expose/gateway/model.ts';
import { addProduct, createDeployment, listDeployments, listProducts } from '../../src/spine/deployments/model.ts';
import { days, shift, type Clock } from '../../src/tools/base/clock.ts';
import type { z } from 'zod';
import type { Acting } from '../demo/accounts.ts';
import { all } from '../demo/api.ts';
import { hospitals } from '../hospitals.ts';
import { choose, stream, type Random } from '../random.ts';
import { openEhr, type Card, type Ehr, type EhrPatient } from './ehr.ts';
import { authorizationVendor, badVendor, goodVendor, type Vendor } from './vendors.ts';

export interface Live {
  baseUrl: string;
  as: Acting;
  clock: Clock;
  seed: string;
  signal?: AbortSignal | undefined;
  /** How many times the record system looks into a record, for each of the two services. */
  calls: number;
}

/** Screens on which somebody looks at the same moment. */
const atOnce = 4;

export const fallRisk = { slug: 'fall-risk', title: 'Fall risk, connected without a charter' } as const;

/** Who is shown drafts: nine of ten visits of the pilot; the rest is the hold-out. Two people let it act, as it shows something. */
const pilot = policy.parse({
  mode: 'staged', deadlineMs: 2_000, by: 'encounter', arms: [{ id: 'pilot', shows: true, share: 0.8 }, { id: 'test-arm', shows: true, share: 0.1 }],
  classes: [{ class: 'draft-request', when: "%card.source.topic.code = 'draft-request'", critical: true }],
});

/** Both silent runs came before their gates: the committee lets them go on for a month, and sees that on the page. */
const ahead = (clock: Clock) => ({ reason: 'It ran before anybody asked about gates; nobody sees its answers, and the record of them is wanted for G1.', until: shift(clock.now(), days(30)).slice(0, 10) });

/** What every silent policy of the demo has: the class of a card, reasons of the hospital, a short deadline. */
const shadow = (deadlineMs: number) =>
  policy.parse({
    mode: 'shadow', deadlineMs,
    classes: [{ class: 'high-risk', when: "%card.indicator = 'critical'", critical: true }, { class: 'watch', when: "%card.indicator = 'warning'" }],
    human: { reasons: [{ code: 'comfort-care', display: 'Comfort care only' }] },
  });

/**
 * Connects three vendors over loopback, two in shadow and one shown to its pilot, and drives some calls through the gateway: these decisions
 * are `enforced`, those of the weeks before are `reported`. The vendors stop when this ends. What is connected already stays
 * connected and gets no more calls. Gives how many calls were made.
 */
export async function loadLive(live: Live): Promise<number> {
  const engineer = live.as('dataEngineer');
  const there = new Set((await engineer.ask(listServices, {})).items.map(({ deployment }) => deployment));
  const vendors: Vendor[] = [];
  const opened = async (vendor: Promise<Vendor>) => {
    vendors.push(await vendor);
    return vendors.at(-1)!;
  };
  try {
    const runs: Run[] = [];
    if (!there.has('prior-authorization')) runs.push(await run({ ...live, calls: Math.ceil(live.calls / 2) }, 'prior-authorization', 'authorize', await opened(authorizationVendor(live.seed)), pilot, false));
    if (!there.has('sepsis-alert')) runs.push(await run(live, 'sepsis-alert', 'sepsis', await opened(goodVendor(live.seed)), shadow(2_000), false));
    if (!there.has(fallRisk.slug)) {
      await openFallRisk(live);
      runs.push(await run(live, fallRisk.slug, 'falls', await opened(badVendor(live.seed)), shadow(500), true));
    }
    // People answer what they were shown only now: nobody reads a draft in the blink of an eye.
    for (const one of runs) await answer(live, one);
    return runs.reduce((sum, { made }) => sum + made, 0);
  } finally {
    for (const vendor of vendors) await vendor.close();
  }
}

/** A tool that somebody connected before anybody asked who owns it; the gateway shows what it does. */
async function openFallRisk({ as, clock }: Live): Promise<void> {
  const governance = as('governance');
  const product = { slug: 'fall-sentinel', name: 'Fall Sentinel', vendor: 'Vigil Analytics', kind: 'alert', class: 'clinical', version: '0.9', releasedOn: null, notes: null } as const;
  const products = await all((after) => governance.ask(listProducts, { query: { after } }));
  if (!products.some(({ slug }) => slug === product.slug)) await governance.ask(addProduct, { body: product });
  const deployments = await all((after) => governance.ask(listDeployments, { query: { after } }));
  if (!deployments.some(({ slug }) => slug === fallRisk.slug)) await governance.ask(createDeployment, { body: { ...fallRisk, product: product.slug, version: product.version, programmeStart: shift(clock.now(), -days(2)).slice(0, 10) } });
}

/** What came of one service's calls: the cards that somebody was shown, with the chance events of each. */
interface Run {
  deployment: string;
  service: string;
  ehr: Ehr;
  made: number;
  cards: { card: Card; random: Random }[];
}

async function run(live: Live, deployment: string, service: string, vendor: Vendor, by: Policy, changes: boolean): Promise<Run> {
  const engineer = live.as('dataEngineer');
  const params = { deployment };
  const ehr = await openEhr(live.clock, `${live.baseUrl}/cds/${deployment}`);
  const wanted: z.input<typeof connection> = {
    url: vendor.url, callers: { check: 'jwt', issuers: [{ iss: ehr.iss, jwks: ehr.jwks }] }, prefetch: { attendingPlace: 'Encounter/{{context.encounterId}}' },
    places: { facility: '%prefetch.attendingPlace.facility', department: '%prefetch.attendingPlace.department' },
  };
  await engineer.ask(putService, { params, body: wanted as Connection });
  // A second person lets it act: it shows something, or its gate is not passed.
  const proposed = await engineer.ask(proposePolicy, { params, body: { policy: by, reason: by.mode === 'shadow' ? 'A silent run, to see what it would say.' : 'The pilot goes through the gateway from today.', ...(by.mode === 'shadow' && { exception: ahead(live.clock) }) } });
  if (proposed.state === 'proposed') await live.as('governance').ask(approvePolicy, { params, body: { version: proposed.version } });
  await acting(live, deployment, proposed.version);
  const found: Run = { deployment, service, ehr, made: live.calls, cards: [] };
  const shows = by.mode !== 'shadow';
  const calls = (from: number, to: number) => Promise.all(Array.from({ length: atOnce }, async (_, lane) => {
    for (let nth = from + lane; nth < to; nth += atOnce) {
      live.signal?.throwIfAborted();
      const random = stream(live.seed, 'live', service, nth);
      for (const card of await ehr.call(service, patientOf(live.seed, nth, shows), random, shows ? 'order-sign' : 'patient-view')) found.cards.push({ card, random });
    }
  }));
  const half = Math.floor(live.calls / 2);
  await calls(0, half);
  if (changes) {
    vendor.changeSilently();
    await engineer.ask(readDiscovery, { params }, { fresh: true });
  }
  await calls(half, live.calls);
  return found;
}

/** What somebody did with each card, and the vendor has heard of it. Nobody answers every card. */
async function answer({ as, signal }: Live, { deployment, service, ehr, cards }: Run): Promise<void> {
  for (const { card, random } of cards) {
    signal?.throwIfAborted();
    if (random.chance(0.2)) continue;
    await ehr.feedback(service, card, random.chance(0.8) ? { accepted: true } : { accepted: false, reason: choose(random, { 'missing-evidence': 3, 'wrong-payer-rule': 1 }) });
  }
  // The vendor closes afterwards; what it is told of after that would wait for three days.
  for (let tries = 0; cards.length > 0 && tries < 50; tries++) {
    const { feedback } = await as('dataEngineer').ask(getService, { params: { deployment } });
    if (feedback.waiting === 0) return;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Until the instances act by the version: half a second at most, but a busy machine is given ten. */
async function acting({ as }: Live, deployment: string, version: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { instances } = await as('dataEngineer').ask(getService, { params: { deployment } });
    if (instances.some(({ alive }) => alive) && instances.every((one) => !one.alive || (one.version ?? 0) >= version)) return;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Somebody who looks, and the patient: the same few patients are looked at several times. */
function patientOf(seed: string, nth: number, inClinic: boolean): EhrPatient {
  const random = stream(seed, 'live-patient', nth);
  const hospital = hospitals[nth % hospitals.length]!;
  const wards = hospital.departments.filter(({ kind }) => (kind === 'clinic') === inClinic);
  const department = wards[random.integer(0, wards.length - 1)]!;
  const patient = `${hospital.code}-live-${random.integer(1, 25)}${inClinic ? `-visit-${nth}` : ''}`;
  return { id: patient, encounter: `${patient}-stay`, user: `${hospital.code}-user-${random.integer(1, 9)}`, facility: hospital.slug, department: department.slug };
}
