// What does a person at a terminal want to know of a notes audit first?
import { count, countOf, percent } from './check.ts';
import type { NotesDocument, Verdict } from './model.ts';

const words: Record<Verdict, string> = { met: 'MET', 'not-met': 'NOT MET', undecided: 'UNDECIDED', 'not-measurable': 'NOT MEASURABLE' };

export function tellNotes(document: NotesDocument, written: { json: string; html: string; spans: string | null } | null): string {
  const { summary, shares, noteTypes, fixes, export: data } = document;
  const lines = [`${words[summary.verdict]}. ${summary.says}`, '', `${countOf(summary.documents, 'document')}, ${countOf(summary.notes, 'readable note')} of ${countOf(summary.patients, 'patient')} by ${countOf(summary.authors, 'writer')}; ${countOf(summary.facilities, 'facility', 'facilities')}, ${countOf(summary.departments, 'department')}; ${countOf(summary.badLines, 'bad line')}.`, ''];
  const rows = shares.filter(({ level }) => level === 'all' || ((level === 'facility' || level === 'department') && summary.facilities + summary.departments > 0)).slice(0, 40);
  const nameOf = (row: (typeof rows)[number]) => (row.level === 'all' ? 'Everything' : row.level === 'facility' ? row.facility! : `  ${row.department!}`);
  const width = Math.min(44, Math.max(10, ...rows.map((row) => nameOf(row).length)));
  if (rows.length > 0) lines.push(`  ${''.padEnd(width)}  ${['notes', 'copied', 'templated', 'imported', 'authored'].map((head) => head.padStart(10)).join('')}   stale`);
  for (const row of rows.filter(({ shares: of }) => of !== null))
    lines.push(`  ${nameOf(row).slice(0, width).padEnd(width)}  ${count(row.notes).padStart(10)}${[row.shares!.copied, row.shares!.templated, row.shares!.imported, row.shares!.authored].map((share) => percent(share).padStart(10)).join('')}   ${row.staleEncounters.p90 === null ? '–' : countOf(row.staleEncounters.p90, 'encounter')}`);
  const missing = noteTypes.flatMap(({ type, cells }) => cells.filter(({ verdict, facility }) => verdict === 'routed-elsewhere' || (verdict === 'absent' && facility === null)).map((cell) => `  ${type}${cell.facility === null ? '' : ` in ${cell.facility}`}: ${cell.verdict.replace('-', ' ')}. ${cell.says}`));
  if (missing.length > 0) lines.push('', 'Note types that are not where they should be:', ...missing.slice(0, 12));
  const damaged = data.files.filter((file) => file.trouble || file.badLineCount > 0);
  if (damaged.length > 0) lines.push('', 'Bad input, skipped and counted:', ...damaged.slice(0, 10).map((file) => `  ${file.name}: ${file.trouble ?? countOf(file.badLineCount, 'bad line')}`), ...data.badLines.slice(0, 5).map(({ file, line, reason }) => `  ${file}:${line}: ${reason}`));
  if (fixes.length > 0) lines.push('', 'First things first:', ...fixes.slice(0, 8).flatMap((fix) => [`  ${fix.rank}. ${fix.says}`, `     → ${fix.todo}`]));
  if (!summary.templatesKnown) lines.push('', 'With fewer than ten patients nothing can be called templated.');
  if (!summary.structuredKnown) lines.push('', 'Without structured data nothing can be called imported; --structured FOLDER names some.');
  if (written) lines.push('', `Report: ${written.html}`, `        ${written.json}`, ...(written.spans ? [`        ${written.spans}`] : []));
  return `${lines.join('\n')}\n`;
}
