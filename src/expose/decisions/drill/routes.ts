// Who answers which request about drills?
import { requireDeployment } from '../../../spine/deployments/deployments.ts';
import { serve, type Route } from '../../../tools/server/http.ts';
import * as api from './model.ts';
import { draw, drillsOf, scoreAgain } from './reconstruct.ts';

export const drillRoutes: readonly Route[] = [
  serve(api.drawDrill, async ({ house, caller, body }) => draw(house, caller, body.deployment)),
  serve(api.listDrills, async ({ house, caller, query }) => ({ items: await drillsOf(house.db, (await requireDeployment(house.db, caller, query.deployment)).id) })),
  serve(api.scoreDrill, async ({ house, caller, params }) => scoreAgain(house, caller, params.drill)),
];
