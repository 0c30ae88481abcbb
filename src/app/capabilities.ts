// Which rooms does the house have, and which numbers do they give? The one list, lower rooms first.
import { capability as decisions, decisionMeasures } from '../expose/decisions/decisions.ts';
import { gateway, gatewayMeasures } from '../expose/gateway/gateway.ts';
import { auditMeasures, capability as audit, exportShelf } from '../prepare/audit/audit.ts';
import { notes, notesMeasures } from '../prepare/notes/notes.ts';
import { capability as deployments } from '../spine/deployments/deployments.ts';
import { fiveStep, gatekeeper, gateMeasures, gates } from '../spine/gates/gates.ts';
import { expectedMeasures } from '../spine/gates/model.ts';
import { ledger } from '../spine/ledger/ledger.ts';
import { catalogue, charterMeasures, measures } from '../spine/measures/measures.ts';
import type { Capability } from '../tools/server/capability.ts';
import { capability as server } from '../tools/server/server.ts';

export const playbook = fiveStep();

/** Every measure of the house; what the playbook asks for and no room measures yet stands in it as not measurable. */
export const measureCatalogue = catalogue([...charterMeasures, ...gateMeasures, ...decisionMeasures, ...gatewayMeasures, ...auditMeasures, ...notesMeasures], expectedMeasures(playbook));

export const capabilities: readonly Capability[] = [server, ledger, deployments, measures(measureCatalogue), gates(measureCatalogue, playbook), decisions, gateway(gatekeeper({ book: playbook, catalogue: measureCatalogue })), audit, notes(exportShelf)];
