// Who answers which request about the completeness of the log?
import { serve, type Route } from '../../../tools/server/http.ts';
import { compare, tellCounts } from './compare.ts';
import * as api from './model.ts';

export const completenessRoutes: readonly Route[] = [
  serve(api.tellSourceCounts, async ({ house, caller, body }) => tellCounts(house, caller, body)),
  serve(api.completeness, async ({ house, caller, query }) => compare(house, caller, query.deployment)),
];
