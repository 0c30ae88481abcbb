// Which words and endpoints does this room have: places, people, products, deployments and their charters?
import { z } from 'zod';
import { day, endpoint, everyone, instant, page, paging, staff, type Role } from '../../tools/base/endpoint.ts';
import { idOf, slug } from '../../tools/base/id.ts';
import { charter } from './charter.ts';
import { changeKind } from './charter-contract.ts';
import { line, prose } from './plain-text.ts';
import { productClass, productKind } from './products.ts';

export * from './charter-contract.ts';
export * from './charter-data.ts';
export * from './charter.ts';
export * from './people.ts';
export * from './places.ts';
export * from './products.ts';
export { scimEndpoints } from './scim.ts';

/** Where a deployment stands on the way: before G0, in one of the five steps, or taken out of use. */
export const stages = {
  intake: 'Intake and readiness, before gate G0.',
  design: 'Step 1, clinician-centric design: weeks 1-4, ends at G1.',
  infrastructure: 'Step 2, infrastructure first: weeks 5-12, ends at G2.',
  pilot: 'Step 3, rigorous pilot: weeks 13-20, ends at G3.',
  governance: 'Step 4, governance and training: weeks 21-28, ends at G4 with go-live.',
  scale: 'Step 5, scale and optimise: week 29 onwards, G5 for each wave, G6 at renewal.',
  retired: 'Out of use.',
} as const;
export type Stage = keyof typeof stages;
export const stageNames = Object.keys(stages) as [Stage, ...Stage[]];
export const stage = z.enum(stageNames);

/** What clinicians see of the AI right now. */
export const modes = {
  off: 'Nothing runs.',
  shadow: 'It runs silently; nobody sees its output.',
  pilot: 'Shown to the units and arms of the pilot.',
  live: 'Shown to everybody it is meant for.',
  suspended: 'Stopped; the fallback workflow is in use.',
} as const;
export type Mode = keyof typeof modes;
export const modeNames = Object.keys(modes) as [Mode, ...Mode[]];
export const mode = z.enum(modeNames);

/** Words that stand where a deployment's slug stands in URLs, and so cannot be one. */
export const reservedSlugs = ['organization', 'facilities', 'units', 'people', 'products', 'charter', 'scim'];
export const deploymentSlug = slug.refine((name) => !reservedSlugs.includes(name), 'this word is taken by the API; choose another');

/** A facility a deployment is for, and which of its units; none: all of them. */
export const placeOf = z.strictObject({ facility: slug, facilityName: z.string(), units: z.array(z.strictObject({ slug, name: z.string() })) });

/** One row of the portfolio. */
export const deploymentRow = z.strictObject({
  id: idOf('dep'),
  slug,
  title: z.string(),
  product: z.strictObject({ slug, name: z.string(), kind: productKind, class: productClass }),
  vendor: z.string(),
  version: z.string().describe('The model version that runs.'),
  owner: z.string().nullable().describe('The clinical owner; null: nobody is named.'),
  facilities: z.array(placeOf),
  stage,
  mode,
  programmeStart: day.nullable().describe('First day of programme week 1.'),
  programmeWeek: z.int().nullable().describe('1 in the first week; null before the programme began.'),
  goLive: day.nullable(),
  monthsSinceGoLive: z.int().min(0).nullable().describe('Whole calendar months since go-live; null before.'),
  charterVersion: z.int().nullable(),
  updatedAt: instant,
});
export type DeploymentRow = z.infer<typeof deploymentRow>;

export const ownership = z.strictObject({
  name: z.string(),
  hoursPerWeek: z.number().nullable(),
  acceptedAt: instant.nullable(),
  acceptedBy: z.string().nullable(),
});

export const deployment = deploymentRow.extend({
  ownership: ownership.nullable(),
  /** What the vendor may see of the charter too. */
  claims: charter.shape.claims,
  sla: charter.shape.sla,
  createdAt: instant,
});
export type Deployment = z.infer<typeof deployment>;

/** Something that happened to a deployment and may reopen gates. */
export const deploymentEvent = z.strictObject({
  id: z.string(),
  kind: z.string().describe('The ledger kind, e.g. `deployment.version-changed`.'),
  changes: z.array(changeKind),
  at: instant,
  by: z.string(),
  reason: z.string().nullable(),
  says: z.string().describe('One sentence.'),
});
export type DeploymentEvent = z.infer<typeof deploymentEvent>;

const keepsDeployments: Role[] = ['administrator', 'governance'];
const params = z.strictObject({ deployment: z.string().describe('Slug or id.') });
const place = z.strictObject({ facility: slug, departments: z.array(slug).default([]) });
const reason = prose(2_000).min(3);

export const listDeployments = endpoint({
  name: 'deployments.list', method: 'GET', path: '/api/v1/deployments',
  says: 'Lists the portfolio, the most recently changed first.', who: everyone,
  query: z.strictObject({ ...paging, q: z.string().max(200).optional(), stage: stage.optional(), facility: slug.optional() }), output: page(deploymentRow),
});
export const createDeployment = endpoint({
  name: 'deployments.create', method: 'POST', path: '/api/v1/deployments',
  says: 'Creates a deployment of an AI product.', who: keepsDeployments,
  body: z.strictObject({
    slug: deploymentSlug,
    title: line(300).min(1),
    product: slug,
    version: line(100).min(1).describe('A version of the product.'),
    facilities: z.array(place).default([]).describe('Where; later the charter says.'),
    programmeStart: day.nullable().default(null),
  }),
  output: deployment, status: 201,
});
export const getDeployment = endpoint({
  name: 'deployments.get', method: 'GET', path: '/api/v1/deployments/:deployment',
  says: 'Shows one deployment.', who: everyone, params, output: deployment,
});
export const changeDeployment = endpoint({
  name: 'deployments.change', method: 'PATCH', path: '/api/v1/deployments/:deployment',
  says: 'Changes the title, stage, mode or clocks of a deployment.', who: ['governance', 'clinical-owner', 'safety-officer'], params,
  body: z.strictObject({
    title: line(300).min(1).optional(),
    stage: stage.optional(),
    mode: mode.optional(),
    programmeStart: day.nullable().optional(),
    goLive: day.nullable().optional(),
    reason,
  }),
  output: deployment,
});
export const changeVersion = endpoint({
  name: 'deployments.change-version', method: 'POST', path: '/api/v1/deployments/:deployment/version',
  says: 'Puts the deployment on another version of its product, which reopens what was proven about the old one.', who: keepsDeployments,
  params, body: z.strictObject({ version: line(100).min(1), reason }), output: deployment,
});
export const acceptOwnership = endpoint({
  name: 'deployments.accept-ownership', method: 'POST', path: '/api/v1/deployments/:deployment/ownership',
  says: 'Accepts the clinical ownership named in the charter, with protected hours.', who: ['clinical-owner'],
  params, body: z.strictObject({ hoursPerWeek: z.number().min(0).max(80) }), output: deployment,
});
export const listDeploymentEvents = endpoint({
  name: 'deployments.events', method: 'GET', path: '/api/v1/deployments/:deployment/events',
  says: 'Lists what happened to a deployment, newest first.', who: staff, params, query: z.strictObject(paging), output: page(deploymentEvent),
});

/** Programme week of a day: 1 for the first seven days; null before the start. */
export function programmeWeek(start: string | null, today: string): number | null {
  if (!start) return null;
  const days = Math.floor((Date.parse(today.slice(0, 10)) - Date.parse(start)) / 86_400_000);
  return days < 0 ? null : Math.floor(days / 7) + 1;
}

/** Whole calendar months since go-live; null before it. */
export function monthsSince(goLive: string | null, today: string): number | null {
  if (!goLive || today.slice(0, 10) < goLive) return null;
  const [year, month, date] = goLive.split('-').map(Number) as [number, number, number];
  const [toYear, toMonth, toDate] = today.slice(0, 10).split('-').map(Number) as [number, number, number];
  return (toYear - year) * 12 + (toMonth - month) - (toDate < date ? 1 : 0);
}
