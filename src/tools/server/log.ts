// What happened in this process, in lines a machine can read and without a word about patients?
import { pino } from 'pino';
import type { Config } from './config.ts';

export interface Log {
  /** Facts are ids, counts, durations and names of files: never contents, tokens or patients. */
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
}

/** Lines of JSON on standard error; at a terminal, lines for people. */
export function openLog(config: Pick<Config, 'logLevel'>): Log {
  const forPeople = process.stderr.isTTY && { write: (line: string) => void process.stderr.write(plain(line)) };
  const out = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } }, forPeople || pino.destination({ dest: 2, sync: true }));
  return {
    info: (event, facts = {}) => out.info(facts, event),
    warn: (event, facts = {}) => out.warn(facts, event),
    error: (event, facts = {}) => out.error(facts, event),
  };
}

/** `13:33:05 listening  url=http://…`: the time, what happened, the facts. */
export function plain(line: string): string {
  const { level, time, msg, ...facts } = JSON.parse(line) as { level: string; time: string; msg: string; [fact: string]: unknown };
  const told = Object.entries(facts).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${time.slice(11, 19)} ${level === 'info' ? '' : `${level}: `}${msg}${told.length > 0 ? `  ${told.join(' ')}` : ''}\n`;
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
