// What happened in this process, in lines a machine can read and without a word about patients?
import { pino } from 'pino';
import type { Config } from './config.ts';

export interface Log {
  /** Facts are ids, counts, durations and names of files: never contents, tokens or patients. */
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
}

export function openLog(config: Pick<Config, 'logLevel'>): Log {
  const out = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  return {
    info: (event, facts = {}) => out.info(facts, event),
    warn: (event, facts = {}) => out.warn(facts, event),
    error: (event, facts = {}) => out.error(facts, event),
  };
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
