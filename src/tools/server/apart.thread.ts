// What does a thread do that was given a program and its input?
import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '../base/problem.ts';
import type { ForThread, FromThread, Work } from './apart.ts';

const { program, input } = workerData as ForThread;
const say = (said: FromThread<unknown, unknown>) => parentPort!.postMessage(said);
const stopping = new AbortController();
parentPort!.on('message', () => stopping.abort(new Error('stopped')));
try {
  const { work } = (await import(/* @vite-ignore */ program)) as { work: Work<unknown, unknown, unknown> };
  say({ done: await work(input, (told) => say({ told }), stopping.signal) });
} catch (error) {
  if (error instanceof Problem) say({ problem: { kind: error.kind, says: error.message, next: error.next, details: error.details } });
  else say({ error: { message: error instanceof Error ? error.message : String(error), stack: error instanceof Error ? error.stack : undefined } });
} finally {
  parentPort!.close();
}
