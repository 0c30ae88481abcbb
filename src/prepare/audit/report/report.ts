// How does an audit read as one page, on a screen, in print and in grey?
import { catalogue } from '../checks.ts';
import { compareSection } from '../following/report-compare.ts';
import { funnelSection, mapSection } from '../following/report-map.ts';
import type { Comparison } from '../following/model.ts';
import { count, percent } from '../judging.ts';
import { families, mayBeProduction, provenanceVerdicts, verdicts, type AuditDocument, type AuditFinding, type Verdict } from '../model.ts';
import { intervalBar } from './bar.ts';
import { escape, marks, place, section, table, verdictOf } from './html.ts';
import { reportStyle } from './style.ts';
import { samplePart } from '../sampling/report-sample.ts';

const worst = (all: readonly Verdict[]): Verdict => (['not-met', 'undecided', 'met', 'not-measurable'] as const).find((verdict) => all.includes(verdict)) ?? 'not-measurable';

/** Cells under five people are not written on a page that is handed around. */
const smallest = 5;
const rateOf = (finding: AuditFinding) => (finding.rate === null ? '–' : finding.n < smallest && finding.unit.facility !== null ? 'n &lt; 5' : escape(percent(finding.rate)));

const isOverall = ({ unit }: AuditFinding) => unit.facility === null && unit.department === null && unit.clinician === null && unit.month === null;
const isFacility = ({ unit }: AuditFinding) => unit.facility !== null && unit.department === null && unit.month === null && unit.clinician === null;

/** The page: self-contained HTML without script or anything from elsewhere. `compared` is the comparison with an audit before, where one was given. */
export function reportHtml(audit: AuditDocument, compared: Comparison | null = null): string {
  const { summary } = audit;
  const title = `Data audit${audit.charter.deployment ? ` of ${audit.charter.deployment}` : ''}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escape(title)}: ${marks[summary.verdict].word}</title>
<style>${reportStyle}</style>
</head>
<body>
<header class="top">
  <p class="kind">Attending · data audit · ${escape(audit.finishedAt.slice(0, 16).replace('T', ' '))} UTC</p>
  <h1>${escape(title)}</h1>
  <p class="answer ${summary.verdict}"><b aria-hidden="true">${marks[summary.verdict].mark}</b><span><strong>${summary.verdict === 'met' ? (mayBeProduction(audit.provenance.verdict) ? 'The data gate may be passed on completeness.' : 'The data gate may not be passed: complete, but not production data.') : summary.verdict === 'not-met' ? 'The data gate may not be passed.' : 'The data gate cannot be decided yet.'}</strong> ${escape(summary.says)}</span></p>
  <p class="answer provenance ${audit.provenance.verdict}"><b aria-hidden="true">${audit.provenance.verdict === 'not-established' ? '?' : audit.provenance.verdict === 'production-like' ? '✓' : '!'}</b><span><strong>${escape(provenanceVerdicts[audit.provenance.verdict])}</strong> ${escape(audit.provenance.says)}</span></p>
</header>
<main>
${samplePart(audit.sample)}${blocking(audit)}
${numbers(audit)}
${compared ? compareSection(compared) : ''}
${elements(audit)}
${absent(audit)}
${notices(audit)}
${mapSection(audit)}
${byFacility(audit)}
${funnelSection(audit)}
${matrix(audit)}
${improving(audit)}
${notMet(audit)}
${signals(audit)}
${files(audit)}
${method(audit)}
</main>
<footer><p>audit.json beside this page has every finding with its rows. Charter data section sha256 ${escape(audit.charter.digest)}. ${escape(audit.tool.name)} ${escape(audit.tool.version)}.</p></footer>
</body>
</html>
`;
}

function numbers({ summary, export: data }: AuditDocument): string {
  const items: [string, string][] = [
    ['Patients in the population', `${count(summary.patients)} of ${count(summary.patientsInExport)}`],
    ['Encounters in the population', count(summary.encounters)],
    ['Resources', count(summary.resources)],
    [summary.facilities === 1 ? 'Facility' : 'Facilities', count(summary.facilities)],
    [summary.departments === 1 ? 'Department' : 'Departments', count(summary.departments)],
    ['Bad lines', `${count(summary.badLines)} of ${count(data.files.reduce((sum, file) => sum + file.lines, 0))}`],
    ['Period', summary.from && summary.to ? `${summary.from} – ${summary.to}` : 'no day is known'],
  ];
  return `<dl class="numbers">${items.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join('')}</dl>`;
}

function fixItem(audit: AuditDocument, fix: AuditDocument['fixes'][number]): string {
  const subject = audit.elements.find(({ id }) => id === fix.element)?.name ?? checkName(fix.check);
  // The sentence begins with its subject, which stands in bold above it already.
  const says = fix.says.startsWith(`${subject}: `) ? fix.says.slice(subject.length + 2) : fix.says;
  return `<li value="${fix.rank}"><p><span class="tag">${escape(fix.check)}</span> <strong>${escape(subject)}</strong>${fix.affected === null ? '' : ` <span class="quiet">${count(fix.affected)} affected</span>`}</p><p>${escape(says.charAt(0).toUpperCase() + says.slice(1))}</p><p class="todo">${escape(fix.todo)}</p></li>`;
}

function blocking(audit: AuditDocument): string {
  const first = audit.fixes.filter((fix) => fix.blocks);
  return section('fix', first.length > 0 ? 'What blocks the gate, first things first' : 'What blocks the gate', first.length > 0 ? `<ol class="fixes">${first.map((fix) => fixItem(audit, fix)).join('')}</ol>` : '<p>Nothing.</p>');
}

function improving(audit: AuditDocument): string {
  const later = audit.fixes.filter((fix) => !fix.blocks);
  if (later.length === 0) return '';
  return section('improve', 'What to improve, without holding the gate', `<ol class="fixes later">${later.slice(0, 20).map((fix) => fixItem(audit, fix)).join('')}</ol>${later.length > 20 ? `<p class="quiet">${later.length - 20} more in audit.json.</p>` : ''}`);
}

function elements(audit: AuditDocument): string {
  if (audit.elements.length === 0) return '';
  const rows = audit.elements.map((element) => {
    const complete = audit.findings.find((finding) => finding.check === 'C02' && finding.element === element.id && isOverall(finding));
    const cells = audit.findings.find((finding) => finding.check === 'C01' && finding.element === element.id && isOverall(finding));
    const bar = complete && complete.rate !== null ? intervalBar({ ...complete, rate: complete.rate, threshold: element.threshold }) : '<span class="quiet">absent</span>';
    return `<tr><th scope="row">${escape(element.name)}<small>${escape(element.resource)} · ${escape(element.window)}</small></th><td>${escape(element.tier)}</td><td class="n">${complete ? `${complete.k === null ? '–' : count(complete.k)} / ${count(complete.n)}` : '–'}<small>${element.per}s</small></td><td class="n">${complete ? rateOf(complete) : '–'}<small>${complete?.low != null && complete.high !== null ? `${escape(percent(complete.low))} – ${escape(percent(complete.high))}` : ''}</small></td><td class="bar">${bar}</td><td class="n">${cells && cells.rate !== null ? escape(percent(cells.rate)) : '–'}</td><td>${complete ? verdictOf(complete.verdict) : ''}</td></tr>`;
  });
  return section(
    'elements',
    'Completeness of what the model reads',
    `<p class="quiet">Who has a usable value in the window, with its 95 % interval (Wilson; widened where rows cluster in patients). The tick is the promised share. “Cells” is the plain share of filled fields, which is blind to rows that were never written.</p>
    ${table('Element|Tier|#k / n|#Complete||#Cells|Verdict', rows)}`,
  );
}

function absent({ absent }: AuditDocument): string {
  if (absent.length === 0) return '';
  return section('absent', 'What is absent', `<p class="quiet">Absent is not 0 %: nothing was measured.</p><ul class="absent">${absent.map(({ what, means }) => `<li><strong>${escape(what)}.</strong> ${escape(means)}</li>`).join('')}</ul>`);
}

/** Skipped, mapped or guessed when the source was read: no finding, and needed to read them. */
function notices({ export: { notices = [] } }: AuditDocument): string {
  if (notices.length === 0) return '';
  const shown = notices.slice(0, 40);
  return section('source', 'What was made of the source', `<p class="quiet">Skipped, mapped or guessed when it was read, or told by the server that gave it.</p><ul>${shown.map((one) => `<li>${escape(one)}</li>`).join('')}</ul>${notices.length > shown.length ? `<p class="quiet">${notices.length - shown.length} more in audit.json.</p>` : ''}`);
}

const checkName = (id: string) => catalogue.find((check) => check.id === id)?.name ?? id;

/** A table with many columns is printed across the page. */
const across = (facilities: number) => (facilities > 4 ? 'across' : '');

const mostFacilities = 10;

/** On paper so many facilities have room: those with most that is not met, critical things first; by name. */
function facilitiesShown(findings: readonly AuditFinding[]): { facilities: string[]; shown: string[]; left: string } {
  const weight = { critical: 1e6, important: 1e3, context: 1 };
  const bad = new Map<string, number>();
  for (const finding of findings) if (isFacility(finding)) bad.set(finding.unit.facility!, (bad.get(finding.unit.facility!) ?? 0) + (finding.verdict === 'not-met' ? weight[finding.tier] : 0));
  const facilities = [...bad.keys()].sort();
  const shown = facilities.toSorted((a, b) => bad.get(b)! - bad.get(a)!).slice(0, mostFacilities).sort();
  return { facilities, shown, left: facilities.length > shown.length ? `<p class="quiet">The ${shown.length} facilities with most that is not met; ${count(facilities.length - shown.length)} more in audit.json.</p>` : '' };
}

function matrix({ findings }: AuditDocument): string {
  const { shown, left } = facilitiesShown(findings);
  const cell = (mine: readonly AuditFinding[]) => {
    if (mine.length === 0) return '<td class="cell none"><span class="quiet">·</span></td>';
    const verdict = worst(mine.map((finding) => finding.verdict));
    const many = mine.filter((finding) => finding.verdict === verdict).length;
    return `<td class="cell ${verdict}"><b aria-hidden="true">${marks[verdict].mark}</b> <span>${many} of ${mine.length} ${marks[verdict].word}</span></td>`;
  };
  const rows = catalogue.flatMap(({ id, name, family }) => {
    const mine = findings.filter((finding) => finding.check === id);
    if (mine.length === 0) return [];
    return [`<tr><th scope="row"><span class="tag">${id}</span> ${escape(name)}<small>${escape(family)}</small></th>${cell(mine.filter(isOverall))}${shown.map((facility) => cell(mine.filter((finding) => isFacility(finding) && finding.unit.facility === facility))).join('')}</tr>`];
  });
  return section('matrix', 'Checks by facility', `<p class="quiet">The worst verdict of each check, and how many of its findings share it. A dot: this check does not look at single facilities.</p>${table(['Check', 'Whole export', ...shown].map(place).join('|'), rows, 'matrix')}${left}`, across(shown.length));
}

function byFacility({ findings, elements }: AuditDocument): string {
  const mine = findings.filter((finding) => finding.check === 'C02' && isFacility(finding));
  const { facilities, shown, left } = facilitiesShown(mine);
  if (facilities.length < 2) return '';
  const rows = elements.map((element) => `<tr><th scope="row">${escape(element.name)}</th>${shown.map((facility) => {
    const finding = mine.find((one) => one.element === element.id && one.unit.facility === facility);
    return finding ? `<td class="cell ${finding.verdict}"><b aria-hidden="true">${marks[finding.verdict].mark}</b> ${rateOf(finding)}<small>${finding.n < smallest ? '' : `n ${count(finding.n)}`}</small></td>` : '<td class="cell none"><span class="quiet">–</span></td>';
  }).join('')}</tr>`);
  return section('facilities', 'Completeness by facility', `${table(['Element', ...shown].map(place).join('|'), rows, 'matrix')}${left}`, across(shown.length));
}

function notMet({ findings, elements }: AuditDocument): string {
  const order = { critical: 0, important: 1, context: 2 };
  const mine = findings.filter((finding) => (isOverall(finding) || isFacility(finding)) && (finding.verdict === 'not-met' || (finding.verdict === 'undecided' && finding.tier !== 'context'))).sort((a, b) => order[a.tier] - order[b.tier]);
  // A hospital that is the whole export says nothing a second time.
  const again = (finding: AuditFinding) => isFacility(finding) && mine.some((one) => isOverall(one) && one.check === finding.check && one.element === finding.element && one.resource === finding.resource && one.n === finding.n && one.k === finding.k && one.rate === finding.rate);
  const told = mine.filter((finding) => !again(finding));
  const shown = told.filter((finding) => finding.n >= smallest).slice(0, 80);
  if (shown.length === 0) return '';
  const nameOf = new Map(elements.map(({ id, name }) => [id, name]));
  const rows = shown.map((finding) => `<tr><td><span class="tag">${finding.check}</span></td><th scope="row">${escape(nameOf.get(finding.element ?? '') ?? finding.resource ?? 'the export')}<small>${escape(finding.unit.facility ?? 'whole export')} · ${finding.tier}</small></th><td>${escape(finding.says)}${finding.rows.length > 0 ? `<small>e.g. ${finding.rows.slice(0, 3).map((row) => escape(`${row.file}${row.line === null ? '' : `:${row.line}`}`)).join(', ')}</small>` : ''}</td><td>${verdictOf(finding.verdict)}</td></tr>`);
  return section('findings', 'Findings that are not met or undecided', `${table('Check|About|Finding|Verdict', rows)}${told.length > shown.length ? `<p class="quiet">${told.length - shown.length} more in audit.json.</p>` : ''}`);
}

function signals({ provenance }: AuditDocument): string {
  const words = { synthetic: 'speaks for synthetic data', 'de-identified-copy': 'speaks for a de-identified copy', curated: 'speaks for a picked or cleaned set', 'production-like': 'speaks for live records', nothing: 'says nothing' };
  return section('provenance', 'Where the data come from', `<p><strong>${escape(provenanceVerdicts[provenance.verdict])}</strong></p><ul>${provenance.signals.map((signal) => `<li>${escape(signal.says)} <span class="quiet">${words[signal.points]}</span></li>`).join('')}</ul><p class="quiet">An export cannot prove that it was drawn from production: that needs a statement of who drew it, from where and when, and someone who checks it.</p>`);
}

function files({ export: data }: AuditDocument): string {
  const types = Object.entries(data.resources).map(([type, n]) => `${escape(type)} ${count(n)}`).join(' · ');
  const rows = data.files.map((file) => `<tr><th scope="row">${escape(file.name)}</th><td class="n">${count(file.bytes)}</td><td class="n">${count(file.lines)}</td><td class="n">${count(file.badLineCount)}</td><td>${[...(file.trouble ? [`<strong>${escape(file.trouble)}</strong>`] : []), ...file.badLines.slice(0, 10).map(({ line, reason }) => `line ${line}: ${escape(reason)}`)].join('<br>')}${file.badLineCount > 10 ? `<br><span class="quiet">${count(file.badLineCount - 10)} more</span>` : ''}</td></tr>`);
  return section('files', 'Files', `<p>${types}</p>${table('File|#Bytes|#Lines|#Bad lines|What is wrong', rows)}`);
}

function method(audit: AuditDocument): string {
  const rows = catalogue.map((check) => `<tr><th scope="row"><span class="tag">${check.id}</span> ${escape(check.name)}</th><td>${escape(check.asks)}<small>${escape(check.formula)}</small></td><td>${escape(check.limits)}<small>${escape(check.source)}</small></td><td>${check.threshold ? `${check.threshold.bound.replace('-', ' ')} ${escape(percent(check.threshold.value))}` : '–'}</td></tr>`);
  return section(
    'method',
    'Method and limits',
    `<p>${Object.entries(verdicts).map(([verdict, says]) => `${verdictOf(verdict as Verdict)} ${escape(says)}`).join(' ')}</p>
    <p>The completeness of a critical element in the whole export is judged on the pessimistic end of its interval; everything else on the estimate, with the interval beside it. Clinicians never appear by name. Cells under five people are withheld on this page. Families: ${Object.entries(families).map(([family, asks]) => `${escape(family)} (${escape(asks)})`).join(', ')}</p>
    ${audit.summary.exportedAt ? `<p>The future is judged against the export's own time, ${escape(audit.summary.exportedAt)}.</p>` : ''}
    ${table('Check|What it asks|What it cannot see|Default', rows)}`,
  );
}
