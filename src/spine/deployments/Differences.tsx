// What differs between two charters, in words?
import { ChangeTable } from '../../tools/ui/ChangeTable.tsx';
import type { Difference } from './model.ts';

export function Differences({ differences, label }: { differences: readonly Difference[]; label: string }) {
  const changes = differences.map(({ op, path, before, after }) => ({ path, ...(op !== 'added' && { before }), ...(op !== 'removed' && { after }) }));
  return <ChangeTable label={label} changes={changes} />;
}
