// What got better since an earlier audit, and what broke?
import { Checkbox, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useAsk, usePages } from '../../../tools/ui/asking.ts';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { useKept } from '../../../tools/ui/Go.tsx';
import { Interval } from '../../../tools/ui/Interval.tsx';
import { Note } from '../../../tools/ui/Note.tsx';
import { count } from '../../../tools/ui/numbers.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { showInstant } from '../../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { exportSays, listRuns } from '../model.ts';
import { movements, readComparison, type Change, type Comparison, type Movement } from './model.ts';
import { inPoints, movementMarks } from './movement-words.ts';

export function Compare({ run, deployment }: { run: string; deployment: string }) {
  const [before, setBefore] = useKept('before');
  const runs = usePages(listRuns, { query: { deployment } });
  const others = runs.items.filter((one) => one.state === 'done' && one.id !== run);
  const earlier = others.filter((one) => one.id < run);
  const chosen = before || (earlier[0]?.id ?? others[0]?.id ?? '');
  const found = useAsk(readComparison, { params: { run, before: chosen } }, { when: chosen !== '' });
  if (runs.loading) return <Waiting what="Loading the audits" />;
  if (others.length === 0) return <EmptyState title="There is no other audit to compare with">The next audit of this deployment is compared with this one.</EmptyState>;
  return (
    <>
      <div className="filters" role="group" aria-label="Compared with what">
        <NativeSelect size="xs" label="Compared with the audit of" value={chosen} onChange={(event) => setBefore(event.currentTarget.value)} data={others.map((one) => ({ value: one.id, label: `${showInstant(one.finishedAt ?? one.createdAt)}, ${exportSays(one)}${one.id > run ? ' (later)' : ''}` }))} />
      </div>
      <ProblemNotice problem={found.error} />
      {found.isLoading && <Waiting what="Comparing" />}
      {found.data && <Inside compared={found.data} />}
    </>
  );
}

/** So many rows are drawn at first. */
const atFirst = 40;

function Inside({ compared }: { compared: Comparison }) {
  const { elements, facilities, absent } = compared;
  const lists = (
    [
      ['New elements', elements.added], ['Elements that are gone', elements.removed], ['Elements that mean something else now', elements.redefined.map(({ says }) => says)], ['Elements under another id', elements.renamed.map((one) => `${one.before} → ${one.after}`)],
      ['New facilities', facilities.added], ['Facilities that are gone', facilities.gone], ['Facilities under another name', facilities.renamed.map((one) => `${one.before} → ${one.after}`)],
      ['Absent now, not before', absent.added], ['No longer absent', absent.gone],
    ] as const
  ).filter(([, names]) => names.length > 0);
  const [all, setAll] = useState(false);
  const [most, setMost] = useState(atFirst);
  const clear = compared.changes.filter(({ movement, turned }) => turned !== null || !['no-clear-change', 'withheld', 'not-comparable'].includes(movement));
  const shown = all ? compared.changes : clear;
  const broke = compared.changes.some(({ turned, tier }) => turned === 'broke' && tier !== 'context');
  return (
    <>
      <div className={`verdict-banner ${broke ? 'is-not-met' : ''}`}>
        <p>{compared.says}</p>
      </div>
      {compared.notes.map((note) => (
        <Note key={note} kind="info">
          {note}
        </Note>
      ))}
      <Part title="Findings" says="Differences in percentage points with their 95 % interval (Newcombe). Where it includes zero there is no clear change. * still counts when all comparisons here are allowed 5 % false ones together (Benjamini-Hochberg).">
        {clear.length < compared.changes.length && <Checkbox size="xs" label={`Those without clear change too (${count(compared.changes.length - clear.length)})`} checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />}
        <DataTable<Change>
          caption="Changes"
          rows={shown.slice(0, most)}
          more={{ has: shown.length > most, loading: false, load: () => setMost(most + 200) }}
          idOf={(change) => JSON.stringify([change.check, change.element, change.about, change.facility, change.department, change.movement])}
          empty={<EmptyState title="Nothing changed clearly">No difference lies beyond its interval.</EmptyState>}
          columns={[
            { id: 'movement', header: 'What', choice: true, value: (change) => movementMarks[change.movement].word, cell: (change) => <Moved change={change} /> },
            { id: 'about', header: 'About', value: (change) => change.about, cell: (change) => <>{change.about} <span className="faint">{change.check} {change.name}</span></> },
            { id: 'where', header: 'Where', value: (change) => [change.facility, change.department].filter(Boolean).join(', ') || 'whole export' },
            { id: 'tier', header: 'Tier', choice: true, value: (change) => change.tier, cell: (change) => <Tag kind={change.tier === 'critical' ? 'strong' : 'quiet'}>{change.tier}</Tag> },
            { id: 'before', header: 'Before', value: (change) => change.before?.rate, cell: (change) => <Side of={change.before} withheld={change.movement === 'withheld'} /> },
            { id: 'after', header: 'After', value: (change) => change.after?.rate, cell: (change) => <Side of={change.after} withheld={change.movement === 'withheld'} /> },
            { id: 'difference', header: 'Difference', number: true, value: (change) => change.difference, cell: (change) => (change.difference === null ? <span className="none">none</span> : <>{inPoints(change.difference)}{change.holds && ' *'} {change.low !== null && change.high !== null && <span className="interval-range">{inPoints(change.low)} to {inPoints(change.high)}</span>}</>) },
          ]}
        />
      </Part>
      {lists.length > 0 && (
        <Part title="What the two audits do not have in common">
          <ul className="card stack">
            {lists.map(([words, names]) => (
              <li key={words}>
                <b>{words}:</b> {names.join('; ')}
              </li>
            ))}
          </ul>
        </Part>
      )}
      <div className="columns is-two">
        <Part title="Resources">
          <DataTable bare caption="Resources before and after" rows={compared.resources} idOf={(one) => one.type} columns={[{ id: 'type', header: 'Type', value: (one) => one.type }, { id: 'before', header: 'Before', number: true, value: (one) => one.before }, { id: 'after', header: 'After', number: true, value: (one) => one.after }]} />
        </Part>
        <Part title="Files">
          <DataTable bare caption="Files before and after" rows={compared.files} idOf={(one) => one.name} columns={[{ id: 'name', header: 'File', value: (one) => one.name, cell: (one) => <code>{one.name}</code> }, { id: 'before', header: 'Lines before', number: true, value: (one) => one.before }, { id: 'after', header: 'Lines after', number: true, value: (one) => one.after }]} />
        </Part>
      </div>
    </>
  );
}

function Moved({ change }: { change: Change }) {
  const { mark, word, kind } = movementMarks[change.movement];
  return (
    <span className={`movement is-${kind}`} title={movements[change.movement as Movement]}>
      <b aria-hidden="true">{mark}</b> {word}
      {change.turned && <span className="faint"> {change.turned === 'broke' ? 'was met' : 'met now'}</span>}
    </span>
  );
}

function Side({ of: side, withheld }: { of: Change['before']; withheld: boolean }) {
  if (withheld) return <span className="none">withheld</span>;
  if (side === null) return <span className="none">none</span>;
  return side.rate === null ? <span className="none">not measurable, n {count(side.n)}</span> : <Interval value={side.rate} low={side.low} high={side.high} n={side.n} />;
}
