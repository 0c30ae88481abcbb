// How do the products, the deployments and their charters come into the product?
import { readFile } from 'node:fs/promises';
import { acceptOwnership, addProduct, createDeployment, getCharter, getDeployment, listDeployments, listProducts, lockSection, saveCharter } from '../../src/spine/deployments/model.ts';
import { setPath } from '../../src/spine/gates/model.ts';
import { days, shift, type Instant } from '../../src/tools/base/clock.ts';
import { Problem } from '../../src/tools/base/problem.ts';
import { all, type Api } from './api.ts';
import type { Acting } from './accounts.ts';
import { ambientScribe } from './ambient-scribe.ts';
import { datedFor } from './dates.ts';
import type { DemoDeployment } from './plan.ts';
import { priorAuthorization } from './prior-authorization.ts';
import { sepsisAlert } from './sepsis-alert.ts';

/** The three deployments, the furthest first. */
export const demoDeployments: readonly DemoDeployment[] = [priorAuthorization, ambientScribe, sepsisAlert];

/** The charter as its file stands: beside the source, or where the build runs from, in the source beside it. */
export async function charterText(slug: string): Promise<string> {
  for (const folder of ['../charters/', '../../../simulator/charters/']) {
    try {
      return await readFile(new URL(`${folder}${slug}.yaml`, import.meta.url), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Problem('internal', `The demo charter ${slug}.yaml is missing.`, 'Install Attending again; `simulator/charters` belongs to it.', [{ file: `simulator/charters/${slug}.yaml`, says: 'not found' }]);
}

const dayBefore = (now: Instant, count: number) => shift(now, -days(count)).slice(0, 10);

/** Product, deployment, path, charter, ownership and locks; what is there already stays as it is. */
export async function loadDeployment(plan: DemoDeployment, administrator: Api, as: Acting, now: Instant): Promise<void> {
  const governance = as('governance');
  const owner = as(plan.owner);
  const params = { deployment: plan.slug };
  const products = await all((after) => administrator.ask(listProducts, { query: { after } }));
  if (!products.some(({ slug }) => slug === plan.product.slug)) await governance.ask(addProduct, { body: plan.product });
  const deployments = await all((after) => administrator.ask(listDeployments, { query: { after } }));
  if (!deployments.some(({ slug }) => slug === plan.slug)) {
    await governance.ask(createDeployment, { body: { slug: plan.slug, title: plan.title, product: plan.product.slug, version: plan.product.version, programmeStart: dayBefore(now, plan.begunDaysAgo) } });
  }
  if (plan.path !== 'full') await governance.ask(setPath, { params, body: { path: plan.path, reason: 'Administrative output, confirmed by a person every time: the short path is enough.' } });
  let shown = await owner.ask(getCharter, { params });
  if (shown.version === null) shown = await owner.ask(saveCharter, { params, body: { basedOn: 0, yaml: datedFor(await charterText(plan.slug), now), reason: 'First version, agreed in the committee.' } });
  if (!(await owner.ask(getDeployment, { params })).ownership?.acceptedAt) await owner.ask(acceptOwnership, { params, body: { hoursPerWeek: plan.hoursPerWeek } });
  for (const section of plan.locks)
    if (!shown.locks.some((lock) => lock.section === section)) await owner.ask(lockSection, { params, body: { section, version: shown.version!.version } });
}
