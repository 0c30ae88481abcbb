// What stands in a playbook: which gates, which criteria, which numbers, and who said so?
import { z } from 'zod';
import { changeKind, evidenceClass, measureId, unitsOfMeasure, type ChangeKind, type Measure } from '../measures/model.ts';

const sentence = z.string().trim().min(1).max(2_000);

/** Where a criterion and its number come from. */
export const sourceTags = {
  A: 'The number stands in the article.',
  R: 'The article asks for it; the number is our proposal.',
  X: 'The number comes from elsewhere, named in the note.',
} as const;

const source = z
  .strictObject({
    articles: z.array(z.string().regex(/^00[0-4]$/, 'an article by its number, 000 to 004')).default([]),
    tag: z.enum(['A', 'R', 'X']).describe('A: the number stands in the article. R: our proposal. X: from elsewhere.'),
    note: sentence.optional().describe('What the article says, or the outside source.'),
  })
  .describe('Where the number comes from.');
export type Source = z.infer<typeof source>;

/** A line to hold: exactly one of the words. */
export const threshold = z
  .strictObject({
    atLeast: z.number().optional(),
    above: z.number().optional(),
    atMost: z.number().optional(),
    below: z.number().optional(),
    equals: z.number().optional(),
    between: z.strictObject({ low: z.number(), high: z.number() }).optional().describe('Both ends belong to it.'),
    present: z.literal(true).optional().describe('Any number will do: what matters is that it was measured.'),
  })
  .refine((line) => Object.values(line).filter((value) => value !== undefined).length === 1, 'name exactly one of atLeast, above, atMost, below, equals, between, present')
  .refine((line) => line.between === undefined || line.between.low <= line.between.high, 'the low end of `between` is above its high end')
  .describe('The line to hold: exactly one of the words.');
export type Threshold = z.infer<typeof threshold>;

/** Whose measurements must hold the line. */
export const coverages = {
  deployment: 'The measurement of the whole deployment.',
  'every-facility': 'Every facility the charter names, each by itself; one without a number leaves it not measurable.',
  'every-department': 'Every department the charter names, each by itself.',
  'every-element': 'Every element, metric or class that was measured, each by itself.',
  'worst-seen': 'Whatever was measured, in any scope: the worst of it.',
} as const;
export const coverage = z.enum(['deployment', 'every-facility', 'every-department', 'every-element', 'worst-seen']);
export type Coverage = z.infer<typeof coverage>;

const when = z
  .strictObject({
    productClass: z.enum(['clinical', 'administrative']).optional(),
    fromMonth: z.number().min(0).optional().describe('Months since go-live, inclusive.'),
    toMonth: z.number().min(0).optional().describe('Months since go-live, exclusive.'),
  })
  .describe('Only where this holds; a condition that does not apply is left out.');

/** One number that must hold one line. */
const condition = z.strictObject({
  measure: measureId,
  says: sentence.describe('What must hold, in plain words, without the number.'),
  needs: threshold,
  target: z.number().optional().describe('Where one wants to be, beyond what is needed.'),
  alarm: z.number().optional().describe('The red line: beyond it the criterion is not only unmet but calls for rescue.'),
  over: coverage.default('deployment'),
  exact: z.boolean().default(false).describe('A complete count, so that a safety criterion may be judged without an interval.'),
  windowDays: z.int().min(1).optional().describe('How many days of data the measurement must look at.'),
  minimumN: z.int().min(0).optional().describe('Fewer cases: not measurable. The measure’s own minimum counts where it is higher.'),
  maxAgeDays: z.int().min(1).optional().describe('Older: stale. The measure’s own freshness counts where it is shorter.'),
  onPath: z.partialRecord(z.enum(['fast-track', 'registration-only']), threshold).default({}).describe('Another line on a shorter path.'),
  when: when.optional(),
});
export type Condition = z.infer<typeof condition>;

/** All conditions of a criterion must hold; of an `anyOf`, one. */
const step = z.union([condition, z.strictObject({ anyOf: z.array(condition).min(2) })]);

export const pathNames = ['full', 'fast-track', 'registration-only'] as const;
export const pathName = z.enum(pathNames);
export type PathName = z.infer<typeof pathName>;

export const ownerRole = z.enum(['governance', 'clinical-owner', 'manager', 'data-engineer', 'finance', 'safety-officer']);

export const criterion = z.strictObject({
  id: z.string().regex(/^[0-9X]\.[0-9]{1,2}$/, 'gate and number, such as 1.4 or X.2'),
  title: sentence,
  asks: sentence.describe('The question a person would ask.'),
  group: z.enum(['trigger', 'resume', 'retire']).optional().describe('Only in a gate that stands open at any time.'),
  core: z.boolean().default(false).describe('Kept in every path.'),
  safety: z.boolean().default(false).describe('Judged on the pessimistic end of the interval; somebody’s word never satisfies it.'),
  owner: ownerRole.describe('Who brings the evidence.'),
  source,
  dependsOn: z.array(changeKind).default([]).describe('What, when it changes, reopens this criterion.'),
  paths: z.array(pathName).default(['full']).describe('A core criterion is on every path whatever stands here.'),
  conditions: z.array(step).min(1),
});
export type Criterion = z.infer<typeof criterion>;

export const gateId = z.string().regex(/^G[0-9X]$/, 'a gate such as G1 or GX');

export const gate = z.strictObject({
  id: gateId,
  title: sentence,
  asks: sentence,
  grants: sentence.describe('What an approval permits.'),
  weeks: z.strictObject({ from: z.int().min(0), to: z.int().min(0).nullable() }).nullable().describe('The programme weeks of the phase that ends at this gate. Null: at any time.'),
  review: z.enum(['weekly', 'monthly', 'quarterly', 'yearly']).describe('How often the committee looks after an approval.'),
  repeats: z.boolean().default(false).describe('May be decided again and again: each wave, each year.'),
  anyTime: z.boolean().default(false).describe('Stands beside the track: suspend, resume, retire.'),
  lockedWith: gateId.optional().describe('The gate whose approval locks these thresholds; the one before unless told.'),
  criteria: z.array(criterion).min(1),
});
export type Gate = z.infer<typeof gate>;

/** What a criterion measures, for as long as no room of the house declares it. */
const expected = z.strictObject({
  asks: sentence.describe('The question it answers.'),
  unit: z.enum(unitsOfMeasure),
  better: z.enum(['higher', 'lower', 'neither']),
  evidence: evidenceClass.describe('The class of evidence the room should deliver.'),
  minimumN: z.int().min(0).default(0).describe('Fewer cases: not measurable.'),
  freshForDays: z.number().positive().default(90),
  dependsOn: z.array(changeKind).default([]),
  explains: sentence.describe('Formula and population.'),
});

export const playbook = z
  .strictObject({
    attending: z.literal('playbook/1').describe('The format of this document.'),
    id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    title: sentence,
    version: z.string().regex(/^\d+\.\d+$/, 'such as 1.0'),
    articles: z.record(z.string().regex(/^00[0-4]$/), z.strictObject({ title: sentence, file: z.string() })).describe('The articles that criteria cite.'),
    paths: z.record(pathName, sentence),
    measures: z.record(measureId, expected).describe('What the criteria measure.'),
    gates: z.array(gate).min(1),
  })
  .superRefine((book, context) => {
    const gatesSeen = new Set<string>();
    const criteriaSeen = new Set<string>();
    book.gates.forEach((one, g) => {
      const at = ['gates', g];
      if (gatesSeen.has(one.id)) context.addIssue({ code: 'custom', path: [...at, 'id'], message: `the gate ${one.id} stands here twice` });
      gatesSeen.add(one.id);
      one.criteria.forEach((line, c) => {
        const path = [...at, 'criteria', c];
        if (criteriaSeen.has(line.id)) context.addIssue({ code: 'custom', path: [...path, 'id'], message: `the criterion ${line.id} stands here twice` });
        criteriaSeen.add(line.id);
        if (`G${line.id.split('.')[0]}` !== one.id) context.addIssue({ code: 'custom', path: [...path, 'id'], message: `the criterion ${line.id} does not belong to ${one.id}` });
        if (one.anyTime !== (line.group !== undefined)) context.addIssue({ code: 'custom', path: [...path, 'group'], message: one.anyTime ? 'name the group: trigger, resume or retire' : 'only a gate of any time has groups' });
        line.conditions.forEach((part, p) => {
          ('anyOf' in part ? part.anyOf : [part]).forEach((one, n) => {
            const where = 'anyOf' in part ? [...path, 'conditions', p, 'anyOf', n, 'measure'] : [...path, 'conditions', p, 'measure'];
            if (!(one.measure in book.measures)) context.addIssue({ code: 'custom', path: where, message: `the measure ${one.measure} is not among \`measures\`` });
          });
        });
        line.source.articles.forEach((article, i) => {
          if (!(article in book.articles)) context.addIssue({ code: 'custom', path: [...path, 'source', 'articles', i], message: `there is no article ${article}` });
        });
        if (line.source.tag === 'X' && !line.source.note) context.addIssue({ code: 'custom', path: [...path, 'source', 'note'], message: 'a number from elsewhere names its source' });
      });
    });
    const used = new Set(book.gates.flatMap((one) => one.criteria.flatMap(conditionsOf)).map((one) => one.measure));
    for (const id of Object.keys(book.measures)) if (!used.has(id)) context.addIssue({ code: 'custom', path: ['measures', id], message: `no criterion uses the measure ${id}` });
    book.gates.forEach((one, g) => {
      if (one.lockedWith && !gatesSeen.has(one.lockedWith)) context.addIssue({ code: 'custom', path: ['gates', g, 'lockedWith'], message: `there is no gate ${one.lockedWith}` });
    });
  })
  .meta({ title: 'Attending playbook', description: 'The gates a clinical AI product passes, and what each asks to see.' });
export type Playbook = z.infer<typeof playbook>;

/** The conditions of a criterion, whether all or any of them must hold. */
export const conditionsOf = (of: Pick<Criterion, 'conditions'>): Condition[] => of.conditions.flatMap((one) => ('anyOf' in one ? one.anyOf : [one]));

/** The measures a playbook expects, as declarations. */
export const expectedMeasures = (book: Playbook): Measure[] => Object.entries(book.measures).map(([id, one]) => ({ id, ...one }));

/** The criteria of a gate that are asked for on this path. */
export const criteriaOn = (of: Gate, path: PathName): Criterion[] => of.criteria.filter((one) => one.core || one.paths.includes(path));

/** What reopens a criterion: its own dependencies. */
export const touches = (of: Criterion, kind: ChangeKind): boolean => of.dependsOn.includes(kind);

/** A line in words, with the unit: `at least 95 %`, `at most 15 minutes`, `yes`. */
export function thresholdSays(line: Threshold, unit: string): string {
  if (line.present) return 'a number';
  if (line.between) return `${amount(line.between.low, unit)} to ${amount(line.between.high, unit)}`;
  if (line.equals !== undefined) return unit === 'yes' ? (line.equals === 1 ? 'yes' : 'no') : `exactly ${amount(line.equals, unit)}`;
  if (line.atLeast !== undefined) return unit === 'yes' ? 'yes' : `at least ${amount(line.atLeast, unit)}`;
  if (line.above !== undefined) return `more than ${amount(line.above, unit)}`;
  if (line.atMost !== undefined) return `at most ${amount(line.atMost, unit)}`;
  return `less than ${amount(line.below ?? 0, unit)}`;
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count or an amount with thousands separators: `12,500`. */
export const whole = (value: number): string => grouped.format(value);

/** A number in words: shares as per cent, differences of shares as points, a yes as yes. */
export function amount(value: number, unit: string): string {
  if (unit === 'yes') return value === 1 ? 'yes' : value === 0 ? 'no' : String(value);
  if (unit === 'proportion') return `${round(value * 100)} %`;
  if (unit === 'points') return `${round(value * 100)} points`;
  if (unit === 'USD') return `$${whole(value)}`;
  if (unit === 'money') return whole(value);
  if (unit === 'count' || unit === 'ratio' || unit === 'score' || unit === 'tier') return String(round(value));
  return `${round(value)} ${round(value) === 1 ? unit.replace(/s$/, '') : unit}`;
}

/** Three significant digits at most after the point, so that 99.94 % is never shown as 100 %. */
function round(value: number): number {
  const places = Math.abs(value) >= 99 && Math.abs(value) < 100 ? 3 : Math.abs(value) >= 10 ? 1 : 2;
  return Number(value.toFixed(places));
}
