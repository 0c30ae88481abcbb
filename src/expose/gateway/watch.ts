// What does this instance serve right now, and does it still know?
import type { PoolClient } from 'pg';
import type { Pool } from 'undici';
import { requireDeployment } from '../../spine/deployments/deployments.ts';
import type { Mode } from '../../spine/deployments/model.ts';
import { actorOf, append, keyedHash, newest } from '../../spine/ledger/ledger.ts';
import { digest, type Json } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { theHouse, type House } from '../../tools/server/capability.ts';
import { poolOf } from '../../tools/server/database.ts';
import { variablesOf, judgeBy, textOn, type Judge } from './judge.ts';
import { openPool } from './ask-vendor.ts';
import { connection as connectionSchema, type Connection } from './connection.ts';
import { kinds } from './entry-kinds.ts';
import { needsApproval, policy as policySchema, type PolicyMode } from './policy.ts';
import * as records from './records.ts';

/** How often it is looked whether something changed, in milliseconds; a call of PostgreSQL comes sooner. */
const every = 250;
/** A look that takes longer is given up. */
const longestLook = 2_000;
/** For so long after a look was begun its answer may be acted upon. Kill switch and blindness both end within a second. */
export const knownFor = 900;

/** A service as this instance serves it. */
export interface Serving {
  deployment: string;
  slug: string;
  title: string;
  /** The version of the product that answers. */
  version: string;
  connection: Connection;
  base: URL;
  pool: Pool;
  policyVersion: number;
  judge: Judge;
  /** The stricter of the policy's mode and the deployment's. */
  mode: PolicyMode;
  /** What arms and samples are drawn with; the same on every instance. */
  secret: Buffer;
  facilityOf: ((variables: ReturnType<typeof variablesOf>) => string | null) | null;
  departmentOf: ((variables: ReturnType<typeof variablesOf>) => string | null) | null;
  momentOf: ((variables: ReturnType<typeof variablesOf>) => string | null) | null;
  /** Whether context and prefetch have to be read at all. */
  reads: boolean;
  discovery: { bytes: Buffer; digest: string } | null;
}

const rank = { off: 0, shadow: 1, staged: 2, live: 3 } as const;

/** The stricter of two says: nobody is shown more than either allows. */
export function stricter(policy: PolicyMode, deployment: Mode): PolicyMode {
  if (policy === 'suspended' || deployment === 'suspended') return 'suspended';
  const other = deployment === 'pilot' ? 'staged' : deployment;
  return rank[policy] <= rank[other] ? policy : other;
}

export interface Watch {
  instance: string;
  find(slugOrId: string): Serving | null;
  /** False: it may not know of the latest kill switch, so nothing may be shown. */
  knows(): boolean;
  /** Looks now. Throws where the database cannot be reached. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export async function watchPolicies(house: House): Promise<Watch> {
  const instance = newId('gwi', house.clock.now());
  const startedAt = house.clock.now();
  const pools = new Map<string, Pool>();
  let serving = new Map<string, Serving>();
  let last: string | null = null;
  let knownUntil = 0;
  let closed = false;
  let listener: { client: PoolClient; letGo(): void } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let lookingSince = 0;
  let again = false;
  let seenAt = 0;

  const lookOnce = async () => {
    const began = performance.now();
    const pulse = await records.pulse(house.db);
    if (pulse !== last) {
      last = (await load()) ? pulse : null;
    }
    knownUntil = Math.max(knownUntil, began + knownFor);
    if (performance.now() - seenAt > 1_000) {
      seenAt = performance.now();
      await records.seen(house.db, instance, startedAt, house.clock.now(), house.config.url);
    }
    await listen();
  };
  // One look at a time; who asks during one gets the next.
  const look = async (): Promise<void> => {
    // One that hangs is left behind: its connection may be dead while the database is well.
    if (looking && performance.now() - lookingSince < longestLook) {
      again = true;
      await looking.catch(() => {});
      if (!again) return;
    }
    again = false;
    const mine = lookOnce();
    looking = mine;
    lookingSince = performance.now();
    try {
      await mine;
    } finally {
      if (looking === mine) looking = null;
    }
  };

  const load = async (): Promise<boolean> => {
    let whole = true;
    const before = serving;
    const now = new Map<string, Serving>();
    for (const row of await records.serviceRows(house.db)) {
      const was = before.get(row.deployment_id) ?? null;
      try {
        const next = await readService(house, row, pools);
        // Who shows less acts at once and says so then; who shows more says so first.
        const looser = was === null || next.mode !== was.mode || needsApproval(was.judge.policy, next.judge.policy).length > 0;
        if (was?.policyVersion === next.policyVersion || (was !== null && (next.mode === 'suspended' || next.mode === 'off' || !looser))) {
          now.set(next.deployment, next);
          before.set(next.deployment, next);
          if (was?.policyVersion !== next.policyVersion) await noteActing(next);
        } else {
          await noteActing(next);
          now.set(next.deployment, next);
        }
      } catch (error) {
        // A service that cannot be read is not served; the others are. The next look tries again.
        whole = false;
        house.log.error('a service of the gateway cannot be served', { deployment: row.deployment_id, error: (error as Error).message });
      }
    }
    serving = now;
    for (const [origin, pool] of pools)
      if (![...now.values()].some((one) => one.pool === pool)) {
        pools.delete(origin);
        void pool.close().catch(() => {});
      }
    return whole;
  };

  const noteActing = async (one: Serving) => {
    const at = house.clock.now();
    if (await records.hasActed(house.db, one.deployment, one.policyVersion, instance)) return;
    await house.db.transaction().execute(async (tx) => {
      await records.seen(tx, instance, startedAt, at, house.config.url);
      const afterMs = await records.noteActed(tx, { deployment: one.deployment, version: one.policyVersion, instance, at, mode: one.mode });
      await append(tx, { at, kind: kinds.acting.kind, actor: actorOf(theHouse), deployment: one.deployment, subject: `gateway/${one.deployment}/policy/${one.policyVersion}`, body: { instance, version: one.policyVersion, mode: one.mode, afterMs: afterMs === null ? null : Math.round(afterMs) } });
    });
  };

  const listen = async () => {
    const pool = poolOf(house.db);
    if (listener || !pool || closed) return;
    const client = await pool.connect();
    let held = true;
    // It may be lost while it is let go, and an error that nobody hears would end the process: heard always, let go once.
    const letGo = () => {
      if (listener?.client === client) listener = null;
      if (held) client.release(true);
      held = false;
    };
    client.on('error', letGo);
    client.on('notification', () => void look().catch(() => {}));
    try {
      await client.query(`listen ${records.channel}`);
      if (closed) letGo();
      else listener = { client, letGo };
    } catch {
      letGo();
    }
  };

  const beat = async () => {
    await Promise.race([look().catch(() => {}), new Promise((done) => setTimeout(done, longestLook))]);
    if (!closed) timer = setTimeout(() => void beat(), every);
  };
  await look();
  void beat();
  return {
    instance,
    find: (slugOrId) => serving.get(slugOrId) ?? [...serving.values()].find((one) => one.slug === slugOrId) ?? null,
    knows: () => performance.now() < knownUntil,
    look,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await Promise.race([looking?.catch(() => {}), new Promise((done) => setTimeout(done, longestLook))]);
      listener?.client.removeAllListeners('notification');
      listener?.letGo();
      await records.goneInstance(house.db, instance).catch(() => {});
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

async function wasApproved(house: House, deployment: string, { version, document }: records.PolicyRow): Promise<boolean> {
  const entry = await newest(house.db, { kind: kinds.approved.kind, subject: `gateway/${deployment}/policy/${version}` });
  return (entry?.body as { digest?: string } | undefined)?.digest === (await digest(JSON.parse(document) as Json));
}

async function readService(house: House, row: records.ServiceRow, pools: Map<string, Pool>): Promise<Serving> {
  const deployment = await requireDeployment(house.db, theHouse, row.deployment_id);
  const connection = connectionSchema.parse(JSON.parse(row.connection));
  const acting = await records.policyRow(house.db, row.deployment_id, row.acting);
  if (!acting) throw new Error(`the policy ${row.acting} is not there`);
  const policy = policySchema.parse(JSON.parse(acting.document));
  // In the ledger before it acts: a text that somebody changed in the database is not what a person approved.
  const asks = policy.mode !== 'off' && policy.mode !== 'suspended';
  if (asks && !(await wasApproved(house, row.deployment_id, acting))) throw new Error(`the text of the policy ${row.acting} is not the one that the ledger says was approved`);
  const base = new URL(connection.url);
  const pool = pools.get(base.origin) ?? openPool(base.origin);
  pools.set(base.origin, pool);
  const judge = judgeBy(policy);
  const path = (text: string | null) => (text === null ? null : textOn(text));
  const { facility, department } = connection.places;
  const found = await records.latestDiscovery(house.db, row.deployment_id);
  return {
    deployment: deployment.id, slug: deployment.slug, title: deployment.title, version: deployment.version, connection, base, pool, policyVersion: acting.version, judge,
    mode: stricter(policy.mode, deployment.mode as Mode),
    secret: await keyedHash(house, { system: 'gateway/arms', value: deployment.id }),
    facilityOf: path(facility), departmentOf: path(department), momentOf: path(connection.moment),
    reads: judge.before.length > 0 || judge.after.length > 0 || policy.classes.length > 0 || facility !== null || department !== null || connection.moment !== null,
    discovery: found ? { bytes: found.body, digest: found.digest } : null,
  };
}
