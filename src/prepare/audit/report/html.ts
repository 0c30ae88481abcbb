// How does any part of the audit's page become safe HTML with a heading, a table and a verdict?
import type { Verdict } from '../model.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text as HTML. Every text of the export and the charter passes through here. */
export const escape = (text: string | number | null): string => String(text ?? '').replace(/[&<>"']/g, (one) => escapes[one]!);

/** Said beside colour, so that grey paper loses nothing. */
export const marks: Record<Verdict, { mark: string; word: string }> = {
  met: { mark: '✓', word: 'met' },
  'not-met': { mark: '✗', word: 'not met' },
  undecided: { mark: '≈', word: 'undecided' },
  'not-measurable': { mark: '–', word: 'not measurable' },
};
export const verdictOf = (verdict: Verdict) => `<span class="v ${verdict}"><b aria-hidden="true">${marks[verdict].mark}</b> ${marks[verdict].word}</span>`;

export const section = (id: string, title: string, body: string, kind = '') => `<section id="${id}"${kind && ` class="${kind}"`} aria-labelledby="${id}-title"><h2 id="${id}-title">${escape(title)}</h2>${body}</section>`;

/** Headings apart by `|`, already escaped; `#` before those over numbers. */
export const table = (heads: string, rows: readonly string[], kind = '') => `<div class="scroll" tabindex="0" role="group"><table class="${kind}"><thead><tr>${heads.split('|').map((head) => (head === '' ? '<td></td>' : head.startsWith('#') ? `<th scope="col" class="n">${head.slice(1)}</th>` : `<th scope="col">${head}</th>`)).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;

/** A name as a heading of `table`, whose own marks must not be read into it. */
export const place = (name: string) => escape(name).replaceAll('|', '&#124;').replace(/^#/, '&#35;');
