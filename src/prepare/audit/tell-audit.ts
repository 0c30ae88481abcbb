// What does a person at a terminal want to know of an audit first?
import { count, countOf, percent } from './judging.ts';
import { mayBeProduction, notProduction, provenanceVerdicts, type AuditDocument, type Verdict } from './model.ts';

const words: Record<Verdict, string> = { met: 'MET', 'not-met': 'NOT MET', undecided: 'UNDECIDED', 'not-measurable': 'NOT MEASURABLE' };

/** The charter's population is often a part of the export only; both are said, so that neither is taken for the other. */
const population = ({ summary }: AuditDocument): string =>
  `${countOf(summary.resources, 'resource')}. In the population: ${count(summary.patients)} of ${countOf(summary.patientsInExport, 'patient')}, ${countOf(summary.encounters, 'encounter')}. ${countOf(summary.facilities, 'facility', 'facilities')}, ${countOf(summary.departments, 'department')}; ${countOf(summary.badLines, 'bad line')}.`;

/** A page of plain text: the answer, the elements, what is absent, what to fix, where the report stands. */
export function tellAudit(audit: AuditDocument, written: { json: string; html: string } | null): string {
  const { summary } = audit;
  const lines = [`${words[summary.verdict]}. ${summary.says}`, ...(audit.elements.some(({ tier }) => tier === 'critical') ? [] : ['→ Set `tier: critical` in the charter on what the model cannot do without.']), `${provenanceVerdicts[audit.provenance.verdict]}${mayBeProduction(audit.provenance.verdict) ? '' : ` ${notProduction}`}`, '', population(audit), ''];
  const width = Math.min(44, Math.max(10, ...audit.elements.map(({ name }) => name.length)));
  for (const element of audit.elements) {
    const finding = audit.findings.find(({ check, element: id, unit }) => check === 'C02' && id === element.id && unit.facility === null && unit.month === null && unit.clinician === null);
    if (!finding) continue;
    const rate = finding.rate === null ? 'absent' : `${percent(finding.rate)} (${percent(finding.low ?? 0)} – ${percent(finding.high ?? 1)})`;
    lines.push(`  ${element.name.slice(0, width).padEnd(width)}  ${rate.padEnd(30)}  n ${count(finding.n).padStart(7)}  ${element.tier.padEnd(9)}  ${words[finding.verdict].toLowerCase()}`);
  }
  const few = audit.findings.filter(({ check, unit, rate, verdict }) => check === 'C02' && unit.facility === null && unit.month === null && unit.clinician === null && rate !== null && verdict === 'not-measurable').length;
  if (few > 0) lines.push(`  → ${countOf(few, 'element has', 'elements have')} fewer cases than \`minimumN\` of the charter (30 unless it says so): shown, not judged.`);
  if (audit.absent.length > 0) lines.push('', 'Absent, which is not 0 %:', ...audit.absent.map(({ what }) => `  ${what}`));
  const notices = audit.export.notices ?? [];
  if (notices.length > 0) lines.push('', 'The source says:', ...notices.slice(0, 12).map((notice) => `  ${notice}`), ...(notices.length > 12 ? [`  and ${notices.length - 12} more, in audit.json`] : []));
  const damaged = audit.export.files.filter((file) => file.trouble || file.badLineCount > 0);
  if (damaged.length > 0) lines.push('', 'Bad input, skipped and counted:', ...damaged.slice(0, 10).flatMap((file) => [...(file.trouble ? [`  ${file.name}: ${file.trouble}`] : []), ...file.badLines.slice(0, 3).map(({ line, reason }) => `  ${file.name}:${line}: ${reason}`), ...(file.badLineCount > 3 ? [`  ${file.name}: ${count(file.badLineCount)} bad lines in all`] : [])]));
  if (damaged.length > 0) lines.push('  → Export these again: what stood there is missing from every number above. All bad lines are in audit.json.');
  const blocking = audit.fixes.filter((fix) => fix.blocks);
  if (blocking.length > 0) lines.push('', 'Blocks the gate, first things first:', ...blocking.slice(0, 8).flatMap((fix) => [`  ${fix.rank}. ${fix.says}`, `     → ${fix.todo}`]));
  if (written) lines.push('', `Report: ${written.html}`, `        ${written.json}`);
  return `${lines.join('\n')}\n`;
}
