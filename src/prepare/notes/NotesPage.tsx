// Has anybody looked at the text of the notes yet, and what did they find?
import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { listDeployments } from '../../spine/deployments/model.ts';
import { useAsk, usePages, useTell } from '../../tools/ui/asking.ts';
import { CloseButton } from '../../tools/ui/CloseButton.tsx';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { Go, useGo, useParam } from '../../tools/ui/Go.tsx';
import { Plus } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { count, percent } from '../../tools/ui/numbers.ts';
import { Page, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { Moment } from '../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../tools/ui/TaskList.tsx';
import { Verdict } from '../../tools/ui/Verdict.tsx';
import { exportSays, listExports, listRuns, startRun, type Run } from './model.ts';

export default function NotesPage() {
  const deployment = useParam('deployment');
  const runs = usePages(listRuns, { query: { ...(deployment && { deployment }) } }, { every: 5_000 });
  const deployments = usePages(listDeployments, {}, { when: !deployment });
  const titleOf = (slug: string) => deployments.items.find((one) => one.slug === slug)?.title ?? slug;
  const may = useMay(startRun);
  const [starting, setStarting] = useState(false);
  const open = may && (starting || (runs.items.length === 0 && !runs.loading && Boolean(deployment)));
  return (
    <Page
      title="Notes"
      level={deployment ? 2 : 1}
      {...(deployment && { of: deployment })}
      says="Is the text fit for this model? How much was written for the encounter, and how much was copied, templated or pasted in."
      actions={
        <>
          <Go to="/notes/checks">What is checked</Go>
          {may && !open && (
            <Button leftSection={<Plus size={14} />} onClick={() => setStarting(true)}>
              New notes audit
            </Button>
          )}
        </>
      }
    >
      {open && <StartNotes deployment={deployment || null} onClose={runs.items.length > 0 ? () => setStarting(false) : null} />}
      <DataTable<Run>
        caption="Notes audits"
        rows={runs.items}
        idOf={(run) => run.id}
        to={(run) => `/deployments/${run.deployment}/notes/${run.id}`}
        loading={runs.loading}
        problem={runs.problem}
        again={runs.again}
        more={{ has: runs.hasMore, loading: runs.loadingMore, load: runs.more }}
        empty={<EmptyState title="No notes audit yet">{may ? 'Choose an export that was brought for the data audit; its documents are read.' : 'A data engineer, the clinical owner or the governance office starts the first one.'}</EmptyState>}
        columns={[
          { id: 'created', header: 'Started', value: (run) => run.createdAt, cell: (run) => <Moment at={run.createdAt} /> },
          ...(deployment ? [] : [{ id: 'deployment', header: 'Deployment', value: (run: Run) => titleOf(run.deployment), choice: true }]),
          { id: 'what', header: 'Export', value: exportSays },
          { id: 'state', header: 'State', choice: true, value: (run) => run.state, cell: (run) => (run.state === 'failed' ? <Tag kind="warning">failed</Tag> : <>{run.state === 'running' && run.progress ? `running, ${Math.floor(run.progress.done * 100)} %` : run.state}</>) },
          { id: 'result', header: 'Criterion 1.6', value: (run) => run.summary?.verdict, cell: (run) => (run.summary ? <Verdict verdict={run.summary.verdict} /> : <span className="none">none yet</span>) },
          { id: 'notes', header: 'Notes', number: true, value: (run) => run.summary?.notes, cell: (run) => (run.summary ? count(run.summary.notes) : <span className="none">none yet</span>) },
          { id: 'copied', header: 'Copied', number: true, value: (run) => run.summary?.shares?.copied, cell: (run) => (run.summary?.shares ? percent(run.summary.shares.copied) : <span className="none">none yet</span>) },
          { id: 'templated', header: 'Templated', number: true, value: (run) => run.summary?.shares?.templated, cell: (run) => (run.summary?.shares ? percent(run.summary.shares.templated) : <span className="none">none yet</span>) },
          { id: 'by', header: 'By', value: (run) => run.createdBy },
        ]}
      />
    </Page>
  );
}

function StartNotes({ deployment, onClose }: { deployment: string | null; onClose: (() => void) | null }) {
  const [chosen, setChosen] = useState(deployment ?? '');
  const [source, setSource] = useState('');
  const go = useGo();
  const exports = useAsk(listExports);
  const deployments = usePages(listDeployments, {}, { when: deployment === null });
  const starting = useTell(startRun, { rooms: ['notes'], done: (run) => go(`/deployments/${run.deployment}/notes/${run.id}`) });
  if (exports.isLoading) return <Waiting />;
  const choices = [
    ...(exports.data?.uploads ?? []).map((one) => ({ value: `export ${one.id}`, label: `${one.name} (uploaded)` })),
    ...(exports.data?.folders ?? []).map((folder) => ({ value: `folder ${folder}`, label: `${folder === '.' ? 'the exports folder itself' : folder} (folder on the server)` })),
  ];
  return (
    <Part
      title="New notes audit"
      says="Reads DocumentReference, DiagnosticReport, Composition and Binary of an export that is here already."
      actions={<CloseButton onClose={onClose} />}
    >
      <div className="card stack">
        <ProblemNotice problem={exports.error} />
        {choices.length === 0 ? (
          <p>
            There is no export on this server. <Go to={deployment ? `/deployments/${deployment}/data` : '/data'}>Bring one with the data audit</Go>, then come back.
          </p>
        ) : (
          <form
            className="row"
            onSubmit={(event) => {
              event.preventDefault();
              const [kind, ...name] = source.split(' ');
              starting.tell({ body: { deployment: chosen, ...(kind === 'export' ? { export: name.join(' ') } : { folder: name.join(' ') }) } });
            }}
          >
            {deployment === null && <NativeSelect label="Deployment" required value={chosen} onChange={(event) => setChosen(event.currentTarget.value)} data={[{ value: '', label: 'Choose…' }, ...deployments.items.map((one) => ({ value: one.slug, label: one.title }))]} />}
            <NativeSelect label="Export" required value={source} onChange={(event) => setSource(event.currentTarget.value)} data={[{ value: '', label: 'Choose…' }, ...choices]} />
            <Button type="submit" disabled={!source || !chosen} loading={starting.busy} style={{ alignSelf: 'end' }}>
              Start
            </Button>
          </form>
        )}
        <ProblemNotice problem={starting.problem} />
      </div>
    </Part>
  );
}
