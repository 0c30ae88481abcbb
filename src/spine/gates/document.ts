// How do the playbook and its measures read as documentation?
import { z } from 'zod';
import { amount, conditionsOf, playbook, sourceTags, thresholdSays, type Criterion, type Playbook } from './model.ts';

/** Between these lines a page is written by the house; the rest of it by people. */
export const begin = '<!-- generated: begin -->';
export const end = '<!-- generated: end -->';

/** The page with its generated part replaced. Throws where a page has no place for it. */
export function withGenerated(page: string, generated: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no lines ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n${generated}\n${page.slice(to)}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;

/** Every criterion of the playbook, gate by gate, with line, source and paths. */
export function criteriaTables(book: Playbook): string {
  return book.gates
    .map((gate) =>
      [
        `### ${gate.id} ${gate.title}`,
        '',
        `*${gate.asks}* An approval permits: ${gate.grants}${gate.weeks ? ` Weeks ${gate.weeks.from}${gate.weeks.to === null ? '+' : gate.weeks.to === gate.weeks.from ? '' : `–${gate.weeks.to}`}.` : ''} Review: ${gate.review}.`,
        '',
        row('#', 'criterion', 'must hold', 'source', 'brings it', 'paths'),
        row('---', '---', '---', '---', '---', '---'),
        ...gate.criteria.map((one) => row(`${one.id}${one.core ? ' c' : ''}${one.safety ? ' S' : ''}`, `**${one.title}** ${one.asks}`, linesOf(one, book), sourceSays(one), one.owner, one.core ? 'all' : one.paths.join(', '))),
      ].join('\n'),
    )
    .join('\n\n');
}

function linesOf(criterion: Criterion, book: Playbook): string {
  const says = (condition: ReturnType<typeof conditionsOf>[number]): string => {
    const unit = book.measures[condition.measure]?.unit ?? 'count';
    const extra = [
      condition.over === 'deployment' ? '' : condition.over.replace('-', ' '),
      condition.target === undefined ? '' : `target ${amount(condition.target, unit)}`,
      condition.alarm === undefined ? '' : `red line ${amount(condition.alarm, unit)}`,
      condition.when?.productClass ? `${condition.when.productClass} products` : '',
      ...Object.entries(condition.onPath).map(([path, line]) => (line ? `${path}: ${thresholdSays(line, unit)}` : '')),
    ].filter(Boolean);
    return `${condition.says}: ${thresholdSays(condition.needs, unit)}${extra.length > 0 ? ` (${extra.join('; ')})` : ''} \`${condition.measure}\``;
  };
  return criterion.conditions.map((part) => ('anyOf' in part ? part.anyOf.map(says).join(' *or* ') : says(part))).join('; ');
}

const sourceSays = ({ source }: Criterion): string => `${[source.articles.join(' '), source.tag].filter(Boolean).join(' ')}${source.note ? `: ${source.note}` : ''}`;

/** What the tags of a source mean. */
export const tagsSay = (): string => Object.entries(sourceTags).map(([tag, says]) => `**${tag}** ${says}`).join(' ');

/** Every measure the playbook expects, room by room. */
export function measureTables(book: Playbook): string {
  const rooms = [...new Set(Object.keys(book.measures).map((id) => id.split('.')[0] ?? ''))];
  const usedBy = (measure: string) => book.gates.flatMap((gate) => gate.criteria).filter((one) => conditionsOf(one).some((part) => part.measure === measure)).map((one) => one.id).join(', ');
  return rooms
    .map((room) =>
      [
        `### ${room}`,
        '',
        row('id', 'asks', 'unit', 'better', 'class', 'min n', 'fresh', 'stale after a change of', 'formula', 'criteria'),
        row(...Array.from({ length: 10 }, () => '---')),
        ...Object.entries(book.measures)
          .filter(([id]) => id.startsWith(`${room}.`))
          .map(([id, one]) => row(`\`${id}\``, one.asks, one.unit, one.better, one.evidence, String(one.minimumN), `${one.freshForDays} d`, one.dependsOn.join(', '), one.explains, usedBy(id))),
      ].join('\n'),
    )
    .join('\n\n');
}

/** The JSON Schema of playbooks, as published in `playbook.schema.json`. */
export const playbookSchemaText = (): string => `${JSON.stringify(z.toJSONSchema(playbook, { io: 'input' }), null, 2)}\n`;
