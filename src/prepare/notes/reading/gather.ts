// Where does everything that was read wait for its chart?
import { join } from 'node:path';
import { decodeText } from './decode.ts';
import { packed, unpacked, type BinaryHead, type Head, type NoteHead, type ValueHead } from './heads.ts';
import { openStore, type Store } from './store.ts';
import type { Found } from './resources.ts';

export interface BadInput {
  file: string;
  line: number;
  reason: string;
}

/** How the reading went. */
export interface Tally {
  files: { name: string; bytes: number; lines: number; badLineCount: number; trouble: string | null }[];
  /** The first of them. */
  badLines: BadInput[];
  resources: Record<string, number>;
  binaries: number;
  binariesUsed: number;
  /** Bytes of readable text. */
  textBytes: number;
}

/** At most this many bad lines are named; the count goes on. */
export const namedBadLines = 200;

export interface Gathered {
  charts: Store<Head>;
  /** Structured data lie apart: they are not needed to learn templates. */
  values: Store<ValueHead>;
  /** `Organization/7` and `Location/3` to names. */
  places: Map<string, string>;
  /** A location's managing organization. */
  owners: Map<string, string>;
  tally: Tally;
  close(): Promise<void>;
}

/** Without a patient a document belongs to no chart. */
export const noSubject = '';

export function openGathering(workspace: string, expected: number) {
  const charts = openStore<Head>(join(workspace, 'charts'), expected, packed, unpacked);
  const values = openStore<ValueHead>(join(workspace, 'values'), expected, JSON.stringify, JSON.parse);
  const pointed = openStore<BinaryHead>(join(workspace, 'pointed'), expected, JSON.stringify, JSON.parse);
  const tally: Tally = { files: [], badLines: [], resources: {}, binaries: 0, binariesUsed: 0, textBytes: 0 };
  const places = new Map<string, string>();
  const owners = new Map<string, string>();
  const keep = (subject: string, head: NoteHead, text: Buffer | null) => {
    if (text !== null) tally.textBytes += text.length;
    charts.put(subject, head, text ?? undefined);
  };
  return {
    charts, values, places, owners, tally,
    bad(file: string, line: number, reason: string) {
      if (tally.badLines.length < namedBadLines) tally.badLines.push({ file, line, reason });
    },
    /** A document and what was found of its text. `local` reads a file that the address names, where the folder has it. */
    note(subject: string | null, head: NoteHead, found: Found, local: (url: string) => Buffer | null) {
      const key = subject ?? noSubject;
      if (found.binary === null) {
        keep(key, head, found.text.bytes);
        return;
      }
      const file = local(found.binary);
      if (file !== null) {
        const { bytes, ...rest } = decodeText(file, found.contentType);
        keep(key, { ...head, ...rest }, bytes);
        return;
      }
      const binary = binaryId(found.binary);
      if (binary === null) keep(key, { ...head, why: 'unreachable' }, null);
      else pointed.put(binary, { is: 'waits', subject: key, note: head, contentType: found.contentType });
    },
    /** A document that was read without being parsed, written as the store writes it. */
    written(hash: number, record: Buffer, textSize: number) {
      tally.textBytes += textSize;
      charts.putWritten(hash, record);
    },
    binary(id: string, head: Omit<BinaryHead & { is: 'binary' }, 'is'>, bytes: Buffer) {
      tally.binaries++;
      pointed.put(id, { is: 'binary', ...head }, bytes);
    },
    /** Brings documents and their Binaries together, once every file was read, in whatever order they came. */
    async join() {
      for (const { records } of pointed.piles()) {
        const binary = records.find(({ head }) => head.is === 'binary');
        const waiting = records.flatMap(({ head }) => (head.is === 'waits' ? [head] : []));
        if (binary && waiting.length > 0) tally.binariesUsed++;
        for (const { subject, note, contentType } of waiting) {
          if (!binary || binary.head.is !== 'binary') {
            keep(subject, { ...note, why: 'no-binary' }, null);
            continue;
          }
          if (binary.head.why !== null) keep(subject, { ...note, why: binary.head.why }, null);
          else {
            const { bytes, ...rest } = decodeText(binary.body, binary.head.contentType ?? contentType);
            keep(subject, { ...note, ...rest }, bytes);
          }
        }
      }
      await pointed.close();
    },
    async close() {
      await pointed.close();
      await charts.close();
      await values.close();
    },
  };
}
export type Gathering = ReturnType<typeof openGathering>;

/** `Binary/7`, `https://server/fhir/Binary/7`, `Binary/7/_history/2`: the id. Any other address leads out of the export. */
const binaryId = (url: string): string | null => /(?:^|\/)Binary\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(url)?.[1] ?? null;
