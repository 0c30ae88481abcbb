// What is a check, and what is it given to work with?
import type { DataSection, Element, Tier } from '../../spine/deployments/model.ts';
import type { Database, ExportFile } from '../../tools/fhir/fhir.ts';
import { boundOf } from '../../tools/statistics/finding.ts';
import type { CharterInput } from './charter-input.ts';
import { clusteredInterval, type Moments } from './judging.ts';
import type { CheckWords, EvidenceRow, Finding, Provenance, Threshold } from './model.ts';
import type { Wanted } from './cells.ts';

/** What the whole audit knows before the first check runs. */
export interface Desk {
  database: Database;
  input: CharterInput;
  data: DataSection;
  elements: readonly Element[];
  files: readonly ExportFile[];
  /** Resources kept, by type. */
  resources: Record<string, number>;
  /** Types the checks look at and the export has. */
  types: readonly string[];
  wanted: Wanted;
  facilities: readonly string[];
  startedAt: string;
  time: ExportTime;
  provenance: Provenance;
  /** C02's findings per facility, which C05, C06, C07 and V01 read. */
  completeness: Finding[];
  /** The row checks counted in the shared pass, which V02, V03 and V04 read: tables `tally_fact` and `tally_type`. Whole only for checks that wait for the pass; lanes.ts names them. */
  tallied: Tallied[];
  /** The checks that run. */
  checks: readonly Check[];
  /** What the checks counted department by department, and month by month, for rate-tables.ts. */
  departments: DepartmentRate[];
  signal?: AbortSignal | undefined;
}

/** A department's or a month's rate as it was counted, before it is decided whether it becomes a finding. */
export type DepartmentRate = Pick<Finding, 'check' | 'element' | 'resource' | 'unit' | 'n' | 'k' | 'low' | 'high' | 'verdict'> & { people: number };

export const departmentRate = ({ check, element, resource, unit, n, k, low, high, verdict }: Finding, { clusters }: { clusters: number }): DepartmentRate => ({ check, element, resource, unit, n, k, low, high, verdict, people: clusters });

/** Of a month given as year × 12 + month. */
export const sayMonth = (m: number): string => `${Math.floor((m - 1) / 12)}-${String(((m - 1) % 12) + 1).padStart(2, '0')}`;

/** A month's rate; it is never judged. Null as facility: all of them. */
export function monthRate(check: string, element: string | null, resource: string | null, facility: string | null, m: number, moments: Moments): DepartmentRate {
  const { low, high } = clusteredInterval(moments);
  return { check, element, resource, unit: { ...whole, facility, month: sayMonth(m) }, n: moments.n, k: moments.k, low, high, verdict: 'not-measurable', people: moments.clusters };
}

/** Where the counts of a row check stand: columns `n<at>` and `k<at>` of `tally_<over>(el, u, p, m)`; `el` is the number of the element or type, `m` the month as year × 12 + month. */
export interface Tallied {
  check: Check;
  over: Counted['over'];
  at: number;
  applies(about: Element | string): boolean;
}

/** Against which moment are the future and the past judged? */
export interface ExportTime {
  /** When the export was made: from its manifest, its newest `meta.lastUpdated`, or the end of the day of the audit. */
  exportedAt: string;
  from: 'manifest' | 'lastUpdated' | 'audit';
  /** The days are not the real ones: most lie ten years or more after the export, shifted to hide who the patients are, or none is known. */
  shifted: boolean;
  /** No day is known, only how long after an admission; then `shifted` is true as well. `hour`: the time of day is not known either. */
  undated: 'day' | 'hour' | null;
  firstDay: string | null;
  lastDay: string | null;
}

/** A row of evidence as SQL finds it. */
export interface FoundRow {
  file: number;
  line: number;
  /** Looked up at the end where a check leaves it out. */
  id?: string | null;
  /** What the check's `shows` selected. */
  a?: string | null;
  b?: string | null;
}

/** A check that counts rows of a table: `fact` (per element) or the placed resources (per type). All members are SQL over one row. */
export interface Counted {
  over: 'fact' | 'type';
  /** How many of this row are looked at; an integer or a boolean. */
  n: string;
  /** How many of those count. */
  k: string;
  /** Is this row evidence of something wrong? */
  wrong: string;
  /** Two texts the sentence of an evidence row needs. */
  shows: [string, string];
  says(row: FoundRow, element: Element | null): string;
  /** Where it does not apply there is no finding. */
  applies?(about: Element | string): boolean;
  /** The tail of the finding's sentence, after "n of k": what the counted ones are. */
  are: string;
}

export type Check = CheckWords & {
  /** `element`: as important as the element; `important`: never critical by itself; `context`: only reported. */
  weight: 'element' | 'important' | 'context';
  counted?(desk: Desk): Counted;
  /** Adds to the findings of `counted`, e.g. quantiles. */
  complete?(findings: Finding[], desk: Desk): Promise<Finding[]>;
  find?(desk: Desk): Promise<Finding[]>;
};

export const whole = { facility: null, department: null, clinician: null, month: null } as const;

/** How much a finding of this check weighs for this element. */
export const tierOf = (check: Check, element: Element | null): Tier =>
  check.weight === 'element' && element ? element.tier : check.weight === 'context' || element?.tier === 'context' ? 'context' : 'important';

/** The charter's word on this check, else the check's default. */
export const thresholdOf = (check: Check, data: DataSection): Threshold | null => boundOf(check, data.thresholds);

export const rowOf = (desk: Desk, row: FoundRow, says: string): EvidenceRow => ({ file: desk.files[row.file]?.name ?? '(unknown file)', line: row.line, id: row.id ?? null, says });
