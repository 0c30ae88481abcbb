// What went wrong, where, and what can the person do now?
import { Button } from '@mantine/core';
import type { Problem } from '../base/problem.ts';
import { Coded } from './Coded.tsx';
import { Alert } from './icons.tsx';

export function ProblemNotice({ problem, again, title }: { problem: Problem | null | undefined; again?: () => void; title?: string }) {
  if (!problem) return null;
  return (
    <div className="notice is-problem" role="alert">
      <Alert size={18} />
      <div>
        {title && <strong className="notice-title">{title}</strong>}
        <p>
          <strong>
            <Coded text={problem.message} />
          </strong>{' '}
          <Coded text={forPeople(problem.next)} />
        </p>
        {problem.details.length > 0 && (
          <ul>
            {problem.details.map((detail, index) => (
              <li key={index}>
                {place(detail) && <code>{place(detail)}</code>} <Coded text={detail.says} />
              </li>
            ))}
          </ul>
        )}
        {again && (
          <Button size="xs" variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

/** Where something is listed in the API helps programs; on a page the way there is the menu. */
const forPeople = (next: string): string => next.split(/(?<=[.;]) /).filter((sentence) => !sentence.includes('/api/v1/')).join(' ');

function place({ file, line, path }: { file?: string | undefined; line?: number | undefined; path?: string | undefined }): string {
  const where = file ? (line ? `${file}:${line}` : file) : line ? `line ${line}` : '';
  return [where, path].filter(Boolean).join(' ');
}
