// Which versions of the charter were saved, and what changed from one to the next?
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useAsk, usePages } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { RelativeTime } from '../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../tools/ui/TaskList.tsx';
import { Differences } from './Differences.tsx';
import { diffCharter, listCharterVersions, type CharterVersion } from './model.ts';

export function CharterVersions({ deployment }: { deployment: string }) {
  const versions = usePages(listCharterVersions, { params: { deployment } });
  const [chosen, setChosen] = useState<{ from: number; to: number } | null>(null);
  const newest = versions.items[0]?.version ?? 0;
  const pair = chosen ?? { from: Math.max(1, newest - 1), to: newest };
  const differs = useAsk(diffCharter, { params: { deployment }, query: pair }, { when: newest > 1 });
  const options = versions.items.map((one) => ({ value: String(one.version), label: `Version ${one.version}` }));
  return (
    <>
      <DataTable<CharterVersion>
        caption="Versions"
        rows={versions.items}
        idOf={(one) => String(one.version)}
        loading={versions.loading}
        problem={versions.problem}
        more={{ has: versions.hasMore, loading: versions.loadingMore, load: versions.more }}
        empty={<EmptyState title="No version yet">The first one appears when the charter is saved.</EmptyState>}
        onOpen={(one) => setChosen({ from: Math.max(1, one.version - 1), to: one.version })}
        columns={[
          { id: 'version', header: 'Version', value: (one) => one.version, cell: (one) => `Version ${one.version}` },
          { id: 'at', header: 'Saved', value: (one) => one.at, cell: (one) => <RelativeTime at={one.at} /> },
          { id: 'by', header: 'By', value: (one) => one.by },
          { id: 'reason', header: 'Reason', value: (one) => one.reason },
          { id: 'differences', header: 'Differences', value: (one) => one.differences, number: true },
          { id: 'reopens', header: 'Reopens', value: (one) => one.changes.join(', '), cell: (one) => (one.changes.length ? one.changes.map((kind) => <Tag key={kind}>{kind}</Tag>) : <span className="none">nothing</span>) },
          { id: 'amended', header: 'Amends locked', value: (one) => one.amended.join(', '), cell: (one) => (one.amended.length ? one.amended.map((section) => <Tag key={section} kind="warning">{section}</Tag>) : <span className="none">nothing</span>) },
        ]}
      />
      {newest > 1 && (
        <Part
          title={`From version ${pair.from} to ${pair.to}`}
          actions={
            <span className="row">
              <NativeSelect size="xs" aria-label="From version" data={options} value={String(pair.from)} onChange={(event) => setChosen({ ...pair, from: Number(event.currentTarget.value) })} />
              <NativeSelect size="xs" aria-label="To version" data={options} value={String(pair.to)} onChange={(event) => setChosen({ ...pair, to: Number(event.currentTarget.value) })} />
            </span>
          }
        >
          <ProblemNotice problem={differs.error} />
          {differs.data && <Differences label="What differs" differences={differs.data.differences} />}
        </Part>
      )}
    </>
  );
}
