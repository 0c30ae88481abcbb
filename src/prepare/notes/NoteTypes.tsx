// Which kinds of note does each facility have, and where are the others kept?
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { Matrix } from '../../tools/ui/charts/Matrix.tsx';
import { count, percent } from '../../tools/ui/numbers.ts';
import { Part } from '../../tools/ui/Page.tsx';
import { Tag } from '../../tools/ui/TaskList.tsx';
import type { VerdictName } from '../../tools/ui/Verdict.tsx';
import { typeVerdicts, type TypeRow, type TypeVerdict } from './model.ts';

const signs: Record<TypeVerdict, VerdictName> = { found: 'met', 'routed-elsewhere': 'not-met', absent: 'not-met', 'not-expected': 'not-measurable' };
const words: Record<TypeVerdict, string> = { found: 'found', 'routed-elsewhere': 'routed elsewhere', absent: 'absent', 'not-expected': 'not expected' };

export function NoteTypes({ rows }: { rows: readonly TypeRow[] }) {
  if (rows.length === 0) return <EmptyState title="No note type is expected">Name the note types the product reads in the charter’s data section.</EmptyState>;
  const facilities = [...new Set(rows.flatMap(({ cells }) => cells.flatMap(({ facility }) => facility ?? [])))].sort();
  return (
    <Part title="Expected note types" says={Object.entries(typeVerdicts).map(([verdict, says]) => `${words[verdict as TypeVerdict]}: ${says.charAt(0).toLowerCase()}${says.slice(1, -1)}`).join('; ')}>
      <Matrix
        title="Note types by facility"
        corner="Note type"
        columns={['Whole export', ...facilities]}
        rows={rows.map(({ type, from, tier, cells }) => ({
          id: type,
          head: type,
          label: type,
          tags: <Tag kind="quiet">{from === 'charter' ? `charter, ${tier}` : 'seen in the export'}</Tag>,
          cells: [null, ...facilities].map((facility) => {
            const cell = cells.find((one) => one.facility === facility);
            return cell ? { verdict: signs[cell.verdict], text: `${words[cell.verdict]}${cell.documents > 0 ? `, ${count(cell.readable)} of ${count(cell.documents)}` : ''}`, says: `${cell.says}${cell.chance === null ? '' : ` Probability of so few by chance: ${cell.chance < 1e-6 ? 'under one in a million' : percent(cell.chance)}.`}` } : null;
          }),
        }))}
      />
      <ul>
        {rows.flatMap(({ type, cells }) => cells.filter(({ verdict }) => verdict === 'routed-elsewhere' || verdict === 'absent').map((cell) => (
          <li key={`${type} ${cell.facility}`}>
            <b>{type}</b> {cell.facility === null ? 'in the whole export' : `in ${cell.facility}`}: {words[cell.verdict]}. {cell.says}
          </li>
        )))}
      </ul>
    </Part>
  );
}
