// How is one question about one record answered, with a finger or a key?
import { Button, Textarea, TextInput } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import { answerNames, answers, type Answer } from './questions.ts';
import type { Question } from './sample-words.ts';

export interface OwnAnswer {
  answer: Answer;
  value: string;
  remark: string;
}

const keys: Record<string, Answer> = { y: 'yes', n: 'no', a: 'not-applicable', c: 'cannot-tell' };

interface Props {
  question: Question;
  answer: OwnAnswer | null;
  /** What the export holds, beside the question that compares; null: not for this question. */
  exportHas: readonly string[] | null;
  /** For the third reviewer: what the two said, in no order. */
  others: readonly { answer: Answer; value: string; remark: string }[] | null;
  readOnly: boolean;
  onChange: (answer: OwnAnswer | null) => void;
}

export function ReviewQuestion({ question, answer, exportHas, others, readOnly, onChange }: Props) {
  const [remarking, setRemarking] = useState(Boolean(answer?.remark));
  const choose = (name: Answer) => !readOnly && onChange(answer?.answer === name ? null : { value: '', remark: '', ...answer, answer: name });
  const pressed = (event: KeyboardEvent<HTMLFieldSetElement>) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = keys[event.key.toLowerCase()];
    if (name) {
      event.preventDefault();
      choose(name);
    }
    if (event.key === 'Enter' && answer) {
      event.preventDefault();
      const next = event.currentTarget.nextElementSibling;
      next?.querySelector<HTMLElement>('button')?.focus();
    }
  };
  return (
    <fieldset className="field-group is-wide" onKeyDown={pressed} disabled={readOnly}>
      <legend>{question.asks}</legend>
      <p className="small faint">{question.hint}</p>
      {exportHas && (
        <p className="small">
          The export has: <strong>{exportHas.length > 0 ? exportHas.join('; ') : 'a value'}</strong>
        </p>
      )}
      {others && (
        <p className="small">
          The two said: {others.map((one, i) => <span key={one.answer}>{i > 0 && ' · '}<strong>{answers[one.answer].toLowerCase()}</strong>{one.value && ` (${one.value})`}{one.remark && `, “${one.remark}”`}</span>)}
        </p>
      )}
      <div className="row" role="group" aria-label={`Answer: ${question.asks}`}>
        {answerNames.map((name) => (
          <Button key={name} size="sm" variant={answer?.answer === name ? 'filled' : 'default'} aria-pressed={answer?.answer === name} disabled={readOnly} onClick={() => choose(name)}>
            {answers[name]}
          </Button>
        ))}
      </div>
      {question.kind === 'in-chart' && answer?.answer === 'yes' && <TextInput label="Value in the chart" maxLength={2_000} value={answer.value} onChange={(event) => onChange({ ...answer, value: event.currentTarget.value })} style={{ maxWidth: '20rem', marginTop: '0.5rem' }} />}
      {answer && !remarking && (
        <div>
          <button type="button" className="row-link small" onClick={() => setRemarking(true)}>
            Add a remark
          </button>
        </div>
      )}
      {answer && remarking && <Textarea label="Remark" description="About the record, never about a person." maxLength={2_000} autosize minRows={1} value={answer.remark} onChange={(event) => onChange({ ...answer, remark: event.currentTarget.value })} />}
    </fieldset>
  );
}
