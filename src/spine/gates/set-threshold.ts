// Who may change a threshold or a path of one deployment, and how does that show?
import { canonical } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { requireDeployment } from '../deployments/deployments.ts';
import { actorOf, append } from '../ledger/ledger.ts';
import { amendmentFrom, dossierOf, requireGate, type Rules } from './dossier.ts';
import { kinds } from './entry-kinds.ts';
import { conditionAt, effectiveCriteria, isApproved } from './gate-state.ts';
import type { Amendment, PathName, Threshold } from './model.ts';
import * as records from './records.ts';

/**
 * Sets another line for one condition of a criterion at this deployment. Before the lock it replaces the playbook's
 * default; after it, it counts as well, shows as an amendment, and reopens a gate that was approved on the old line.
 * After the lock only governance may.
 */
export async function setThreshold(house: House, caller: Caller, rules: Rules, slugOrId: string, gateId: string, asked: { criterion: string; condition: number; needs: Threshold; reason: string }): Promise<Amendment> {
  const gate = requireGate(rules.book, gateId);
  const { id: deployment } = await requireDeployment(house.db, caller, slugOrId);
  return house.db.transaction().execute(async (tx) => {
    await records.hold(tx, deployment);
    const dossier = await dossierOf({ ...house, db: tx }, caller, rules, deployment);
    const criterion = effectiveCriteria(gate, dossier).find((one) => one.id === asked.criterion);
    const before = criterion && conditionAt(criterion, asked.condition, dossier.path);
    if (!criterion || !before) throw new Problem('not-found', `${gate.id} has no criterion ${asked.criterion} with a condition ${asked.condition}.`, 'Conditions are counted from 0 through all alternatives.');
    const afterLock = dossier.locks.some((one) => one.gate === gate.id);
    if (afterLock && !caller.roles.includes('governance')) throw new Problem('not-allowed', `The thresholds of ${gate.id} are locked; only governance may amend them.`, 'Bring it to the AI governance office.');
    if (canonical(before.needs) === canonical(asked.needs)) throw new Problem('conflict', 'That is the threshold already.', 'Nothing needs to be done.');
    const at = house.clock.now();
    const row: records.AmendmentRow = {
      id: newId('thr', at), deployment_id: deployment, gate: gate.id, criterion: criterion.id, condition: asked.condition, was: canonical(before.needs), now: canonical(asked.needs), reason: asked.reason,
      by_id: caller.id, by_name: caller.name, at, after_lock: afterLock,
    };
    await records.insertAmendment(tx, row);
    await append(tx, {
      at, kind: afterLock ? kinds.thresholdAmended.kind : kinds.thresholdSet.kind, actor: actorOf(caller), deployment, subject: `amendment/${row.id}`,
      body: { gate: gate.id, criterion: criterion.id, condition: asked.condition, was: before.needs as never, now: asked.needs as never, reason: asked.reason },
    });
    return amendmentFrom(row);
  });
}

/** Chooses the path. Once G0 is approved it stands: what is asked for cannot shrink along the way. */
export async function setPath(house: House, caller: Caller, rules: Rules, slugOrId: string, asked: { path: PathName; reason: string }): Promise<{ path: PathName }> {
  const { id: deployment } = await requireDeployment(house.db, caller, slugOrId);
  return house.db.transaction().execute(async (tx) => {
    await records.hold(tx, deployment);
    const dossier = await dossierOf({ ...house, db: tx }, caller, rules, deployment);
    const first = rules.book.gates[0];
    if (first && isApproved(first, dossier)) throw new Problem('conflict', `The path is ${dossier.path} since ${first.id} was approved.`, 'Open another deployment for another path.');
    const at = house.clock.now();
    await records.putSetting(tx, { deployment_id: deployment, path: asked.path, reason: asked.reason, by_id: caller.id, by_name: caller.name, at });
    await append(tx, { at, kind: kinds.pathSet.kind, actor: actorOf(caller), deployment, subject: `deployment/${deployment}`, body: { was: dossier.path, now: asked.path, reason: asked.reason } });
    return { path: asked.path };
  });
}
