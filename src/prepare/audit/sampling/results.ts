// How far did the reviewers agree, and does the export say what the charts say?
import { cohenKappa, pooledKappa } from '../../../tools/statistics/agreement.ts';
import { stratifiedShare } from '../../../tools/statistics/stratified.ts';
import { tidy } from '../judging.ts';
import { byStratum } from './estimates.ts';
import { answerNames, askedOf, drawnOf, type Answer } from './questions.ts';
import type { Given } from './read-worksheet.ts';
import type { Question, ReviewResults, SampledRecord, SampleDocument } from './sample-words.ts';

export type Answers = ReadonlyMap<string, Pick<Given, 'answer'>>;
export const answerKey = (number: number, question: string) => `${number} ${question}`;
export const answersOf = (given: readonly Given[]): Map<string, Given> => new Map(given.map((one) => [answerKey(one.number, one.question), one]));

export interface Disagreement { number: number; question: string; first: Answer; second: Answer }

/** Where two reviewers answered differently; a third settles these. */
export function disagreements(sample: Pick<SampleDocument, 'records' | 'questions'>, first: Answers, second: Answers): Disagreement[] {
  return drawnOf(sample).flatMap((record) =>
    askedOf(record, sample.questions).flatMap(({ id }) => {
      const [a, b] = [first.get(answerKey(record.number, id))?.answer, second.get(answerKey(record.number, id))?.answer];
      return a && b && a !== b ? [{ number: record.number, question: id, first: a, second: b }] : [];
    }),
  );
}

/** What counts in the end: what both said, else what the third said, else nothing. */
const settled = (record: SampledRecord, id: string, first: Answers, second: Answers, third: Answers): Answer | null => {
  const key = answerKey(record.number, id);
  const [a, b] = [first.get(key)?.answer, second.get(key)?.answer];
  if (!a || !b) return null;
  return a === b ? a : (third.get(key)?.answer ?? null);
};

/** Export against chart, with the weights of the draw: shares of everything it was drawn from, not of the sample. */
export function resultsOf(sample: Pick<SampleDocument, 'records' | 'questions' | 'strata'>, first: Answers, second: Answers, third: Answers): ReviewResults {
  const records = drawnOf(sample);
  const code = (answer: Answer) => answerNames.indexOf(answer);
  const pairs = (of: Question) => records.map((record): [number, number] | null => {
    if (!askedOf(record, [of]).length) return null;
    const key = answerKey(record.number, of.id);
    const [a, b] = [first.get(key)?.answer, second.get(key)?.answer];
    // Whether a value is the same can only be compared where both found one: that neither did is agreement about another question.
    const value = of.kind === 'same' ? answerKey(record.number, `${of.element}.in-chart`) : null;
    if (value !== null && [first, second].some((one) => (one.get(value)?.answer ?? 'yes') !== 'yes')) return null;
    return a && b ? [code(a), code(b)] : null;
  });
  const all = sample.questions.map((one) => ({ question: one, pairs: pairs(one) }));
  const agreement = all.map(({ question: { id, asks }, pairs: mine }) => {
    const table = answerNames.map(() => answerNames.map(() => 0));
    for (const pair of mine) if (pair) table[pair[0]]![pair[1]]!++;
    const { n, observed, kappa, interval: range, pabak } = cohenKappa(table);
    const unsure = code('cannot-tell');
    return { question: id, asks, n, observed: tidy(observed), kappa: tidy(kappa), kappaInterval: ends(range), pabak: tidy(pabak), cannotTell: mine.filter((pair) => pair && (pair[0] === unsure || pair[1] === unsure)).length };
  });
  const pooled = pooledKappa(records.map((_, at) => all.map(({ pairs: mine }) => mine[at]!)), answerNames.length);
  const share = (look: (record: SampledRecord) => boolean | null) => {
    const found = stratifiedShare(byStratum(sample.strata, sample.records, (record) => {
      const yes = look(record);
      return yes === null ? null : { y: yes ? 1 : 0, x: 1 };
    }));
    return { n: found.n, value: tidy(found.value), interval: ends(found.low === null || found.high === null ? null : { low: found.low, high: found.high }) };
  };
  const has = (record: SampledRecord, element: string) => (record.found[element]?.k ?? 0) > 0;
  const told = (record: SampledRecord, id: string): boolean | null => {
    const answer = settled(record, id, first, second, third);
    return answer === 'yes' ? true : answer === 'no' ? false : null;
  };
  const elements = sample.questions.filter(({ kind }) => kind === 'in-chart').map(({ id, element: name }) => {
    const element = name!;
    const same = `${element}.same`;
    return {
      element,
      n: records.filter((record) => told(record, id) !== null).length,
      sensitivity: share((record) => (told(record, id) === true ? has(record, element) : null)),
      ppv: share((record) => (has(record, element) ? told(record, id) : null)),
      same: share((record) => (has(record, element) && told(record, id) === true ? told(record, same) : null)),
      carried: share((record) => (told(record, id) !== true ? null : has(record, element) ? told(record, same) : false)),
    };
  });
  const others = sample.questions.filter(({ kind }) => kind === 'note' || kind === 'problem-list').map(({ id, asks }) => ({ question: id, asks, ...share((record) => told(record, id)) }));
  const open = disagreements(sample, first, second).filter(({ number, question: id }) => !third.has(answerKey(number, id))).length;
  return { questions: sample.questions, agreement, overall: { n: pooled.n, records: pooled.records, kappa: tidy(pooled.kappa), interval: ends(pooled.interval) }, open, elements, others };
}

const ends = (one: { low: number; high: number } | null) => (one === null ? null : { low: tidy(one.low)!, high: tidy(one.high)! });
