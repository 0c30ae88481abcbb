// Which check fails at which facility?
import { useAsk } from '../../../tools/ui/asking.ts';
import { Legend, Matrix } from '../../../tools/ui/charts/Matrix.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { count, percent } from '../../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { verdicts } from '../../../tools/ui/Verdict.tsx';
import { elementName } from '../finding-words.ts';
import { readMatrix, type AuditDocument } from '../model.ts';

export function FindingsMatrix({ run, elements, onOpen }: { run: string; elements: AuditDocument['elements']; onOpen: (finding: number) => void }) {
  const found = useAsk(readMatrix, { params: { run } });
  if (found.error) return <ProblemNotice problem={found.error} />;
  if (!found.data) return <Waiting what="Loading the findings" />;
  const { facilities, rows } = found.data;
  if (rows.length === 0) return <EmptyState title="Nothing was found to say">The charter names no data elements, and the export-wide checks found nothing.</EmptyState>;
  const columns = [null, ...facilities];
  return (
    <>
      <Legend names={['met', 'not-met', 'undecided', 'not-measurable']} />
      <Matrix
        title="Checks by facility"
        corner="Check"
        columns={columns.map((facility) => facility ?? 'Whole export')}
        rows={rows.map((row) => ({
          id: `${row.check}-${row.element ?? ''}`,
          label: `${row.check} ${row.name}${row.element ? `, ${elementName(elements, row.element)}` : ''}`,
          group: row.family.charAt(0).toUpperCase() + row.family.slice(1),
          head: (
            <>
              <b>{row.check}</b> {row.element ? elementName(elements, row.element) : row.name}
            </>
          ),
          tags: (
            <>
              {' '}
              {row.element && <span className="faint">{row.name}</span>} {row.tier === 'critical' && <Tag kind="strong">critical</Tag>}
            </>
          ),
          cells: columns.map((facility) => {
            const cell = row.cells.find((one) => one.facility === facility);
            if (!cell) return null;
            return {
              verdict: cell.verdict,
              text: cell.rate === null ? 'none' : percent(cell.rate),
              says: `${verdicts[cell.verdict]}, n ${count(cell.n)}${cell.findings > 1 ? `, the worst of ${cell.findings} findings` : ''}`,
              onOpen: () => onOpen(cell.finding),
            };
          }),
        }))}
      />
    </>
  );
}
