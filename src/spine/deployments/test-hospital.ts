// Which small hospital do the tests of this room begin from?
import { testHouse, type TestHouse } from '../../tools/server/test-database.ts';
import { ledger, remember } from '../ledger/ledger.ts';
import { charterExample } from './charter-example.ts';
import { capability } from './deployments.ts';
import * as api from './model.ts';

export { charterExample };

/** A house with the ledger and this room. */
export const openHospital = (): Promise<TestHouse> => testHouse([ledger, capability], { remember });

/** The places, the product and the deployment that the example charter speaks of. */
export async function furnish(house: TestHouse): Promise<void> {
  for (const [slug, name] of [['north', 'North Hospital'], ['south', 'South Hospital']] as const)
    await house.call(api.addFacility, { body: { slug, name, aliases: [`Organization/${slug}`] } });
  for (const slug of ['med-1', 'med-2', 'icu']) await house.call(api.addUnit, { params: { facility: 'north' }, body: { slug, name: slug.toUpperCase() } });
  await house.call(api.addProduct, { body: { slug: 'sepsis-watch', name: 'Sepsis Watch', vendor: 'Example Analytics', kind: 'alert', class: 'clinical', version: '2.3.0' } });
  await house.call(api.createDeployment, { body: { slug: 'sepsis-alert', title: 'Sepsis early warning', product: 'sepsis-watch', version: '2.3.0', programmeStart: '2026-02-02' } });
}

/** The example charter with something else in the place of `from`. */
export function exampleWith(from: string, to: string): string {
  if (!charterExample.includes(from)) throw new Error(`the example has no ${from}`);
  return charterExample.replace(from, to);
}
