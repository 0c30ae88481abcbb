// How does long work show itself at a terminal, and how is it stopped there?

export const print = (text: string) => new Promise<void>((done) => process.stdout.write(text, () => done()));

/** One line that renews itself, on a terminal only. `beside` adds to what the step says. */
export function showProgress<P extends { says: string; done: number }>(beside: (progress: P) => string = () => ''): { progress(progress: P): void; clear(): void } {
  const screen = process.stderr;
  if (!screen.isTTY) return { progress: () => {}, clear: () => {} };
  let last = '';
  return {
    progress(progress) {
      const line = `${String(Math.floor(progress.done * 100)).padStart(3)} %  ${progress.says}${beside(progress)}`.slice(0, (screen.columns || 80) - 1);
      if (line === last) return;
      last = line;
      screen.write(`\r\x1b[2K${line}`);
    },
    clear: () => void screen.write('\r\x1b[2K'),
  };
}

/** Ctrl-C and a stop signal end the work in order; `release` gives both their usual meaning back. */
export function stopByHand(): { signal: AbortSignal; release(): void } {
  const stop = new AbortController();
  const interrupted = () => stop.abort();
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  return {
    signal: stop.signal,
    release() {
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
    },
  };
}
