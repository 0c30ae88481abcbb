// What is a measure, and what does one measurement of it say?
import { z } from 'zod';
import { endpoint, everyone, instant, page, paging } from '../../tools/base/endpoint.ts';
import { changeKind, type ChangeKind } from '../deployments/model.ts';

export { changeKind, type ChangeKind };

/** How strong the evidence behind a number is. */
export const evidenceClasses = {
  E0: 'Attestation: somebody says so.',
  E1: 'A document that was read.',
  E2: 'Computed from records.',
  E3: 'Telemetry of the running system.',
} as const;
export const evidenceClass = z.enum(['E0', 'E1', 'E2', 'E3']);
export type EvidenceClass = z.infer<typeof evidenceClass>;

/** What a change of each kind means, for people. */
export const changeKinds: Record<ChangeKind, string> = {
  'model-version': 'The model, its prompt or its version.',
  threshold: 'The decision threshold of the model, or of the criterion.',
  feed: 'The data feed, its fields or its codes.',
  population: 'The units, patients or users it serves.',
};

/** A change of a deployment, as its ledger tells it. */
export const change = z.strictObject({ kind: changeKind, at: instant, says: z.string(), source: z.string().describe('The ledger entry or record that tells of it.') });
export type Change = z.infer<typeof change>;

/** `capability.name`, e.g. `audit.field-completeness`. */
export const measureId = z.string().regex(/^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$/, 'capability.name, such as audit.field-completeness');

/** The words that may stand behind a number. `proportion` is 0…1 and shown as per cent; `points` is a difference of two proportions, 0…1; `yes` is 1 or 0; `money` is in the currency of the charter. */
export const unitsOfMeasure = ['proportion', 'points', 'ratio', 'count', 'minutes', 'hours', 'days', 'weeks', 'months', 'money', 'USD', 'yes', 'score', 'tier'] as const;
export type UnitOfMeasure = (typeof unitsOfMeasure)[number];

/** A declaration of something that can be measured about a deployment. One per id; the catalogue holds them all. */
export interface Measure {
  /** `capability.name`, e.g. `audit.field-completeness`. */
  id: string;
  /** The question it answers, as a person would ask it. */
  asks: string;
  /** One word of `unitsOfMeasure`, shown behind the number. */
  unit: string;
  better: 'higher' | 'lower' | 'neither';
  evidence: EvidenceClass;
  /** Fewer cases than this: not measurable. 0 where a number of cases makes no sense (a yes, a week). */
  minimumN: number;
  /** After this many days without a new measurement it is stale. */
  freshForDays: number;
  /** What the charter part or input is that, when changed, makes earlier measurements worthless. */
  dependsOn: readonly ChangeKind[];
  /** Formula and source, for the page behind the number. */
  explains: string;
}

/** What a measurement is about: null and absent mean the whole. */
export const scope = z.strictObject({
  facility: z.string().nullable().default(null),
  department: z.string().nullable().default(null),
  element: z.string().min(1).optional().describe('A part that is no unit of the hospital: a data element, a metric, an output class.'),
});
export type Scope = z.infer<typeof scope>;

/** One measured number, with everything needed to trust or doubt it. */
export const measurement = z.strictObject({
  measure: z.string(),
  deployment: z.string(),
  /** The unit of the hospital it is about; null: the whole deployment. */
  scope,
  /** Null: not measurable, and `explain` says why. Missing is never zero. */
  value: z.number().nullable(),
  interval: z.strictObject({ low: z.number(), high: z.number(), level: z.number().default(0.95) }).nullable(),
  n: z.int().min(0).nullable(),
  asOf: instant,
  class: evidenceClass,
  explain: z.string().describe('One sentence a person can read, with the population and the window.'),
  source: z.string().describe('The record it was computed from, e.g. `audit/aud_01…`.'),
});
export type Measurement = z.infer<typeof measurement>;
/** What a room hands in to be published: defaults may be left out. */
export type NewMeasurement = z.input<typeof measurement>;

/** What places are called, by what stands in a scope: `north` for a facility, `north/icu` for a department of it. */
export type PlaceNames = ReadonlyMap<string, string>;

/** The names of the places a deployment is meant for. */
export const placeNames = (facilities: readonly { facility: string; facilityName: string; units: readonly { slug: string; name: string }[] }[]): PlaceNames =>
  new Map(facilities.flatMap(({ facility, facilityName, units }) => [[facility, facilityName] as const, ...units.map(({ slug, name }) => [`${facility}/${slug}`, name] as const)]));

/** A scope in words: `whole deployment`, `North Hospital`, `Intensive Care Unit, North Hospital`, `… · lactate`; without a name `facility north`, `north / icu`. */
export function scopeSays(of: Scope, names: PlaceNames = new Map()): string {
  const facility = of.facility === null ? undefined : names.get(of.facility);
  const department = of.department === null ? undefined : names.get(`${of.facility ?? ''}/${of.department}`);
  const unit =
    of.facility === null ? (of.department === null ? '' : `department ${of.department}`)
    : of.department === null ? (facility ?? `facility ${of.facility}`)
    : facility === undefined && department === undefined ? `${of.facility} / ${of.department}`
    : `${department ?? of.department}, ${facility ?? of.facility}`;
  return [unit, of.element ?? ''].filter(Boolean).join(' · ') || 'whole deployment';
}

/** Two measurements with the same key are about the same thing: the later one follows the earlier. */
export const scopeKey = (of: Scope): string => JSON.stringify([of.facility, of.department, of.element ?? null]);

/** Evidence ranks: telemetry and computed records are equals; a document stands below, somebody's word lowest. */
export const evidenceRank = (of: EvidenceClass): 0 | 1 | 2 => (of === 'E0' ? 0 : of === 'E1' ? 1 : 2);

/** May this measurement still be relied on? */
export type Standing = 'fresh' | 'stale' | 'not-measurable';

/** The part of a declaration that decides whether a measurement still stands. */
export type Shelf = Pick<Measure, 'minimumN' | 'freshForDays' | 'dependsOn'>;

const dayLength = 86_400_000;

/** Whole days from the measurement to `at`; never negative. */
export const ageInDays = (asOf: string, at: string): number => Math.max(0, Math.floor((Date.parse(at) - Date.parse(asOf)) / dayLength));

/**
 * Whether a measurement stands at the instant `at`, and why not.
 * Not measurable: no value, or fewer cases than `minimumN`. Stale: older than `freshForDays`, or something it
 * depends on changed after it was measured.
 */
export function standing(of: Measurement, shelf: Shelf, at: string, changes: readonly Change[] = []): { state: Standing; because: string } {
  if (of.value === null || !Number.isFinite(of.value)) return { state: 'not-measurable', because: of.explain };
  if (shelf.minimumN > 0 && (of.n === null || of.n < shelf.minimumN))
    return { state: 'not-measurable', because: of.n === null ? `The number of cases is not known; at least ${shelf.minimumN} are needed.` : `Only ${of.n} cases; at least ${shelf.minimumN} are needed.` };
  const changed = changes.find((one) => shelf.dependsOn.includes(one.kind) && one.at > of.asOf && one.at <= at);
  if (changed) return { state: 'stale', because: `Measured before a change on ${changed.at.slice(0, 10)}: ${changed.says}` };
  const age = ageInDays(of.asOf, at);
  if (age > shelf.freshForDays) return { state: 'stale', because: `${age} days old; it counts for ${shelf.freshForDays} days.` };
  return { state: 'fresh', because: '' };
}

/** What the maker of the product may see of its own deployment: how it was measured, not how the hospital is run. */
export const vendorRooms: readonly string[] = ['audit', 'notes', 'gateway', 'ledger', 'decisions', 'performance', 'adoption'];

/** The room that answers for a measure: the word before the dot. */
export const roomOf = (measure: string): string => (measure.includes('.') ? measure.slice(0, measure.indexOf('.')) : measure);

/** A declared measure on the wire. `live`: a room of this house computes it; otherwise a hospital may attest it. */
export const declared = z.strictObject({
  id: measureId,
  room: z.string(),
  asks: z.string(),
  unit: z.string(),
  better: z.enum(['higher', 'lower', 'neither']),
  evidence: evidenceClass,
  minimumN: z.int().min(0),
  freshForDays: z.number(),
  dependsOn: z.array(changeKind),
  explains: z.string(),
  live: z.boolean().describe('A room of this house measures it. False: it is expected by the playbook, and only attestation can supply it.'),
});
export type Declared = z.infer<typeof declared>;

export const standingMeasurement = measurement.extend({
  standing: z.enum(['fresh', 'stale', 'not-measurable']),
  because: z.string().describe('Why it is not fresh; empty when it is.'),
  ageDays: z.int().min(0),
  recordedAt: instant.nullable().describe('When it was written down; null: computed for this answer.'),
});
export type StandingMeasurement = z.infer<typeof standingMeasurement>;

const deploymentParam = z.strictObject({ deployment: z.string().min(1).max(80).describe('The id or the short name of the deployment.') });

export const attestation = z.strictObject({
  measure: measureId,
  scope: scope.default({ facility: null, department: null }),
  value: z.number(),
  interval: z.strictObject({ low: z.number(), high: z.number(), level: z.number().default(0.95) }).nullable().default(null),
  n: z.int().min(0).nullable().default(null),
  asOf: instant.optional().describe('When it was true; now unless told, never in the future.'),
  document: z.string().trim().min(1).max(500).nullable().default(null).describe('The document it was read from, with its place. With one the evidence is E1, without one E0.'),
  reason: z.string().trim().min(10).max(2_000).describe('Why it can be believed, in a sentence or two.'),
});
export type Attestation = z.infer<typeof attestation>;

export const list = endpoint({
  name: 'measures.list',
  method: 'GET',
  path: '/api/v1/measures',
  says: 'List every measure of the house with its question, unit, evidence class and formula.',
  who: everyone,
  output: z.strictObject({ items: z.array(declared) }),
});

export const latest = endpoint({
  name: 'measures.latest',
  method: 'GET',
  path: '/api/v1/measures/deployments/:deployment',
  says: 'Show the latest measurement of every measure and scope of a deployment.',
  who: everyone,
  params: deploymentParam,
  query: z.strictObject({ measure: measureId.optional(), asOf: instant.optional().describe('As it was known then; now unless told.') }),
  output: z.strictObject({ asOf: instant, items: z.array(standingMeasurement) }),
});

export const history = endpoint({
  name: 'measures.history',
  method: 'GET',
  path: '/api/v1/measures/deployments/:deployment/:measure',
  says: 'Show all measurements of one measure of a deployment, newest first.',
  who: everyone,
  params: deploymentParam.extend({ measure: measureId }),
  query: z.strictObject({ facility: z.string().optional(), department: z.string().optional(), element: z.string().optional(), ...paging }),
  output: page(standingMeasurement),
});

export const attest = endpoint({
  name: 'measures.attest',
  method: 'POST',
  path: '/api/v1/measures/deployments/:deployment/attestations',
  says: 'Record a number that no room of the house measures yet, on a person’s word or a document.',
  who: ['governance', 'clinical-owner', 'data-engineer', 'manager', 'finance', 'safety-officer'],
  params: deploymentParam,
  body: attestation,
  output: standingMeasurement,
  status: 201,
});

export const endpoints = { list, latest, history, attest };
