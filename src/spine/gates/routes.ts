// Which requests does the room of gates answer?
import { digest } from '../../tools/base/canonical.ts';
import { serve, type Route } from '../../tools/server/http.ts';
import { requireDeployment } from '../deployments/deployments.ts';
import { decide } from './decide.ts';
import { withDigest } from './digest-of.ts';
import { dossierOf, requireGate, type Rules } from './dossier.ts';
import { csvOf } from './export-gate.ts';
import { gateStateOf, trackOf } from './gate-state.ts';
import { decisionWithSnapshot, historyOf } from './history-of.ts';
import { endpoints as asked } from './model.ts';
import { portfolioOf } from './portfolio.ts';
import { setPath, setThreshold } from './set-threshold.ts';
import { approveWaiver, endWaiver, waive } from './waive.ts';

export function routes(rules: Rules): Route[] {
  const { book } = rules;
  return [
    serve(asked.readPlaybook, async () => ({ playbook: book, digest: await digest(book) })),
    serve(asked.portfolio, async ({ caller, house }) => portfolioOf(house, caller, rules)),
    serve(asked.readTrack, async ({ params, query, caller, house }) => trackOf(book, await dossierOf(house, caller, rules, params.deployment, query.asOf))),
    serve(asked.readGate, async ({ params, query, caller, house }) =>
      withDigest(gateStateOf(requireGate(book, params.gate), book, await dossierOf(house, caller, rules, params.deployment, query.asOf))),
    ),
    serve(asked.exportGate, async ({ params, query, caller, house }) => {
      const state = await withDigest(gateStateOf(requireGate(book, params.gate), book, await dossierOf(house, caller, rules, params.deployment, query.asOf)));
      const [text, type] = query.format === 'csv' ? [csvOf(state), 'text/csv; charset=utf-8'] : [JSON.stringify(state, null, 2), 'application/json; charset=utf-8'];
      const { slug } = await requireDeployment(house.db, caller, params.deployment);
      return new Response(text, { headers: { 'content-type': type, 'content-disposition': `attachment; filename="${slug}-${state.gate}-${state.asOf.slice(0, 10)}.${query.format}"` } });
    }),
    serve(asked.decide, ({ params, body, caller, house }) => decide(house, caller, rules, params.deployment, params.gate, body)),
    serve(asked.waive, ({ params, body, caller, house }) => waive(house, caller, rules, params.deployment, params.gate, body)),
    serve(asked.approveWaiver, ({ params, caller, house }) => approveWaiver(house, caller, rules, params.waiver)),
    serve(asked.endWaiver, ({ params, body, caller, house }) => endWaiver(house, caller, params.waiver, body.reason)),
    serve(asked.setThreshold, ({ params, body, caller, house }) => setThreshold(house, caller, rules, params.deployment, params.gate, body)),
    serve(asked.setPath, ({ params, body, caller, house }) => setPath(house, caller, rules, params.deployment, body)),
    serve(asked.readHistory, async ({ params, query, caller, house }) => historyOf(house, (await requireDeployment(house.db, caller, params.deployment)).id, query)),
    serve(asked.readDecision, async ({ params, caller, house }) => {
      const { deployment, answer } = await decisionWithSnapshot(house, params.decision);
      await requireDeployment(house.db, caller, deployment);
      return answer;
    }),
  ];
}
