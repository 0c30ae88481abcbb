// Who else is told how far this ledger has grown?
import { z } from 'zod';
import { endpoint, instant, type Role } from '../../../tools/base/endpoint.ts';

const readers: Role[] = ['administrator', 'governance', 'clinical-owner', 'data-engineer', 'safety-officer', 'auditor'];

const witnessName = z.string().min(1).max(200);
const key = z.string().max(500).describe('Its C2SP verifier key, type 4 (cosignature/v1); `attending ledger witness` prints it.');
const url = z.url({ protocol: /^https?$/ }).max(400).describe('Its submission prefix; `/add-checkpoint` is asked below it.');

export const witnessState = z.strictObject({
  name: witnessName,
  url,
  key,
  addedAt: instant,
  cosigned: z.int().nullable().describe('The largest size it has cosigned; null when none.'),
  cosignedAt: instant.nullable().describe('When it last did.'),
  problem: z.string().nullable().describe('What went wrong at the last try of this process; null when nothing did.'),
  refused: z.strictObject({ position: z.int(), at: instant, says: z.string() }).nullable().describe('Its last refusal, when it has not cosigned since.'),
});

export const listWitnesses = endpoint({
  name: 'ledger.witnesses',
  method: 'GET',
  path: '/api/v1/ledger/witnesses',
  says: 'List the witnesses of this ledger and how far each has cosigned it.',
  who: readers,
  output: z.strictObject({ items: z.array(witnessState) }),
});

export const addWitness = endpoint({
  name: 'ledger.add-witness',
  method: 'POST',
  path: '/api/v1/ledger/witnesses',
  says: 'Name a witness that is sent every checkpoint of this ledger.',
  who: ['administrator'],
  body: z.strictObject({ url, key }),
  output: z.strictObject({ name: witnessName }),
  status: 201,
});

export const removeWitness = endpoint({
  name: 'ledger.remove-witness',
  method: 'POST',
  path: '/api/v1/ledger/witnesses/remove',
  says: 'Stop sending checkpoints to a witness; its cosignatures stay.',
  who: ['administrator'],
  body: z.strictObject({ name: witnessName }),
  output: z.strictObject({ name: witnessName }),
});

export const askWitnesses = endpoint({
  name: 'ledger.ask-witnesses',
  method: 'POST',
  path: '/api/v1/ledger/witnesses/ask',
  says: 'Sign the ledger now and have every witness cosign it.',
  who: ['administrator', 'safety-officer'],
  output: z.strictObject({ size: z.int().describe('Entries the checkpoint covers.'), cosigned: z.array(witnessName), failed: z.array(z.strictObject({ name: witnessName, says: z.string() })) }),
});

export const endpoints = [listWitnesses, addWitness, removeWitness, askWitnesses];
