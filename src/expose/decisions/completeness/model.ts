// Which words and endpoints compare the log with what the source counted itself?
import { z } from 'zod';
import { endpoint, instant } from '../../../tools/base/endpoint.ts';

const deployment = z.string().describe('Slug or id of the deployment.');
const hour = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString()).pipe(instant).refine((text) => text.endsWith(':00:00.000Z'), 'an hour begins at :00').describe('When the hour begins.');

export const tellSourceCounts = endpoint({
  name: 'decisions.tell-source-counts', method: 'POST', path: '/api/v1/decisions/source-counts',
  says: 'Records how many inferences the EHR or vendor counted itself, hour by hour; a later count of an hour replaces the earlier.',
  who: ['administrator', 'data-engineer', 'vendor'],
  body: z.strictObject({
    deployment,
    source: z.string().min(1).max(200).describe('Who counted, and where: a report, a log, a table.'),
    counts: z.array(z.strictObject({ hour, inferences: z.int().min(0).describe('Answers of the AI in this hour, whatever became of them.'), eligible: z.int().min(0).optional().describe('Cases in this hour that the AI should have processed.') })).min(1).max(1_000),
  }),
  output: z.strictObject({ hours: z.int() }), status: 201,
});

export const completeness = endpoint({
  name: 'decisions.completeness', method: 'GET', path: '/api/v1/decisions/completeness',
  says: 'Compares the decisions in the ledger with the counts of the source, hour by hour, over the last seven days.',
  who: ['administrator', 'governance', 'clinical-owner', 'data-engineer', 'safety-officer', 'auditor', 'vendor'],
  query: z.strictObject({ deployment }),
  output: z.strictObject({
    hours: z.array(z.strictObject({ hour: instant, counted: z.int(), recorded: z.int(), eligible: z.int().nullable() })),
    counted: z.int(), found: z.int().describe('Never more than counted in any hour: what is too much in one does not make up for what lacks in another.'),
    share: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable(), longestRun: z.int().nullable().describe('Longest run of counted hours below 99 %. Null where no hour was counted.'),
  }),
});
