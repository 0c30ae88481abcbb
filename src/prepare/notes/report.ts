// How does a notes audit read as one page that needs nothing else?
import { count, percent, sayUnit } from './check.ts';
import { catalogue } from './checks.ts';
import { shareNames, shareWords, typeVerdicts, verdicts, type Distribution, type NotesDocument, type Shares, type ShareRow, type Verdict } from './model.ts';
import { reportStyle } from './report-style.ts';

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const marks: Record<Verdict, string> = { met: '✓ met', 'not-met': '✕ not met', undecided: '~ undecided', 'not-measurable': '– not measurable' };
const verdictOf = (verdict: Verdict) => `<span class="v ${verdict}">${marks[verdict]}</span>`;
/** Cells under five people are withheld on a page that is passed on. */
const smallest = 5;

export function reportHtml(document: NotesDocument): string {
  const { summary } = document;
  const title = `Notes audit${document.charter?.deployment ? ` · ${document.charter.deployment}` : ''}`;
  const numbers: [string, string][] = [
    ['Readable notes', `${count(summary.notes)} of ${count(summary.documents)}`], ['Patients', count(summary.patients)], ['Writers', count(summary.authors)], ['Words', count(summary.words)],
    ['Copied', summary.shares ? percent(summary.shares.copied) : '–'], ['Templated', summary.shares ? percent(summary.shares.templated) : '–'], ['Imported', summary.shares ? percent(summary.shares.imported) : '–'], ['Authored', summary.shares ? percent(summary.shares.authored) : '–'],
    ['Copied text is old', summary.staleEncounters === null ? '–' : `≤ ${summary.staleEncounters} encounters (P90)`], ['Longest chain', summary.deepest === null ? '–' : `${summary.deepest} hops`],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escape(title)}</title><style>${reportStyle}</style></head>
<body><main>${patterns}<p class="quiet">Is the text fit?</p><h1>${escape(title)}</h1>
<p class="answer ${summary.verdict}">${verdictOf(summary.verdict)} ${escape(summary.says)}</p>
<dl class="numbers">${numbers.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>
${fixes(document)}${shareTable(document)}${types(document)}${chains(document)}${writers(document)}${findings(document)}${files(document)}${method()}
</main><footer>attending ${escape(document.tool.version)} · ${document.startedAt} to ${document.finishedAt}${document.charter ? ` · data section ${escape(document.charter.digest)}` : ''}</footer></body></html>
`;
}

const patterns = `<svg width="0" height="0" aria-hidden="true" style="position:absolute"><defs>
<pattern id="p-copied" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#b4532a"/><rect width="2" height="6" fill="#e8b79f"/></pattern>
<pattern id="p-templated" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#6b5ca5"/><circle cx="3" cy="3" r="1.3" fill="#d8d2ee"/></pattern>
<pattern id="p-imported" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#2b7a9b"/><rect width="6" height="2" fill="#bfe0ec"/></pattern>
<pattern id="p-authored" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#dfe5ea"/></pattern></defs></svg>`;

function bar(of: Shares): string {
  let from = 0;
  const parts = shareNames.map((name) => {
    const width = of[name] * 240;
    const part = width > 0 ? `<rect x="${from.toFixed(2)}" width="${width.toFixed(2)}" height="14" fill="url(#p-${name})"/>` : '';
    from += width;
    return part;
  });
  return `<svg class="stack" width="240" height="14" viewBox="0 0 240 14" role="img" aria-label="${shareNames.map((name) => `${name} ${percent(of[name])}`).join(', ')}">${parts.join('')}<rect x=".5" y=".5" width="239" height="13" fill="none" stroke="#566172"/></svg>`;
}

const legend = `<ul class="legend">${shareNames.map((name) => `<li><svg width="18" height="12" aria-hidden="true"><rect width="18" height="12" fill="url(#p-${name})" stroke="#566172"/></svg> <strong>${name}</strong> <span class="quiet">${shareWords[name]}</span></li>`).join('')}</ul>`;

const nameOf = (row: ShareRow): string => ({ all: 'Everything', facility: row.facility, department: row.department, type: row.type, 'facility-type': row.type })[row.level] ?? '';

function shareTable({ shares }: NotesDocument): string {
  const departments = (facility: string) => shares.filter((row) => row.level === 'department' && row.facility === facility);
  const ordered = shares.flatMap((row) => (row.level === 'all' ? [row] : row.level === 'facility' ? [row, ...departments(row.facility!)] : row.level === 'type' ? [row] : []));
  if (ordered.length === 0) return '';
  const rows = ordered.map((row) => {
    const head = `<th scope="row"${row.level === 'department' ? ' class="inner"' : ''}>${escape(nameOf(row))}${row.level === 'type' ? '<small>note type</small>' : ''}</th>`;
    if (row.patients < smallest || row.shares === null) return `<tr>${head}<td class="n">–</td><td colspan="6" class="quiet">Fewer than five patients.</td></tr>`;
    const stale = row.staleEncounters.p90 === null ? '–' : `${row.staleEncounters.p90}`;
    return `<tr>${head}<td class="n">${count(row.notes)}</td><td>${bar(row.shares)}</td>${shareNames.map((name) => `<td class="n">${percent(row.shares![name])}</td>`).join('')}<td class="n">${stale}</td></tr>`;
  });
  return section('shares', 'Where the text comes from', `${legend}${table('Part|#Notes|Of the characters|#Copied|#Templated|#Imported|#Authored|#Encounters old (P90)', rows)}`);
}

function types({ noteTypes }: NotesDocument): string {
  if (noteTypes.length === 0) return '';
  const facilities = [...new Set(noteTypes.flatMap(({ cells }) => cells.flatMap(({ facility }) => facility ?? [])))].sort().slice(0, 10);
  const rows = noteTypes.map(({ type, from, tier, cells }) => `<tr><th scope="row">${escape(type)}<small>${from === 'charter' ? `charter, ${tier}` : 'found elsewhere in the export'}</small></th>${[null, ...facilities].map((facility) => {
    const cell = cells.find((one) => one.facility === facility);
    return cell ? `<td><strong>${cell.verdict === 'found' ? '✓' : cell.verdict === 'not-expected' ? '·' : '✕'} ${cell.verdict.replaceAll('-', ' ')}</strong><small>${escape(cell.says)}</small></td>` : '<td>–</td>';
  }).join('')}</tr>`);
  return section('types', 'Expected note types', `<p class="quiet">${Object.entries(typeVerdicts).map(([verdict, says]) => `<strong>${verdict.replaceAll('-', ' ')}</strong>: ${says.toLowerCase().replace(/\.$/, '')}`).join('; ')}.</p>${table(['Note type', 'Whole export', ...facilities].map(escape).join('|'), rows)}`);
}

function chains({ chains: { depth, encounters, days } }: NotesDocument): string {
  if (depth.length === 0) return '';
  const rows = (entries: readonly (readonly [number, number])[]) => {
    const whole = entries.reduce((sum, [, spans]) => sum + spans, 0);
    return entries.map(([value, spans]) => `<tr><th scope="row">${value}</th><td class="n">${count(spans)}</td><td class="n">${percent(spans / whole)}</td></tr>`);
  };
  return section('chains', 'How far and how old', `<p>Half of the copied spans are at most ${days.p50 ?? '–'} days old, nine of ten at most ${days.p90 ?? '–'}.</p>${table('Encounters old|#Spans|#Share', rows(encounters.map(({ encounters: value, spans }) => [value, spans] as const)))}${table('Hops from the origin|#Spans|#Share', rows(depth.map(({ hops, spans }) => [hops, spans] as const)))}`);
}

const whats: Record<Distribution['what'], string> = { copied: 'Copied', templated: 'Templated', imported: 'Imported', authored: 'Authored', 'authored-words': 'Authored words a note' };

function writers({ distributions }: NotesDocument): string {
  const shown = distributions.filter(({ suppressed }) => !suppressed);
  if (shown.length === 0) return '';
  const value = (what: Distribution['what'], number: number | null) => (number === null ? '–' : what === 'authored-words' ? count(Math.round(number)) : percent(number));
  const rows = shown.map(({ what, facility, department, authors, p10, p25, p50, p75, p90 }) => `<tr><th scope="row">${escape(department ?? facility ?? 'Everything')}<small>${whats[what]}</small></th><td class="n">${authors}</td>${[p10, p25, p50, p75, p90].map((one) => `<td class="n">${value(what, one)}</td>`).join('')}</tr>`);
  return section('writers', 'How writers differ', `<p class="quiet">Distributions over writers with five patients or more; fewer than five writers are withheld. Nobody is named.</p>${table('Part|#Writers|#P10|#P25|#Median|#P75|#P90', rows)}`);
}

function fixes({ fixes: list }: NotesDocument): string {
  if (list.length === 0) return '';
  return section('fixes', 'First things first', `<ol>${list.slice(0, 20).map((fix) => `<li><p><span class="tag">${fix.check}</span> ${fix.blocks ? '<strong>Blocks criterion 1.6.</strong> ' : ''}${escape(fix.says)}</p><p class="todo">${escape(fix.todo)}</p></li>`).join('')}</ol>`);
}

function findings({ findings: all }: NotesDocument): string {
  const shown = all.filter(({ unit, figures, n }) => unit.department === null && (figures['patients'] ?? n) >= smallest);
  if (shown.length === 0) return '';
  const rows = shown.slice(0, 120).map((finding) => `<tr><td><span class="tag">${finding.check}</span></td><td>${escape(finding.says)}<small>${escape(sayUnit(finding.unit).trim() || 'whole export')}${finding.rows.length > 0 ? ` · e.g. ${finding.rows.slice(0, 3).map((row) => escape(`${row.file}${row.line === null ? '' : `:${row.line}`}`)).join(', ')}` : ''}</small></td><td>${verdictOf(finding.verdict)}</td></tr>`);
  return section('findings', 'Findings', `${table('Check|Finding|Verdict', rows)}${shown.length > 120 ? `<p class="quiet">${shown.length - 120} more in notes.json.</p>` : ''}`);
}

function files({ export: data }: NotesDocument): string {
  const rows = data.files.map((file) => `<tr><th scope="row">${escape(file.name)}</th><td class="n">${count(file.bytes)}</td><td class="n">${count(file.lines)}</td><td class="n">${count(file.badLineCount)}</td><td>${escape(file.trouble ?? '')}${data.badLines.filter((bad) => bad.file === file.name).slice(0, 5).map(({ line, reason }) => `<small>line ${line}: ${escape(reason)}</small>`).join('')}</td></tr>`);
  return section('files', 'Files', `<p>${Object.entries(data.resources).map(([type, n]) => `${escape(type)} ${count(n)}`).join(' · ')}</p>${table('File|#Bytes|#Lines|#Bad lines|What is wrong', rows)}`);
}

function method(): string {
  const rows = catalogue.map((check) => `<tr><th scope="row"><span class="tag">${check.id}</span> ${escape(check.name)}</th><td>${escape(check.asks)}<small>${escape(check.formula)}</small></td><td>${escape(check.limits)}<small>${escape(check.source)}</small></td><td>${check.threshold ? `${check.threshold.bound.replace('-', ' ')} ${check.id === 'U07' ? check.threshold.value : percent(check.threshold.value)}` : '–'}</td></tr>`);
  return section('method', 'Method and limits', `<p>${Object.entries(verdicts).map(([verdict, says]) => `${verdictOf(verdict as Verdict)} ${escape(says)}`).join(' ')}</p>${table('Check|What it asks|What it cannot see|Default', rows)}`);
}

const section = (id: string, title: string, body: string) => `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`;
/** Headings apart by `|`, escaped already; `#` before those over numbers. */
const table = (heads: string, rows: readonly string[]) => `<div class="scroll" tabindex="0" role="group"><table><thead><tr>${heads.split('|').map((head) => (head.startsWith('#') ? `<th scope="col" class="n">${head.slice(1)}</th>` : `<th scope="col">${head}</th>`)).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
