// What is a measure, and what does one measurement of it say?
import { z } from 'zod';
import { instant } from '../../tools/base/endpoint.ts';

/** How strong the evidence behind a number is. */
export const evidenceClasses = {
  E0: 'Attestation: somebody says so.',
  E1: 'A document that was read.',
  E2: 'Computed from records.',
  E3: 'Telemetry of the running system.',
} as const;
export const evidenceClass = z.enum(['E0', 'E1', 'E2', 'E3']);
export type EvidenceClass = z.infer<typeof evidenceClass>;

/** A declaration of something that can be measured about a deployment. One per id; the catalogue holds them all. */
export interface Measure {
  /** `capability.name`, e.g. `audit.field-completeness`. */
  id: string;
  /** The question it answers, as a person would ask it. */
  asks: string;
  /** `proportion`, `hours`, `count`, `days`, `points`, `USD`, `yes`: one word, shown behind the number. */
  unit: string;
  better: 'higher' | 'lower' | 'neither';
  evidence: EvidenceClass;
  /** Fewer cases than this: not measurable. */
  minimumN: number;
  /** After this many days without a new measurement it is stale. */
  freshForDays: number;
  /** What the charter part or input is that, when changed, makes earlier measurements worthless. */
  dependsOn: readonly ('model-version' | 'threshold' | 'feed' | 'population')[];
  /** Formula and source, for the page behind the number. */
  explains: string;
}

/** One measured number, with everything needed to trust or doubt it. */
export const measurement = z.strictObject({
  measure: z.string(),
  deployment: z.string(),
  /** The unit of the hospital it is about; null: the whole deployment. */
  scope: z.strictObject({ facility: z.string().nullable().default(null), department: z.string().nullable().default(null) }),
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
