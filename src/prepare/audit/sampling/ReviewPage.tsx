// What does this chart say, record by record, on a phone or a desktop, without losing an answer?
import { Button } from '@mantine/core';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { call, problemOf } from '../../../tools/ui/api.ts';
import { useAsk, useTell } from '../../../tools/ui/asking.ts';
import { ConfirmButton } from '../../../tools/ui/ConfirmButton.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { useGo, useKept, useParam } from '../../../tools/ui/Go.tsx';
import { Note } from '../../../tools/ui/Note.tsx';
import { count } from '../../../tools/ui/numbers.ts';
import { Page } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Progress, Waiting } from '../../../tools/ui/Progress.tsx';
import { useGuard } from '../../../tools/ui/draft.ts';
import type { Problem } from '../../../tools/base/problem.ts';
import { finishReview, readDisagreements, readReview, saveReview, seatWords, type Review, type ReviewRecord } from './model.ts';
import { ReviewQuestion, type OwnAnswer } from './ReviewQuestion.tsx';
import { TakeInWorksheet } from './TakeInWorksheet.tsx';

/** Loaded once and not again when the window is looked at: every load is a logged look, and answers live here from then on. */
export default function ReviewPage() {
  const sample = useParam('sample');
  const [loaded, setLoaded] = useState<{ review: Review; times: number } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(() => {
    setProblem(null);
    call(readReview, { params: { sample } }).then(
      (review) => setLoaded((before) => ({ review, times: (before?.times ?? 0) + 1 })),
      (error: unknown) => setProblem(problemOf(error)),
    );
  }, [sample]);
  useEffect(load, [load]);
  if (problem) return <ProblemNotice problem={problem} again={load} />;
  if (!loaded) return <Waiting what="Loading your review" />;
  return <Reviewing key={`${sample} ${loaded.times}`} review={loaded.review} reload={load} />;
}

type Answers = ReadonlyMap<string, OwnAnswer>;
const keyOf = (number: number, question: string) => `${number} ${question}`;
const startOf = ({ records }: Review): Answers => new Map(records.flatMap(({ number, answers }) => answers.flatMap(({ question, answer, value, remark }) => (answer === null ? [] : [[keyOf(number, question), { answer, value: value ?? '', remark: remark ?? '' }] as const]))));

function Reviewing({ review, reload }: { review: Review; reload: () => void }) {
  const deployment = useParam('deployment');
  const go = useGo();
  const [answers, setAnswers] = useState(() => startOf(review));
  const { unsaved, problem, changed, flush } = useAutosave(review.sample);
  useGuard(unsaved > 0 || problem !== null);
  const done = useCallback((record: ReviewRecord) => record.questions.every((question) => answers.has(keyOf(record.number, question))), [answers]);
  const [kept, setKept] = useKept('record');
  // Resumes where something is still open.
  const first = useMemo(() => review.records.find(({ number, questions }) => questions.some((question) => !startOf(review).has(keyOf(number, question)))) ?? review.records[0], [review]);
  const record = review.records.find(({ number }) => String(number) === kept) ?? first;
  const at = record ? review.records.indexOf(record) : -1;
  const top = useRef<HTMLHeadingElement>(null);
  const open = (to: ReviewRecord | undefined) => {
    if (!to) return;
    void flush();
    setKept(String(to.number));
    top.current?.focus();
    window.scrollTo({ top: 0 });
  };
  const third = review.seat === 'third';
  const differing = useAsk(readDisagreements, { params: { sample: review.sample } }, { when: third });
  const total = review.records.reduce((sum, { questions }) => sum + questions.length, 0);
  const back = `/deployments/${deployment}/data/samples/${review.sample}`;
  const finishing = useTell(finishReview, { rooms: ['audit'], done: () => go(back) });
  const finish = async () => {
    await flush();
    await finishing.tellAsync({ params: { sample: review.sample }, body: { finished: !review.finished } });
  };
  const change = (question: string, to: OwnAnswer | null) => {
    if (!record) return;
    put(question, to);
    // Where the chart has no value there is nothing to compare; where it has one after all, the question is open again.
    const compare = question.endsWith('.in-chart') ? question.replace(/in-chart$/, 'same') : '';
    if (!record.questions.includes(compare)) return;
    const before = answers.get(keyOf(record.number, compare));
    if (to && to.answer !== 'yes') put(compare, { answer: 'not-applicable', value: '', remark: before?.remark ?? '' });
    else if (before?.answer === 'not-applicable' || !to) put(compare, null);
  };
  const put = (question: string, to: OwnAnswer | null) => {
    if (!record) return;
    setAnswers((before) => {
      const next = new Map(before);
      if (to) next.set(keyOf(record.number, question), to);
      else next.delete(keyOf(record.number, question));
      return next;
    });
    changed(record.number, question, to);
  };
  const left = total - answers.size;
  return (
    <Page
      title="Chart review"
      level={2}
      of={deployment}
      trail={[
        { label: 'Samples', to: `/deployments/${deployment}/data/samples` },
        { label: 'Sample', to: back },
      ]}
      says={`${seatWords[review.seat]}. Open the chart, answer, go on. Answers are saved as you give them.`}
    >
      <div className="card stack">
        <Progress label={`${count(answers.size)} of ${count(total)} answered`} value={total === 0 ? 1 : answers.size / total} says={unsaved > 0 ? 'Saving…' : problem ? 'Not saved' : 'Everything is saved.'} />
        <ProblemNotice problem={problem} again={() => void flush()} />
      </div>
      {review.finished && <Note kind="good" title="You have finished">Go on with it below if something has to be changed, while the other reviewer is still at work.</Note>}
      {!record && <EmptyState title="Nothing to settle">The two reviewers gave the same answers throughout.</EmptyState>}
      {record && (
        <section className="card stack" aria-label={`Record ${at + 1} of ${review.records.length}`}>
          <header>
            <h3 className="part-title" ref={top} tabIndex={-1}>
              {at + 1} of {count(review.records.length)}: <code>{record.record}</code>
            </h3>
            <p className="small faint">
              {record.facility} · {record.department} · {record.month} {done(record) && '· answered'}
            </p>
          </header>
          {record.questions.map((id) => {
            const question = review.questions.find((one) => one.id === id)!;
            const before = question.kind === 'same' ? answers.get(keyOf(record.number, `${question.element}.in-chart`)) : undefined;
            const asked = question.kind === 'same' && record.questions.includes(`${question.element}.in-chart`);
            // Nothing to compare yet, or nothing at all.
            if (asked && before?.answer !== 'yes') return null;
            const differ = differing.data?.items.find((one) => one.number === record.number && one.question === id);
            return (
              <ReviewQuestion
                key={keyOf(record.number, id)}
                question={question}
                answer={answers.get(keyOf(record.number, id)) ?? null}
                // What the export has is shown only after the chart was looked at: it must not lead the eye.
                exportHas={question.kind === 'same' && question.element !== null ? (record.found[question.element]?.values ?? []) : null}
                others={differ?.answers ?? null}
                readOnly={review.finished}
                onChange={(to) => change(id, to)}
              />
            );
          })}
          <div className="row">
            <Button variant="default" disabled={at <= 0} onClick={() => open(review.records[at - 1])}>
              Back
            </Button>
            <Button disabled={at >= review.records.length - 1} onClick={() => open(review.records[at + 1])}>
              Next record
            </Button>
            {left > 0 && (
              <Button variant="subtle" onClick={() => open(review.records.find((one, i) => i !== at && !done(one)) ?? record)}>
                Next with an open question
              </Button>
            )}
          </div>
          <p className="small faint">
            At a keyboard: <kbd>Y</kbd> yes, <kbd>N</kbd> no, <kbd>A</kbd> not applicable, <kbd>C</kbd> cannot tell, <kbd>Enter</kbd> next question.
          </p>
        </section>
      )}
      <div className="row">
        <ConfirmButton
          label={review.finished ? 'Go on with my review' : 'Finish my review'}
          title={review.finished ? 'Go on with your review?' : 'Finish your review?'}
          says={review.finished ? 'This works while the other reviewer has not finished.' : left > 0 ? `${count(left)} questions have no answer; they are left out of every number.` : 'When both of you have finished, agreement is worked out and nothing can be changed.'}
          busy={finishing.busy}
          problem={finishing.problem}
          onConfirm={finish}
        />
        {!review.finished && !third && <TakeInWorksheet sample={review.sample} onDone={reload} />}
      </div>
    </Page>
  );
}

const pause = 700;

/** Saves what was changed a moment after the last change, record by record; what could not be saved stays and is tried again. */
function useAutosave(sample: string) {
  const waiting = useRef(new Map<number, Map<string, OwnAnswer | null>>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const running = useRef<Promise<void>>(Promise.resolve());
  const [unsaved, setUnsaved] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);
  const tally = () => setUnsaved([...waiting.current.values()].reduce((sum, one) => sum + one.size, 0));
  const flush = useCallback(() => {
    clearTimeout(timer.current);
    running.current = running.current.then(async () => {
      for (const [number, given] of waiting.current) {
        const sent = new Map(given);
        try {
          await call(saveReview, { params: { sample, record: number }, body: { answers: [...sent].map(([question, one]) => ({ question, answer: one?.answer ?? null, value: one?.value ?? '', remark: one?.remark ?? '' })) } });
          // Changed again in the meantime: that stays waiting.
          for (const [question, one] of sent) if (given.get(question) === one) given.delete(question);
          if (given.size === 0) waiting.current.delete(number);
          setProblem(null);
        } catch (error) {
          setProblem(problemOf(error));
          break;
        }
      }
      tally();
    });
    return running.current;
  }, [sample]);
  const changed = useCallback(
    (number: number, question: string, to: OwnAnswer | null) => {
      const mine = waiting.current.get(number) ?? new Map<string, OwnAnswer | null>();
      mine.set(question, to);
      waiting.current.set(number, mine);
      tally();
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush(), pause);
    },
    [flush],
  );
  useEffect(() => () => void flush(), [flush]);
  return { unsaved, problem, changed, flush };
}
