// Can decisions that nobody chose be told from input to action?
import { actorOf, append, entries, head, newest } from '../../../spine/ledger/ledger.ts';
import { requireDeployment } from '../../../spine/deployments/deployments.ts';
import { days, shift } from '../../../tools/base/clock.ts';
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import type { Db } from '../../../tools/server/database.ts';
import { kinds } from '../entry-kinds.ts';
import { event as eventSchema } from '../event.ts';
import { wasShown } from '../fact.ts';
import { catchUp } from '../project.ts';
import { factsOf, recordsAbout } from '../records.ts';
import { linkNames, type Drill, type Link } from './model.ts';
import * as records from './records.ts';

/** As gate criterion 2.2 asks. */
const asked = 20;
const window = 28;

/** Draws and scores a drill. @throws Problem `conflict` where there is no decision to draw. */
export async function draw(house: House, caller: Caller, deployment: string): Promise<Drill> {
  const found = await requireDeployment(house.db, caller, deployment);
  await catchUp(house.db);
  const at = house.clock.now();
  const { entries: size, root } = await head(house);
  const seed = Buffer.from(root).toString('hex');
  const from = shift(at, -days(window));
  const decisions = await records.drawn(house.db, found.id, from, at, size, seed, asked);
  if (decisions.length === 0) throw new Problem('conflict', 'There is no decision of the last 28 days to draw.', 'Hold the drill when the AI has answered, in shadow mode or live.');
  return score(house, caller, { drill: newId('dri', at), deployment: found.id, at, seed, size, from, decisions });
}

interface Drawn { drill: string; deployment: string; at: string; seed: string; size: number; from: string; decisions: string[] }

/** Scores the same decisions again. */
export async function scoreAgain(house: House, caller: Caller, drill: string): Promise<Drill> {
  const last = await newest(house.db, { kind: kinds.drilled.kind, subject: `drill/${drill}` });
  const found = last?.deployment && (await requireDeployment(house.db, caller, last.deployment).catch(() => null));
  if (!last || !found) throw new Problem('not-found', `There is no drill ${drill}.`, 'The drills of a deployment are listed at /api/v1/decisions/drills.');
  const before = last.body as unknown as Drill;
  await catchUp(house.db);
  return score(house, caller, { ...before, deployment: found.id, decisions: before.decisions.map(({ decision }) => decision) });
}

async function score(house: House, caller: Caller, { deployment, decisions, ...drawn }: Drawn): Promise<Drill> {
  const now = house.clock.now();
  const facts = new Map((await factsOf(house.db, decisions)).map(({ fact }) => [fact.decision, fact]));
  const inBatches = (await recordsAbout(house.db, decisions)).map(({ decision, batch, nth, body }) => ({ decision, batch, nth, event: eventSchema.parse(JSON.parse(body.toString('utf8'))) }));
  const inputs = await records.withInput(house.db, decisions, inBatches);
  const { acted, people } = await records.toldOf(house.db, deployment, decisions, inBatches);
  const scored = decisions.map((decision) => {
    const fact = facts.get(decision);
    const unseen = fact !== undefined && !wasShown(fact);
    const there: Record<Link, boolean> = {
      input: inputs.has(decision),
      version: (fact?.version ?? '') !== '',
      output: fact !== undefined && (fact.class !== null || fact.score !== null || fact.label !== null),
      human: unseen || (fact?.user ?? null) !== null || people.has(decision),
      action: unseen || acted.has(decision),
    };
    return { decision, found: linkNames.filter((link) => there[link]), missing: linkNames.filter((link) => !there[link]) };
  });
  const reconstructed = scored.filter(({ missing }) => missing.length === 0).length;
  const { drill, at, seed, size, from } = drawn;
  const result: Drill = { drill, at, seed, size, from, scoredAt: now, decisions: scored, reconstructed, days: reconstructed === scored.length ? workingDays(at, now) : null };
  await house.db.transaction().execute((tx) => append(tx, { at: now, kind: kinds.drilled.kind, actor: actorOf(caller), deployment, subject: `drill/${drill}`, body: { ...result } }));
  return result;
}

/** Mondays to Fridays begun after the day of the draw, in UTC; 0 on the same day. */
export function workingDays(from: string, to: string): number {
  let many = 0;
  for (let day = Date.parse(from.slice(0, 10)) + days(1); day <= Date.parse(to.slice(0, 10)); day += days(1)) if (![0, 6].includes(new Date(day).getUTCDay())) many++;
  return many;
}

/** The drills of a deployment as they were scored last, the newest first. */
export async function drillsOf(db: Db, deployment: string): Promise<Drill[]> {
  const { items } = await entries(db, { kind: kinds.drilled.kind, deployment, limit: 200 });
  const last = new Map<string, Drill>();
  for (const { body } of items) if (!last.has((body as unknown as Drill).drill)) last.set((body as unknown as Drill).drill, body as unknown as Drill);
  return [...last.values()].sort((a, b) => (a.at < b.at ? 1 : -1));
}
