// How is work in progress kept, undone, and not lost by leaving the page?
import { useBlocker } from '@tanstack/react-router';
import { useCallback, useState } from 'react';

interface History<Value> {
  past: Value[];
  now: Value;
  future: Value[];
  /** What is being typed into, so that a word is one step and not ten. */
  at: string;
}

/** A draft with undo and redo. `change` with the same `at` extends the last step. */
export function useDraft<Value>(start: Value) {
  const [saved, setSaved] = useState(start);
  const [history, setHistory] = useState<History<Value>>({ past: [], now: start, future: [], at: '' });
  const change = useCallback(
    (next: Value | ((before: Value) => Value), at = '') =>
      setHistory(({ past, now, at: last }) => {
        const value = typeof next === 'function' ? (next as (before: Value) => Value)(now) : next;
        return { past: at !== '' && at === last ? past : [...past.slice(-199), now], now: value, future: [], at };
      }),
    [],
  );
  const undo = useCallback(() => setHistory((h) => (h.past.length === 0 ? h : { past: h.past.slice(0, -1), now: h.past.at(-1)!, future: [h.now, ...h.future], at: '' })), []);
  const redo = useCallback(() => setHistory((h) => (h.future.length === 0 ? h : { past: [...h.past, h.now], now: h.future[0]!, future: h.future.slice(1), at: '' })), []);
  const restart = useCallback((value: Value) => {
    setSaved(value);
    setHistory({ past: [], now: value, future: [], at: '' });
  }, []);
  return { value: history.now, change, undo, redo, restart, canUndo: history.past.length > 0, canRedo: history.future.length > 0, dirty: history.now !== saved && JSON.stringify(history.now) !== JSON.stringify(saved) };
}

/** Asks before unsaved work is left behind, inside the product and at the browser's door. */
export function useGuard(dirty: boolean) {
  useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && dirty && !confirm('There are changes that are not saved. Leave without saving?'),
    enableBeforeUnload: dirty,
  });
}
