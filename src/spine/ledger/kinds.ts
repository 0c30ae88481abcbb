// Which kinds of entry does the floor below the ledger write, which cannot declare its own?
import { entryKind } from './model.ts';

/** The ledger's own. */
export const keyCreated = entryKind('ledger.key-created', 'A key that signs the ledger was made; its public half stands here.');

export const witnessAdded = entryKind('witness.added', 'A witness outside this house was named; it is sent every checkpoint.');
export const witnessRemoved = entryKind('witness.removed', 'A witness is not sent checkpoints any more.');
export const witnessRefused = entryKind('witness.refused', 'A witness would not cosign a checkpoint: it has seen another ledger under this name, or a larger one.');
export const subjectRevealed = entryKind('subject.revealed', 'Somebody asked whom a reference stands for.');
export const subjectFound = entryKind('subject.found', 'Somebody asked which reference stands for an identifier.');
export const subjectForgotten = entryKind('subject.forgotten', 'Whom a reference stands for was deleted.');
export const payloadOpened = entryKind('payload.opened', 'Somebody opened a sealed payload, and said why.');
export const payloadShredded = entryKind('payload.shredded', 'Data keys were destroyed: the payloads they sealed cannot be read again; their entries and proofs stay.');
export const holdPlaced = entryKind('hold.placed', 'A legal hold was placed: payloads about this subject are not shredded.');
export const holdLifted = entryKind('hold.lifted', 'A legal hold was lifted.');
export const kekRotated = entryKind('sealing.rotated', 'The key that wraps the data keys was replaced by a new one.');

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
