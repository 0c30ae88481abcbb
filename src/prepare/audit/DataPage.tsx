// Has anybody looked at the production data yet, and what did they find?
import { useState } from 'react';
import { Button } from '@mantine/core';
import { listDeployments } from '../../spine/deployments/model.ts';
import { usePages } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { Go, useParam } from '../../tools/ui/Go.tsx';
import { Plus } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { count } from '../../tools/ui/numbers.ts';
import { Page, Part } from '../../tools/ui/Page.tsx';
import { Moment } from '../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../tools/ui/TaskList.tsx';
import { Verdict } from '../../tools/ui/Verdict.tsx';
import { Reviews } from './following/Reviews.tsx';
import { Watches } from './following/Watches.tsx';
import { exportSays, listRuns, startRun, type Run } from './model.ts';
import { StartAudit } from './StartAudit.tsx';

export default function DataPage() {
  const deployment = useParam('deployment');
  const runs = usePages(listRuns, { query: { ...(deployment && { deployment }) } }, { every: 5_000 });
  const deployments = usePages(listDeployments, {}, { when: !deployment });
  const titleOf = (slug: string) => deployments.items.find((one) => one.slug === slug)?.title ?? slug;
  const may = useMay(startRun);
  const [starting, setStarting] = useState(false);
  const open = may && (starting || (runs.items.length === 0 && !runs.loading && Boolean(deployment)));
  return (
    <Page
      title="Data"
      level={deployment ? 2 : 1}
      {...(deployment && { of: deployment })}
      says="Is the production data fit for this model? Asked in week two, not after seven months of model work."
      actions={
        <>
          <Go to={deployment ? `/deployments/${deployment}/data/issues` : '/data/issues'}>Issues</Go>
          {deployment && <Go to={`/deployments/${deployment}/data/samples`}>Samples</Go>}
          <Go to="/data/checks">What is checked</Go>
          {may && !open && (
            <Button leftSection={<Plus size={14} />} onClick={() => setStarting(true)}>
              New audit
            </Button>
          )}
        </>
      }
    >
      {open && <StartAudit deployment={deployment || null} onClose={runs.items.length > 0 ? () => setStarting(false) : null} />}
      {deployment && <Reviews deployment={deployment} />}
      <Part title="Audits">
        <DataTable<Run>
          caption="Audits"
          rows={runs.items}
          idOf={(run) => run.id}
          to={(run) => `/deployments/${run.deployment}/data/${run.id}`}
          loading={runs.loading}
          problem={runs.problem}
          again={runs.again}
          more={{ has: runs.hasMore, loading: runs.loadingMore, load: runs.more }}
          empty={
            <EmptyState title="No audit yet">
              {may ? 'Bring an export of the real production data, as FHIR R4 NDJSON. Curated, pilot or synthetic data look better than what the model will meet.' : 'A data engineer, the clinical owner or the governance office starts the first one.'}
            </EmptyState>
          }
          columns={[
            { id: 'created', header: 'Started', value: (run) => run.createdAt, cell: (run) => <Moment at={run.createdAt} /> },
            ...(deployment ? [] : [{ id: 'deployment', header: 'Deployment', value: (run: Run) => titleOf(run.deployment), choice: true }]),
            { id: 'what', header: 'Export', value: exportSays, cell: (run) => <>{exportSays(run)}{run.sample && <> <Tag>sample</Tag></>}</> },
            { id: 'state', header: 'State', choice: true, value: (run) => run.state, cell: (run) => <RunState run={run} /> },
            { id: 'result', header: 'Critical findings', value: (run) => run.summary?.verdict, cell: (run) => (run.summary ? <Verdict verdict={run.summary.verdict} /> : <span className="none">none yet</span>) },
            { id: 'patients', header: 'Patients', number: true, value: (run) => run.summary?.patients, cell: (run) => (run.summary ? count(run.summary.patients) : <span className="none">none yet</span>) },
            { id: 'provenance', header: 'Provenance', choice: true, value: (run) => run.provenance?.verdict, cell: (run) => (run.provenance ? <Tag kind={run.provenance.verdict === 'synthetic' || run.provenance.verdict === 'curated' ? 'warning' : 'quiet'}>{run.provenance.verdict.replaceAll('-', ' ')}</Tag> : <span className="none">none yet</span>) },
            { id: 'by', header: 'By', value: (run) => run.createdBy },
          ]}
        />
      </Part>
      {deployment && <Watches deployment={deployment} />}
    </Page>
  );
}

export function RunState({ run }: { run: Run }) {
  if (run.state === 'running' && run.progress) return <>running, {Math.floor(run.progress.done * 100)} %</>;
  if (run.state === 'failed') return <Tag kind="warning">failed</Tag>;
  return <>{run.state}</>;
}
