// Is the data fit: what blocks first, where, for whom, and how sure is that?
import { Button } from '@mantine/core';
import { address } from '../../../tools/ui/api.ts';
import { useAsk, useFreshAfter, useTell } from '../../../tools/ui/asking.ts';
import { ConfirmButton } from '../../../tools/ui/ConfirmButton.tsx';
import { Go, useKept, useParam } from '../../../tools/ui/Go.tsx';
import { Download } from '../../../tools/ui/icons.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { bytes, count } from '../../../tools/ui/numbers.ts';
import { Facts, Page } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Progress, Waiting } from '../../../tools/ui/Progress.tsx';
import { showDay, showInstant } from '../../../tools/ui/RelativeTime.tsx';
import { Views } from '../../../tools/ui/Tabs.tsx';
import { Verdict } from '../../../tools/ui/Verdict.tsx';
import { Elements } from './Elements.tsx';
import { FindingDialog } from './FindingDialog.tsx';
import { Findings } from './Findings.tsx';
import { FindingsMatrix } from './FindingsMatrix.tsx';
import { Compare } from '../following/Compare.tsx';
import { MissingnessMap } from '../following/MissingnessMap.tsx';
import { downloadFindings } from '../following/model.ts';
import { Units } from '../following/Units.tsx';
import { cancelRun, downloadHtml, downloadJson, exportSays, mayBeProduction, provenanceVerdicts, readMatrix, readRest, readRun, type Run } from '../model.ts';
import { Absent, Blocking, ExportFiles, Fixes, Notices } from './Rest.tsx';
import { Estimates } from '../sampling/Estimates.tsx';

const unfinished = (run: Run | undefined) => run?.state === 'waiting' || run?.state === 'running';

export default function RunPage() {
  const deployment = useParam('deployment');
  const id = useParam('run');
  const params = { run: id };
  const [view, setView] = useKept('view', 'summary');
  const [open, setOpen] = useKept('finding');
  const found = useAsk(readRun, { params }, { every: (run) => (unfinished(run) ? 1_000 : false) });
  const done = found.data?.state === 'done';
  useFreshAfter(unfinished(found.data));
  const rest = useAsk(readRest, { params }, { when: done });
  const places = useAsk(readMatrix, { params }, { when: done && (view === 'map' || view === 'units') });
  const facilities = places.data?.facilities ?? [];
  const blocks = rest.data?.fixes.filter((fix) => fix.blocks).length ?? 0;
  const mayDownload = useMay(downloadJson);
  if (found.error) return <ProblemNotice problem={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting what="Loading the audit" />;
  const run = found.data;
  const show = (number: number) => setOpen(String(number));
  return (
    <Page
      title="Data audit"
      level={2}
      of={deployment}
      trail={[{ label: 'Data', to: `/deployments/${deployment}/data` }]}
      says={
        <>
          Of <b>{exportSays(run)}</b>, started {showInstant(run.createdAt)} by {run.createdBy}
        </>
      }
      actions={
        done && (
          <>
            <Button component="a" variant="default" leftSection={<Download size={14} />} href={address(downloadFindings, { params })} download="findings.csv">
              Findings, CSV
            </Button>
            {mayDownload && (
              <>
            <Button component="a" variant="default" leftSection={<Download size={14} />} href={address(downloadJson, { params })} download="audit.json">
              audit.json
            </Button>
            <Button component="a" variant="default" leftSection={<Download size={14} />} href={address(downloadHtml, { params })} target="_blank" rel="noopener">
              audit.html
            </Button>
              </>
            )}
          </>
        )
      }
    >
      <Working run={run} />
      {run.summary && run.provenance && (
        <>
          <div className={`verdict-banner is-${run.summary.verdict}`}>
            <Verdict verdict={run.summary.verdict} />
            <p>
              {run.summary.says} {view !== 'summary' && blocks > 0 && `${count(blocks)} ${blocks === 1 ? 'thing blocks' : 'things block'} the gate: see “What to fix”.`}
            </p>
          </div>
          {view === 'summary' && rest.data && <Blocking fixes={rest.data.fixes} elements={rest.data.elements} />}
          <Note kind={mayBeProduction(run.provenance.verdict) ? 'info' : 'warning'} title={provenanceVerdicts[run.provenance.verdict].replace(/\.$/, '')}>
            {run.provenance.says}
            <Signals run={run} />
          </Note>
          {run.sample && (
            <Note kind="warning" title={`Only a sample was checked: ${count(run.sample.size)} ${run.sample.of === 'patient' ? 'patients' : run.sample.of === 'encounter' ? 'encounters' : 'records'}${run.sample.per === 'facility' ? ' of every facility' : ''}, drawn by chance`}>
              The findings count the drawn records, without weights; “Sample” has the estimates for everything beside the full feed. A sample moves no measure and closes no issue. Whoever has the seed can draw it again: <code>{run.sample.seed}</code>
            </Note>
          )}
          <div className="card">
            <Facts
              facts={[
                ['Patients in the population', `${count(run.summary.patients)} of ${count(run.summary.patientsInExport)}`],
                ['Encounters in the population', count(run.summary.encounters)],
                ['Resources', count(run.summary.resources)],
                ['Facilities', count(run.summary.facilities)],
                ['Departments', count(run.summary.departments)],
                ['Period', run.summary.from && run.summary.to ? `${showDay(run.summary.from)} to ${showDay(run.summary.to)}` : 'not known'],
                ['Lines that could not be read', count(run.summary.badLines)],
                ['Size of the files', rest.data ? bytes(rest.data.export.files.reduce((sum, file) => sum + file.bytes, 0)) : '…'],
              ]}
            />
          </div>
          <Views
            label="What to show"
            open={view}
            onOpen={setView}
            views={[
              { name: 'summary', label: 'What to fix' },
              { name: 'map', label: 'Map' },
              { name: 'matrix', label: 'Checks by facility' },
              { name: 'units', label: 'Units' },
              { name: 'elements', label: 'Elements' },
              { name: 'findings', label: 'All findings' },
              ...(run.sample ? [{ name: 'sample', label: 'Sample' }] : [{ name: 'compare', label: 'Compare' }]),
              { name: 'files', label: `Files${run.summary.badLines > 0 ? ` (${count(run.summary.badLines)} bad lines)` : ''}` },
            ]}
          />
          <ProblemNotice problem={rest.error} />
          {view === 'summary' && rest.data && (
            <>
              <Fixes fixes={rest.data.fixes} elements={rest.data.elements} />
              <Absent absent={rest.data.absent} elements={rest.data.elements} />
              <Notices notices={rest.data.export.notices} />
            </>
          )}
          {view === 'map' && rest.data && <MissingnessMap run={id} elements={rest.data.elements} facilities={facilities} first={rest.data.fixes.find(({ element }) => element !== null)?.element ?? undefined} />}
          {view === 'units' && rest.data && <Units run={id} elements={rest.data.elements} facilities={facilities} />}
          {view === 'compare' && !run.sample && <Compare run={id} deployment={deployment} />}
          {view === 'sample' && rest.data?.sample && <Estimates estimates={rest.data.sample.estimates} of={null} />}
          {view === 'matrix' && <FindingsMatrix run={id} elements={rest.data?.elements ?? []} onOpen={show} />}
          {view === 'elements' && rest.data && <Elements run={id} elements={rest.data.elements} onOpen={show} />}
          {view === 'findings' && <Findings run={id} elements={rest.data?.elements ?? []} onOpen={show} />}
          {view === 'files' && rest.data && <ExportFiles rest={rest.data} />}
          {run.auditDigest && (
            <p className="small faint">
              SHA-256 of audit.json, as in the <Go to={`/deployments/${deployment}/ledger`}>ledger</Go>: <code>{run.auditDigest}</code>
            </p>
          )}
        </>
      )}
      <FindingDialog run={id} elements={rest.data?.elements ?? []} number={open === '' ? null : Number(open)} onClose={() => setOpen('')} />
    </Page>
  );
}

function Signals({ run }: { run: Run }) {
  if (!run.provenance?.signals.length) return null;
  return (
    <details>
      <summary className="small">What speaks for it</summary>
      <ul className="small">
        {run.provenance.signals.map((signal) => (
          <li key={signal.id}>
            {signal.says} <span className="faint">({signal.points === 'nothing' ? 'speaks for neither' : signal.points.replaceAll('-', ' ')})</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** While it runs, and when it ended without a result. */
function Working({ run }: { run: Run }) {
  const may = useMay(cancelRun);
  const cancelling = useTell(cancelRun, { rooms: ['audit'] });
  if (run.state === 'done') return null;
  if (run.state === 'failed') return <Note kind="warning" title="The audit did not finish">{run.problem}</Note>;
  if (run.state === 'cancelled') return <Note kind="info" title="The audit was cancelled">Nothing was published. Start a new one when it suits.</Note>;
  const { progress } = run;
  return (
    <section className="card stack" aria-label="Progress" aria-live="off">
      <Progress label={progress ? stageWords[progress.stage] : 'Waiting for its turn'} value={progress && progress.totalBytes > 0 ? progress.done : null} says={progress ? [progress.says, progress.totalBytes > 0 && `${bytes(progress.bytes)} of ${bytes(progress.totalBytes)}`, progress.lines > 0 && `${count(progress.lines)} lines`].filter(Boolean).join(' · ') : 'It starts as soon as the audit before it has finished.'} />
      {may && (
        <div>
          <ConfirmButton label="Cancel the audit" danger title="Cancel this audit?" says="What was read so far is dropped; the export stays." does="Cancel it" busy={cancelling.busy} problem={cancelling.problem} onConfirm={() => cancelling.tellAsync({ params: { run: run.id } } as never)} />
        </div>
      )}
    </section>
  );
}

const stageWords = { reading: 'Reading the export', preparing: 'Preparing the tables', checking: 'Checking', writing: 'Writing the result' };
