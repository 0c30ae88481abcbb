// Which clinical knowledge does the audit read, and is each file what it should be?
import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { Problem } from '../../tools/base/problem.ts';
import { slug } from '../../tools/base/id.ts';

const folder = new URL('./knowledge/', import.meta.url);

/** Codes of one system: whole, by prefix, or by words in the display. */
export const codeSet = z.strictObject({
  system: z.string(),
  codes: z.array(z.string()).default([]),
  prefixes: z.array(z.string()).default([]),
  words: z.array(z.string()).default([]).describe('In the text of a code of this system, without case.'),
  butNot: z.array(z.string()).default([]).describe('Words that take it back.'),
});
export type CodeSet = z.infer<typeof codeSet>;

const says = z.string().min(1);
const bounded = z.strictObject({ unit: z.string(), atLeast: z.number().optional(), below: z.number().optional() });

const measured = z.strictObject({ says, loinc: z.array(z.string()).min(1), values: z.array(bounded).min(1) });
const medicine = z.strictObject({ says, rxnorm: z.array(z.string()), atc: z.array(z.string()), words: z.array(z.string()), indicates: z.boolean().default(false).describe('Given for this condition and hardly anything else: L02 asks for its code.') });
export type Measured = z.infer<typeof measured>;
export type Medicine = z.infer<typeof medicine>;
export const isMeasured = (finding: Measured | Medicine): finding is Measured => 'loinc' in finding;

export const gradeNames = ['definite', 'probable', 'possible'] as const;
export type Grade = (typeof gradeNames)[number];
const demand = z.strictObject({ find: slug, dates: z.int().min(1).default(1).describe('On at least so many days.'), daysApart: z.int().min(0).default(0).describe('From the first to the last of them.') });
const ways = z.array(z.array(demand).min(1));

export const conditionRule = z
  .strictObject({
    id: slug,
    name: z.string(),
    coded: z.array(codeSet).min(1),
    findings: z.record(slug, z.union([measured, medicine])),
    grades: z.strictObject({ definite: ways, probable: ways, possible: ways }),
    counts: z.enum(gradeNames).describe('The weakest grade L01 counts.'),
    unless: z.array(z.strictObject({ says, coded: z.array(codeSet).min(1) })).default([]),
    never: says.describe('What is deliberately no evidence.'),
    accuracy: z.strictObject({ says, source: z.string().nullable() }),
    sources: z.array(z.string()).min(1),
  })
  .refine((rule) => Object.values(rule.grades).flat(2).every(({ find }) => find in rule.findings), 'a grade names a finding that is not there');
export type ConditionRule = z.infer<typeof conditionRule>;

const range = { unit: z.string(), low: z.number(), high: z.number(), jump: z.number().optional() };
export const physiologicRange = z.strictObject({ name: z.string(), loinc: z.array(z.string()).min(1), ...range, within: z.number().optional().describe('Hours for which `jump` holds.'), also: z.array(z.strictObject(range)).default([]) });
export type PhysiologicRange = z.infer<typeof physiologicRange>;
const ranges = z.strictObject({ source: z.string(), values: z.array(physiologicRange) });
const ucum = z.strictObject({ prefixes: z.array(z.string()), metric: z.array(z.string()), plain: z.array(z.string()) });
const required = z.strictObject({ status: z.record(z.string(), z.array(z.string())), gender: z.array(z.string()), clinicalStatus: z.array(z.string()), verificationStatus: z.array(z.string()) });
const supports = z.strictObject({ source: z.string(), profile: z.string(), elements: z.record(z.string(), z.array(z.string())) });

const read = <T>(file: string, schema: z.ZodType<T>): T => {
  const found = schema.safeParse(parse(readFileSync(new URL(file, folder), 'utf8')));
  if (found.success) return found.data;
  throw new Problem('bad-input', `The knowledge file ${file} is not as it should be.`, 'Correct the named places; knowledge/README.md describes the format.', found.error.issues.map(({ path, message }) => ({ file, path: path.join('.'), says: message })));
};

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

export const conditionRules = once((): readonly ConditionRule[] => readdirSync(new URL('conditions/', folder)).filter((name) => name.endsWith('.yaml')).sort().map((name) => read(`conditions/${name}`, conditionRule)));
export const physiologicRanges = once(() => read('physiologic-ranges.yaml', ranges));
export const ucumUnits = once(() => read('ucum.yaml', ucum));
export const requiredCodes = once(() => read('required-codes.yaml', required));
export const mustSupport = once(() => read('must-support.yaml', supports));
