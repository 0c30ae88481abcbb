// How does a hospital supply a number that no room measures yet?
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { entryKind } from '../ledger/model.ts';
import { actorOf, append as remember } from '../ledger/ledger.ts';
import { computedByRoom, type Catalogue } from './catalogue.ts';
import { measurement, type Attestation, type Declared, type Measurement } from './model.ts';
import * as records from './records.ts';

export const attested = entryKind('measure.attested', 'A person vouched for a number that no room of the house measures.');

/**
 * Records an attested number: with a document E1, on somebody's word E0.
 * @throws Problem not-found for a measure nobody knows; conflict where a room computes it; unprocessable for a number
 * the unit cannot have, an interval around something else, a missing n, or a day to come.
 */
export async function attest(house: House, caller: Caller, of: Catalogue, deployment: string, said: Attestation): Promise<{ measurement: Measurement; recordedAt: string }> {
  const measure = of.byId.get(said.measure);
  if (!measure) throw new Problem('not-found', `There is no measure \`${said.measure}\`.`, 'The measures are listed at /api/v1/measures.');
  if (computedByRoom(measure)) throw new Problem('conflict', `Attending measures ${measure.id} itself, so it is not attested.`, `Have it measured in: ${measure.room}.`);
  const now = house.clock.now();
  const asOf = said.asOf ?? now;
  if (asOf > now) throw unfit('asOf', 'it lies in the future');
  demandFitting(said, measure);
  const id = newId('att', now);
  const made = measurement.parse({
    measure: measure.id,
    deployment,
    scope: said.scope,
    value: said.value,
    interval: said.interval,
    n: said.n,
    asOf,
    class: said.document === null ? 'E0' : 'E1',
    explain: `Attested by ${caller.name}: ${said.reason}${said.document === null ? '' : ` (${said.document})`}`,
    source: `attestation/${id}`,
  });
  await house.db.transaction().execute(async (tx) => {
    const [row] = await records.append(tx, [made], now);
    if (row === undefined) throw new Error(`the attestation ${id} was not kept`);
    await records.keepAttestation(tx, { id, measurement_id: row, reason: said.reason, document: said.document, by_id: caller.id, by_name: caller.name, at: now });
    const { measure: name, scope, value, interval, n, class: evidence } = made;
    await remember(tx, { at: now, kind: attested.kind, actor: actorOf(caller), deployment, subject: `attestation/${id}`, body: { measure: name, scope: { ...scope, element: scope.element ?? null }, value, interval, n, asOf, class: evidence, reason: said.reason, document: said.document } });
  });
  return { measurement: made, recordedAt: now };
}

const unfit = (path: string, says: string) => new Problem('unprocessable', 'This number cannot be recorded.', 'Correct the named field.', [{ path, says }]);

function demandFitting({ value, interval, n, scope }: Attestation, { unit, minimumN }: Declared): void {
  if (unit === 'yes' && value !== 0 && value !== 1) throw unfit('value', 'yes is 1 and no is 0');
  if (unit === 'proportion' && (value < 0 || value > 1)) throw unfit('value', 'a proportion runs from 0 to 1; write 0.95 for 95 %');
  if (unit === 'points' && (value < -1 || value > 1)) throw unfit('value', 'points run from -1 to 1; write 0.1 for 10 points');
  if (['count', 'hours', 'days', 'weeks', 'months'].includes(unit) && value < 0) throw unfit('value', `${unit} cannot be negative`);
  if (interval && !(interval.low <= value && value <= interval.high)) throw unfit('interval', 'it does not contain the value');
  if (minimumN > 0 && n === null) throw unfit('n', `say of how many cases it is; at least ${minimumN} are needed to count`);
  if (scope.department !== null && scope.facility === null) throw unfit('scope.facility', 'a department stands in a facility');
}
