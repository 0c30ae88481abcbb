// Does the vendor hear what became of its cards, even when it is away just now?
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { append, keyedHash } from '../../spine/ledger/ledger.ts';
import { between, shift } from '../../tools/base/clock.ts';
import { newId } from '../../tools/base/id.ts';
import type { House } from '../../tools/server/capability.ts';
import type { Tx } from '../../tools/server/database.ts';
import { askVendor, type Answer } from './ask-vendor.ts';
import { headersTo, type Desk } from './call.ts';
import { gatewayActor } from './delivery.ts';
import { kinds } from './entry-kinds.ts';
import * as records from './records.ts';

const seconds = 1_000;
/** How long is waited after each failed try, in milliseconds; after the last of them hourly. */
const pauses = [5, 30, 120, 600, 1_800, 3_600].map((one) => one * seconds);
/** After this long without success it is given up: three days outlast a weekend. */
export const longestWait = 72 * 3_600 * seconds;
/** Who takes a row has it to itself for so long; after a crash another takes it. */
const lease = 60 * seconds;
const every = 1_000;
const atOnce = 20;
const patience = 10_000;

/** `kick`: something new is there. `send`: what is due is sent now. */
export type Outbox = Desk['outbox'];

/** Puts feedback into the outbox, in the transaction that records it. What a clinician wrote stays closed in the table. */
export async function queue(house: House, tx: Tx, deployment: string, service: string, body: Uint8Array): Promise<void> {
  const at = house.clock.now();
  const id = newId('out', at);
  await records.addOutbox(tx, { id, deployment_id: deployment, service, body: close(await keyOf(house, id), body), made_at: at, next_at: at });
}

const keyOf = (house: House, id: string): Promise<Buffer> => keyedHash(house, { system: 'gateway/outbox', value: id });

/** AES-256-GCM under a key of the house that fits this row only. */
function close(key: Buffer, plain: Uint8Array): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}
function open(key: Buffer, closed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, closed.subarray(0, 12));
  decipher.setAuthTag(closed.subarray(-16));
  return Buffer.concat([decipher.update(closed.subarray(12, -16)), decipher.final()]);
}

/** What an answer means: the vendor has it, it will never want it, or it may want it later. A vendor need not have such an endpoint (404). */
export function readReply(answer: Answer): 'done' | 'refused' | 'later' {
  if (!answer.ok) return 'later';
  const { status } = answer;
  if ((status >= 200 && status < 300) || status === 404 || status === 405 || status === 501) return 'done';
  return status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status) ? 'refused' : 'later';
}

/** At least once: after a crash between the vendor's answer and our note of it the same feedback is sent again. */
export function openOutbox(desk: Desk): Outbox {
  const { house } = desk;
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;

  const sendOne = async (row: records.OutboxRow): Promise<void> => {
    const serving = desk.watch.find(row.deployment_id);
    let fault = 'the service is not connected';
    let means: ReturnType<typeof readReply> = 'later';
    if (serving) {
      const path = `${serving.base.pathname.replace(/\/$/, '')}/cds-services/${encodeURIComponent(row.service)}/feedback`;
      const answer = await askVendor(serving.pool, { method: 'POST', path, headers: await headersTo(desk, serving, path), body: open(await keyOf(house, row.id), row.body) }, patience);
      means = readReply(answer);
      fault = answer.ok ? `it answers ${answer.status}` : answer.says;
    }
    const now = house.clock.now();
    if (means === 'done') return records.takeOut(house.db, row.id);
    if (means === 'refused' || between(row.made_at, now) >= longestWait) {
      await house.db.transaction().execute(async (tx) => {
        await records.takeOut(tx, row.id);
        await append(tx, { at: now, kind: kinds.feedbackDropped.kind, actor: gatewayActor, deployment: row.deployment_id, subject: `gateway/${row.deployment_id}`, body: { service: row.service, since: row.made_at, tries: row.tries, because: fault } });
      });
      return;
    }
    await records.postpone(house.db, row.id, shift(now, pauses[Math.min(row.tries, pauses.length) - 1]!), fault);
  };

  const sendDue = async (): Promise<void> => {
    do {
      again = false;
      const now = house.clock.now();
      const rows = await records.claimOutbox(house.db, now, shift(now, lease), atOnce);
      await Promise.all(rows.map((row) => sendOne(row).catch((error: Error) => house.log.warn('feedback could not be forwarded to the vendor', { deployment: row.deployment_id, error: error.message }))));
      if (rows.length === atOnce) again = true;
    } while (again && !closed);
  };
  const send = (): Promise<void> => {
    if (running) {
      again = true;
      return running;
    }
    running = sendDue().finally(() => (running = null));
    return running;
  };
  let timer: NodeJS.Timeout | undefined;
  const beat = async () => {
    await send().catch(() => {});
    if (!closed) timer = setTimeout(() => void beat(), every);
  };
  timer = setTimeout(() => void beat(), every);
  return {
    kick: () => void send().catch(() => {}),
    send,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running?.catch(() => {});
    },
  };
}
