// Which requests does the room of measures answer?
import type { Caller } from '../../tools/server/capability.ts';
import type { Db } from '../../tools/server/database.ts';
import { serve, type Route } from '../../tools/server/http.ts';
import { Problem } from '../../tools/base/problem.ts';
import { changesSince, requireDeployment } from '../deployments/deployments.ts';
import { attest as attestNumber } from './attest.ts';
import type { Catalogue } from './catalogue.ts';
import { history as historyOf, latestStanding, withStanding } from './keep-measurements.ts';
import { attest, history, latest, list, roomOf, vendorRooms } from './model.ts';

export const routes = (of: Catalogue): Route[] => [
  serve(list, async () => ({ items: [...of.byId.values()] })),

  serve(latest, async ({ params, query, caller, house }) => {
    const deployment = await find(house.db, caller, params.deployment);
    const asOf = query.asOf ?? house.clock.now();
    const items = await latestStanding(house.db, of, deployment, asOf, await changesSince(house.db, deployment, beginning), query.measure);
    return { asOf, items: items.filter((one) => mayRead(caller, one.measure)) };
  }),

  serve(history, async ({ params, query, caller, house }) => {
    if (!of.byId.has(params.measure) || !mayRead(caller, params.measure)) throw new Problem('not-found', `There is no measure \`${params.measure}\`.`, 'The measures are listed at /api/v1/measures.');
    const deployment = await find(house.db, caller, params.deployment);
    return historyOf(house.db, of, deployment, params.measure, house.clock.now(), await changesSince(house.db, deployment, beginning), query);
  }),

  serve(attest, async ({ params, body, caller, house }) => {
    const deployment = await find(house.db, caller, params.deployment);
    const kept = await attestNumber(house, caller, of, deployment, body);
    return withStanding(kept, of, house.clock.now(), await changesSince(house.db, deployment, beginning));
  }),
];

const mayRead = (caller: Caller, measure: string): boolean => !caller.roles.includes('vendor') || vendorRooms.includes(roomOf(measure));

/** Before anything the house remembers. */
const beginning = '1970-01-01T00:00:00.000Z';

const find = async (db: Db, caller: Caller, slugOrId: string): Promise<string> => (await requireDeployment(db, caller, slugOrId)).id;
