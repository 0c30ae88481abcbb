// How does what changed since the audit before read on the audit's page?
import { count, percent } from '../../../tools/ui/numbers.ts';
import { escape, section, table } from '../report/html.ts';
import type { Change, Comparison } from './model.ts';
import { inPoints, movementMarks } from './movement-words.ts';

const most = 60;
const numberOf = (side: Change['before']) => (side === null ? '–' : side.rate === null ? 'not measurable' : escape(percent(side.rate)));

/** What got better, what broke, what is new or gone; the rest is counted. */
export function compareSection(compared: Comparison): string {
  const told = compared.changes.filter(({ movement, turned }) => turned !== null || !['no-clear-change', 'withheld', 'not-comparable'].includes(movement));
  const rows = told.slice(0, most).map((change) => {
    const { mark, word, kind } = movementMarks[change.movement];
    return `<tr><td><span class="v ${kind}"><b aria-hidden="true">${mark}</b> ${word}</span>${change.turned ? `<small>${change.turned === 'broke' ? 'met before, not met now' : 'met now'}</small>` : ''}</td><th scope="row">${escape(change.about)}<small>${escape(change.check)} ${escape(change.name)} · ${escape([change.facility, change.department].filter(Boolean).join(', ') || 'whole export')}</small></th><td class="n">${numberOf(change.before)}</td><td class="n">${numberOf(change.after)}</td><td class="n">${change.difference === null ? '–' : escape(inPoints(change.difference))}<small>${change.low === null || change.high === null ? '' : escape(`${inPoints(change.low)} to ${inPoints(change.high)}`)}</small></td></tr>`;
  });
  const resources = compared.resources.filter(({ before, after }) => before !== after);
  const list = (words: string, names: readonly string[]) => (names.length === 0 ? '' : `<li>${words}: ${escape(names.slice(0, 20).join(', '))}${names.length > 20 ? ` and ${names.length - 20} more` : ''}</li>`);
  return section(
    'compare', `What changed since ${compared.before.at.slice(0, 10)}`,
    `<p><strong>${escape(compared.says)}</strong></p>${compared.notes.map((note) => `<p class="quiet">${escape(note)}</p>`).join('')}
    <ul>${list('New elements', compared.elements.added)}${list('Elements that are gone', compared.elements.removed)}${list('Elements that mean something else now', compared.elements.redefined.map(({ says }) => says))}${list('New facilities', compared.facilities.added)}${list('Facilities that are gone', compared.facilities.gone)}${list('Facilities under another name', compared.facilities.renamed.map(({ before, after }) => `${before} → ${after}`))}${list('Absent now, not before', compared.absent.added)}${list('No longer absent', compared.absent.gone)}</ul>
    ${rows.length === 0 ? '<p>No finding changed clearly.</p>' : table('What|About|#Before|#After|#Difference', rows)}
    ${told.length > most ? `<p class="quiet">${count(told.length - most)} more: <code>attending audit compare</code> lists all.</p>` : ''}
    <p class="quiet">Differences in percentage points with their 95 % interval (Newcombe); where it includes zero there is no clear change.</p>
    ${resources.length === 0 ? '' : table('Resources|#Before|#After', resources.map(({ type, before, after }) => `<tr><th scope="row">${escape(type)}</th><td class="n">${count(before)}</td><td class="n">${count(after)}</td></tr>`))}`,
  );
}
