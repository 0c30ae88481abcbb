// Under which names is something known here, so that no patient, person or producer's key is kept as it came?
import { keyedHash, referencesFor } from '../../spine/ledger/ledger.ts';
import type { House } from '../../tools/server/capability.ts';

type Kind = 'patient' | 'encounter' | 'user';

/** References instead of identifiers, in their order; what is undefined stays null. */
export async function referencesOf(house: House, asked: readonly { kind: Kind; value: string | undefined }[]): Promise<(string | null)[]> {
  const there = asked.flatMap(({ kind, value }) => (value === undefined ? [] : [{ system: kind, value }]));
  const found = await referencesFor(house, there);
  let nth = 0;
  return asked.map(({ value }) => (value === undefined ? null : found[nth++]!));
}

/** The name of a record a producer told: the same record again has the same name, and nobody can guess the key from it. */
export const nameOf = (house: House, deployment: string, what: string, key: string): Promise<Buffer> => keyedHash(house, { system: `decisions/${deployment}/${what}`, value: key });
