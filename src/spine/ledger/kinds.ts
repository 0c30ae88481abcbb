// Which kinds of entry does the floor below the ledger write, which cannot declare its own?
import { entryKind } from './model.ts';

/** The ledger's own. */
export const keyCreated = entryKind('ledger.key-created', 'A key that signs the ledger was made; its public half stands here.');

/** What sign-in and settings remember through `House.remember`: tools know no ledger. */
export const floorKinds = [
  entryKind('account.created', 'An account was made for a person.'),
  entryKind('account.link-made', 'A one-time link was made that opens an account.'),
  entryKind('account.role-changed', 'A person was given other roles.'),
  entryKind('account.disabled', 'An account was closed; its sessions ended.'),
  entryKind('account.enabled', 'A closed account was opened again.'),
  entryKind('key.created', 'An API key was made; only its hash is stored.'),
  entryKind('key.revoked', 'An API key was withdrawn.'),
];
