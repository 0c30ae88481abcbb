// Are the export's sensitivity and PPV those of the whole it was drawn from, and does an unsettled record count for nothing?
import { describe, expect, it } from 'vitest';
import type { Answer } from './questions.ts';
import { answerKey, disagreements, resultsOf } from './results.ts';
import type { Question, SampledRecord, StratumRow } from './sample-words.ts';

const questions: Question[] = [
  { id: 'lactate.in-chart', element: 'lactate', kind: 'in-chart', asks: 'Is there a value?', hint: '' },
  { id: 'lactate.same', element: 'lactate', kind: 'same', asks: 'Is it the same?', hint: '' },
  { id: 'problem-list', element: null, kind: 'problem-list', asks: 'Is it right?', hint: '' },
];
const stratum = (facility: string, size: number, n: number): StratumRow => ({ facility, department: 'ed', period: null, size, n, spread: 1, probability: n / size, weight: size / n });
const strata = [stratum('a', 900, 10), stratum('b', 100, 10)];
// In a the export has 8 of 10, in b 2 of 10.
const records = strata.flatMap((one, at) => Array.from({ length: 10 }, (_, i): SampledRecord => ({ number: at * 10 + i + 1, record: `Encounter/${at}-${i}`, stratum: at, rank: i + 1, ticket: '0'.repeat(64), drawn: true, facility: one.facility, department: 'ed', month: '2026-01', found: { lactate: { k: i < (at === 0 ? 8 : 2) ? 1 : 0, n: 1, values: [] } } })));
const sample = { questions, strata, records };
const say = (pick: (record: SampledRecord, question: string) => Answer | null) =>
  new Map(records.flatMap((record) => questions.flatMap(({ id }) => {
    const answer = pick(record, id);
    return answer === null ? [] : [[answerKey(record.number, id), { answer }] as const];
  })));

describe('export against chart', () => {
  it('weights each record by what it stands for', () => {
    const all = say(() => 'yes');
    const [lactate] = resultsOf(sample, all, all, new Map()).elements;
    expect(lactate!.sensitivity.value).toBeCloseTo(0.9 * 0.8 + 0.1 * 0.2, 8);
    expect(lactate!.ppv).toMatchObject({ n: 10, value: 1 });
    expect(lactate!.carried.value).toBeCloseTo(0.74, 8);
    expect(lactate!.sensitivity.interval!.low).toBeLessThan(0.74);
  });
  it('a wrong value is in the export, and not carried', () => {
    const all = say((record, id) => (id === 'lactate.same' && record.number === 1 ? 'no' : 'yes'));
    const [lactate] = resultsOf(sample, all, all, new Map()).elements;
    expect(lactate!.sensitivity.value).toBeCloseTo(0.74, 8);
    expect(lactate!.carried.value).toBeCloseTo(0.74 - 0.09, 8);
  });
  it('leaves out what is unsettled or cannot be told, and takes what the third says', () => {
    const first = say(() => 'yes');
    const second = say((record, id) => (record.number === 1 && id === 'lactate.in-chart' ? 'no' : record.number === 2 ? 'cannot-tell' : 'yes'));
    expect(disagreements(sample, first, second).map(({ number, question }) => `${number} ${question}`)).toEqual(['1 lactate.in-chart', '2 lactate.in-chart', '2 lactate.same', '2 problem-list']);
    const open = resultsOf(sample, first, second, new Map());
    expect(open.open).toBe(4);
    expect(open.elements[0]!.n).toBe(18);
    const third = new Map([[answerKey(1, 'lactate.in-chart'), { answer: 'no' as Answer }]]);
    const settled = resultsOf(sample, first, second, third);
    expect(settled.open).toBe(3);
    expect(settled.elements[0]).toMatchObject({ n: 19, ppv: { n: 9 } });
    expect(settled.elements[0]!.ppv.value!).toBeLessThan(1);
  });
  it('compares sameness only where both found a value', () => {
    const first = say((record, id) => (record.number <= 5 && id === 'lactate.in-chart' ? 'no' : record.number <= 5 && id === 'lactate.same' ? 'not-applicable' : 'yes'));
    const found = resultsOf(sample, first, first, new Map()).agreement.find(({ question }) => question === 'lactate.same')!;
    // The export has ten values; the first five records have none in the chart.
    expect(found.n).toBe(5);
  });
  it('says nothing before anybody answered', () => {
    const none = resultsOf(sample, new Map(), new Map(), new Map());
    expect(none.overall).toEqual({ n: 0, records: 0, kappa: null, interval: null });
    expect(none.elements[0]).toMatchObject({ n: 0, sensitivity: { n: 0, value: null, interval: null } });
  });
});
