// How do the decisions of a deployment leave as FHIR?
import { currentCharter, requireDeployment } from '../../../spine/deployments/deployments.ts';
import { head } from '../../../spine/ledger/ledger.ts';
import { days, shift } from '../../../tools/base/clock.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import type { Recorded } from '../event.ts';
import { catchUp } from '../project.ts';
import { guidanceOf, type Needed } from './guidance.ts';
import * as records from './records.ts';

const atOnce = 2_000;
/** A period that nobody names is the last so many days. */
const usual = 28;

/** GuidanceResponse of R4 as NDJSON, the newest first. Memory does not grow with the period. @throws Problem before the first byte. */
export async function guidanceChunks(house: House, caller: Caller, deployment: string, { from, to }: { from?: string | undefined; to?: string | undefined } = {}): Promise<AsyncGenerator<Uint8Array>> {
  const found = await requireDeployment(house.db, caller, deployment);
  const until = to ?? house.clock.now();
  const since = from ?? shift(until, -days(usual));
  if (since > until) throw new Problem('bad-input', 'The period ends before it begins.', 'Name `from` before `to`.', [{ path: 'from', says: since }]);
  await catchUp(house.db);
  const { origin } = await head(house);
  const charter = await currentCharter(house.db, found);
  const needs: Needed[] = (charter?.data.elements ?? []).map(({ resource, path, codes }) => ({ resource, path, codes: codes.map(({ system, code }) => ({ system, code })) }));
  return (async function* () {
    let after: { at: string; decision: string } | null = null;
    for (;;) {
      const rows: records.Row[] = await records.decisionsBetween(house.db, found.id, since, until, after, atOnce);
      if (rows.length === 0) return;
      yield Buffer.from(rows.map((row) => `${JSON.stringify(guidanceOf({ origin, deployment: found.id, product: found.title, event: eventOf(row), became: { disposition: row.disposition, delivered: row.delivered, act: row.act, actAt: row.act_at, reason: row.reason, actedAt: row.acted_at, outcomes: row.outcomes ?? [] }, needs }))}\n`).join(''));
      const last = rows.at(-1)!;
      after = { at: last.at, decision: last.decision };
      if (rows.length < atOnce) return;
    }
  })();
}

const eventOf = (row: records.Row): Recorded => ({
  what: 'recorded', decision: row.decision, at: row.at, name: row.name, askedAt: row.asked_at, shownAt: row.shown_at, subject: row.subject, encounter: row.encounter, user: row.user_ref, facility: row.facility, department: row.department,
  version: row.version, class: row.class, score: row.score, label: row.label, critical: row.critical, disposition: row.disposition as Recorded['disposition'], rule: row.rule, arm: row.arm, momentAt: row.moment_at,
  assurance: row.assurance as Recorded['assurance'], via: row.via as Recorded['via'],
});
