// What work do the tests give to a thread?
import { setTimeout as wait } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { Problem } from '../base/problem.ts';
import type { Work } from './apart.ts';

export type Asked = 'add' | 'refuse' | 'break' | 'wait' | 'fill' | 'leave';

export const work: Work<{ asked: Asked; numbers: number[] }, string, { sum: number; apart: boolean }> = async ({ asked, numbers }, tell, signal) => {
  tell(`asked to ${asked}`);
  if (asked === 'refuse') throw new Problem('bad-input', 'No.', 'Ask for something else.', [{ file: 'numbers.csv', line: 3, says: 'no number' }]);
  if (asked === 'break') throw new TypeError('broken');
  if (asked === 'leave') process.exit(0);
  if (asked === 'wait') await wait(60_000, undefined, { signal });
  if (asked === 'fill') for (const all: unknown[] = []; ;) all.push(Array.from({ length: 100_000 }, (_, at) => ({ at })));
  return { sum: numbers.reduce((sum, one) => sum + one, 0), apart: !isMainThread };
};
