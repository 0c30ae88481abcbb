// How do two vendors of decision support behave, one as it should and one as some do?
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { between, stream, type Random } from '../random.ts';

export interface Vendor {
  /** The base address; discovery is below it at `/cds-services`. */
  url: string;
  /** From now on its discovery is another one, and nobody was told. */
  changeSilently(): void;
  close(): Promise<void>;
}

interface Call {
  hookInstance?: string;
  context?: { patientId?: string };
  prefetch?: { vitals?: { heartRate?: number; temperature?: number } };
}

type Answer = (call: Call, random: Random, outgoing: ServerResponse) => void | Promise<void>;

const json = (outgoing: ServerResponse, value: unknown, status = 200) => void outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Answers discovery, calls of one service and its feedback, over loopback. */
async function open(seed: string, discovery: (changed: boolean) => unknown, answer: Answer): Promise<Vendor> {
  let changed = false;
  let asked = 0;
  const server = createServer((incoming, outgoing) => {
    void bodyOf(incoming)
      .then(async (text) => {
        const path = incoming.url ?? '';
        if (path.endsWith('/cds-services')) return json(outgoing, discovery(changed));
        if (path.endsWith('/feedback')) return json(outgoing, {});
        await answer(JSON.parse(text) as Call, stream(seed, asked++), outgoing);
      })
      .catch(() => outgoing.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changeSilently: () => void (changed = true),
    close: () => new Promise<void>((done) => { server.close(() => done()); server.closeAllConnections(); }),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const service = (id: string, title: string, description: string, hook = 'patient-view') => ({ id, hook, title, description, prefetch: { patient: 'Patient/{{context.patientId}}' } });

/** The one that does as it should: quick, by the specification, the same today as yesterday. */
export const goodVendor = (seed: string): Promise<Vendor> =>
  open(
    `${seed}/good`,
    () => ({ services: [service('sepsis', 'Sepsis Watch', 'Early notice of possible sepsis in adult inpatients.')] }),
    async (call, random, outgoing) => {
      await wait(between(random, 4, 30));
      const risk = random.uniform() ** 2;
      if (risk < 0.35) return json(outgoing, { cards: [] });
      const high = risk > 0.6;
      json(outgoing, {
        cards: [
          {
            uuid: `card-${call.hookInstance}`, summary: high ? 'High risk of sepsis' : 'Rising risk of sepsis', detail: `Score ${risk.toFixed(2)}. Synthetic.`, indicator: high ? 'critical' : 'warning',
            source: { label: 'Meridian Sepsis Watch', topic: { code: high ? 'high-risk' : 'watch', system: 'urn:meridian' } },
            overrideReasons: [{ code: 'already-treated', system: 'urn:meridian', display: 'Is treated already' }, { code: 'not-septic', system: 'urn:meridian', display: 'Not septic' }],
          },
        ],
      });
    },
  );

/** The one that drafts requests when an order is signed; as well-behaved as the first, and a little slower. */
export const authorizationVendor = (seed: string): Promise<Vendor> =>
  open(
    `${seed}/authorization`,
    () => ({ services: [service('authorize', 'Clearpath Authorize', 'Drafts the request a payer asks for.', 'order-sign')] }),
    async (call, random, outgoing) => {
      await wait(between(random, 30, 90));
      json(outgoing, {
        cards: [
          {
            uuid: `draft-${call.hookInstance}`, summary: 'A draft request is ready', detail: 'Check it against the record, complete it and send it. Synthetic.', indicator: 'info', source: { label: 'Clearpath Authorize', topic: { code: 'draft-request', system: 'urn:clearpath' } },
            overrideReasons: [{ code: 'missing-evidence', system: 'urn:clearpath', display: 'Evidence is missing' }, { code: 'wrong-payer-rule', system: 'urn:clearpath', display: 'Rule of another payer' }],
          },
        ],
      });
    },
  );

/** The one that does not: slow at times, pages instead of answers, cards that break the specification, and a discovery that changes overnight. */
export const badVendor = (seed: string): Promise<Vendor> =>
  open(
    `${seed}/bad`,
    (changed) => ({ services: [{ ...service('falls', 'Fall Sentinel', changed ? 'Predicts falls and pressure injuries.' : 'Predicts falls.'), ...(changed && { prefetch: { patient: 'Patient/{{context.patientId}}', notes: 'DocumentReference?patient={{context.patientId}}' } }) }] }),
    async (_call, random, outgoing) => {
      const mishap = random.uniform();
      const source = { label: 'Fall Sentinel' };
      if (mishap < 0.12) {
        await wait(700);
        return json(outgoing, { cards: [{ summary: 'Risk of falling', indicator: 'warning', source }] });
      }
      await wait(between(random, 20, 120));
      if (mishap < 0.2) return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please sign in</body></html>');
      if (mishap < 0.27) return json(outgoing, { error: 'overloaded' }, 503);
      if (mishap < 0.4) return json(outgoing, { cards: [{ summary: 'Risk of falling', indicator: 'red', source }] });
      if (mishap < 0.48) return json(outgoing, { cards: [{ summary: 'This patient may be at a considerably elevated risk of falling during the present stay, and the team should consider every precaution there is at once, now', indicator: 'info', source }] });
      if (mishap < 0.54) return json(outgoing, { cards: [], systemActions: [{ type: 'create', description: 'Order bed alarm', resource: { resourceType: 'ServiceRequest', status: 'active', intent: 'order' } }] });
      json(outgoing, { cards: [{ summary: 'Risk of falling', indicator: 'warning', source }] });
    },
  );
