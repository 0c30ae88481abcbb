// What does one entry of the ledger say, and which bytes of it are hashed for good?
import { z } from 'zod';
import { canonicalBytes, type Json } from '../../tools/base/canonical.ts';
import { endpoint, everyone, instant, page, paging, type Role } from '../../tools/base/endpoint.ts';

// What verifies is pure, so that every room's page can do it in the browser.
export { readReceipt } from './log/model.ts';
export { findSubject, reference, revealSubject } from './payloads/model.ts';
export { verifierKeyFrom } from './note.ts';
export { verifyInclusion } from './proof.ts';
export { verifyReceipt, type ReceiptVerification } from './receipt.ts';
export { plainTreeHash } from './tree.ts';

/** Who did it: a person's account, a machine's key, or the house itself. Never a name, never an e-mail address. */
export const actor = z.strictObject({
  kind: z.enum(['person', 'key', 'system']),
  ref: z.string().min(1).max(200).describe('Account or key id; `system` for the house.'),
  roles: z.array(z.string()).describe('The roles held at that moment, sorted.'),
});

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hexadecimal');

/** What is large or sensitive stays outside the leaf; the leaf commits to its bytes. */
export const payload = z.strictObject({
  digest: sha256Hex.describe('SHA-256 of the payload as stored (after sealing, where it is sealed).'),
  bytes: z.int().min(0).describe('Its length.'),
});

const kindName = z.string().regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/, 'a kind reads `noun.verb`, such as charter.locked');

/**
 * One entry. Its canonical JSON (RFC 8785) in UTF-8 is the leaf; this shape is final: a later member would have to be
 * optional and absent from old leaves. No PHI and no token ever stands in it.
 */
export const entry = z.strictObject({
  position: z.int().min(0).describe('Number in the ledger, from 0, without gaps.'),
  at: instant.describe('When it happened, by the clock of the house.'),
  kind: kindName,
  actor,
  deployment: z.string().nullable().describe('The deployment it is about; null for the house as a whole.'),
  subject: z.string().min(1).max(400).describe('The record it is about, e.g. `charter/cha_…`.'),
  body: z.json().describe('What the kind says; without PHI and tokens.'),
  payload: payload.nullable(),
});
export type Entry = z.infer<typeof entry>;
export type Actor = z.infer<typeof actor>;

/** What a capability hands in: the ledger gives the position. */
export interface NewEntry {
  at: string;
  kind: string;
  actor: Actor;
  deployment?: string | null;
  subject: string;
  body: Json;
  payload?: z.infer<typeof payload> | null;
}

/** C2SP tlog-tiles gives an entry 16 bits for its length. What does not fit goes into a payload. */
export const largestLeaf = 65_535;

/** The leaf: the bytes that are hashed. Throws TypeError on what JSON cannot carry, RangeError when too long. */
export function leafOf(one: Entry): Uint8Array {
  const bytes = canonicalBytes(one);
  if (bytes.length > largestLeaf) {
    throw new RangeError(`an entry of ${one.kind} has ${bytes.length} bytes; more than ${largestLeaf} belong in a payload`);
  }
  return bytes;
}

/** A kind of entry, declared once by the capability that writes it. */
export interface EntryKind {
  kind: string;
  /** What has happened, one sentence, for the ledger page and the documentation. */
  says: string;
  /** `sealed`: what a payload of it commits to lies sealed in the ledger. `elsewhere`: the room that wrote it keeps it. */
  payload: 'sealed' | 'elsewhere';
}

const declared = new Map<string, EntryKind>();

/** Declares a kind of entry. The ledger refuses kinds nobody declared, and a second declaration of one. */
export function entryKind(kind: string, says: string, payload: EntryKind['payload'] = 'sealed'): EntryKind {
  const made: EntryKind = { kind: kindName.parse(kind), says, payload };
  const before = declared.get(kind);
  if (before && before.says !== says) throw new Error(`the entry kind ${kind} is declared twice`);
  declared.set(kind, made);
  return made;
}

/** Every declared kind, by name. */
export const entryKinds = (): EntryKind[] => [...declared.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
export const isDeclared = (kind: string): boolean => declared.has(kind);
export const keepsPayloadElsewhere = (kind: string): boolean => declared.get(kind)?.payload === 'elsewhere';

/** What went wrong where: verification names the place. */
export const fault = z.strictObject({
  position: z.int().nullable().describe('The entry at fault; null where it is not about one entry.'),
  line: z.int().nullable().describe('The line of the export; null for the database.'),
  reason: z.enum([
    'bad-line', 'altered', 'missing', 'duplicated', 'out-of-order', 'column', 'wrong-root', 'wrong-signature', 'unsigned',
    'wrong-origin', 'wrong-size', 'wrong-head', 'cut-off', 'not-grown',
    'wrong-node', 'payload', 'cosignature',
  ]),
  says: z.string(),
});
export type Fault = z.infer<typeof fault>;

/** The answer of every verification. */
export const verification = z.strictObject({
  sound: z.boolean().describe('True when no fault was found and a signed checkpoint covers every entry.'),
  origin: z.string(),
  entries: z.int(),
  root: z.string().describe('Base64 of the root over all entries read.'),
  signed: z.int().describe('How many entries the last valid checkpoint covers.'),
  checkpoints: z.int().describe('How many checkpoints were checked.'),
  keys: z.array(z.string()).describe('The public keys that were trusted, as C2SP verifier keys.'),
  trust: z.enum(['given', 'own']).describe('`given`: the asker named the key; `own`: the key came with the data itself.'),
  faults: z.array(fault).describe('At most 100.'),
});
export type Verification = z.infer<typeof verification>;

/** One entry as read over the API, with the hash of its leaf. */
export const recorded = entry.extend({ leafHash: z.string().describe('Base64.'), says: z.string().describe('What this kind of entry means.') });
export type Recorded = z.infer<typeof recorded>;

const readers: Role[] = ['administrator', 'governance', 'clinical-owner', 'data-engineer', 'safety-officer', 'auditor'];

export const listEntries = endpoint({
  name: 'ledger.entries',
  method: 'GET',
  path: '/api/v1/ledger/entries',
  says: 'List the entries of the ledger, the newest first.',
  who: readers,
  query: z.strictObject({
    ...paging,
    deployment: z.string().optional().describe('Only entries about this deployment.'),
    kind: z.string().optional().describe('Only this kind, e.g. `charter.locked`; `charter.*` for all of a noun.'),
    subject: z.string().optional().describe('Only entries about this record.'),
  }),
  output: page(recorded),
});

export const listKinds = endpoint({
  name: 'ledger.kinds',
  method: 'GET',
  path: '/api/v1/ledger/kinds',
  says: 'List the kinds of entry there are and what each means.',
  who: readers,
  output: z.strictObject({ items: z.array(z.strictObject({ kind: z.string(), says: z.string() })) }),
});

export const readCheckpoint = endpoint({
  name: 'ledger.checkpoint',
  method: 'GET',
  path: '/api/v1/ledger/checkpoint',
  says: 'Read the last signed checkpoint. Keep a copy elsewhere: it is what a later rewrite cannot get past.',
  who: everyone,
  output: z.strictObject({
    origin: z.string(),
    size: z.int().describe('Entries the checkpoint covers.'),
    root: z.string().describe('Base64.'),
    note: z.string().nullable().describe('The C2SP signed note; null while nothing has been signed.'),
    key: z.string().nullable().describe('The C2SP verifier key of its signature.'),
    entries: z.int().describe('Entries there are now; those beyond `size` await the next checkpoint.'),
  }),
});

export const verifyLedger = endpoint({
  name: 'ledger.verify',
  method: 'POST',
  path: '/api/v1/ledger/verify',
  says: 'Verify the whole ledger in the database: every leaf, column, root and signature.',
  who: ['administrator', 'governance', 'clinical-owner', 'safety-officer', 'auditor'],
  output: verification,
});

export const exportLedger = endpoint({
  name: 'ledger.export',
  method: 'GET',
  path: '/api/v1/ledger/export',
  says: 'Download the whole ledger as NDJSON for offline verification.',
  who: ['administrator', 'safety-officer', 'auditor'],
  output: z.string(),
  answers: 'stream',
});

export const exportFhir = endpoint({
  name: 'ledger.export-fhir',
  method: 'GET',
  path: '/api/v1/ledger/export-fhir',
  says: 'Download the whole ledger as FHIR R4 resources (NDJSON): AuditEvent, Provenance, GuidanceResponse.',
  who: ['administrator', 'safety-officer', 'auditor'],
  output: z.string(),
  answers: 'stream',
});

export const endpoints = [listEntries, listKinds, readCheckpoint, verifyLedger, exportLedger, exportFhir];
