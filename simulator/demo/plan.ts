// What is told about a demo deployment: its product, its evidence and its decisions?
import type { z } from 'zod';
import type { addProduct, Mode, Section, Stage } from '../../src/spine/deployments/model.ts';
import type { Outcome, PathName } from '../../src/spine/gates/model.ts';
import type { attest } from '../../src/spine/measures/model.ts';
import type { DemoPerson } from './people.ts';

/** A number a person attests from a document, because no room of the product measures it yet. */
export interface Attested {
  measure: string;
  value: number;
  by: DemoPerson;
  /** The document it was read from; null: a person's word only (E0). */
  document: string | null;
  reason: string;
  n?: number;
  /** Of 95 %. */
  interval?: { low: number; high: number };
  scope?: z.input<(typeof attest)['body']>['scope'];
}

/** A waiver: asked for by the owner, or where safety is concerned by the governance office; approved by the head of governance. */
export interface Waived {
  criterion: string;
  reason: string;
  /** Days from today to the last day it holds. */
  forDays: number;
}

/** A decision of the committee; the waivers come before it. */
export interface Decided {
  gate: string;
  outcome: Outcome;
  reason: string;
  waivers: readonly Waived[];
  contingencies: readonly { criterion: string | null; says: string; owner: string; inDays: number }[];
}

export interface DemoDeployment {
  /** Also the name of the charter file in `charters/`. */
  slug: string;
  title: string;
  product: z.input<(typeof addProduct)['body']>;
  owner: DemoPerson;
  hoursPerWeek: number;
  path: PathName;
  /** First day of programme week 1, in days before today. */
  begunDaysAgo: number;
  locks: readonly Section[];
  attested: readonly Attested[];
  decisions: readonly Decided[];
  /** Whether the safety officer has drawn twenty decisions and had each told from input to action. */
  drills?: true;
  stage: Stage;
  mode: Mode;
}
