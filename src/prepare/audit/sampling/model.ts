// What can be asked of sampling?
import { z } from 'zod';
import { endpoint, instant, page, paging, staff, type Role } from '../../../tools/base/endpoint.ts';
import { idOf, slug } from '../../../tools/base/id.ts';
import { exportId, progress, rowReaders } from '../model.ts';
import { answerNames } from './questions.ts';
import { estimate, extension, found, question, request, reviewResults, sampleDocument, stratum } from './sample-words.ts';

const drawers: Role[] = ['data-engineer', 'clinical-owner', 'governance'];
/** Who may hold records against charts. A clinician sees them only after having taken a seat. */
export const reviewers: Role[] = [...rowReaders, 'clinician'];

export const sampleId = idOf('smp');
export const seat = z.enum(['first', 'second', 'third']);
export const seatWords = { first: 'First reviewer', second: 'Second reviewer', third: 'Third reviewer: settles where they differ' } as const;

export const sampleSummary = z.strictObject({
  id: sampleId,
  deployment: z.string(),
  export: exportId.nullable(),
  exportName: z.string().nullable().describe('What people called the upload; null: a folder, or the upload was deleted since.'),
  folder: z.string().nullable(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  progress: progress.nullable(),
  problem: z.string().nullable(),
  request: request.omit({ seed: true }).extend({ seed: z.string().nullable().describe('Null until the draw is done.') }),
  seedDigest: z.string(),
  createdAt: instant,
  createdBy: z.string(),
  drawnAt: instant.nullable(),
  frameRecords: z.int().nullable(),
  publishedAt: instant.nullable(),
});
export type SampleSummary = z.infer<typeof sampleSummary>;

/** How far a reviewer has come: no measure of the person. */
export const reviewProgress = z.strictObject({ seat, taken: z.boolean(), mine: z.boolean(), answered: z.int(), asked: z.int(), finished: z.boolean() });
export type ReviewProgress = z.infer<typeof reviewProgress>;

export const shownSample = sampleSummary.extend({
  level: z.string().nullable(),
  provenance: z.string().nullable(),
  drawn: z.int().nullable(),
  frameDigest: z.string().nullable(),
  documentDigest: z.string().nullable(),
  drawsBefore: z.int().describe('Draws from the very same frame before this one: more than none means that somebody could have chosen among seeds.'),
  strata: z.array(stratum),
  estimates: z.array(estimate),
  extensions: z.array(extension),
  review: z.array(reviewProgress),
});
export type ShownSample = z.infer<typeof shownSample>;

export const givenAnswer = z.strictObject({ question: z.string(), answer: z.enum(answerNames).nullable().describe('Null takes an answer back.'), value: z.string().max(2_000).default(''), remark: z.string().max(2_000).default('') });
export const reviewRecord = z.strictObject({ number: z.int(), record: z.string(), facility: z.string(), department: z.string(), month: z.string(), questions: z.array(z.string()), found: z.record(z.string(), found), answers: z.array(givenAnswer) });
export type ReviewRecord = z.infer<typeof reviewRecord>;
export const review = z.strictObject({ sample: sampleId, deployment: z.string(), seat, finished: z.boolean(), questions: z.array(question), records: z.array(reviewRecord) });
export type Review = z.infer<typeof review>;

export const openDisagreement = z.strictObject({ number: z.int(), record: z.string(), question: z.string(), asks: z.string(), answers: z.array(z.strictObject({ answer: z.enum(answerNames), value: z.string(), remark: z.string() })).describe('In no order that tells who gave which.'), settled: z.enum(answerNames).nullable() });
export type OpenDisagreement = z.infer<typeof openDisagreement>;

const oneSample = z.strictObject({ sample: sampleId });

export const drawSample = endpoint({
  name: 'audit.draw-sample', method: 'POST', path: '/api/v1/audit/samples', status: 201,
  says: 'Fixes a seed in the ledger, then draws a random sample from an export.',
  who: drawers,
  body: request.partial({ seed: true }).extend({ deployment: slug, export: exportId.nullable().default(null), folder: z.string().nullable().default(null) }).describe('Without a seed the server takes one from the machine’s source of chance.'),
  output: sampleSummary,
});
export const listSamples = endpoint({ name: 'audit.samples', method: 'GET', path: '/api/v1/audit/samples', says: 'Lists samples, the newest first.', who: staff, query: z.strictObject({ deployment: slug.optional(), ...paging }), output: page(sampleSummary) });
export const readSample = endpoint({ name: 'audit.sample', method: 'GET', path: '/api/v1/audit/samples/:sample', says: 'Shows a sample: strata, estimates and how far its review has come; no single record.', who: staff, params: oneSample, output: shownSample });
export const takeMoreOf = endpoint({ name: 'audit.take-more', method: 'POST', path: '/api/v1/audit/samples/:sample/more', says: 'Takes further records of a unit from the reserve list of a sample.', who: drawers, params: oneSample, body: extension, output: sampleSummary });
export const downloadSample = endpoint({ name: 'audit.sample-json', method: 'GET', path: '/api/v1/audit/samples/:sample/sample.json', says: 'Downloads sample.json, with which anybody can draw again; the look is logged.', who: rowReaders, params: oneSample, output: sampleDocument, answers: 'stream' });
export const downloadWorksheet = endpoint({ name: 'audit.worksheet', method: 'GET', path: '/api/v1/audit/samples/:sample/worksheet', says: 'Downloads the worksheet of a chart review as CSV or printable page; the look is logged.', who: reviewers, params: oneSample, query: z.strictObject({ as: z.enum(['csv', 'html']).default('csv') }), output: z.string(), answers: 'stream' });

export const joinReview = endpoint({ name: 'audit.join-review', method: 'POST', path: '/api/v1/audit/samples/:sample/reviewers', says: 'Takes a seat in the review of a sample: the first two are blind to each other, a third settles where they differ.', who: reviewers, params: oneSample, output: reviewProgress, status: 201 });
export const readReview = endpoint({ name: 'audit.review', method: 'GET', path: '/api/v1/audit/samples/:sample/review', says: 'Shows the caller’s own review: records, questions and the own answers; the look is logged.', who: reviewers, params: oneSample, output: review });
export const saveReview = endpoint({
  name: 'audit.save-review', method: 'PUT', path: '/api/v1/audit/samples/:sample/review/:record', says: 'Saves the caller’s own answers about one record.', who: reviewers,
  params: z.strictObject({ sample: sampleId, record: z.coerce.number().int().min(1) }), body: z.strictObject({ answers: z.array(givenAnswer).min(1).max(500) }), output: reviewProgress,
});
export const importReview = endpoint({ name: 'audit.import-review', method: 'POST', path: '/api/v1/audit/samples/:sample/review/worksheet', says: 'Takes in the caller’s own filled-in worksheet (CSV); a mistake is named by line and nothing is taken.', who: reviewers, params: oneSample, body: z.strictObject({ file: z.string().min(1).max(200), text: z.string().min(1).max(8_000_000) }), output: reviewProgress });
export const finishReview = endpoint({ name: 'audit.finish-review', method: 'POST', path: '/api/v1/audit/samples/:sample/review/finish', says: 'Says that the caller’s own review is finished, or goes on with it.', who: reviewers, params: oneSample, body: z.strictObject({ finished: z.boolean() }), output: reviewProgress });
export const readDisagreements = endpoint({ name: 'audit.disagreements', method: 'GET', path: '/api/v1/audit/samples/:sample/disagreements', says: 'Shows the third reviewer where the first two differ, once both have finished; the look is logged.', who: reviewers, params: oneSample, output: z.strictObject({ items: z.array(openDisagreement) }) });
export const readResults = endpoint({ name: 'audit.review-results', method: 'GET', path: '/api/v1/audit/samples/:sample/results', says: 'Shows agreement of the reviewers and of export and charts, once both have finished.', who: staff, params: oneSample, output: reviewResults });
export const publishReview = endpoint({ name: 'audit.publish-review', method: 'POST', path: '/api/v1/audit/samples/:sample/publish', says: 'Publishes what the review found as measures.', who: drawers, params: oneSample, output: reviewResults });

