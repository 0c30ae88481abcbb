// Which proofs, receipts and tiles can be asked for?
import { z } from 'zod';
import { endpoint, page, paging, type Role } from '../../../tools/base/endpoint.ts';
import { instant } from '../../../tools/base/endpoint.ts';

const readers: Role[] = ['administrator', 'governance', 'clinical-owner', 'data-engineer', 'safety-officer', 'auditor'];
/** Who may watch the log as a monitor does: the same as may take all of it away. A machine gets a key with `auditor`. */
const monitors: Role[] = ['administrator', 'safety-officer', 'auditor'];

const number = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const hashes = z.array(z.string()).describe('SHA-256 hashes in base64, from the leaf’s side up.');

export const readReceipt = endpoint({
  name: 'ledger.receipt',
  method: 'GET',
  path: '/api/v1/ledger/entries/:position/receipt',
  says: 'Read the receipt of an entry: the entry, its proof and a signed checkpoint, for verification anywhere (C2SP tlog-proof). A vendor reads those of what its own key recorded.',
  who: [...readers, 'vendor'],
  params: z.strictObject({ position: number.describe('Its number in the ledger.') }),
  output: z.string(),
  answers: 'stream',
});

export const readInclusion = endpoint({
  name: 'ledger.inclusion',
  method: 'GET',
  path: '/api/v1/ledger/proofs/inclusion',
  says: 'Prove that an entry is in the tree of a given size (RFC 6962, 2.1.1).',
  who: readers,
  query: z.strictObject({ position: number.describe('The entry.'), size: number.optional().describe('How many entries the tree has; that of the last checkpoint unless told.') }),
  output: z.strictObject({ position: z.int(), size: z.int(), leafHash: z.string(), root: z.string(), proof: hashes }),
});

export const readConsistency = endpoint({
  name: 'ledger.consistency',
  method: 'GET',
  path: '/api/v1/ledger/proofs/consistency',
  says: 'Prove that the tree of one size grew out of an earlier one (RFC 6962, 2.1.2).',
  who: readers,
  query: z.strictObject({ from: number.describe('The earlier size.'), to: number.optional().describe('The later size; that of the last checkpoint unless told.') }),
  output: z.strictObject({ from: z.int(), to: z.int(), fromRoot: z.string(), toRoot: z.string(), proof: hashes }),
});

export const listCheckpoints = endpoint({
  name: 'ledger.checkpoints',
  method: 'GET',
  path: '/api/v1/ledger/checkpoints',
  says: 'List the signed checkpoints, the newest first, with who cosigned them.',
  who: readers,
  query: z.strictObject(paging),
  output: page(
    z.strictObject({
      size: z.int().describe('Entries it covers.'),
      root: z.string(),
      lastEntryAt: instant.nullable().describe('When the last entry it covers happened.'),
      note: z.string().describe('The C2SP signed note with its cosignatures.'),
      cosigned: z.array(z.strictObject({ witness: z.string(), at: instant })).describe('Who else has seen it, and when.'),
    }),
  ),
});

export const readLogCheckpoint = endpoint({
  name: 'ledger.log-checkpoint',
  method: 'GET',
  path: '/api/v1/ledger/log/checkpoint',
  says: 'Read the last checkpoint as C2SP tlog-tiles serves it: the signed note alone.',
  who: monitors,
  output: z.string(),
  answers: 'stream',
});

export const readTile = endpoint({
  name: 'ledger.log-tile',
  method: 'GET',
  path: '/api/v1/ledger/log/tile/:level/:tile{.+}',
  says: 'Read a tile of the tree, or with the level `entries` a bundle of entries, as C2SP tlog-tiles serves them.',
  who: monitors,
  params: z.strictObject({
    level: z.string().regex(/^(entries|0|[1-9]|[1-5]\d|6[0-3])$/, 'a level from 0 to 63, or `entries`'),
    tile: z.string().regex(/^(x\d{3}\/)*\d{3}(\.p\/([1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?$/, 'a tile such as 067, x001/x234/067 or 067.p/12'),
  }),
  output: z.string(),
  answers: 'stream',
});

export const endpoints = [readReceipt, readInclusion, readConsistency, listCheckpoints, readLogCheckpoint, readTile];
