// What does the server answer about sealed payloads?
import { serve, type Route } from '../../../tools/server/http.ts';
import * as holds from './holds.ts';
import { findSubject, liftHold, listHolds, openPayload, placeHold, readSealing, revealSubject, shredSubject } from './model.ts';
import { sealingCounts } from './records.ts';
import { openPayload as open } from './seal.ts';
import { retainedYears, shredSubject as shred } from './shred.ts';
import { find, reveal } from './subjects.ts';

export const routes: readonly Route[] = [
  serve(openPayload, async ({ house, caller, params, body }) => {
    const { subject, plain } = await open(house, caller, params.position, body.why);
    return secret({ position: params.position, subject, text: textOf(plain), base64: plain.toString('base64') });
  }),
  serve(revealSubject, async ({ house, caller, body }) => secret(await reveal(house, caller, body.reference, body.why))),
  serve(findSubject, async ({ house, caller, body: { why, ...identifier } }) => secret({ reference: await find(house, caller, identifier, why) })),
  serve(shredSubject, ({ house, caller, body }) => shred(house, caller, body.reference, body.why, body.forget)),
  serve(listHolds, async ({ house }) => ({ items: await holds.holds(house.db) })),
  serve(placeHold, ({ house, caller, body }) => holds.placeHold(house, caller, body.subject, body.why)),
  serve(liftHold, ({ house, caller, body }) => holds.liftHold(house, caller, body.id, body.why)),
  serve(readSealing, async ({ house }) => ({ ...(await sealingCounts(house.db)), retainedYears })),
];

/** Not kept anywhere on its way, also not for a repeat with the same Idempotency-Key. */
const secret = (answer: unknown): Response => Response.json(answer, { headers: { 'cache-control': 'no-store' } });

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
