// What has to be shown, one by one, and how does each stand?
import type { ReactNode } from 'react';
import { useId, useState } from 'react';
import { ChevronDown } from './icons.tsx';
import { usePrinting } from './Printed.tsx';
import { Verdict, type VerdictName } from './Verdict.tsx';

export interface Task {
  id: string;
  /** A short number in front, e.g. `1.5`. */
  code?: string;
  title: string;
  verdict: VerdictName;
  /** Small words behind the title. */
  tags?: ReactNode;
  /** The number, under or beside the title. */
  number?: ReactNode;
  /** Shown when opened. */
  body?: () => ReactNode;
}

/** Tasks as a list; each opens into its evidence. Several can be open at once; `opened` opens one from outside. */
export function TaskList({ label, tasks, opened }: { label: string; tasks: readonly Task[]; opened?: string | undefined }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(opened ? [opened] : []));
  const printing = usePrinting();
  const base = useId();
  const toggle = (id: string) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  return (
    <ul className="tasks" aria-label={label}>
      {tasks.map((task) => {
        const isOpen = open.has(task.id) || (printing && Boolean(task.body));
        return (
          <li key={task.id} id={`task-${task.id}`} className={`task is-${task.verdict}${isOpen ? ' is-open' : ''}`}>
            <h3 className="task-head">
              <button type="button" className="task-button" aria-expanded={isOpen} aria-controls={`${base}-${task.id}`} onClick={() => toggle(task.id)} disabled={!task.body}>
                <span className="task-verdict">
                  <Verdict verdict={task.verdict} />
                </span>
                <span className="task-title">
                  {task.code && <span className="task-code">{task.code}</span>} {task.title}
                  {task.tags && <span className="task-tags">{task.tags}</span>}
                </span>
                <span className="task-number">{task.number}</span>
                <span className="task-chevron">
                  <ChevronDown />
                </span>
              </button>
            </h3>
            <div id={`${base}-${task.id}`} className="task-body" hidden={!isOpen}>
              {isOpen && task.body?.()}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** A small label, for a kind or a property. */
export function Tag({ children, kind = 'quiet', title }: { children: ReactNode; kind?: 'quiet' | 'strong' | 'warning'; title?: string }) {
  return (
    <span className={`tag is-${kind}`} title={title}>
      {children}
    </span>
  );
}
