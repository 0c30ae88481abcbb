// How does a large export get from this computer to the server, and go on after it broke off?
import { Button } from '@mantine/core';
import { useRef, useState, type DragEvent } from 'react';
import type { Problem } from '../../tools/base/problem.ts';
import { call, problemOf, upload } from '../../tools/ui/api.ts';
import { Cross, File as FileIcon, Upload } from '../../tools/ui/icons.tsx';
import { bytes, count } from '../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Progress } from '../../tools/ui/Progress.tsx';
import { openExport, putFile, readExport } from './model.ts';

/** A name the server takes: plain letters, digits, dots, hyphens. */
export const plainName = (name: string): string => name.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 200) || 'file.ndjson';

export function UploadExport({ name, disabled, onReady }: { name: string; disabled: boolean; onReady: (exportId: string) => void }) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [sent, setSent] = useState<number | null>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [over, setOver] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const add = (more: Iterable<File>) => {
    setProblem(null);
    setFiles((before) => [...before, ...[...more].filter((file) => !before.some((one) => one.name === file.name && one.size === file.size))]);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  const send = async () => {
    stop.current = new AbortController();
    const { signal } = stop.current;
    setProblem(null);
    setSent(0);
    try {
      // After a break the server says how much of each file it has; only the rest is sent.
      const target = opened ? await call(readExport, { params: { export: opened } }) : await call(openExport, { body: { name } });
      setOpened(target.id);
      let done = 0;
      for (const file of files) {
        const kept = Math.min(target.files.find((one) => one.name === plainName(file.name))?.bytes ?? 0, file.size);
        done += kept;
        setSent(done);
        const before = done;
        if (kept < file.size || file.size === 0) {
          await upload(putFile, { params: { export: target.id, file: plainName(file.name) }, query: { offset: kept } }, file.slice(kept), { signal, onProgress: (part) => setSent(before + part) });
          done = before + file.size - kept;
        }
      }
      setSent(total);
      onReady(target.id);
    } catch (error) {
      if ((error as Error).name !== 'AbortError') setProblem(problemOf(error));
      setSent(null);
    }
  };
  return (
    <div className="stack">
      <div
        className={`drop${over ? ' is-over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Upload size={22} />
        <p>
          Drop the files here, or{' '}
          <button type="button" className="text-button" onClick={() => input.current?.click()}>
            choose files
          </button>
        </p>
        <p className="small faint">FHIR .ndjson, OMOP tables as .csv, .tsv or .parquet, or your own tables with a mapping.yaml; text also as .gz, or all of it as one .zip or .tar.gz. They stay on this server.</p>
        <input ref={input} type="file" multiple hidden aria-label="Files of the export" onChange={(event) => { add(event.currentTarget.files ?? []); event.currentTarget.value = ''; }} />
      </div>
      {files.length > 0 && (
        <ul className="files" aria-label="Files to upload">
          {files.map((file) => (
            <li key={file.name}>
              <FileIcon size={14} /> <span>{file.name}</span> <span className="faint">{bytes(file.size)}</span>
              {sent === null && (
                <button type="button" className="icon-button" aria-label={`Leave out ${file.name}`} onClick={() => setFiles(files.filter((one) => one !== file))}>
                  <Cross size={14} />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {sent !== null && <Progress label="Uploading" value={total === 0 ? null : sent / total} says={`${bytes(sent)} of ${bytes(total)}`} />}
      <ProblemNotice problem={problem} title="The upload stopped" />
      <div className="row">
        <Button disabled={files.length === 0 || disabled || sent !== null} onClick={() => void send()}>
          {opened && problem ? 'Go on where it stopped' : 'Upload and start the audit'}
        </Button>
        {sent !== null && (
          <Button variant="default" onClick={() => stop.current?.abort()}>
            Stop
          </Button>
        )}
        {files.length > 0 && <span className="small faint">{count(files.length)} files, {bytes(total)}</span>}
        {disabled && <span className="small faint">Choose the deployment first.</span>}
      </div>
    </div>
  );
}
