// What was found, readable by shape, word and colour, so that greyscale and colour blindness lose nothing?
import type { ReactNode } from 'react';

/** Three verdicts are not enough: what cannot be said has its own word. */
export const verdicts = {
  met: 'Met',
  'not-met': 'Not met',
  undecided: 'Undecided',
  'not-measurable': 'Not measurable',
  stale: 'Stale',
  waived: 'Waived',
} as const;
export type VerdictName = keyof typeof verdicts;

/** What each verdict means, for titles and legends. */
export const verdictSays: Record<VerdictName, string> = {
  met: 'The number reaches the threshold.',
  'not-met': 'The number does not reach the threshold.',
  undecided: 'The interval lies on both sides of the threshold: more cases are needed.',
  'not-measurable': 'There is no number, or too few cases. Missing is never counted as met.',
  stale: 'The number is too old to decide on.',
  waived: 'Set aside by a named person, with a reason and an end date.',
};

const shapes: Record<VerdictName, ReactNode> = {
  met: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="currentColor" stroke="none" />
      <path d="m5 8.3 2.1 2.1L11 6" stroke="var(--surface, #fff)" strokeWidth="1.8" />
    </>
  ),
  'not-met': (
    <>
      <rect x="2" y="2" width="12" height="12" rx="1.5" fill="currentColor" stroke="none" />
      <path d="m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6" stroke="var(--surface, #fff)" strokeWidth="1.8" />
    </>
  ),
  undecided: (
    <>
      <path d="M8 1.2 14.8 8 8 14.8 1.2 8Z" />
      <path d="M8 1.200v13.6L1.2 8Z" fill="currentColor" />
    </>
  ),
  'not-measurable': (
    <>
      <circle cx="8" cy="8" r="6.2" strokeDasharray="2.6 2.3" />
      <path d="M5.5 8h5" />
    </>
  ),
  stale: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 4.5V8l2.5 1.8" />
    </>
  ),
  waived: <path d="M4 14.5V2h8.5l-2 3.2 2 3.200H4" fill="none" />,
};

export function VerdictMark({ verdict, size = 16 }: { verdict: VerdictName; size?: number }) {
  return (
    <svg className={`verdict-mark is-${verdict}`} width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      {shapes[verdict]}
    </svg>
  );
}

/** The badge. `label` replaces the word where the context has a better one. */
export function Verdict({ verdict, label, plain = false }: { verdict: VerdictName; label?: string; plain?: boolean }) {
  return (
    <span className={`verdict is-${verdict}${plain ? ' is-plain' : ''}`} title={verdictSays[verdict]}>
      <VerdictMark verdict={verdict} size={14} />
      {label ?? verdicts[verdict]}
    </span>
  );
}
