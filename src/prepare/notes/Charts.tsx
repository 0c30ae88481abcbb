// Which charts show best how text is carried forward?
import { NativeSelect } from '@mantine/core';
import { useAsk } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { useKept } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count, percent } from '../../tools/ui/numbers.ts';
import { Part } from '../../tools/ui/Page.tsx';
import { listCharts, rowReaders } from './model.ts';
import { ShareStack } from './ShareStack.tsx';

const orders = { stalest: 'the oldest copied text first', deepest: 'the longest chain first', copied: 'the largest copied share first', notes: 'the most notes first' } as const;

export function Charts({ run, deployment }: { run: string; deployment: string }) {
  const may = useMay(listCharts);
  const [by, setBy] = useKept('order', 'stalest');
  const found = useAsk(listCharts, { params: { run }, query: { by: by as keyof typeof orders } }, { when: may, keepBefore: true });
  if (!may) return <Note title="Charts are for those who work with the data">They are single patients’. They are for: {rowReaders.join(', ')}.</Note>;
  return (
    <Part
      title="Charts"
      says="Fifty of them, without names. Opening one is written into the ledger."
      actions={<NativeSelect aria-label="Order" value={by} onChange={(event) => setBy(event.currentTarget.value)} data={Object.entries(orders).map(([value, label]) => ({ value, label }))} />}
    >
      <DataTable
        caption="Charts"
        rows={found.data?.items ?? []}
        idOf={(row) => String(row.number)}
        to={(row) => `/deployments/${deployment}/notes/${run}/charts/${row.number}`}
        loading={found.isLoading}
        problem={found.error}
        columns={[
          { id: 'number', header: 'Chart', value: (row) => row.number, cell: (row) => <>chart {row.number}</> },
          { id: 'bar', header: 'Text', value: (row) => row.shares?.copied, cell: (row) => <ShareStack shares={row.shares} />, width: '14rem' },
          { id: 'copied', header: 'Copied', number: true, value: (row) => row.shares?.copied, cell: (row) => (row.shares ? percent(row.shares.copied) : <span className="none">no text</span>) },
          { id: 'stalest', header: 'Oldest copy, encounters', number: true, value: (row) => row.stalest },
          { id: 'deepest', header: 'Longest chain, hops', number: true, value: (row) => row.deepest },
          { id: 'encounters', header: 'Encounters', number: true, value: (row) => row.encounters, cell: (row) => count(row.encounters) },
          { id: 'notes', header: 'Notes', number: true, value: (row) => row.notes, cell: (row) => count(row.notes) },
        ]}
      />
    </Part>
  );
}
