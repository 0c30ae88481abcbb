// What does the vendor say its service is, has it changed, and what is the EHR told of it?
import { createHash } from 'node:crypto';
import { happened, type FoundDeployment } from '../../spine/deployments/deployments.ts';
import { canonical, canonicalBytes, type Json } from '../../tools/base/canonical.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { askVendor, openPool } from './ask-vendor.ts';
import { connection as connectionSchema, type Connection } from './connection.ts';
import { kinds } from './entry-kinds.ts';
import { memberOf, spanAt, spansOf, splice, stringAt, type Edit } from './json-spans.ts';
import { lintDiscovery } from './lint.ts';
import { openOwnKey, signCall } from './own-key.ts';
import * as records from './records.ts';

/** The address of this house as an EHR or a vendor sees it. */
export const addressOf = (house: Pick<House, 'config'>): string => (house.config.url ?? `http://localhost:${house.config.port}`).replace(/\/$/, '');

interface Told {
  services: { id: string; hook: string; title: string | null; description: string | null; prefetch: { [key: string]: Json } }[];
}

/** The services in a discovery; what is no service is left out. */
export function servicesIn(bytes: Uint8Array): Told['services'] {
  const told = JSON.parse(Buffer.from(bytes).toString('utf8')) as { services?: Json };
  if (!Array.isArray(told.services)) return [];
  return told.services.flatMap((one) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one) || typeof one['id'] !== 'string' || typeof one['hook'] !== 'string') return [];
    const text = (key: string) => (typeof one[key] === 'string' ? one[key] : null);
    const prefetch = one['prefetch'];
    return [{ id: one['id'], hook: one['hook'], title: text('title'), description: text('description'), prefetch: typeof prefetch === 'object' && prefetch !== null && !Array.isArray(prefetch) ? prefetch : {} }];
  });
}

/**
 * Reads the vendor's discovery and keeps it where it is new. A change is written into the ledger and reopens the gates
 * that rest on the model or its feed: the vendor has put another product into the same place.
 * @throws Problem where it cannot be read.
 */
export async function readDiscovery(house: House, by: Caller, { id, slug }: Pick<FoundDeployment, 'id' | 'slug'>): Promise<{ changed: boolean }> {
  const row = await records.serviceRow(house.db, id);
  if (!row) throw new Problem('not-found', `The gateway has no service for \`${slug}\`.`, 'Set up its connection first.');
  const connection = connectionSchema.parse(JSON.parse(row.connection));
  const bytes = await fetchDiscovery(house, connection).catch(async (error: unknown) => {
    if (error instanceof Problem) await records.noteDiscovery(house.db, id, error.details[0]?.says ?? error.message, house.clock.now());
    throw error;
  });
  if (row.discovery_fault !== null) await records.noteDiscovery(house.db, id, null, null);
  const value = JSON.parse(bytes.toString('utf8')) as Json;
  const digest = createHash('sha256').update(canonicalBytes(value)).digest('hex');
  const at = house.clock.now();
  const faults = lintDiscovery(value);
  return house.db.transaction().execute(async (tx) => {
    await records.holdService(tx, id);
    const before = await records.latestDiscovery(tx, id);
    if (before && (before.digest === digest || saysTheSame(before.body, value))) {
      await records.seenDiscovery(tx, id, before.nth, at);
      return { changed: false };
    }
    await records.addDiscovery(tx, { deployment_id: id, nth: (before?.nth ?? 0) + 1, digest, body: bytes, first_at: at, last_at: at, faults: JSON.stringify(faults) });
    await records.callOut(tx, id);
    const services = servicesIn(bytes).map((one) => one.id).sort();
    if (!before) {
      await house.remember(tx, { kind: kinds.discoveryChanged.kind, by, at, about: `gateway/${id}`, deployment: id, body: { from: null, to: digest, services } });
      return { changed: true };
    }
    const fed = (of: Uint8Array) => JSON.stringify(servicesIn(of).map((one) => [one.id, one.hook, one.prefetch]));
    await happened(house, tx, by, id, [{
      kind: kinds.discoveryChanged.kind, changes: fed(before.body) === fed(bytes) ? ['model-version'] : ['model-version', 'feed'], about: `gateway/${id}`,
      says: 'The vendor’s service describes itself otherwise than before, without a word.', body: { from: before.digest, to: digest, services },
    }]);
    return { changed: true };
  });
}

/** Services stand in no order, and nothing is the same as an empty `prefetch`: HAPI FHIR adds one to a service when it is first called. */
const saysTheSame = (before: Uint8Array, now: Json): boolean => meaningOf(JSON.parse(Buffer.from(before).toString('utf8')) as Json) === meaningOf(now);

function meaningOf(value: Json): string {
  const of = (one: Json, leaveOut: (key: string, member: Json) => boolean): Json =>
    typeof one === 'object' && one !== null && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).filter(([key, member]) => member !== null && !leaveOut(key, member))) : one;
  const isEmpty = (member: Json) => typeof member === 'object' && member !== null && Object.keys(member).length === 0;
  const services = (value as { services?: Json }).services;
  const all = Array.isArray(services) ? services.map((one) => canonical(of(one, (key, member) => key === 'prefetch' && isEmpty(member)))).sort() : [];
  return canonical([of(value, (key) => key === 'services'), all]);
}

async function fetchDiscovery(house: House, connection: Connection): Promise<Buffer> {
  const address = new URL(connection.discovery ?? `${connection.url.replace(/\/$/, '')}/cds-services`);
  const pool = openPool(address.origin);
  const path = `${address.pathname}${address.search}`;
  try {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (connection.sign) headers['authorization'] = `Bearer ${await signCall(await openOwnKey(house), house, { iss: addressOf(house), aud: `${address.origin}${address.pathname}`, jku: `${addressOf(house)}/cds/jwks.json` })}`;
    const answer = await askVendor(pool, { method: 'GET', path, headers, body: null }, 10_000);
    const unusable = (says: string) => new Problem('unavailable', `The vendor’s discovery cannot be read: ${says}.`, 'Check the address of the connection, and ask the vendor.', [{ path: address.href, says }]);
    if (!answer.ok) throw unusable(answer.says);
    if (answer.status !== 200) throw unusable(answer.status === 404 && connection.discovery === undefined ? 'it answers 404, so there is no discovery at this address; if the vendor has it elsewhere, the connection has a field for that' : `it answers ${answer.status}`);
    try {
      if (spanAt(spansOf(answer.bytes), ['services'])?.kind !== 'array') throw new Error('there is no list of services in it');
    } catch (error) {
      throw unusable((error as Error).message);
    }
    return answer.bytes;
  } finally {
    await pool.destroy();
  }
}

/** What the EHR is told: the vendor's own bytes, and the prefetch this house's rules need beside the vendor's. */
export function discoveryFor(bytes: Uint8Array, prefetch: Connection['prefetch']): Uint8Array {
  const mine = Object.entries(prefetch).map(([key, template]) => `${JSON.stringify(key)}:${JSON.stringify(template)}`).join(',');
  const services = spanAt(spansOf(bytes), ['services']);
  if (mine === '' || services?.kind !== 'array') return bytes;
  const edits: Edit[] = [];
  for (const one of services.items) {
    if (one.kind !== 'object' || stringAt(bytes, spanAt(one, ['id'])) === null) continue;
    const there = memberOf(one, 'prefetch')?.value;
    if (there?.kind === 'object') edits.push({ start: there.start + 1, end: there.start + 1, text: `${mine}${there.members.length > 0 ? ',' : ''}` });
    else if (there) edits.push({ start: there.start, end: there.end, text: `{${mine}}` });
    else edits.push({ start: one.members.at(-1)!.value.end, end: one.members.at(-1)!.value.end, text: `,"prefetch":{${mine}}` });
  }
  return splice(bytes, edits);
}

