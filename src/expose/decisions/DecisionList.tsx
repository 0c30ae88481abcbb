// Which decisions were there, one by one, the newest first?
import { NativeSelect } from '@mantine/core';
import { usePages } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { useKept } from '../../tools/ui/Go.tsx';
import { Note } from '../../tools/ui/Note.tsx';
import { Moment } from '../../tools/ui/RelativeTime.tsx';
import { FindPatient } from './FindPatient.tsx';
import { assurance, disposition, listDecisions, type ShownDecision } from './model.ts';
import { usePlaceNames } from './place-names.ts';
import { actWords, assuranceWords, brief, dispositionWords, outputWords, tail } from './words.ts';

/** Filters that reach the whole list; those of the table reach what was loaded. */
const filters = {
  disposition: disposition.options.map((one) => ({ value: one, label: dispositionWords[one] })),
  act: [{ value: 'accepted', label: 'Accepted' }, { value: 'overridden', label: 'Overridden' }, { value: 'none', label: 'No answer' }],
  assurance: assurance.options.map((one) => ({ value: one, label: assuranceWords[one] })),
};
const filterWords = { disposition: 'Any disposition', act: 'Any answer', assurance: 'Any assurance' };

function useFilter(name: keyof typeof filters) {
  const [value, set] = useKept(name);
  const known = filters[name].some((one) => one.value === value) ? value : '';
  const field = (
    <NativeSelect key={name} size="xs" aria-label={filterWords[name]} value={known} onChange={(event) => set(event.currentTarget.value)} data={[{ value: '', label: filterWords[name] }, ...filters[name]]} />
  );
  return { known, field };
}

export function DecisionList({ deployment }: { deployment: string }) {
  const became = useFilter('disposition');
  const act = useFilter('act');
  const sure = useFilter('assurance');
  const [about, setAbout] = useKept('about');
  const query = { deployment, limit: 50, ...(became.known && { disposition: became.known }), ...(act.known && { act: act.known }), ...(sure.known && { assurance: sure.known }), ...(about && { about }) };
  const places = usePlaceNames(deployment);
  const list = usePages(listDecisions, { query } as never);
  return (
    <div className="stack">
      <div className="filters" role="group" aria-label="Which decisions">
        {became.field}
        {act.field}
        {sure.field}
      </div>
      <div className="row">
        <FindPatient onFound={setAbout} />
      </div>
      {about && (
        <Note kind="info">
          Only what was said about <code title={about}>{tail(about)}</code>, a patient or an encounter.{' '}
          <button type="button" className="text-button" onClick={() => setAbout('')}>
            Show everything
          </button>
        </Note>
      )}
      <DataTable<ShownDecision>
        caption="Decisions"
        rows={list.items}
        idOf={(row) => row.decision}
        to={(row) => `/deployments/${deployment}/decisions/${row.decision}`}
        loading={list.loading}
        problem={list.problem}
        again={list.again}
        more={{ has: list.hasMore, loading: list.loadingMore, load: list.more }}
        empty={<EmptyState title="No such decision">Nothing was recorded that fits these filters.</EmptyState>}
        columns={[
          { id: 'at', header: 'Answered', value: (row) => row.at, cell: (row) => <Moment at={row.at} /> },
          { id: 'class', header: 'Output', value: (row) => row.class, cell: (row) => <>{row.class !== null ? outputWords(row.class) : <span className="none">no class</span>}{row.critical && <> <span className="tag is-warning">critical</span></>}</> },
          { id: 'score', header: 'Score', value: (row) => row.score, cell: (row) => (row.score === null ? <span className="none">none</span> : row.score.toFixed(2)), number: true },
          { id: 'subject', header: 'Patient', value: (row) => row.subject, cell: (row) => <code title={row.subject}>{tail(row.subject)}</code> },
          { id: 'unit', header: 'Unit', value: (row) => places.both(row.facility, row.department), choice: true },
          { id: 'disposition', header: 'Became', value: (row) => dispositionWords[row.disposition], cell: (row) => <>{dispositionWords[row.disposition]}{row.rule && <span className="faint"> {row.rule}</span>}</> },
          { id: 'act', header: 'Answer', value: (row) => (row.act ? actWords[row.act] : null) },
          { id: 'dwell', header: 'Looked at', value: (row) => row.dwellMs, cell: (row) => (row.dwellMs === null ? <span className="none">unknown</span> : brief(row.dwellMs)), number: true },
          { id: 'assurance', header: 'Assurance', value: (row) => assuranceWords[row.assurance] },
        ]}
      />
    </div>
  );
}
