// Who answers which request of the gateway room?
import type { Gatekeeper } from '../../spine/gates/gates.ts';
import type { Json } from '../../tools/base/canonical.ts';
import { serve, type Route } from '../../tools/server/http.ts';
import { addressOf, readDiscovery } from './discovery.ts';
import { missingFor, told } from './gate-rules.ts';
import { approve, changesBetween, faultsOf, instancesOf, kill, objectionsTo, policyOf, propose, refuse, requireService } from './keep-policies.ts';
import { discoveryOf, putService, serviceOf, services } from './keep-services.ts';
import * as api from './model.ts';
import { needsApproval } from './policy.ts';
import * as records from './records.ts';
import { suspendDrillRoutes } from './suspend-drill/routes.ts';
import { replayOf } from './replay.ts';
import { trafficOf } from './traffic.ts';

/** How long the kill switch waits for the instances to say that they acted, in milliseconds. */
const patience = 1_500;

export const routes = (keeper: Gatekeeper): Route[] => [
  serve(api.listServices, ({ house, caller }) => services(house, caller)),
  serve(api.getService, ({ house, caller, params }) => serviceOf(house, caller, params.deployment)),
  serve(api.putService, ({ house, caller, params, body }) => putService(house, caller, params.deployment, body)),
  serve(api.readDiscovery, async ({ house, caller, params }) => {
    const { found } = await requireService(house, caller, params.deployment);
    const { changed } = await readDiscovery(house, caller, found);
    return { changed, discovery: (await discoveryOf(house, found.id, `${addressOf(house)}/cds/${found.slug}`))! };
  }),
  serve(api.getPolicy, async ({ house, caller, params }) => {
    const { found, row } = await requireService(house, caller, params.deployment);
    const history = (await records.policyRows(house.db, found.id)).map(policyOf);
    const acting = history.find((one) => one.version === row.acting) ?? policyOf((await records.policyRow(house.db, found.id, row.acting))!);
    const proposed = history.find((one) => one.state === 'proposed') ?? null;
    return { acting, proposed, changes: proposed ? changesBetween(acting.policy as unknown as Json, proposed.policy as unknown as Json) : [], history, gates: await missingFor(house, keeper, found.id, acting.policy) };
  }),
  serve(api.checkPolicy, async ({ house, caller, params, body }) => {
    const { found, row } = await requireService(house, caller, params.deployment);
    const { policy: acting } = policyOf((await records.policyRow(house.db, found.id, row.acting))!);
    return { faults: faultsOf(body.policy, house.clock.now().slice(0, 10)), needs: needsApproval(acting, body.policy), changes: changesBetween(acting as unknown as Json, body.policy as unknown as Json), gates: (await objectionsTo(house, keeper, found.id, body.policy)).found.map(told) };
  }),
  serve(api.proposePolicy, ({ house, caller, params, body }) => propose(house, caller, params.deployment, body.policy, body.reason, { keeper, exception: body.exception })),
  serve(api.approvePolicy, ({ house, caller, params, body }) => approve(house, keeper, caller, params.deployment, body.version)),
  serve(api.refusePolicy, ({ house, caller, params, body }) => refuse(house, caller, params.deployment, body.version, body.reason)),
  serve(api.kill, async ({ house, caller, params, body }) => {
    const { found } = await requireService(house, caller, params.deployment);
    const { version, at } = await kill(house, caller, found.id, body.reason);
    const began = performance.now();
    for (;;) {
      const alive = (await instancesOf(house, found.id)).filter((one) => one.alive);
      const all = alive.length > 0 && alive.every((one) => one.version !== null && one.version >= version);
      if (all || performance.now() - began > patience) return { version, at, instances: alive, all };
      await new Promise((done) => setTimeout(done, 50));
    }
  }),
  ...suspendDrillRoutes,
  serve(api.traffic, async ({ house, caller, params, query }) => trafficOf(house, (await requireService(house, caller, params.deployment)).found.id, query.minutes)),
  serve(api.replay, ({ house, caller, params, body }) => replayOf(house, caller, params.deployment, body.policy, body.days, body.most)),
];
