// Who answers which request about suspend drills?
import { serve, type Route } from '../../../tools/server/http.ts';
import { act, call, drillsOf, order, resume, review } from './drill.ts';
import * as api from './model.ts';

export const suspendDrillRoutes: readonly Route[] = [
  serve(api.listSuspendDrills, ({ house, caller, params }) => drillsOf(house, caller, params.deployment)),
  serve(api.callSuspendDrill, ({ house, caller, params, body }) => call(house, caller, params.deployment, body)),
  serve(api.actInSuspendDrill, ({ house, caller, params, body }) => act(house, caller, params.drill, body.act, body.note)),
  serve(api.orderSuspendDrill, ({ house, caller, params }) => order(house, caller, params.drill)),
  serve(api.resumeSuspendDrill, ({ house, caller, params }) => resume(house, caller, params.drill)),
  serve(api.reviewSuspendDrill, ({ house, caller, params, body }) => review(house, caller, params.drill, body.review)),
];
