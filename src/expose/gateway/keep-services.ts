// Which services stand behind the gateway, how are they reached, and how do they do?
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import type { Mode } from '../../spine/deployments/model.ts';
import { canonical, digest, type Json } from '../../tools/base/canonical.ts';
import { days, shift } from '../../tools/base/clock.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { connection as connectionSchema, type Connection } from './connection.ts';
import { addressOf, readDiscovery, servicesIn } from './discovery.ts';
import { kinds } from './entry-kinds.ts';
import { textOn } from './judge.ts';
import { begin, instancesOf, policyOf, requireService } from './keep-policies.ts';
import { lookFor, type Whom } from './notices.ts';
import type { Fault } from './lint.ts';
import type { LintFault, Service } from './model.ts';
import type { Policy } from './policy.ts';
import * as records from './records.ts';
import { trafficOf } from './traffic.ts';
import { stricter } from './watch.ts';

/** Sets up or changes a connection, and reads the vendor's discovery where that can be done. */
export async function putService(house: House, caller: Caller, slugOrId: string, given: Connection): Promise<Service> {
  // Vendors hand out the address of their discovery as often as the one above it.
  const wanted: Connection = { ...given, url: given.url.replace(/\/cds-services\/?$/, '') };
  const found = await requireDeployment(house.db, caller, slugOrId);
  for (const [path, text] of [['places.facility', wanted.places.facility], ['places.department', wanted.places.department], ['moment', wanted.moment]] as const)
    if (text !== null)
      try {
        textOn(text);
      } catch (error) {
        throw new Problem('unprocessable', 'A path of the connection is no FHIRPath that can be used.', 'Correct it.', [{ path, says: error instanceof Problem ? (error.details[0]?.says ?? error.message) : 'cannot be read' }]);
      }
  const at = house.clock.now();
  const { pathname, search, hash, username } = new URL(wanted.url);
  if (search || hash || username) throw new Problem('unprocessable', 'The vendor’s address has a query, a fragment or a user in it.', 'Give the base address only; its services are below it.', [{ path: 'url', says: `ends at ${pathname}` }]);
  await house.db.transaction().execute(async (tx) => {
    const fresh = await records.keepService(tx, { deployment_id: found.id, connection: canonical(wanted as unknown as Json), changed_at: at, changed_by: caller.id });
    if (fresh && (await records.policyRows(tx, found.id, 1)).length === 0) await begin(house, tx, caller, found.id);
    else await records.callOut(tx, found.id);
    await house.remember(tx, { kind: kinds.serviceChanged.kind, by: caller, at, about: `gateway/${found.id}`, deployment: found.id, body: { url: wanted.url, callers: wanted.callers.check, digest: await digest(wanted as unknown as Json) } });
  });
  // A vendor that does not answer yet is no reason to refuse: the service says why its discovery could not be read.
  await Promise.all([readDiscovery(house, caller, found).catch(() => {}), lookFor(house, found.id, wanted)]);
  return serviceOf(house, caller, found.id);
}

export async function services(house: House, caller: Caller) {
  const rows = await records.serviceRows(house.db);
  const items = await Promise.all(rows.map(async (row) => rowOf(house, caller, row)));
  return { items: items.sort((a, b) => (a.deployment < b.deployment ? -1 : 1)) };
}

async function rowOf(house: House, caller: Caller, row: records.ServiceRow) {
  const found = await requireDeployment(house.db, caller, row.deployment_id);
  const [policies, lint, traffic, discovery] = await Promise.all([records.policyRows(house.db, found.id), records.lintRows(house.db, found.id), trafficOf(house, found.id, 60), records.latestDiscovery(house.db, found.id)]);
  const acting = policyOf(policies.find((one) => one.version === row.acting)!);
  const mode = stricter(acting.policy.mode, found.mode as Mode);
  return {
    deployment: found.slug, title: found.title, vendor: found.vendor, url: (JSON.parse(row.connection) as Connection).url, mode, version: row.acting, proposed: policies.find((one) => one.state === 'proposed')?.version ?? null,
    killed: mode === 'suspended', calls: traffic.calls, p95Ms: traffic.p95Ms, failures: traffic.failures, lintErrors: lint.filter(({ severity }) => severity === 'error').reduce((n, one) => n + one.times, 0), discoveryChanges: Math.max(0, (discovery?.nth ?? 1) - 1),
  };
}

export async function serviceOf(house: House, caller: Caller, slugOrId: string): Promise<Service> {
  const { found, row } = await requireService(house, caller, slugOrId);
  const [short, lint, policy, feedback, notices] = await Promise.all([
    rowOf(house, caller, row), records.lintRows(house.db, found.id), records.policyRow(house.db, found.id, row.acting), records.outboxOf(house.db, found.id, shift(house.clock.now(), -days(28))), records.noticeRows(house.db, found.id),
  ]);
  const base = `${addressOf(house)}/cds/${found.slug}`;
  return {
    ...short, connection: connectionSchema.parse(JSON.parse(row.connection)), deploymentMode: found.mode as Mode, ehrUrl: base, jwksUrl: `${addressOf(house)}/cds/jwks.json`,
    discovery: await discoveryOf(house, found.id, base), discoveryFault: row.discovery_fault === null ? null : { says: row.discovery_fault, at: row.discovery_fault_at! },
    notices: notices.map(({ whom, url, at, reached, says }) => ({ whom: whom as Whom, url, at, reached, says })),
    lint: lint.map((one) => ({ path: one.path, says: one.says, severity: one.severity as LintFault['severity'], times: one.times, firstAt: one.first_at, lastAt: one.last_at, example: one.example })),
    instances: await instancesOf(house, found.id), feedback, failurePolicy: inWords(policyOf(policy!).policy),
  };
}

export async function discoveryOf(house: Pick<House, 'db'>, deployment: string, base: string): Promise<Service['discovery']> {
  const row = await records.latestDiscovery(house.db, deployment);
  if (!row) return null;
  return {
    nth: row.nth, digest: row.digest, firstAt: row.first_at, lastAt: row.last_at,
    services: servicesIn(row.body).map(({ id, hook, title, description, prefetch }) => ({ id, hook, title, description, prefetch: Object.keys(prefetch), url: `${base}/cds-services/${encodeURIComponent(id)}` })),
    faults: (JSON.parse(row.faults) as Fault[]).map(({ path, says, severity }) => ({ path, says, severity, times: 1, firstAt: null, lastAt: null, example: null })),
  };
}

/** What happens when something fails, as a person reads it. */
function inWords({ failure, deadlineMs }: Policy): { when: string; does: string }[] {
  const empty = 'The EHR gets no card; the call is recorded as withheld.';
  return [
    { when: 'The vendor does not answer, answers with an error, or with something that is no CDS Hooks answer', does: empty },
    { when: `The answer is not there, recorded and ready within ${deadlineMs.toLocaleString('en-US')} ms`, does: 'The EHR gets no card; the output is recorded as late.' },
    { when: 'The answer cannot be recorded (database away, disk full)', does: failure.ledger === 'empty' ? 'The EHR gets no card: no unlogged AI. How many calls that were is recorded afterwards.' : 'The cards are shown although nobody can prove it, and recorded afterwards as reported.' },
    { when: 'A card breaks the specification', does: failure.lint === 'drop-card' ? 'That card is withheld; the others are shown.' : 'No card of that answer is shown.' },
    { when: 'An instance cannot reach the database for 0.9 seconds', does: 'It shows nothing: it may not know of the latest kill switch.' },
  ];
}
