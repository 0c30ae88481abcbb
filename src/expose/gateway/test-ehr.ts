// Which small hospital do the tests of the gateway begin from: a vendor, an EHR, and the gateway between them?
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { capability as deployments } from '../../spine/deployments/deployments.ts';
import * as dep from '../../spine/deployments/model.ts';
import type { Gatekeeper } from '../../spine/gates/gates.ts';
import { ledger, remember } from '../../spine/ledger/ledger.ts';
import type { House } from '../../tools/server/capability.ts';
import { capability as server } from '../../tools/server/server.ts';
import { testHouse, type TestHouse } from '../../tools/server/test-database.ts';
import { capability as decisions } from '../decisions/decisions.ts';
import { openDoor } from './door.ts';
import { gateway as gatewayRoom } from './gateway.ts';
import * as api from './model.ts';
import type { Policy } from './policy.ts';

const roomsWith = (keeper?: Gatekeeper) => [server, ledger, deployments, decisions, gatewayRoom(keeper)];
export const slug = 'sepsis-alert';

/** A listening server, closed with everything that hangs on it. */
export async function listening(answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<{ url: string; server: Server; close(): Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, server, close: () => new Promise((done) => (server.close(() => done()), server.closeAllConnections())) };
}

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}
export type Answering = (asked: Asked, outgoing: ServerResponse) => void;

export const card = (changes: object = {}) => ({ uuid: 'vendor-card-1', summary: 'Sepsis is likely', indicator: 'warning', source: { label: 'Sepsis Watch', topic: { code: 'high-risk', system: 'urn:vendor' } }, ...changes });
export const described = { services: [{ id: 'sepsis', hook: 'patient-view', title: 'Sepsis Watch', description: 'Finds sepsis early.', prefetch: { patient: 'Patient/{{context.patientId}}' } }] };
export const call = (changes: object = {}) => ({ hook: 'patient-view', hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea', context: { userId: 'Practitioner/7', patientId: 'p-1', encounterId: 'e-1' }, prefetch: { patient: { resourceType: 'Patient', id: 'p-1' } }, ...changes });
export const json = (outgoing: ServerResponse, value: unknown, status = 200) => void outgoing.writeHead(status, { 'content-type': 'application/json' }).end(typeof value === 'string' ? value : JSON.stringify(value));

/** A vendor that answers as it is told, and remembers what it was asked. */
export async function openVendor() {
  const asked: Asked[] = [];
  const vendor = {
    asked,
    /** What a call of a service is answered. */
    cards: ((_asked, outgoing) => json(outgoing, { cards: [card()] })) as Answering,
    /** What feedback is answered. */
    feedback: ((_asked, outgoing) => json(outgoing, {})) as Answering,
    discovery: described as unknown,
    told: () => asked.filter(({ path }) => path.endsWith('/feedback')).map(({ body }) => JSON.parse(body.toString()) as { feedback: { card: string; outcome: string; overrideReason?: { userComment?: string } }[] }),
    calls: () => asked.filter(({ path }) => /cds-services\/[^/]+$/.test(path)),
  };
  const { url, close } = await listening((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const one = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body: Buffer.concat(chunks) };
      asked.push(one);
      if (one.path.endsWith('/cds-services')) json(outgoing, vendor.discovery);
      else if (one.path.endsWith('/feedback')) vendor.feedback(one, outgoing);
      else vendor.cards(one, outgoing);
    });
  });
  return Object.assign(vendor, { url, close });
}

/** Lets a policy act: proposed by one person, approved by another where that is needed. */
export async function setPolicy(house: TestHouse, policy: Partial<Policy> & Pick<Policy, 'mode'>): Promise<void> {
  const proposed = await house.call(api.proposePolicy, { params: { deployment: slug }, body: { policy: policy as never, reason: 'a test' } }, 'clinical-owner');
  if (proposed.state === 'proposed') await house.call(api.approvePolicy, { params: { deployment: slug }, body: { version: proposed.version } }, 'governance');
}

/** Another instance of the gateway on the same database. */
export async function openInstance(house: House, patience: { slowest?: number } = {}) {
  const door = await openDoor(house, patience);
  const { url, close } = await listening((incoming, outgoing) => door.answer(incoming, outgoing));
  const base = `${url}/cds/${slug}/cds-services`;
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${base}/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body) });
  return {
    url, base, door, desk: door.desk, post,
    /** Asks the service as an EHR, and gives its cards. */
    ask: async (body: unknown = call(), headers: Record<string, string> = {}) => {
      const response = await post('sepsis', body, headers);
      return { status: response.status, text: await response.text() };
    },
    /** Until the instance has seen the latest policy and everything it had to tell is written. */
    settle: async () => {
      await door.desk.watch.look();
      await door.desk.delivery.flush();
      await door.desk.traffic.flush();
    },
    close: async () => {
      await close();
      await door.close();
    },
  };
}

/** A house with a product, a deployment, a vendor, and the gateway in front of it. */
export async function openHospital(connection: object = {}, now = '2026-03-10T12:00:00.000Z', keeper?: Gatekeeper) {
  const house = await testHouse(roomsWith(keeper), { remember, now });
  const vendor = await openVendor();
  await house.call(dep.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'acme', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  const deployment = await house.call(dep.createDeployment, { body: { slug, title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0' } });
  await house.call(api.putService, { params: { deployment: slug }, body: { url: `${vendor.url}/v1`, callers: { check: 'none' }, sign: false, ...connection } as never });
  const gateway = await openInstance(house);
  return { house, vendor, gateway, deployment: deployment.id, close: async () => (await gateway.close(), await vendor.close()) };
}
