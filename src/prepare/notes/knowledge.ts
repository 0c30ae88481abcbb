// Which clinical knowledge does a notes audit read, and is the file what it should be?
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { Problem } from '../../tools/base/problem.ts';

const measured = z.strictObject({ codes: z.array(z.string()).min(1), unit: z.string(), hours: z.number().positive(), above: z.number().optional(), below: z.number().optional(), allBelow: z.number().optional() });
const statement = z.strictObject({
  id: z.string(),
  says: z.array(z.string().regex(/^[a-z0-9 -]+$/)).min(1),
  contradictedBy: z.union([measured, z.strictObject({ medication: z.array(z.string()).min(1) }), z.strictObject({ any: z.string() })]),
  means: z.string(),
  source: z.string(),
});
const numberRule = z.strictObject({ id: z.string(), labels: z.array(z.string()).min(1), codes: z.array(z.string()).min(1), unit: z.string(), tolerance: z.number().positive(), hours: z.number().positive() });
const knowledge = z.strictObject({
  statements: z.array(statement),
  numbers: z.array(numberRule),
  negation: z.strictObject({ before: z.array(z.string()), ends: z.array(z.string()), reach: z.int().min(1) }),
  names: z.record(z.string(), z.array(z.string())),
});
export type Statement = z.infer<typeof statement>;
export type NumberRule = z.infer<typeof numberRule>;
export type Knowledge = z.infer<typeof knowledge>;

let known: Knowledge | null = null;

/** @throws Problem with the place in the file. */
export function readKnowledge(): Knowledge {
  if (known) return known;
  const found = knowledge.safeParse(parse(readFileSync(new URL('./knowledge/statements.yaml', import.meta.url), 'utf8')));
  if (!found.success)
    throw new Problem('bad-input', 'The knowledge file statements.yaml is not as it should be.', 'Correct the named places; its head describes the format.', found.error.issues.map(({ path, message }) => ({ file: 'statements.yaml', path: path.join('.'), says: message })));
  return (known = found.data);
}
