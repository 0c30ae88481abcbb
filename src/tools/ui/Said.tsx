// How does the product say that something was done, to eyes and ears alike?
import { createContext, use, useCallback, useEffect, useState, type ReactNode } from 'react';
import { Check } from './icons.tsx';

const SaidContext = createContext<(words: string) => void>(() => {});

/** A function that says one sentence, e.g. `Saved as version 4.` */
export const useSay = () => use(SaidContext);

export function Said({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState<{ words: string; at: number } | null>(null);
  const say = useCallback((words: string) => setSaid((before) => ({ words, at: (before?.at ?? 0) + 1 })), []);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), 6_000);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <SaidContext value={say}>
      {children}
      <div className="said" role="status" aria-live="polite">
        {said && (
          <p key={said.at}>
            <Check size={16} /> {said.words}
          </p>
        )}
      </div>
    </SaidContext>
  );
}
