// Who opens what was sealed with a decision?
import { serve, type Route } from '../../../tools/server/http.ts';
import { openDecisionPayloads } from './model.ts';
import { openAll } from './open.ts';

export const payloadRoutes: readonly Route[] = [
  // Not kept anywhere on its way, also not for a repeat with the same Idempotency-Key.
  serve(openDecisionPayloads, async ({ house, caller, params, body }) => Response.json({ items: await openAll(house, caller, params.decision, body.why) }, { headers: { 'cache-control': 'no-store' } })),
];
