// Does the person mean it, and why?
import { Button, Modal, Textarea, type ButtonProps } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Problem } from '../base/problem.ts';
import { ProblemNotice } from './ProblemNotice.tsx';

interface ConfirmProps {
  label: string;
  title: string;
  says: ReactNode;
  /** What the confirming button reads; the label unless told. */
  does?: string;
  /** Asks for a reason and hands it over. Without it the reason is empty. */
  reason?: { label: string; hint?: string };
  danger?: boolean;
  busy?: boolean;
  problem?: Problem | null;
  onConfirm: (reason: string) => Promise<unknown>;
  variant?: ButtonProps['variant'];
  size?: ButtonProps['size'];
  disabled?: boolean;
}

export function ConfirmButton({ label, title, says, does = label, reason, danger = false, busy = false, problem, onConfirm, variant = 'default', size, disabled = false }: ConfirmProps) {
  const [open, setOpen] = useState(false);
  const [why, setWhy] = useState('');
  const [missing, setMissing] = useState(false);
  const confirm = async () => {
    if (reason && why.trim() === '') return setMissing(true);
    try {
      await onConfirm(why.trim());
      setOpen(false);
      setWhy('');
    } catch {
      // The problem is shown in the dialog, which stays open with what was written.
    }
  };
  return (
    <>
      <Button variant={variant ?? 'default'} {...(size !== undefined && { size })} disabled={disabled} className={danger ? 'is-danger' : ''} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={title}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void confirm();
          }}
        >
          <div>{says}</div>
          {reason && (
            <Textarea
              label={reason.label}
              description={reason.hint}
              value={why}
              onChange={(event) => {
                setWhy(event.currentTarget.value);
                setMissing(false);
              }}
              error={missing ? 'Write the reason; it is kept with the record.' : undefined}
              autosize
              minRows={3}
              required
              data-autofocus
            />
          )}
          <ProblemNotice problem={problem} />
          <div className="dialog-actions">
            <Button variant="default" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} className={danger ? 'is-danger-filled' : ''}>
              {does}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
