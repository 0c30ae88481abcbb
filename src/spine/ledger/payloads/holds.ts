// Which payloads must not be shredded, because somebody may have to show them to a court?
import { newId } from '../../../tools/base/id.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import type { Db } from '../../../tools/server/database.ts';
import { actorOf, append } from '../append.ts';
import { holdLifted, holdPlaced } from '../kinds.ts';
import { entriesOfKind } from '../records.ts';

/** A hold on one subject, or on everything (`*`). */
export interface Hold {
  id: string;
  subject: string;
  placedAt: string;
  why: string;
}

export const everything = '*';

/** The holds in force. Placing and lifting are entries; there is no other list that could be altered. */
export async function holds(db: Db): Promise<Hold[]> {
  const read = async (kind: string) => (await entriesOfKind(db, kind)).map((row) => JSON.parse(row.leaf.toString('utf8')) as { at: string; body: { hold: string; subject: string; why: string } });
  const [placed, lifted] = await Promise.all([read(holdPlaced.kind), read(holdLifted.kind)]);
  const gone = new Set(lifted.map((one) => one.body.hold));
  return placed.filter((one) => !gone.has(one.body.hold)).map(({ at, body }) => ({ id: body.hold, subject: body.subject, placedAt: at, why: body.why }));
}

export async function placeHold(house: Pick<House, 'db' | 'clock'>, by: Caller, subject: string, why: string): Promise<{ id: string }> {
  const id = newId('hld', house.clock.now());
  await house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: holdPlaced.kind, actor: actorOf(by), subject: `hold/${id}`, body: { hold: id, subject, why } }));
  return { id };
}

export async function liftHold(house: Pick<House, 'db' | 'clock'>, by: Caller, id: string, why: string): Promise<{ id: string }> {
  if (!(await holds(house.db)).some((one) => one.id === id)) throw new Problem('not-found', `There is no hold ${id} in force.`, 'See the list of holds.');
  await house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: holdLifted.kind, actor: actorOf(by), subject: `hold/${id}`, body: { hold: id, why } }));
  return { id };
}
