// Which real and simulated notes lie beside the repository for planting?
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';

/** Notes and dialogues of ACI-BENCH (Yim W et al. Sci Data 2023;10:586; CC BY 4.0); null where it is not there. */
export function aciBench(root: string): { notes: string[]; dialogues: string[] } | null {
  const folder = join(root, '../shared/data/aci-bench');
  if (!existsSync(folder)) return null;
  const rows = readdirSync(folder).filter((name) => name.endsWith('.csv') && !name.includes('metadata')).sort().flatMap((name) => csv(readFileSync(join(folder, name), 'utf8')).slice(1));
  return { notes: rows.map((row) => row[3]!), dialogues: rows.map((row) => row[2]!.replace(/\[(doctor|patient)\] /g, '').replace(/(?:[^\n]*\n){8}/g, (part) => `${part}\n`)) };
}

/** Notes of ten simulated patients (Synthea; CC0): per patient, in order of their dates. */
export function synthea(root: string): Map<string, { id: string; at: string; text: string }[]> | null {
  const folder = join(root, '../shared/data/synthea-10-bulk');
  if (!existsSync(folder)) return null;
  const charts = new Map<string, { id: string; at: string; text: string }[]>();
  for (const name of readdirSync(folder).filter((one) => one.startsWith('DocumentReference')).sort()) {
    for (const line of gunzipSync(readFileSync(join(folder, name))).toString('utf8').trim().split('\n')) {
      const note = JSON.parse(line) as { id: string; date: string; subject: { reference: string }; content: { attachment: { data: string } }[] };
      const chart = charts.get(note.subject.reference) ?? [];
      charts.set(note.subject.reference, chart);
      chart.push({ id: note.id, at: note.date, text: Buffer.from(note.content[0]!.attachment.data, 'base64').toString('utf8') });
    }
  }
  for (const chart of charts.values()) chart.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return charts;
}

function csv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  return rows;
}
