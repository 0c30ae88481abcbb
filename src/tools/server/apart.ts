// How does long computing keep out of the way of the server's other work?
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Problem, type ProblemDetail, type ProblemKind } from '../base/problem.ts';

/** What a program that runs apart exports as `work`. What goes in, is told and comes out must be structured-cloneable. */
export type Work<In, Told, Out> = (input: In, tell: (told: Told) => void, signal: AbortSignal) => Promise<Out>;

export type FromThread<Told, Out> =
  | { told: Told }
  | { done: Out }
  | { problem: { kind: ProblemKind; says: string; next: string; details: ProblemDetail[] } }
  | { error: { message: string; stack: string | undefined } };
export interface ForThread {
  program: string;
  input: unknown;
}

interface Around<Told> {
  tell: (told: Told) => void;
  signal: AbortSignal;
  /** The most its JavaScript may take; without it as much as the server itself. */
  megabytes?: number | undefined;
}

/** After an order to stop the thread may put away what it has; then it is ended. */
const graceMs = 10_000;

/**
 * Runs the `work` of a program, the file `name` beside the module `beside` (its `import.meta.url`), on a thread of its own, so that
 * requests go on being answered and a lack of memory ends the work and not the server. From unbuilt sources, which a thread cannot load, it runs here.
 * @throws what the work throws; Problem when the thread runs out of memory.
 */
export async function runApart<In, Told, Out>(program: { name: string; beside: string }, input: In, { tell, signal, megabytes }: Around<Told>): Promise<Out> {
  const file = new URL(`./${program.name}${extname(program.beside)}`, program.beside).href;
  const thread = fileURLToPath(new URL('./apart.thread.js', import.meta.url));
  if (!existsSync(thread)) return ((await import(/* @vite-ignore */ file)) as { work: Work<In, Told, Out> }).work(input, tell, signal);
  return onThread(thread, { program: file, input }, { tell, signal, megabytes });
}

function onThread<Told, Out>(thread: string, workerData: ForThread, { tell, signal, megabytes }: Around<Told>): Promise<Out> {
  return new Promise<Out>((resolve, reject) => {
    const worker = new Worker(thread, { workerData, resourceLimits: { maxOldGenerationSizeMb: megabytes } });
    let end: NodeJS.Timeout | undefined;
    const stop = () => {
      worker.postMessage('stop');
      end = setTimeout(() => void worker.terminate(), graceMs);
    };
    const settle = (settled: () => void) => {
      clearTimeout(end);
      signal.removeEventListener('abort', stop);
      settled();
    };
    worker.on('message', (said: FromThread<Told, Out>) => {
      if ('told' in said) tell(said.told);
      else if ('done' in said) settle(() => resolve(said.done));
      else if ('problem' in said) settle(() => reject(new Problem(said.problem.kind, said.problem.says, said.problem.next, said.problem.details)));
      else settle(() => reject(Object.assign(new Error(said.error.message), { stack: said.error.stack })));
    });
    worker.on('error', (error: NodeJS.ErrnoException) => settle(() => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new Problem('unavailable', 'There is not enough memory for this.', 'Give the server more memory, or read less at once.') : error)));
    worker.on('exit', () => settle(() => reject(signal.aborted ? (signal.reason as Error) : new Error('The thread ended before its work was done.'))));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
