// Who answers which request of the decisions room?
import { serve, type Route } from '../../tools/server/http.ts';
import * as api from './model.ts';
import { listOf, summaryOf } from './reading.ts';

export const routes: readonly Route[] = [
  serve(api.listDecisions, async ({ house, caller, query }) => listOf(house, caller, query)),
  serve(api.summary, async ({ house, caller, query }) => summaryOf(house, caller, query)),
];
