// Which random samples were drawn from the production data, and how is the next one drawn?
import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '../../../tools/ui/asking.ts';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { useParam } from '../../../tools/ui/Go.tsx';
import { Plus } from '../../../tools/ui/icons.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { count } from '../../../tools/ui/numbers.ts';
import { Page, Part } from '../../../tools/ui/Page.tsx';
import { Moment, RelativeTime } from '../../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { DrawSample } from './DrawSample.tsx';
import { exportSays } from '../model.ts';
import { drawSample, listSamples, type SampleSummary } from './model.ts';

export default function SamplesPage() {
  const deployment = useParam('deployment');
  const samples = usePages(listSamples, { query: { deployment } }, { every: 5_000 });
  const may = useMay(drawSample);
  const [drawing, setDrawing] = useState(false);
  const open = may && (drawing || (samples.items.length === 0 && !samples.loading && samples.problem === null));
  return (
    <Page
      title="Samples"
      level={2}
      of={deployment}
      trail={[{ label: 'Data', to: `/deployments/${deployment}/data` }]}
      says="Records drawn at random, in every facility, for two people to hold against the charts. The seed is fixed before the data are read, so anybody can draw again."
      actions={
        may &&
        !open && (
          <Button leftSection={<Plus size={14} />} onClick={() => setDrawing(true)}>
            Draw a sample
          </Button>
        )
      }
    >
      {open && <DrawSample deployment={deployment} onClose={samples.items.length > 0 ? () => setDrawing(false) : null} />}
      <Part title="Drawn so far">
        <DataTable<SampleSummary>
          caption="Samples"
          rows={samples.items}
          idOf={(sample) => sample.id}
          to={(sample) => `/deployments/${deployment}/data/samples/${sample.id}`}
          loading={samples.loading}
          problem={samples.problem}
          again={samples.again}
          more={{ has: samples.hasMore, loading: samples.loadingMore, load: samples.more }}
          empty={<EmptyState title="No sample yet">{may ? 'Gate criterion 1.4 asks for at least 100 records of every facility.' : 'A data engineer, the clinical owner or the governance office draws the first one.'}</EmptyState>}
          columns={[
            { id: 'drawn', header: 'Fixed', value: (sample) => sample.createdAt, cell: (sample) => <Moment at={sample.createdAt} /> },
            { id: 'what', header: 'Export', value: exportSays },
            { id: 'state', header: 'State', choice: true, value: (sample) => sample.state, cell: (sample) => <SampleState sample={sample} /> },
            { id: 'size', header: 'Asked for', value: (sample) => sample.request.size, cell: (sample) => `${count(sample.request.size)}${sample.request.per === 'facility' ? ' per facility' : ''}` },
            { id: 'frame', header: 'Drawn from', number: true, value: (sample) => sample.frameRecords, cell: (sample) => (sample.frameRecords === null ? <span className="none">not yet</span> : count(sample.frameRecords)) },
            { id: 'review', header: 'Review', choice: true, value: (sample) => (sample.publishedAt ? 'published' : 'open'), cell: (sample) => (sample.publishedAt ? <>published <RelativeTime at={sample.publishedAt} /></> : <span className="none">open</span>) },
            { id: 'by', header: 'By', value: (sample) => sample.createdBy },
          ]}
        />
      </Part>
    </Page>
  );
}

export function SampleState({ sample }: { sample: Pick<SampleSummary, 'state' | 'progress'> }) {
  if (sample.state === 'running' && sample.progress) return <>drawing, {Math.floor(sample.progress.done * 100)} %</>;
  if (sample.state === 'failed') return <Tag kind="warning">failed</Tag>;
  return <>{sample.state === 'done' ? 'drawn' : sample.state}</>;
}
