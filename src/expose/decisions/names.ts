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

/** Whom an identifier stands for, already looked up; null where there is none. */
export type References = (kind: Kind, value: string | undefined) => string | null;

/** The references of everything these name, looked up at once. */
export async function referencesIn(house: House, told: readonly { subject?: string | undefined; encounter?: string | undefined; user?: string | undefined }[]): Promise<References> {
  return referencesAmong(house, { patient: told.map(({ subject }) => subject), encounter: told.map(({ encounter }) => encounter), user: told.map(({ user }) => user) });
}

/** The same where the identifiers of each kind lie in lists of their own. */
export async function referencesAmong(house: House, told: Readonly<Record<Kind, readonly (string | undefined)[]>>): Promise<References> {
  const of = { patient: new Map<string, string>(), encounter: new Map<string, string>(), user: new Map<string, string>() };
  for (const kind of Object.keys(of) as Kind[]) for (const value of told[kind]) if (value !== undefined) of[kind].set(value, '');
  const asked = (Object.keys(of) as Kind[]).flatMap((kind) => [...of[kind].keys()].map((value) => ({ system: kind, value })));
  const found = await referencesFor(house, asked);
  asked.forEach(({ system, value }, nth) => of[system].set(value, found[nth]!));
  return (kind, value) => (value === undefined ? null : of[kind].get(value)!);
}
