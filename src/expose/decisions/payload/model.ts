// Who may see what was sealed with a decision, and in which words is it asked for?
import { z } from 'zod';
import { endpoint, instant, type Role } from '../../../tools/base/endpoint.ts';
import { idOf } from '../../../tools/base/id.ts';

/** Payloads show patients: they are for those who answer for patients and privacy, as in the ledger. */
const entrusted: Role[] = ['safety-officer', 'auditor', 'clinical-owner'];

export const openDecisionPayloads = endpoint({
  name: 'decisions.open-payloads', method: 'POST', path: '/api/v1/decisions/:decision/payloads',
  says: 'Opens what was sealed with a decision, told alone or in a batch; who did and why is written into the ledger first.', who: entrusted,
  params: z.strictObject({ decision: idOf('dec') }),
  body: z.strictObject({ why: z.string().trim().min(8).max(500).describe('Why; it is written into the ledger, so without patient data.') }),
  output: z.strictObject({
    items: z.array(z.strictObject({
      what: z.enum(['recorded', 'feedback']).describe('`recorded`: input and output. `feedback`: what a clinician wrote.'),
      at: instant, position: z.int().describe('The entry of the ledger it belongs to.'), nth: z.int().nullable().describe('Its place in the batch; null: told alone.'),
      text: z.string().nullable().describe('Null: it cannot be read any more, or is no text.'), base64: z.string().nullable(),
      gone: z.string().nullable().describe('Why it cannot be read: its key was destroyed.'),
    })),
  }),
});
