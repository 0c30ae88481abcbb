// What would become of the rows, and how far are they in?
import { Button } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Problem } from '../../../tools/base/problem.ts';
import { problemOf } from '../../../tools/ui/api.ts';
import { Download } from '../../../tools/ui/icons.tsx';
import { Note } from '../../../tools/ui/Note.tsx';
import { bytes, count } from '../../../tools/ui/numbers.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Progress } from '../../../tools/ui/Progress.tsx';
import type { LineIn } from '../intake.ts';
import { writeMapping, type Mapping } from './mapping.ts';
import { nothingSent, refusedCsv, remembered, rememberSent, sendFile, type Sending, type Sent } from './send-file.ts';

interface SendProps {
  file: File;
  deployment: string;
  what: LineIn['what'];
  columns: readonly string[];
  mapping: Mapping;
  zone: string;
  ready: boolean;
  onRecorded: () => void;
}

export function SendRows({ file, deployment, what, columns, mapping, zone, ready, onRecorded }: SendProps) {
  const map = writeMapping(what, mapping, columns);
  const how: Sending = { deployment, what, map, zone: zone === '' ? null : zone, dryRun: false };
  const [state, setState] = useState<'idle' | 'trying' | 'tried' | 'sending' | 'stopped' | 'done'>('idle');
  const [sent, setSent] = useState<Sent>(nothingSent);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stop = useRef<AbortController | null>(null);
  // Another mapping is another import: what was tried says nothing about it.
  useEffect(() => {
    setState('idle');
    setSent(nothingSent);
    setProblem(null);
  }, [map, zone]);
  useEffect(() => () => stop.current?.abort(), []);
  const earlier = useMemo(() => remembered(file, how), [file, deployment, what, map, zone, state]);
  const packed = /\.gz$/i.test(file.name);

  const run = async (dryRun: boolean, before: Sent) => {
    stop.current = new AbortController();
    setState(dryRun ? 'trying' : 'sending');
    setSent(before);
    setProblem(null);
    try {
      await sendFile(file, { ...how, dryRun }, before, {
        signal: stop.current.signal,
        sent: (now) => {
          setSent(now);
          if (!dryRun) rememberSent(file, how, now);
        },
      });
      setState(dryRun ? 'tried' : 'done');
      if (!dryRun) rememberSent(file, how, null);
    } catch (error) {
      if ((error as Error).name !== 'AbortError') setProblem(problemOf(error));
      setState(dryRun ? 'idle' : 'stopped');
    } finally {
      if (!dryRun) onRecorded();
    }
  };

  const busy = state === 'trying' || state === 'sending';
  const left = sent.to > 0 ? sent : earlier;
  return (
    <Part title="Try it, then record it" level={3} says="A try checks every row and writes nothing.">
      {busy && <Progress label={state === 'trying' ? 'Checking the rows' : 'Recording the rows'} value={packed ? null : sent.to / file.size} says={`${count(sent.lines)} rows, ${bytes(sent.to)}${packed ? ' unpacked' : ` of ${bytes(file.size)}`}; ${count(sent.refused)} refused`} />}
      <div aria-live="polite" className="stack">
        {(state === 'tried' || state === 'done') && <Result sent={sent} dry={state === 'tried'} />}
        {state === 'stopped' && <Note kind="warning" title="It was interrupted">{count(sent.recorded)} rows are recorded and stay so. Going on begins behind them; sending it again whole would record nothing twice.</Note>}
        {state === 'idle' && earlier && <Note kind="info" title="This file was begun before">{count(earlier.lines)} rows of it are settled. It can go on from there, or begin again: nothing is recorded twice.</Note>}
      </div>
      <ProblemNotice problem={problem} />
      {sent.problems.length > 0 && !busy && <Refused sent={sent} name={file.name} />}
      <div className="part-actions">
        {!busy && <Button variant="default" disabled={!ready} onClick={() => void run(true, nothingSent)}>Try it without writing</Button>}
        {!busy && state !== 'done' && left && state !== 'tried' && <Button disabled={!ready} onClick={() => void run(false, left)}>Go on from row {count(left.lines + 1)}</Button>}
        {!busy && state !== 'done' && <Button variant={left && state !== 'tried' ? 'default' : 'filled'} disabled={!ready || (state === 'tried' && sent.recorded === 0)} onClick={() => void run(false, nothingSent)}>{state === 'tried' ? `Record ${count(sent.recorded)} rows` : 'Record the rows'}</Button>}
        {busy && <Button variant="default" onClick={() => stop.current?.abort()}>Stop</Button>}
      </div>
    </Part>
  );
}

function Result({ sent, dry }: { sent: Sent; dry: boolean }) {
  return (
    <Note kind={sent.refused > 0 ? 'warning' : 'good'} title={dry ? `${count(sent.recorded)} of ${count(sent.lines)} rows would be recorded` : `${count(sent.recorded)} of ${count(sent.lines)} rows are recorded`}>
      {count(sent.before)} {sent.before === 1 ? 'was' : 'were'} known before and {dry ? 'would not be' : 'are not'} written again; {count(sent.refused)} {dry ? 'would be' : 'were'} refused.{!dry && ' The same file again records nothing twice.'}
    </Note>
  );
}

function Refused({ sent, name }: { sent: Sent; name: string }) {
  const address = useMemo(() => URL.createObjectURL(new Blob([refusedCsv(sent.problems)], { type: 'text/csv' })), [sent.problems]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  return (
    <div className="stack">
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Refused rows" style={{ maxHeight: '14rem', overflowY: 'auto' }}>
        <table className="plain-table">
          <caption>Refused rows{sent.refused > 20 && `, the first 20 of ${count(sent.refused)}`}</caption>
          <thead>
            <tr>
              <th scope="col" className="is-number">Line of the file</th>
              <th scope="col">Field</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {sent.problems.slice(0, 20).map(({ line, path, says }) => (
              <tr key={`${line} ${path} ${says}`}>
                <td className="is-number">{count(line)}</td>
                <td>{path && <code>{path}</code>}</td>
                <td>{says}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="part-actions">
        <Button component="a" href={address} download={`refused-${name.replace(/\.(csv|tsv|txt)?(\.gz)?$/i, '')}.csv`} variant="default" size="xs" leftSection={<Download size={14} />}>Download the refused lines</Button>
      </div>
    </div>
  );
}
