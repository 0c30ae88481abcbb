// Is the text fit: where does it come from, which notes are missing, and whose chart tells most?
import { Button, Modal } from '@mantine/core';
import { address } from '../../tools/ui/api.ts';
import { useAsk, useFreshAfter, useTell } from '../../tools/ui/asking.ts';
import { ConfirmButton } from '../../tools/ui/ConfirmButton.tsx';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { Go, useKept, useParam } from '../../tools/ui/Go.tsx';
import { Download } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count, percent, range } from '../../tools/ui/numbers.ts';
import { Facts, Page, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Progress, Waiting } from '../../tools/ui/Progress.tsx';
import { showDay, showInstant } from '../../tools/ui/RelativeTime.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import { Tag } from '../../tools/ui/TaskList.tsx';
import { Verdict } from '../../tools/ui/Verdict.tsx';
import { Charts } from './Charts.tsx';
import { cancelRun, downloadHtml, downloadJson, exportSays, readNotes, readRows, readRun, rowReaders, type Run, type ShownNotes } from './model.ts';
import { NoteTypes } from './NoteTypes.tsx';
import { ShareLegend, SharePatterns, ShareStack } from './ShareStack.tsx';
import { Writers } from './Writers.tsx';

const unfinished = (run: Run | undefined) => run?.state === 'waiting' || run?.state === 'running';

export default function NotesRunPage() {
  const deployment = useParam('deployment');
  const params = { run: useParam('run') };
  const [view, setView] = useKept('view', 'origin');
  const [open, setOpen] = useKept('finding');
  const found = useAsk(readRun, { params }, { every: (run) => (unfinished(run) ? 1_000 : false) });
  const done = found.data?.state === 'done';
  useFreshAfter(unfinished(found.data));
  const result = useAsk(readNotes, { params }, { when: done });
  const mayDownload = useMay(downloadJson);
  if (found.error) return <ProblemNotice problem={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting what="Loading the notes audit" />;
  const run = found.data;
  const notes = result.data;
  return (
    <Page
      title="Notes audit"
      level={2}
      of={deployment}
      trail={[{ label: 'Notes', to: `/deployments/${deployment}/notes` }]}
      says={
        <>
          Of <b>{exportSays(run)}</b>, started {showInstant(run.createdAt)} by {run.createdBy}
        </>
      }
      actions={
        done &&
        mayDownload && (
          <>
            <Button component="a" variant="default" leftSection={<Download size={14} />} href={address(downloadJson, { params })} download="notes.json">
              notes.json
            </Button>
            <Button component="a" variant="default" leftSection={<Download size={14} />} href={address(downloadHtml, { params })} target="_blank" rel="noopener">
              notes.html
            </Button>
          </>
        )
      }
    >
      <Working run={run} />
      <ProblemNotice problem={result.error} />
      {run.summary && (
        <div className={`verdict-banner is-${run.summary.verdict}`}>
          <Verdict verdict={run.summary.verdict} />
          <p>{run.summary.says}</p>
        </div>
      )}
      {done && !notes && !result.error && <Waiting what="Loading what was found" />}
      {notes && (
        <>
          <SharePatterns />
          <div className="card">
            <ShareStack shares={notes.summary.shares} />
            <Facts
              facts={[
                ['Copied', notes.summary.shares ? percent(notes.summary.shares.copied) : 'no text'],
                ['Templated', notes.summary.shares ? percent(notes.summary.shares.templated) : 'no text'],
                ['Imported', notes.summary.shares ? percent(notes.summary.shares.imported) : 'no text'],
                ['Authored', notes.summary.shares ? percent(notes.summary.shares.authored) : 'no text'],
                ['Copied text is old', notes.summary.staleEncounters === null ? 'nothing copied' : `at most ${count(notes.summary.staleEncounters)} encounters in nine of ten spans`],
                ['Longest chain', notes.summary.deepest === null ? 'none' : `${count(notes.summary.deepest)} ${notes.summary.deepest === 1 ? 'hop' : 'hops'}`],
                ['Readable notes', `${count(notes.summary.notes)} of ${count(notes.summary.documents)}`],
                ['Patients', count(notes.summary.patients)],
                ['Writers', count(notes.summary.authors)],
                ['Period', notes.summary.from && notes.summary.to ? `${showDay(notes.summary.from)} to ${showDay(notes.summary.to)}` : 'not known'],
              ]}
            />
          </div>
          {!notes.summary.templatesKnown && <Note title="Templates cannot be told">Fewer than ten patients have notes: what would be a template counts as copied or authored.</Note>}
          {!notes.summary.structuredKnown && <Note title="Nothing can be called imported">The export has no structured data beside the notes.</Note>}
          <Views
            label="What to show"
            open={view}
            onOpen={setView}
            views={[
              { name: 'origin', label: 'Origin of the text' },
              { name: 'fix', label: `What to fix (${count(notes.fixes.length)})` },
              { name: 'types', label: 'Note types' },
              { name: 'writers', label: 'Writers' },
              { name: 'charts', label: 'Charts' },
              { name: 'findings', label: 'All findings' },
            ]}
          />
          {view === 'origin' && <Origin notes={notes} />}
          {view === 'fix' && <Fixes notes={notes} />}
          {view === 'types' && <NoteTypes rows={notes.noteTypes} />}
          {view === 'writers' && <Writers distributions={notes.distributions} />}
          {view === 'charts' && <Charts run={params.run} deployment={deployment} />}
          {view === 'findings' && <Findings notes={notes} onOpen={setOpen} />}
          <Modal opened={open !== ''} onClose={() => setOpen('')} title="The documents behind a finding" size="xl">
            {open !== '' && <Rows run={params.run} finding={Number(open)} />}
          </Modal>
        </>
      )}
    </Page>
  );
}

function Working({ run }: { run: Run }) {
  const may = useMay(cancelRun);
  const stopping = useTell(cancelRun, { rooms: ['notes'] });
  if (run.state === 'failed') return <Note kind="warning" title="The notes audit failed">{run.problem}</Note>;
  if (run.state === 'cancelled') return <Note title="The notes audit was stopped">Nothing was published.</Note>;
  if (!unfinished(run)) return null;
  return (
    <div className="card stack">
      <Progress value={run.progress?.done ?? null} label={run.progress?.says ?? 'Waiting for its turn'} />
      {may && (
        <div>
          <ConfirmButton label="Stop it" title="Stop this notes audit?" says="Nothing of it is published." problem={stopping.problem} onConfirm={() => stopping.tellAsync({ params: { run: run.id } })} />
        </div>
      )}
    </div>
  );
}

type Row = ShownNotes['shares'][number];
const placeOf = (row: Row): string => row.department ?? row.facility ?? (row.type === null ? 'Everything' : row.type);

function Origin({ notes }: { notes: ShownNotes }) {
  const [by, setBy] = useKept('by', 'department');
  const of = (level: Row['level'], facility?: string | null) => notes.shares.filter((row) => row.level === level && (facility === undefined || row.facility === facility));
  // Each facility with its departments below it.
  const rows = [...of('all'), ...(by === 'type' ? of('type') : by === 'both' ? of('facility-type') : of('facility').flatMap((row) => [row, ...of('department', row.facility)]))];
  const { chains } = notes;
  const spans = chains.encounters.reduce((sum, one) => sum + one.spans, 0);
  return (
    <>
      <Part title="Where the text comes from" says="Shares of the characters; the four add up to 100 % in every row. In italics the 95 % interval. Encounters old: nine of ten copied spans come from at most so many encounters before.">
        <ShareLegend />
        <Views
          label="By"
          open={by}
          onOpen={setBy}
          views={[
            { name: 'department', label: 'Facilities and departments' },
            { name: 'type', label: 'Note types' },
            { name: 'both', label: 'Note types by facility' },
          ]}
        />
        <DataTable<Row>
          caption="Shares of text"
          rows={rows}
          idOf={(row) => `${row.level} ${row.facility} ${row.department} ${row.type}`}
          columns={[
            { id: 'place', header: 'Part', value: placeOf, cell: (row) => (row.level === 'department' ? <>{row.department} <span className="none">{row.facility}</span></> : row.level === 'facility-type' ? <>{row.type} <span className="none">{row.facility}</span></> : <b>{placeOf(row)}</b>) },
            { id: 'bar', header: 'Text', value: (row) => row.shares?.authored, cell: (row) => <ShareStack shares={row.shares} />, width: '14rem' },
            { id: 'copied', header: 'Copied', number: true, value: (row) => row.shares?.copied, cell: (row) => <Share value={row.shares?.copied} interval={row.copiedInterval} /> },
            { id: 'templated', header: 'Templated', number: true, value: (row) => row.shares?.templated, cell: (row) => <Share value={row.shares?.templated} interval={row.templatedInterval} /> },
            { id: 'imported', header: 'Imported', number: true, value: (row) => row.shares?.imported, cell: (row) => <Share value={row.shares?.imported} interval={null} /> },
            { id: 'authored', header: 'Authored', number: true, value: (row) => row.shares?.authored, cell: (row) => <Share value={row.shares?.authored} interval={null} /> },
            { id: 'stale', header: 'Encounters old', number: true, value: (row) => row.staleEncounters.p90, cell: (row) => (row.staleEncounters.p90 === null ? <span className="none">nothing copied</span> : count(row.staleEncounters.p90)) },
            { id: 'notes', header: 'Notes', number: true, value: (row) => row.notes, cell: (row) => (row.shares ? count(row.notes) : <span className="none">withheld</span>) },
          ]}
        />
      </Part>
      {spans > 0 && (
        <Part title="How old and how deep" says={`Half of the copied spans are at most ${chains.days.p50 ?? 'an unknown number of'} ${chains.days.p50 === 1 ? 'day' : 'days'} old, nine of ten at most ${chains.days.p90 ?? 'unknown'}.`}>
          <div className="columns is-two">
          <DataTable
            caption="Copied spans by age"
            bare
            rows={chains.encounters}
            idOf={(row) => String(row.encounters)}
            columns={[
              { id: 'age', header: 'Encounters old', value: (row) => row.encounters, cell: (row) => (row.encounters === 0 ? 'the same encounter' : row.encounters === 1 ? '1 encounter old' : `${count(row.encounters)} encounters old`) },
              { id: 'spans', header: 'Spans', number: true, value: (row) => row.spans, cell: (row) => count(row.spans) },
              { id: 'share', header: 'Share', number: true, value: (row) => row.spans / spans, cell: (row) => percent(row.spans / spans) },
            ]}
          />
          <DataTable
            caption="Copied spans by hops from their origin"
            bare
            rows={chains.depth}
            idOf={(row) => String(row.hops)}
            columns={[
              { id: 'hops', header: 'Copied on', value: (row) => row.hops, cell: (row) => (row.hops === 1 ? 'once, from its origin' : `${count(row.hops)} times`) },
              { id: 'spans', header: 'Spans', number: true, value: (row) => row.spans, cell: (row) => count(row.spans) },
            ]}
          />
          </div>
        </Part>
      )}
    </>
  );
}

function Share({ value, interval }: { value: number | undefined; interval: { low: number; high: number } | null }) {
  if (value === undefined) return <span className="none">withheld</span>;
  return (
    <>
      {percent(value)}
      {interval && <> <span className="none no-wrap">{range(interval.low, interval.high, 'proportion')}</span></>}
    </>
  );
}

function Fixes({ notes: { fixes } }: { notes: ShownNotes }) {
  if (fixes.length === 0) return <EmptyState title="Nothing to fix">Every line is kept.</EmptyState>;
  return (
    <Part title="First things first">
      <ol className="stack">
        {fixes.map((fix) => (
          <li key={fix.rank}>
            <p>
              <Tag kind="quiet">{fix.check}</Tag> {fix.blocks && <Tag kind="warning">blocks criterion 1.6</Tag>} {fix.says}
            </p>
            <p className="none">→ {fix.todo}</p>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function Findings({ notes, onOpen }: { notes: ShownNotes; onOpen: (finding: string) => void }) {
  return (
    <Part title="All findings">
      <DataTable
        caption="Findings"
        rows={notes.findings}
        idOf={(row) => String(row.number)}
        onOpen={(row) => onOpen(String(row.number))}
        columns={[
          { id: 'check', header: 'Check', choice: true, value: (row) => row.check },
          { id: 'verdict', header: 'Verdict', choice: true, value: (row) => row.verdict, cell: (row) => <Verdict verdict={row.verdict} /> },
          { id: 'facility', header: 'Facility', choice: true, value: (row) => row.unit.facility ?? 'all' },
          { id: 'department', header: 'Department', value: (row) => row.unit.department ?? 'all' },
          { id: 'type', header: 'Note type', value: (row) => row.unit.type ?? 'all' },
          { id: 'says', header: 'Finding', value: (row) => row.says },
        ]}
      />
    </Part>
  );
}

function Rows({ run, finding }: { run: string; finding: number }) {
  const may = useMay(readRows);
  const found = useAsk(readRows, { params: { run, finding } }, { when: may });
  if (!may) return <Note title="Documents are for those who work with the data">They are single patients’. They are for: {rowReaders.join(', ')}.</Note>;
  if (found.error) return <ProblemNotice problem={found.error} />;
  if (!found.data) return <Waiting what="Loading the documents" />;
  if (found.data.rows.length === 0) return <p className="none">This finding points at no single document.</p>;
  return (
    <>
      <DataTable
        caption="Documents"
        rows={found.data.rows}
        idOf={(row) => `${row.file} ${row.line} ${row.says}`}
        columns={[
          { id: 'file', header: 'File', value: (row) => `${row.file}${row.line === null ? '' : `:${row.line}`}`, cell: (row) => <code>{`${row.file}${row.line === null ? '' : `:${row.line}`}`}</code> },
          { id: 'id', header: 'Document', value: (row) => row.id, cell: (row) => <code>{row.id}</code> },
          { id: 'says', header: 'What was found', value: (row) => row.says },
        ]}
      />
      <p className="none">
        That you looked is in the <Go to="/ledger">ledger</Go>.
      </p>
    </>
  );
}
