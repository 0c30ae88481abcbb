// How is something new told to the server in one dialog?
import { Button, Modal, type ButtonProps } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { Problem } from '../base/problem.ts';
import { Fields, type FieldWords } from './Form.tsx';
import { checkAgainst, fieldsOf, problemsByField, put, startOf } from './form-fields.ts';
import { problemOf } from './api.ts';
import { ProblemNotice } from './ProblemNotice.tsx';

interface FormDialogProps<S extends z.ZodType> {
  /** The button that opens it. */
  label: string;
  title: string;
  says?: ReactNode;
  schema: S;
  words?: FieldWords;
  start?: Partial<z.input<S>>;
  does: string;
  send: (value: z.input<S>) => Promise<unknown>;
  variant?: ButtonProps['variant'];
  size?: ButtonProps['size'];
  left?: ReactNode;
  wide?: boolean;
  disabled?: boolean;
}

export function FormDialog<S extends z.ZodType>(props: FormDialogProps<S>) {
  const { label, title, variant = 'default', size, left, wide = false, disabled = false } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant={variant} {...(size !== undefined && { size })} leftSection={left} disabled={disabled} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={title} size={wide ? 'xl' : 'lg'}>
        {open && <Inside {...props} close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Inside<S extends z.ZodType>({ says, schema, words = {}, start, does, send, close }: FormDialogProps<S> & { close: () => void }) {
  const field = useMemo(() => fieldsOf(schema), [schema]);
  const [value, setValue] = useState<unknown>(() => ({ ...(startOf(field) as object), ...start }));
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const [failed, setFailed] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    const found = checkAgainst(schema, value);
    setProblems(found ?? new Map());
    setFailed(null);
    if (found) return focusFirst();
    setBusy(true);
    try {
      await send(value as z.input<S>);
      close();
    } catch (error) {
      const problem = problemOf(error);
      setFailed(problem);
      setProblems(problemsByField(problem.details.map((detail) => ({ path: detail.path ?? '', says: detail.says }))));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {says && <div className="dialog-says">{says}</div>}
      <Fields field={field} value={value} words={words} problems={problems} onChange={(path, next) => setValue((before: unknown) => put(before, path, next))} />
      {problems.size > 0 && !failed && (
        <p className="field-problem" role="alert">
          {problems.size === 1 ? 'One field needs a look.' : `${problems.size} fields need a look.`} {problems.get('')}
        </p>
      )}
      <ProblemNotice problem={failed} />
      <div className="dialog-actions">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          {does}
        </Button>
      </div>
    </form>
  );
}

function focusFirst() {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[role="dialog"] [aria-invalid="true"], [role="dialog"] [data-error="true"]')?.focus());
}
