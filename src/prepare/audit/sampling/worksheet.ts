// What do two reviewers fill in, on paper, in a spreadsheet or on a screen?
import { createHash } from 'node:crypto';
import { toCsv } from '../../../tools/ui/table.ts';
import { escape } from '../report/html.ts';
import { answerNames, answers, askedOf, drawnOf } from './questions.ts';
import type { SampleDocument, SampledRecord } from './sample-words.ts';

/** Names a sample on its worksheets, so that answers about another draw are refused. Taking more keeps the name. */
export const nameOf = ({ seedDigest, frame, request }: Pick<SampleDocument, 'seedDigest' | 'frame' | 'request'>): string => createHash('sha256').update(JSON.stringify([seedDigest, frame.digest, request.of, request.size, request.per, request.allocation, request.minimum])).digest('hex').slice(0, 12);

export const columns = ['sample', 'number', 'record', 'facility', 'department', 'month', 'question', 'asks', 'export has', 'answer', 'value', 'remark', 'reviewer'] as const;

/** What the export has stands only beside the question that compares: whoever looks for a value must not be led to it. */
const exportHas = (record: SampledRecord, kind: string, element: string | null) => (kind === 'same' && element !== null ? (record.found[element]?.values.join('; ') ?? '') : '');

/** One line per drawn record and question; `answer` is yes, no, not-applicable or cannot-tell. Each reviewer fills in a copy. */
export function worksheetCsv(sample: SampleDocument): string {
  const name = nameOf(sample);
  const rows = drawnOf(sample).flatMap((record) =>
    askedOf(record, sample.questions).map((question) => [name, record.number, record.record, record.facility, record.department, record.month, question.id, question.asks, exportHas(record, question.kind, question.element), '', '', '', '']),
  );
  return toCsv(columns, rows);
}

/** The same to be printed: one block per record, nothing from elsewhere, no script. */
export function worksheetHtml(sample: SampleDocument): string {
  const records = drawnOf(sample);
  const boxes = answerNames.map((name) => `<span class="box"></span>${answers[name].toLowerCase()}`).join(' ');
  const block = (record: SampledRecord) => {
    const rows = askedOf(record, sample.questions).map((question) => {
      const has = exportHas(record, question.kind, question.element);
      return `<tr><th scope="row">${escape(question.asks)}<small>${escape(question.hint)}${has ? ` <b>The export has: ${escape(has)}</b>` : ''}</small></th><td class="answer">${boxes}</td><td class="write">${question.kind === 'in-chart' ? 'value' : ''}</td><td class="write">remark</td></tr>`;
    });
    return `<section><h2>${record.number}. ${escape(record.record)}</h2><p class="quiet">${escape(record.facility)} · ${escape(record.department)} · ${escape(record.month)}</p><table><tbody>${rows.join('')}</tbody></table></section>`;
  };
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Chart review ${escape(nameOf(sample))}</title><style>${style}</style></head><body>
<header><p class="quiet">Attending · chart review · sample ${escape(nameOf(sample))}</p><h1>Chart review of ${records.length} records</h1>
<p>Two people answer every question with the chart open, each on a copy of their own and without seeing the other's. Where they differ, a third looks. Nobody is judged by it: it is the record that is looked at.</p>
<p class="fill">Reviewer <span></span> Date <span></span></p>
<p class="quiet">This worksheet points at single patients: keep it as you keep charts.</p></header>
<main>${records.map(block).join('\n')}</main></body></html>
`;
}

const style = `
body{font:14px/1.45 system-ui,sans-serif;color:#1c2430;max-width:980px;margin:0 auto;padding:20px}
h1{font-size:22px;margin:0 0 6px}h2{font-size:15px;margin:0}
.quiet,small{color:#566172}small{display:block;font-weight:400;font-size:12px}
.fill span{display:inline-block;width:220px;border-bottom:1px solid #1c2430;margin-right:24px}
section{margin-top:18px;break-inside:avoid-page}section p{margin:0 0 4px;font-size:12px}
table{width:100%;border-collapse:collapse}th,td{text-align:left;vertical-align:top;border:1px solid #b9c2cc;padding:5px 7px}
th{font-weight:600;width:44%}.answer{white-space:nowrap;line-height:1.9;width:1%}.box{display:inline-block;width:11px;height:11px;border:1.5px solid #1c2430;margin:0 4px 0 8px}
.write{color:#8a949f;font-size:11px;width:16%}
@media(max-width:700px){table,tbody,tr,th,td{display:block;width:auto!important}.answer{white-space:normal}}
@media print{body{padding:0}}`;
