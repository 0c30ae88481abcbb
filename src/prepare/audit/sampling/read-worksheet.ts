// What did a reviewer write on a worksheet, and on which line is a mistake?
import { readCsv } from '../../../tools/base/csv.ts';
import { Problem, type ProblemDetail } from '../../../tools/base/problem.ts';
import { answerNames, askedOf, drawnOf, type Answer } from './questions.ts';
import type { SampleDocument } from './sample-words.ts';
import { nameOf } from './worksheet.ts';

export interface Given {
  /** The number of the record. */
  number: number;
  question: string;
  answer: Answer;
  value: string;
  remark: string;
}

export interface Worksheet {
  /** As written in the column `reviewer`; empty where nobody wrote it. */
  reviewer: string;
  given: Given[];
  /** Lines without an answer: not yet looked at. */
  unanswered: number;
}

const spoken: Record<string, Answer> = {
  yes: 'yes', y: 'yes', no: 'no', n: 'no', 'not applicable': 'not-applicable', 'not-applicable': 'not-applicable', na: 'not-applicable', 'n/a': 'not-applicable',
  'cannot tell': 'cannot-tell', 'cannot-tell': 'cannot-tell', '?': 'cannot-tell',
};
const longest = 2_000;

/**
 * Reads a worksheet that was filled in, whatever the spreadsheet made of it: comma, semicolon or tab, columns in any order.
 * @throws Problem with file and line of every mistake (the first 100); nothing is taken from a worksheet with a mistake.
 */
export function readWorksheet(text: string, file: string, sample: Pick<SampleDocument, 'records' | 'questions' | 'seedDigest' | 'frame' | 'request'>): Worksheet {
  const { rows, unclosed } = readCsv(text);
  const wrong: ProblemDetail[] = [];
  const refuse = (line: number, path: string, says: string) => void wrong.push({ file, line, path, says });
  if (unclosed !== null) refuse(unclosed, 'quote', 'a quote opens here and is never closed');
  const [head, ...lines] = rows;
  const at = (name: string) => head?.cells.findIndex((cell) => cell.toLowerCase() === name) ?? -1;
  for (const column of ['sample', 'number', 'question', 'answer']) if (at(column) < 0) refuse(head?.line ?? 1, column, `the column \`${column}\` is missing`);
  if (wrong.length > 0) throw bad(file, wrong);
  const name = nameOf(sample);
  const asked = new Map(drawnOf(sample).map((record) => [String(record.number), new Set(askedOf(record, sample.questions).map(({ id }) => id))]));
  const known = new Map(drawnOf(sample).map((record) => [String(record.number), record.record]));
  const given = new Map<string, Given & { line: number }>();
  const reviewers = new Set<string>();
  let unanswered = 0;
  for (const { line, cells } of lines) {
    const cell = (column: string) => unescaped(cells[at(column)] ?? '');
    const [number, question, said] = [cell('number'), cell('question'), cell('answer').toLowerCase()];
    if (cell('sample') !== name) { refuse(line, 'sample', `the answers are about sample \`${cell('sample').slice(0, 20)}\`, this one is ${name}`); continue; }
    const questions = asked.get(number);
    if (!questions) { refuse(line, 'number', `the sample has no record ${number.slice(0, 20) || '(empty)'}`); continue; }
    if (at('record') >= 0 && cell('record') !== known.get(number)) { refuse(line, 'record', `record ${number} is another one: the lines were shifted against each other`); continue; }
    if (!questions.has(question)) { refuse(line, 'question', `\`${question.slice(0, 60)}\` is not asked about record ${number}`); continue; }
    if (cell('reviewer') !== '') reviewers.add(cell('reviewer'));
    if (said === '') { unanswered++; continue; }
    const answer = spoken[said];
    if (!answer) { refuse(line, 'answer', `\`${said.slice(0, 40)}\` is no answer; it is one of ${answerNames.join(', ')}`); continue; }
    const [value, remark] = [cell('value'), cell('remark')];
    if (value.length > longest || remark.length > longest) { refuse(line, value.length > longest ? 'value' : 'remark', `longer than ${longest} characters`); continue; }
    const key = `${number} ${question}`;
    const before = given.get(key);
    if (before && before.answer !== answer) refuse(line, 'answer', `answered \`${before.answer}\` on line ${before.line} already`);
    else given.set(key, { number: Number(number), question, answer, value, remark, line });
  }
  if (reviewers.size > 1) refuse(head!.line, 'reviewer', `two reviewers in one file (${[...reviewers].slice(0, 3).join(', ')}); each fills in a copy`);
  if (wrong.length > 0) throw bad(file, wrong);
  return { reviewer: [...reviewers][0] ?? '', given: [...given.values()].map(({ number, question, answer, value, remark }) => ({ number, question, answer, value, remark })), unanswered };
}

/** The worksheet puts an apostrophe before what a spreadsheet would run as a formula. */
const unescaped = (cell: string) => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

const bad = (file: string, wrong: readonly ProblemDetail[]) =>
  new Problem('bad-input', `${file} cannot be read as a worksheet of this sample: ${wrong.length === 1 ? 'one line is' : `${wrong.length} lines are`} wrong.`, 'Correct the named lines and read it again; nothing was taken from it.', wrong.slice(0, 100));
