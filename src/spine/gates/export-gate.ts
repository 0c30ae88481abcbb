// How does a gate leave the house as a table?
import type { GateState } from './model.ts';

export const columns = [
  'deployment', 'gate', 'criterion', 'title', 'core', 'safety', 'verdict', 'without waiver', 'because', 'measure', 'condition', 'needs', 'scope facility', 'scope department', 'scope element',
  'value', 'unit', 'low', 'high', 'n', 'as of', 'age days', 'class', 'reading', 'source', 'articles', 'tag', 'note', 'owner', 'waived until',
] as const;

/** One line per criterion and condition (RFC 4180, UTF-8, CRLF). A number that is missing is empty, never zero. */
export function csvOf(state: GateState): string {
  const lines = state.criteria.flatMap(({ criterion, verdict, waivers }) => {
    const head = [state.deploymentTitle, state.gate, criterion.id, criterion.title, criterion.core, criterion.safety, verdict.state, verdict.without, verdict.because];
    const tail = [criterion.source.articles.join(' '), criterion.source.tag, criterion.source.note ?? '', criterion.owner, waivers.find((one) => one.state === 'active')?.expires ?? ''];
    const rows = verdict.readings.map((one) => [
      one.measure, one.says, one.needsSays, one.scope.facility, one.scope.department, one.scope.element ?? null, one.value, one.unit, one.interval?.low ?? null, one.interval?.high ?? null, one.n, one.asOf, one.ageDays, one.class, one.state, one.source,
    ]);
    const empty = Array.from({ length: columns.length - head.length - tail.length }, () => null);
    return (rows.length > 0 ? rows : [empty]).map((row) => [...head, ...row, ...tail]);
  });
  return [[...columns], ...lines].map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** A text that begins like a formula is disarmed: spreadsheets would run it (OWASP, CSV injection). */
function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
