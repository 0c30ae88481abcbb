// How does a file of rows leave the browser: in parts, with its progress, and on from where it broke off?
import { separatorOf } from '../../../tools/base/csv.ts';
import { upload } from '../../../tools/ui/api.ts';
import type { LineIn } from '../intake.ts';
import { takeCsvFile, type BatchAnswer } from '../model.ts';
import { bytesOf, partsOf } from './parts.ts';

export interface Sending {
  deployment: string;
  what: LineIn['what'];
  map: string;
  zone: string | null;
  dryRun: boolean;
}

/** How far it has come. `to`: bytes of the unpacked file that are settled. */
export interface Sent {
  to: number;
  lines: number;
  recorded: number;
  before: number;
  refused: number;
  problems: BatchAnswer['problems'];
}

export const nothingSent: Sent = { to: 0, lines: 0, recorded: 0, before: 0, refused: 0, problems: [] };
const mostProblems = 10_000;

/** Sends what is left of a file behind `before.to`; each part is settled before the next begins. Throws Problem, or an AbortError. */
export async function sendFile(file: File, sending: Sending, before: Sent, on: { sent: (sent: Sent) => void; signal: AbortSignal }): Promise<Sent> {
  const { deployment, what, map, zone, dryRun } = sending;
  const query = { deployment, what, map, ...(zone && { zone }), dryRun: String(dryRun) };
  let header = new Uint8Array(0) as Uint8Array<ArrayBuffer>;
  let head = 0;
  let sent = before;
  for await (const part of partsOf(bytesOf(file), separatorOf(await beginning(file)))) {
    if (part.header) {
      header = part.bytes;
      continue;
    }
    if (head === 0) head = part.line - 1;
    if (part.to <= sent.to) continue;
    const answer = await upload(takeCsvFile, { query }, new Blob([header, part.bytes]), { signal: on.signal });
    // The server counts the lines of what it was sent: the header and this part.
    const problems = answer.problems.map((one) => ({ ...one, line: one.line - head + part.line - 1 }));
    sent = { to: part.to, lines: sent.lines + answer.lines, recorded: sent.recorded + answer.recorded, before: sent.before + answer.before, refused: sent.refused + answer.refused, problems: [...sent.problems, ...problems].slice(0, mostProblems) };
    on.sent(sent);
  }
  return sent;
}

/** Enough of a file to see its columns and first rows, unpacked. */
export async function beginningOf(file: File): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of bytesOf(file)) {
    parts.push(new Uint8Array(chunk));
    length += chunk.length;
    if (length > 200_000) break;
  }
  return new Blob(parts);
}
const beginning = async (file: File) => (await (await beginningOf(file)).slice(0, 20_000).text()).replace(/^\uFEFF/, '');

/** The refused lines as a file of their own. */
export const refusedCsv = (problems: Sent['problems']): string => ['line,field,why', ...problems.map(({ line, path, says }) => `${line},${path ?? ''},"${says.replaceAll('"', '""')}"`), ''].join('\r\n');

// --- an import that broke off, remembered in this browser ---------------------------------------------------------------

const nameOf = (file: File, { deployment, what, map, zone }: Sending) => `attending/import/${deployment}/${JSON.stringify([file.name, file.size, file.lastModified, what, map, zone])}`;

export function remembered(file: File, sending: Sending): Sent | null {
  try {
    const text = localStorage.getItem(nameOf(file, sending));
    return text === null ? null : (JSON.parse(text) as Sent);
  } catch {
    return null;
  }
}

/** Only counts and reasons, no cell of the file. Null: it is through. */
export function rememberSent(file: File, sending: Sending, sent: Sent | null): void {
  try {
    if (sent === null) localStorage.removeItem(nameOf(file, sending));
    else localStorage.setItem(nameOf(file, sending), JSON.stringify({ ...sent, problems: sent.problems.slice(0, 200) }));
  } catch {
    // A browser that keeps nothing sends the file again whole; nothing is recorded twice.
  }
}
