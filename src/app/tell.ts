// How is a failure told at a terminal?
import { Problem } from '../tools/base/problem.ts';

/** What went wrong, where, and what to do, on standard error. */
export function tell(error: unknown): void {
  if (!(error instanceof Problem)) {
    process.stderr.write(`Something went wrong that is a mistake of ours:\n${(error as Error).stack ?? String(error)}\n`);
    return;
  }
  const places = error.details.map(({ file, line, path, says }) => {
    const place = [file && (line ? `${file}:${line}` : file), path].filter(Boolean).join(' ');
    return `  ${place ? `${place}: ` : ''}${says}`;
  });
  process.stderr.write([error.message, ...places, ...(error.next ? [`→ ${error.next}`] : [])].join('\n') + '\n');
}
