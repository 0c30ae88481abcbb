// What may be asked about sealed payloads and the people they are about, and by whom?
import { z } from 'zod';
import { endpoint, instant, type Role } from '../../../tools/base/endpoint.ts';

/** Payloads and names are for those who answer for patients and privacy; who runs the installation is not among them. */
const entrusted: Role[] = ['safety-officer', 'auditor', 'clinical-owner'];
const keepers: Role[] = ['safety-officer'];
const watchers: Role[] = ['safety-officer', 'auditor', 'administrator', 'governance'];

const why = z.string().trim().min(8).max(500).describe('Why; it is written into the ledger, so without patient data.');
export const reference = z.string().regex(/^sub_[0-9a-z]{26}$/, 'a reference such as sub_…').describe('The random reference of a patient, encounter or user.');

export const openPayload = endpoint({
  name: 'ledger.open-payload',
  method: 'POST',
  path: '/api/v1/ledger/entries/:position/payload',
  says: 'Open the sealed payload of an entry; who did and why is written into the ledger first.',
  who: entrusted,
  params: z.strictObject({ position: z.coerce.number().int().min(0) }),
  body: z.strictObject({ why }),
  output: z.strictObject({
    position: z.int(),
    subject: z.string().describe('Whom it is about, by reference.'),
    text: z.string().nullable().describe('The payload, where it is UTF-8 text.'),
    base64: z.string().describe('Its bytes.'),
  }),
});

export const revealSubject = endpoint({
  name: 'ledger.reveal-subject',
  method: 'POST',
  path: '/api/v1/ledger/subjects/reveal',
  says: 'Say whom a reference stands for; who asked and why is written into the ledger first.',
  who: entrusted,
  body: z.strictObject({ reference, why }),
  output: z.strictObject({ system: z.string(), value: z.string() }),
});

export const findSubject = endpoint({
  name: 'ledger.find-subject',
  method: 'POST',
  path: '/api/v1/ledger/subjects/find',
  says: 'Find the reference of an identifier; who asked and why is written into the ledger first.',
  who: entrusted,
  body: z.strictObject({ system: z.string().min(1).max(400), value: z.string().min(1).max(400), why }),
  output: z.strictObject({ reference: z.string().nullable() }),
});

export const shredSubject = endpoint({
  name: 'ledger.shred-subject',
  method: 'POST',
  path: '/api/v1/ledger/subjects/shred',
  says: 'Destroy the keys of everything sealed about a subject; entries and proofs stay, and nobody can read the payloads again.',
  who: keepers,
  body: z.strictObject({ reference, why, forget: z.boolean().default(false).describe('Also delete whom the reference stands for.') }),
  output: z.strictObject({ keys: z.int().describe('How many keys were destroyed.') }),
});

export const holdSchema = z.strictObject({ id: z.string(), subject: z.string().describe('A reference, or `*` for everything.'), placedAt: instant, why: z.string() });

export const listHolds = endpoint({
  name: 'ledger.holds',
  method: 'GET',
  path: '/api/v1/ledger/holds',
  says: 'List the legal holds in force.',
  who: watchers,
  output: z.strictObject({ items: z.array(holdSchema) }),
});

export const placeHold = endpoint({
  name: 'ledger.place-hold',
  method: 'POST',
  path: '/api/v1/ledger/holds',
  says: 'Place a legal hold: what is sealed about this subject is not shredded, also not by retention.',
  who: keepers,
  body: z.strictObject({ subject: z.union([reference, z.literal('*')]), why }),
  output: z.strictObject({ id: z.string() }),
  status: 201,
});

export const liftHold = endpoint({
  name: 'ledger.lift-hold',
  method: 'POST',
  path: '/api/v1/ledger/holds/lift',
  says: 'Lift a legal hold.',
  who: keepers,
  body: z.strictObject({ id: z.string(), why }),
  output: z.strictObject({ id: z.string() }),
});

export const readSealing = endpoint({
  name: 'ledger.sealing',
  method: 'GET',
  path: '/api/v1/ledger/sealing',
  says: 'Count sealed payloads, keys, shredded keys and subjects.',
  who: watchers,
  output: z.strictObject({
    payloads: z.int(),
    bytes: z.int().describe('What the sealed payloads take, in bytes.'),
    keys: z.int().describe('Data keys in force: one per subject and year.'),
    shredded: z.int().describe('Data keys that were destroyed.'),
    subjects: z.int().describe('References whose identifier is known.'),
    retainedYears: z.int(),
  }),
});

export const endpoints = [openPayload, revealSubject, findSubject, shredSubject, listHolds, placeHold, liftHold, readSealing];
