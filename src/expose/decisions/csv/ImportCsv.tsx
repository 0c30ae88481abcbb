// How does a file of rows come in through the browser: seen, mapped, tried, and only then recorded?
import { Button, Modal, NativeSelect } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Answered } from '../../../tools/base/endpoint.ts';
import type { Problem } from '../../../tools/base/problem.ts';
import { call, problemOf, upload } from '../../../tools/ui/api.ts';
import { Upload } from '../../../tools/ui/icons.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { bytes, count } from '../../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import type { LineIn } from '../intake.ts';
import { previewCsvFile, readCsvMapping, takeCsvFile } from '../model.ts';
import { MapColumns } from './MapColumns.tsx';
import { fields, fills, parseMapping, type Mapping } from './mapping.ts';
import { SendRows } from './SendRows.tsx';
import { beginningOf } from './send-file.ts';

type What = LineIn['what'];
type Preview = Answered<typeof previewCsvFile>;

const whatWords: Record<What, string> = { decision: 'Decisions: what the AI answered', feedback: 'Feedback: what clinicians did', outcome: 'Outcomes: what turned out to be true', use: 'Uses: opened, edited, signed' };

export function ImportCsv({ deployment }: { deployment: string }) {
  const [open, setOpen] = useState(false);
  if (!useMay(takeCsvFile)) return null;
  return (
    <>
      <Button variant="default" leftSection={<Upload size={14} />} onClick={() => setOpen(true)}>Import CSV</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="Import a CSV file" size="xl">
        {open && <Inside deployment={deployment} close={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Inside({ deployment, close }: { deployment: string; close: () => void }) {
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [what, setWhat] = useState<What>('decision');
  const [seen, setSeen] = useState<Preview | null>(null);
  const [mapping, setMapping] = useState<Mapping>({});
  const [zone, setZone] = useState('');
  const [kept, setKept] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    if (!file) return;
    let gone = false;
    setSeen(null);
    setProblem(null);
    (async () => {
      const [preview, { kept: last }] = [await upload(previewCsvFile, { query: { what } }, await beginningOf(file)), await call(readCsvMapping, { query: { deployment, what } })];
      if (gone) return;
      const before = last ? parseMapping(what, last.map) : {};
      // What was kept counts where the file has those columns.
      const fits = Object.entries(before).filter(([, source]) => !('column' in source) || preview.columns.includes(source.column));
      const whole = Object.fromEntries(Object.entries({ ...preview.mapping, ...Object.fromEntries(fits) }).filter(([, source]) => 'column' in source || source.always !== ''));
      setSeen(preview);
      setMapping(whole);
      setKept(fits.length > 0);
      setZone(last?.zone ?? '');
    })().catch((error: unknown) => !gone && setProblem(problemOf(error)));
    return () => {
      gone = true;
    };
  }, [file, what, deployment]);

  const lacks = useMemo(() => Object.entries(fields[what]).filter(([field, one]) => one.needed && !fills(mapping[field])).map(([field]) => field), [what, mapping]);
  return (
    <div className="stack">
      <p className="dialog-says">Rows become records that are <b>reported</b> after the fact. The same file again writes nothing twice, so one that broke off is simply sent again.</p>
      <div className="row">
        <NativeSelect label="The rows are" value={what} onChange={(event) => setWhat(event.currentTarget.value as What)} data={Object.entries(whatWords).map(([value, label]) => ({ value, label }))} />
      </div>
      <div
        className="drop"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          setFile(event.dataTransfer.files[0] ?? null);
        }}
      >
        <p>
          {file ? <><b>{file.name}</b> <span className="faint">{bytes(file.size)}</span>, or </> : 'Drop the file here, or '}
          <button type="button" className="text-button" onClick={() => input.current?.click()}>{file ? 'choose another' : 'choose it'}</button>
        </p>
        <p className="small faint">A header and one record a row; comma, semicolon or tab; also as .gz. Identifiers are replaced by references at the door.</p>
        <input ref={input} type="file" accept=".csv,.tsv,.txt,.gz,text/csv" hidden aria-label="CSV file" onChange={(event) => { setFile(event.currentTarget.files?.[0] ?? null); event.currentTarget.value = ''; }} />
      </div>
      <ProblemNotice problem={problem} />
      {file && !seen && !problem && <Waiting what="Reading the first rows" />}
      {file && seen && (
        <>
          <FirstRows seen={seen} />
          <MapColumns deployment={deployment} what={what} columns={seen.columns} mapping={mapping} onMapping={setMapping} zone={zone} onZone={setZone} kept={kept} lacks={lacks} />
          <SendRows key={`${file.name} ${file.size} ${what}`} file={file} deployment={deployment} what={what} columns={seen.columns} mapping={mapping} zone={zone} ready={lacks.length === 0} onRecorded={() => void client.invalidateQueries({ queryKey: ['decisions'] })} />
        </>
      )}
      <div className="dialog-actions">
        <Button variant="default" onClick={close}>Close</Button>
      </div>
    </div>
  );
}

/** Enough of a cell to know it by; a note of a page would hide the columns beside it. */
const shortOf = (cell: string): string => (cell.length > 80 ? `${cell.slice(0, 80)}…` : cell);

function FirstRows({ seen }: { seen: Preview }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="The first rows of the file" style={{ maxHeight: '16rem', overflowY: 'auto' }}>
      <table className="plain-table">
        <caption>The first {count(seen.rows.length)} rows</caption>
        <thead>
          <tr>{seen.columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr>
        </thead>
        <tbody>{seen.rows.map((row, nth) => <tr key={nth}>{seen.columns.map((column, at) => <td key={column}>{shortOf(row[at] ?? '')}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}
