// Who writes it down when an approved gate no longer stands, or a waiver runs out?
import { theHouse } from '../../tools/server/capability.ts';
import type { Job } from '../../tools/server/jobs.ts';
import { actorOf, appendAll } from '../ledger/ledger.ts';
import { noteReopenings } from './decide.ts';
import { allDossiers, dossierOf, type Rules } from './dossier.ts';
import { gateStateOf, isApproved } from './gate-state.ts';
import { renewPortfolio } from './portfolio.ts';
import * as records from './records.ts';
import { noteExpired } from './waive.ts';

/** Reads every deployment and notes what has changed since the last time; what is noted once is not noted again. */
export const watch = (rules: Rules): Job<Record<string, never>> => ({
  name: 'gates.watch',
  says: 'Notes in the ledger which approved gates have been reopened and which waivers have run out.',
  schedule: '*/5 * * * *',
  run: async (house, _input, signal) => {
    for (const { deployment } of await allDossiers(house, theHouse, rules)) {
      if (signal.aborted) return;
      await noteExpired(house, theHouse, deployment.id);
      await house.db.transaction().execute(async (tx) => {
        await records.hold(tx, deployment.id);
        const dossier = await dossierOf({ ...house, db: tx }, theHouse, rules, deployment.id);
        const entries = [];
        for (const gate of rules.book.gates)
          if (isApproved(gate, dossier)) for (const one of await noteReopenings(house, tx, dossier, gateStateOf(gate, rules.book, dossier))) entries.push({ ...one, actor: actorOf(theHouse) });
        await appendAll(tx, entries);
      });
    }
    await renewPortfolio(house, theHouse, rules);
  },
});
