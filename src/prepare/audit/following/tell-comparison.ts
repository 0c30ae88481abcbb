// What does a person at a terminal want to know of two audits?
import { count } from '../../../tools/ui/numbers.ts';
import type { Comparison, Movement } from './model.ts';

const words: Partial<Record<Movement, string>> = { worse: 'Worse', better: 'Better', moved: 'Moved, no promise says which way is good', new: 'New, or not listed before', gone: 'Gone, or no longer listed' };

/** The sentence, what makes the two less comparable, then each kind of change with its findings. */
export function tellComparison(compared: Comparison): string {
  const { changes, elements, facilities, resources, files, absent } = compared;
  const lines = [`${compared.before.at.slice(0, 10)} → ${compared.after.at.slice(0, 10)}: ${compared.says}`, ...compared.notes.map((note) => `! ${note}`)];
  const list = (title: string, names: readonly string[], most = 20) => {
    if (names.length > 0) lines.push('', `${title}:`, ...names.slice(0, most).map((name) => `  ${name}`), ...(names.length > most ? [`  and ${count(names.length - most)} more`] : []));
  };
  list('Was met, and is not met now', changes.filter(({ turned }) => turned === 'broke').map(({ says }) => says), 40);
  for (const movement of Object.keys(words) as Movement[]) list(words[movement]!, changes.filter((change) => change.movement === movement && change.turned !== 'broke').map(({ says }) => says), 40);
  list('New elements', elements.added);
  list('Elements that are gone', elements.removed);
  list('Elements that mean something else now', elements.redefined.map(({ says }) => says));
  list('New facilities', facilities.added);
  list('Facilities that are gone', facilities.gone);
  list('Facilities under another name', facilities.renamed.map(({ before, after }) => `${before} → ${after}`));
  list('Absent now, not before', absent.added);
  list('No longer absent', absent.gone);
  list('Resources', resources.filter(({ before, after }) => before !== after).map(({ type, before, after }) => `${type}: ${count(before)} → ${count(after)}`), 60);
  list('Files', files.filter(({ before, after }) => before === null || after === null).map(({ name, before }) => `${name}: ${before === null ? 'new' : 'gone'}`));
  const unclear = compared.counts['no-clear-change'] ?? 0;
  if (unclear > 0) lines.push('', `${count(unclear)} without clear change: the interval of the difference includes zero.`);
  return `${lines.join('\n')}\n`;
}
