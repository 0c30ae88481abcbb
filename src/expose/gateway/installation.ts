// Is what stands around this AI safe: who may call, what is encrypted, who may decide?
import type { Connection } from './connection.ts';

/** What the checks look at; counts are of this deployment where it is named, else of the whole house. */
export interface Installation {
  connection: Connection | null;
  /** The addresses that the settings of the instances tell. */
  addresses: readonly string[];
  /** Whether the database is reached over a network, and then encrypted. */
  database: { overNetwork: boolean; encrypted: boolean };
  /** Decisions of the gateway whose call was not sealed. */
  unsealed: number;
  /** Keys for machines that may decide and never end. */
  endlessKeys: number;
  /** Accounts that may approve a policy. */
  approvers: number;
  /** Accounts of a vendor that have roles of the house. */
  vendorsWithRoles: number;
}

export interface Finding {
  id: string;
  /** Of access, of encryption, or of roles: the three that criterion 2.8 names. */
  about: 'access' | 'encryption' | 'roles';
  says: string;
}

const loopback = /^(?:localhost|127\.|\[?::1\]?$)/;
/** Addresses that stay on this machine need no encryption. */
const isOpen = (url: string): boolean => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !loopback.test(hostname);
};

/** A check gives what is wrong, or null. Each is critical: a criterion of safety counts it. */
type Check = { id: string; about: Finding['about']; finds(of: Installation): string | null };

export const checks: readonly Check[] = [
  { id: 'callers-unchecked', about: 'access', finds: ({ connection }) => (connection?.callers.check === 'none' ? 'Whoever reaches the gateway may call it: the connection checks no callers.' : null) },
  { id: 'any-page', about: 'access', finds: ({ connection }) => (connection?.origins.includes('*') ? 'Any web page may call it (`origins` has `*`).' : null) },
  { id: 'page-unencrypted', about: 'encryption', finds: ({ connection }) => (connection?.origins.some((one) => one !== '*' && isOpen(one)) ? 'A page that is not served over HTTPS may call it.' : null) },
  { id: 'vendor-unencrypted', about: 'encryption', finds: ({ connection }) => (connection && isOpen(connection.url) ? 'The vendor is asked over plain HTTP.' : null) },
  {
    id: 'keys-unencrypted', about: 'encryption',
    finds: ({ connection }) => (connection?.callers.check === 'jwt' && connection.callers.issuers.some(({ jwksUrl }) => jwksUrl !== undefined && isOpen(jwksUrl)) ? 'The keys of an issuer are fetched over plain HTTP: who can alter them gets in.' : null),
  },
  { id: 'house-unencrypted', about: 'encryption', finds: ({ addresses }) => (addresses.some(isOpen) ? 'This house is reached over plain HTTP (ATTENDING_URL).' : null) },
  { id: 'database-unencrypted', about: 'encryption', finds: ({ database }) => (database.overNetwork && !database.encrypted ? 'The database is reached over a network without TLS.' : null) },
  { id: 'calls-unsealed', about: 'encryption', finds: ({ unsealed }) => (unsealed > 0 ? `${unsealed} decisions of the gateway have no sealed payload.` : null) },
  { id: 'endless-keys', about: 'access', finds: ({ endlessKeys }) => (endlessKeys > 0 ? `${endlessKeys} API keys that may decide never end.` : null) },
  { id: 'no-second-person', about: 'roles', finds: ({ approvers }) => (approvers < 2 ? 'Fewer than two accounts may approve a policy, so nobody can be the second person.' : null) },
  { id: 'vendor-in-the-house', about: 'roles', finds: ({ vendorsWithRoles }) => (vendorsWithRoles > 0 ? `${vendorsWithRoles} accounts of vendors have roles of the house.` : null) },
];

export const findingsOf = (of: Installation): Finding[] =>
  checks.flatMap(({ id, about, finds }) => {
    const says = finds(of);
    return says === null ? [] : [{ id, about, says }];
  });
