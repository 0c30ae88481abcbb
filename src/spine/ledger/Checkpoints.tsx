// When was the ledger signed, over how much, and who else has seen it?
import { usePages } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { count } from '../../tools/ui/numbers.ts';
import { Part } from '../../tools/ui/Page.tsx';
import { RelativeTime } from '../../tools/ui/RelativeTime.tsx';
import { listCheckpoints } from './log/model.ts';

export function Checkpoints() {
  const checkpoints = usePages(listCheckpoints, { query: { limit: 20 } });
  return (
    <Part title="Checkpoints" says="The house signs what has grown every five minutes, and whenever a receipt needs it.">
      <DataTable
        caption="Checkpoints"
        bare
        rows={checkpoints.items}
        idOf={(one) => `${one.size} ${one.root}`}
        loading={checkpoints.loading}
        problem={checkpoints.problem}
        again={checkpoints.again}
        more={{ has: checkpoints.hasMore, loading: checkpoints.loadingMore, load: checkpoints.more }}
        empty={<EmptyState title="Nothing signed yet">The first checkpoint comes within five minutes.</EmptyState>}
        columns={[
          { id: 'size', header: 'Covers', value: (one) => one.size, cell: (one) => <span className="no-wrap">{count(one.size)} entries</span> },
          { id: 'at', header: 'Last entry', value: (one) => one.lastEntryAt ?? '', cell: (one) => (one.lastEntryAt ? <RelativeTime at={one.lastEntryAt} /> : 'none') },
          { id: 'root', header: 'Root', value: (one) => one.root, cell: (one) => <code>{one.root.slice(0, 12)}…</code> },
          { id: 'cosigned', header: 'Cosigned by', value: (one) => one.cosigned.length, cell: (one) => one.cosigned.map((seen) => seen.witness).join(', ') || 'nobody' },
        ]}
      />
    </Part>
  );
}
