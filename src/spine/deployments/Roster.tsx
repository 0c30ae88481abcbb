// Who works here, and how does a roster file come in without surprises?
import { Button, Checkbox, FileInput, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { usePages, useTell } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { count } from '../../tools/ui/numbers.ts';
import { Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { importPeople, listFacilities, listPeople, listUnits, type RosterPerson, type RosterReport } from './model.ts';

export function RosterPart() {
  const people = usePages(listPeople);
  const may = useMay(importPeople);
  const facilities = new Map(usePages(listFacilities).items.map(({ slug, name }) => [slug, name]));
  const units = new Map(usePages(listUnits).items.map(({ facility, slug, name }) => [`${facility}/${slug}`, name]));
  return (
    <>
      {may && <Import />}
      <Part title="People">
        <DataTable<RosterPerson>
          caption="People"
          rows={people.items}
          idOf={(person) => person.id}
          loading={people.loading}
          problem={people.problem}
          more={{ has: people.hasMore, loading: people.loadingMore, load: people.more }}
          empty={<EmptyState title="Nobody on the roster yet">Bring the roster as CSV, or connect the directory by SCIM. Training, use and coaching are counted against it.</EmptyState>}
          columns={[
            { id: 'name', header: 'Name', value: (person) => `${person.familyName}, ${person.givenName}`, cell: (person) => <b>{person.familyName}, {person.givenName}</b> },
            { id: 'job', header: 'Position', value: (person) => person.job },
            { id: 'facility', header: 'Facility', value: (person) => (person.facility && facilities.get(person.facility)) ?? person.facility, choice: true },
            { id: 'unit', header: 'Unit', value: (person) => units.get(`${person.facility}/${person.unit}`) ?? person.unit, choice: true },
            { id: 'leads', header: 'Leads', value: (person) => person.leads },
            { id: 'source', header: 'Source', value: (person) => person.source },
          ]}
        />
      </Part>
    </>
  );
}

function Import() {
  const [file, setFile] = useState<File | null>(null);
  const [missing, setMissing] = useState('keep');
  const [addPlaces, setAddPlaces] = useState(false);
  const [report, setReport] = useState<RosterReport | null>(null);
  const importing = useTell(importPeople, { rooms: ['deployments'], done: setReport });
  const send = async (dryRun: boolean) => {
    if (file) importing.tell({ body: { csv: await file.text(), file: file.name, dryRun, missing: missing as 'keep', newPlaces: addPlaces ? 'add' : 'refuse' } });
  };
  return (
    <Part title="Import a roster" says="CSV with a header line; all of it comes in, or nothing.">
      <div className="card stack">
        <div className="fields">
          <FileInput label="Roster file" placeholder="Choose a CSV file" accept=".csv,text/csv" value={file} onChange={(next) => { setFile(next); setReport(null); }} clearable clearButtonProps={{ 'aria-label': 'Choose no file' }} />
          <NativeSelect label="People who are not in the file" value={missing} onChange={(event) => setMissing(event.currentTarget.value)} data={[{ value: 'keep', label: 'stay as they are' }, { value: 'deactivate', label: 'are deactivated' }]} />
          <Checkbox label="Add facilities and units nobody knows yet" checked={addPlaces} onChange={(event) => setAddPlaces(event.currentTarget.checked)} />
        </div>
        <div className="row">
          <Button variant="default" disabled={!file} loading={importing.busy} onClick={() => void send(true)}>
            Try without importing
          </Button>
          <Button disabled={!file} loading={importing.busy} onClick={() => void send(false)}>
            Import
          </Button>
        </div>
        <ProblemNotice problem={importing.problem} />
        {report && (
          <Note kind={report.errorCount ? 'warning' : 'good'} title={report.errorCount ? `${count(report.errorCount)} errors; nothing was imported` : report.dryRun ? 'This would come in' : 'Imported'}>
            <p>
              {count(report.rows)} rows: {count(report.added)} new, {count(report.changed)} changed, {count(report.unchanged)} as before, {count(report.deactivated)} deactivated.
              {report.newPlaces.length > 0 && ` New places: ${report.newPlaces.join(', ')}.`}
              {report.ignoredHeaders.length > 0 && ` Columns not used: ${report.ignoredHeaders.join(', ')}.`}
            </p>
            <ul>
              {report.errors.slice(0, 20).map((error, index) => (
                <li key={index}>
                  line {error.line}
                  {error.field && `, ${error.field}`}: {error.says}
                </li>
              ))}
            </ul>
          </Note>
        )}
      </div>
    </Part>
  );
}
