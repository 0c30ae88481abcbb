// How do two people answer about the same records without seeing each other, and a third settle where they differ?
import { actorOf, append } from '../../../spine/ledger/ledger.ts';
import { publish } from '../../../spine/measures/measures.ts';
import { digest } from '../../../tools/base/canonical.ts';
import { Problem } from '../../../tools/base/problem.ts';
import type { Caller, House } from '../../../tools/server/capability.ts';
import { kinds } from './entry-kinds.ts';
import type { OpenDisagreement, Review, ReviewProgress } from './model.ts';
import { reviewMeasurements } from './publish-sample.ts';
import { askedOf, drawnOf, type Answer } from './questions.ts';
import { readWorksheet, type Given } from './read-worksheet.ts';
import type { AnswerRow, LightSample, Seat } from './records.ts';
import * as kept from './records.ts';
import { answersOf, disagreements, resultsOf } from './results.ts';
import type { ReviewResults, SampleDocument } from './sample-words.ts';

interface Opened { row: LightSample; sample: SampleDocument }

const seats: readonly Seat[] = ['first', 'second', 'third'];
const givenOf = (rows: readonly AnswerRow[], seat: Seat): Map<string, Given> => answersOf(rows.filter((row) => row.seat === seat).map(({ record, question, answer, value, remark }) => ({ number: record, question, answer, value, remark })));

/** How far each seat has come: counts only. */
export async function seatsOf(house: House, caller: Caller, id: string, sample: SampleDocument): Promise<ReviewProgress[]> {
  const [reviewers, answers] = [await kept.reviewersOf(house.db, id), await kept.answerRows(house.db, id)];
  const asked = drawnOf(sample).reduce((sum, record) => sum + askedOf(record, sample.questions).length, 0);
  const differing = disagreements(sample, givenOf(answers, 'first'), givenOf(answers, 'second'));
  const both = seats.slice(0, 2).every((seat) => reviewers.find((one) => one.seat === seat)?.finished_at);
  return seats.map((seat) => {
    const taken = reviewers.find((one) => one.seat === seat);
    const third = seat === 'third';
    // While both are at work, how often they differ is nobody's business.
    const open = third ? (both ? differing.length : 0) : asked;
    return { seat, taken: taken !== undefined, mine: taken?.person_id === caller.id, answered: Math.min(open, answers.filter((row) => row.seat === seat).length), asked: open, finished: Boolean(taken?.finished_at) };
  });
}

export async function join(house: House, caller: Caller, { row, sample }: Opened): Promise<ReviewProgress> {
  if (caller.kind !== 'person') throw new Problem('not-allowed', 'Reviewers are people; a key cannot read a chart.', 'Sign in.');
  const reviewers = await kept.reviewersOf(house.db, row.id);
  if (reviewers.some((one) => one.person_id === caller.id)) throw new Problem('conflict', 'You review this sample already.', 'Go on with your review.');
  const seat = seats.find((one) => !reviewers.some((taken) => taken.seat === one));
  if (!seat) throw new Problem('conflict', 'Two reviewers and a third are at work on this sample.', 'Draw another sample for another review.');
  const at = house.clock.now();
  await house.db.transaction().execute(async (tx) => {
    if (!(await kept.takeSeat(tx, { sample_id: row.id, seat, person_id: caller.id, person_name: caller.name, joined_at: at, finished_at: null }))) throw new Problem('conflict', 'Somebody else took this seat just now.', 'Try again.');
    await append(tx, { at, kind: kinds.joined.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `sample/${row.id}`, body: { seat } });
  });
  return mine(await seatsOf(house, caller, row.id, sample));
}

const mine = (all: readonly ReviewProgress[]): ReviewProgress => all.find((one) => one.mine)!;

async function requireSeat(house: House, caller: Caller, id: string): Promise<{ seat: Seat; finished: boolean; reviewers: kept.ReviewerRow[] }> {
  const reviewers = await kept.reviewersOf(house.db, id);
  const own = reviewers.find((one) => one.person_id === caller.id);
  if (!own) throw new Problem('not-allowed', 'You are no reviewer of this sample.', 'Take a seat first.');
  if (own.seat === 'third' && !bothFinished(reviewers)) throw new Problem('conflict', 'The first two reviewers are still at work; until both have finished nobody sees where they differ.', 'Come back then.');
  return { seat: own.seat, finished: own.finished_at !== null, reviewers };
}

const bothFinished = (reviewers: readonly kept.ReviewerRow[]) => (['first', 'second'] as const).every((seat) => reviewers.find((one) => one.seat === seat)?.finished_at);

/** Which questions a seat is asked: all, or for the third those the others differ about. By the number of the record. */
async function askedBySeat(house: House, { row, sample }: Opened, seat: Seat): Promise<Map<number, string[]>> {
  if (seat !== 'third') return new Map(drawnOf(sample).map((record) => [record.number, askedOf(record, sample.questions).map(({ id }) => id)]));
  const answers = await kept.answerRows(house.db, row.id);
  const found = new Map<number, string[]>();
  for (const { number, question } of disagreements(sample, givenOf(answers, 'first'), givenOf(answers, 'second'))) found.set(number, [...(found.get(number) ?? []), question]);
  return found;
}

export async function ownReview(house: House, caller: Caller, opened: Opened): Promise<Review> {
  const { row, sample } = opened;
  const { seat, finished } = await requireSeat(house, caller, row.id);
  const asked = await askedBySeat(house, opened, seat);
  const answers = await kept.answerRows(house.db, row.id, seat);
  await seen(house, caller, row, { what: 'review', seat, records: asked.size });
  return {
    sample: row.id, deployment: row.deployment, seat, finished, questions: sample.questions,
    records: drawnOf(sample).filter(({ number }) => asked.has(number)).map(({ number, record, facility, department, month, found }) => ({
      number, record, facility, department, month, found, questions: asked.get(number)!,
      answers: answers.filter((one) => one.record === number).map(({ question, answer, value, remark }) => ({ question, answer, value, remark })),
    })),
  };
}

export const seen = (house: House, caller: Caller, row: LightSample, body: Record<string, string | number>) =>
  house.db.transaction().execute((tx) => append(tx, { at: house.clock.now(), kind: kinds.seen.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `sample/${row.id}`, body }));

type Saved = Omit<Given, 'answer'> & { answer: Answer | null };

async function save(house: House, caller: Caller, opened: Opened, given: readonly Saved[], how: 'screen' | 'worksheet'): Promise<ReviewProgress> {
  const { row, sample } = opened;
  const { seat, finished } = await requireSeat(house, caller, row.id);
  if (finished) throw new Problem('conflict', 'You have finished this review.', 'Say that you go on with it, then change the answer.');
  const asked = await askedBySeat(house, opened, seat);
  const wrong = given.flatMap(({ number, question }) => (asked.get(number)?.includes(question) ? [] : [{ path: question, says: asked.has(number) ? `not asked about record ${number}` : `record ${number} is not yours to review` }]));
  if (wrong.length > 0) throw new Problem('bad-input', 'These answers do not belong to your review.', 'Load the page again.', wrong.slice(0, 20));
  const at = house.clock.now();
  const kept_ = given.filter((one): one is Given => one.answer !== null);
  const told = await digest(given.map(({ number, question, answer, value, remark }) => [number, question, answer, value, remark]));
  await house.db.transaction().execute(async (tx) => {
    await kept.saveAnswers(tx, kept_.map(({ number, ...one }) => ({ sample_id: row.id, seat, record: number, ...one, answered_at: at })));
    for (const { number, question, answer } of given) if (answer === null) await kept.dropAnswers(tx, row.id, seat, number, [question]);
    await append(tx, { at, kind: kinds.saved.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `sample/${row.id}`, body: { seat, how, records: new Set(given.map(({ number }) => number)).size, answers: given.length, digest: told } });
  });
  return mine(await seatsOf(house, caller, row.id, sample));
}

export const saveRecord = (house: House, caller: Caller, opened: Opened, number: number, answers: readonly Omit<Saved, 'number'>[]) => save(house, caller, opened, answers.map((one) => ({ number, ...one })), 'screen');

export async function importWorksheet(house: House, caller: Caller, opened: Opened, file: string, text: string): Promise<ReviewProgress> {
  const { given } = readWorksheet(text, file, opened.sample);
  if (given.length === 0) throw new Problem('bad-input', `${file} holds no answer.`, 'Fill in the column `answer`.', [{ file, path: 'answer', says: 'empty throughout' }]);
  return save(house, caller, opened, given, 'worksheet');
}

export async function finish(house: House, caller: Caller, { row, sample }: Opened, finished: boolean): Promise<ReviewProgress> {
  const { seat, finished: before, reviewers } = await requireSeat(house, caller, row.id);
  if (!finished && seat !== 'third' && bothFinished(reviewers)) throw new Problem('conflict', 'Both reviewers have finished, and what they found can be seen: nobody goes on now.', 'Where you differ, a third reviewer settles.');
  const at = house.clock.now();
  if (before !== finished)
    await house.db.transaction().execute(async (tx) => {
      await kept.finishSeat(tx, row.id, seat, finished ? at : null);
      await append(tx, { at, kind: kinds.finished.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `sample/${row.id}`, body: { seat, finished } });
    });
  return mine(await seatsOf(house, caller, row.id, sample));
}

export async function openDisagreements(house: House, caller: Caller, opened: Opened): Promise<OpenDisagreement[]> {
  const { row, sample } = opened;
  const { seat } = await requireSeat(house, caller, row.id);
  if (seat !== 'third') throw new Problem('not-allowed', 'Where two reviewers differ is for the third to see.', 'Ask somebody else to take the third seat.');
  const rows = await kept.answerRows(house.db, row.id);
  const third = givenOf(rows, 'third');
  const found = disagreements(sample, givenOf(rows, 'first'), givenOf(rows, 'second'));
  await seen(house, caller, row, { what: 'disagreements', questions: found.length });
  return found.map(({ number, question }) => ({
    number, question, record: sample.records.find((one) => one.number === number)!.record, asks: sample.questions.find(({ id }) => id === question)!.asks,
    // Sorted by the answer, not by who gave it.
    answers: rows.filter((one) => one.record === number && one.question === question && one.seat !== 'third').map(({ answer, value, remark }) => ({ answer, value, remark })).sort((a, b) => (a.answer < b.answer ? -1 : 1)),
    settled: third.get(`${number} ${question}`)?.answer ?? null,
  }));
}

export async function results(house: House, { row, sample }: Opened): Promise<ReviewResults> {
  if (!bothFinished(await kept.reviewersOf(house.db, row.id))) throw new Problem('conflict', 'Two reviewers have not both finished yet, so there is nothing to compare.', 'Until then nobody sees what either answered.');
  const rows = await kept.answerRows(house.db, row.id);
  return resultsOf(sample, givenOf(rows, 'first'), givenOf(rows, 'second'), givenOf(rows, 'third'));
}

export async function publishResults(house: House, caller: Caller, opened: Opened): Promise<ReviewResults> {
  const { row, sample } = opened;
  const found = await results(house, opened);
  const at = house.clock.now();
  const told = await digest(found);
  await house.db.transaction().execute(async (tx) => {
    await kept.moveSample(tx, row.id, ['done'], { published_at: at });
    await publish(tx, reviewMeasurements(sample, found, { deployment: row.deployment_id, source: `sample/${row.id}/review-${told.slice(0, 8)}`, asOf: at }), at);
    await append(tx, { at, kind: kinds.published.kind, actor: actorOf(caller), deployment: row.deployment_id, subject: `sample/${row.id}`, body: { kappa: found.overall.kappa, answers: found.overall.n, records: found.overall.records, open: found.open, digest: told } });
  });
  return found;
}
