// How does a test get a deployment whose gates can be passed?
import type { Role } from '../../tools/base/endpoint.ts';
import type { Caller } from '../../tools/server/capability.ts';
import { testHouse, type TestHouse } from '../../tools/server/test-database.ts';
import { capability as deployments } from '../deployments/deployments.ts';
import { addFacility, addProduct, addProductVersion, createDeployment } from '../deployments/model.ts';
import { ledger, remember } from '../ledger/ledger.ts';
import { catalogue, measures, publish } from '../measures/measures.ts';
import type { NewMeasurement } from '../measures/model.ts';
import { gateMeasures, gates } from './gates.ts';
import { conditionsOf, expectedMeasures, readGate, type Condition, type DecisionRequest, type GateState, type Threshold } from './model.ts';
import { fiveStep } from './read-playbook.ts';

export const book = fiveStep();
export const measuresOfTest = catalogue(gateMeasures, expectedMeasures(book));

/** A house with the whole spine, one product in two versions and two facilities. */
export async function openSpine(): Promise<TestHouse> {
  const house = await testHouse([ledger, deployments, measures(measuresOfTest), gates(measuresOfTest, book)], { remember });
  for (const slug of ['north', 'south']) await house.call(addFacility, { body: { slug, name: slug } });
  await house.call(addProduct, { body: { slug: 'watch', name: 'Watch', vendor: 'Acme', kind: 'alert', class: 'clinical', version: '1' } });
  await house.call(addProductVersion, { params: { product: 'watch' }, body: { version: '2' } });
  return house;
}

export async function open(house: TestHouse, slug: string, facilities = ['north', 'south']): Promise<string> {
  const made = await house.call(createDeployment, { body: { slug, title: `Title of ${slug}`, product: 'watch', version: '1', facilities: facilities.map((facility) => ({ facility })), programmeStart: '2026-03-02' } }, 'governance');
  return made.id;
}

/** A number that holds the line with room to spare. */
function holding({ atLeast, above, atMost, below, equals, between }: Threshold): number {
  if (atLeast !== undefined) return atLeast;
  if (above !== undefined) return above + 0.01;
  if (atMost !== undefined) return atMost;
  if (below !== undefined) return below - 0.01;
  return equals ?? between?.low ?? 1;
}

export function measurementsFor(house: TestHouse, deployment: string, condition: Condition, over: Partial<NewMeasurement> = {}): NewMeasurement[] {
  const value = holding(condition.needs);
  const scopes = condition.over === 'every-facility' ? ['north', 'south'] : [null];
  return scopes.map((facility) => ({
    measure: condition.measure, deployment, scope: { facility }, value, interval: { low: value, high: value }, n: 1_000, asOf: house.clock.now(), class: 'E2', explain: 'for a test', source: `test/${house.clock.now()}/${value}`, ...over,
  }));
}

/** Publishes numbers that meet every criterion of a gate, except those of `leave`. */
export async function satisfy(house: TestHouse, deployment: string, gate: string, leave: readonly string[] = []): Promise<void> {
  const criteria = book.gates.find((one) => one.id === gate)?.criteria ?? [];
  const rows = criteria.filter((one) => !leave.includes(one.id)).flatMap(conditionsOf).flatMap((one) => measurementsFor(house, deployment, one));
  await house.db.transaction().execute((tx) => publish(tx, rows));
}

export const gateOf = (house: TestHouse, deployment: string, gate: string, as: Role | Caller = 'governance'): Promise<GateState> => house.call(readGate, { params: { deployment, gate } }, as);

export const table: DecisionRequest['present'] = [
  { name: 'Ada', constituency: 'clinical-leadership' },
  { name: 'Bo', constituency: 'it' },
  { name: 'Cy', constituency: 'operations' },
  { name: 'Di', constituency: 'end-user' },
];
