// Is every answer in the log, hour by hour, and where is it not?
import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { hours as milliseconds, shift, systemClock } from '../../../tools/base/clock.ts';
import type { Answered } from '../../../tools/base/endpoint.ts';
import { useAsk, useTell } from '../../../tools/ui/asking.ts';
import { HourStrip, type Hour } from '../../../tools/ui/charts/HourStrip.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { Interval } from '../../../tools/ui/Interval.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { count, percent } from '../../../tools/ui/numbers.ts';
import { Facts, Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { useSay } from '../../../tools/ui/Said.tsx';
import { countsFrom, gapsIn, hoursBefore, isShort, uncountedIn, type Stretch } from './gaps.ts';
import { completeness, tellSourceCounts } from './model.ts';

type Compared = Answered<typeof completeness>;

const hourName = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const clockName = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const spanWords = ({ from, to }: Pick<Stretch, 'from' | 'to'>) => `${hourName.format(new Date(from))} to ${new Date(from).toDateString() === new Date(to).toDateString() ? clockName.format(new Date(to)) : hourName.format(new Date(to))}`;
const hoursWord = (n: number) => (n === 1 ? 'one hour' : `${count(n)} hours`);
const stateWords: Record<Hour['state'], string> = { whole: 'At least 99 % recorded', short: 'Below 99 %', empty: 'Counted: no answer', unknown: 'Nobody counted' };

export function CompletenessView({ deployment }: { deployment: string }) {
  const found = useAsk(completeness, { query: { deployment } });
  if (found.error) return <ProblemNotice problem={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting what="Comparing with the counts of the source" />;
  const it = found.data;
  return (
    <div className="stack">
      {it.hours.length === 0 ? (
        <EmptyState title="Nobody has counted the answers of the last seven days" action={<TellCounts deployment={deployment} />}>
          A log cannot show what it lacks. The record system or the maker counts its answers by the hour and tells this house; then every hour is compared.
        </EmptyState>
      ) : (
        <Compared it={it} deployment={deployment} />
      )}
      <HowTo deployment={deployment} />
    </div>
  );
}

function Compared({ it, deployment }: { it: Compared; deployment: string }) {
  const all = hoursBefore(systemClock.now(), 7 * 24);
  const known = new Map(it.hours.map((one) => [one.hour, one]));
  const hours: Hour[] = all.map((at) => {
    const one = known.get(at);
    const when = `${hourName.format(new Date(at))}: `;
    if (!one) return { at, state: 'unknown', says: `${when}nobody counted` };
    if (one.counted === 0) return { at, state: 'empty', says: `${when}no answer was counted` };
    return { at, state: isShort(one) ? 'short' : 'whole', says: `${when}${count(one.recorded)} recorded of ${count(one.counted)} counted` };
  });
  const gaps = gapsIn(it.hours);
  const silent = uncountedIn(it.hours, all);
  const notCounted = silent.reduce((sum, one) => sum + one.hours, 0);
  const reading = `${count(it.found)} of ${count(it.counted)} answers the source counted are in the log. ${gaps.length === 0 ? 'No hour is below 99 %.' : `${gaps.length === 1 ? 'One stretch is' : `${gaps.length} stretches are`} below 99 %; the longest is ${hoursWord(gaps[0]!.hours)}.`} ${notCounted === 0 ? 'Every hour was counted.' : `Nobody counted ${hoursWord(notCounted)}.`}`;
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            ['In the log', <Interval key="s" value={it.share} low={it.low} high={it.high} />],
            ['Counted at the source', count(it.counted)],
            ['Longest run below 99 %', it.longestRun === null ? <span className="none" key="r">not measurable</span> : it.longestRun === 0 ? 'none' : hoursWord(it.longestRun)],
            ['Hours counted', `${count(it.hours.length)} of ${count(all.length)}`],
          ]}
        />
      </div>
      <div className="card">
        <HourStrip
          title="The last seven days, hour by hour."
          reading={reading}
          hours={hours}
          words={stateWords}
          table={{ headers: ['Hour', 'Counted at the source', 'In the log', 'Share', 'Eligible'], rows: all.map((at) => {
            const one = known.get(at);
            return [hourName.format(new Date(at)), one ? one.counted : 'nobody counted', one ? one.recorded : '', one && one.counted > 0 ? percent(Math.min(one.counted, one.recorded) / one.counted) : '', one?.eligible ?? ''];
          }) }}
        />
      </div>
      <Part title="Gaps" says="Hours in which less than 99 % of what the source counted was recorded. What is too much in one hour does not make up for what lacks in another." actions={<TellCounts deployment={deployment} />}>
        {gaps.length === 0 ? (
          <p className="none">No counted hour is below 99 %.</p>
        ) : (
          <ul>{gaps.map((gap) => <li key={gap.from}><b>{spanWords(gap)}</b>: {count(gap.missing)} of {count(gap.counted)} answers are not in the log{gap.hours > 1 && ` (${hoursWord(gap.hours)} with answers)`}.</li>)}</ul>
        )}
        {silent.length > 0 && (
          <Note kind="info" title={`Nobody counted ${hoursWord(notCounted)}`}>
            {silent.slice(0, 6).map(spanWords).join('; ')}{silent.length > 6 && ` and ${silent.length - 6} more stretches`}. They are left out of the share, never taken for zero.
          </Note>
        )}
      </Part>
    </>
  );
}

/** By hand, from a report. */
function TellCounts({ deployment }: { deployment: string }) {
  const [open, setOpen] = useState(false);
  const [source, setSource] = useState('');
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const say = useSay();
  const telling = useTell(tellSourceCounts, { done: ({ hours }) => { setOpen(false); setText(''); say(`The counts of ${hoursWord(hours)} are recorded.`); } });
  if (!useMay(tellSourceCounts)) return null;
  const send = () => {
    try {
      const counts = countsFrom(text);
      if (counts.length === 0) throw new RangeError('there is no hour in it');
      setWrong(null);
      telling.tell({ body: { deployment, source: source.trim(), counts } } as never);
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>Tell counts of the source</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title="What did the source count?" size="lg">
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <TextInput label="Source" description="Who counted, and where: a report, a log, a table." value={source} onChange={(event) => setSource(event.currentTarget.value)} required maxLength={200} data-autofocus />
          <Textarea
            label="Counts"
            description="One hour a line: when it begins, answers of the AI, and, where known, cases it should have answered. Hours without answers are told as 0; an hour left out counts as nobody counted."
            placeholder={`${shift(hoursBefore(systemClock.now(), 1)[0]!, -milliseconds(1)).slice(0, 16)}Z, 412, 430`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={wrong}
            autosize
            minRows={5}
            maxRows={14}
            required
          />
          <ProblemNotice problem={telling.problem} />
          <div className="dialog-actions">
            <Button variant="default" onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" loading={telling.busy} disabled={source.trim() === ''}>Record the counts</Button>
          </div>
        </form>
      </Modal>
    </>
  );
}

function HowTo({ deployment }: { deployment: string }) {
  return (
    <details>
      <summary>How a record system or maker tells its counts by itself</summary>
      <p className="small">Every hour or every night, with a key made under Administration. A later count of an hour replaces the earlier; every telling is an entry of the ledger.</p>
      <pre className="code" tabIndex={0} aria-label="Call of the API">{`curl -X POST ${location.origin}${tellSourceCounts.path} \\
  -H 'authorization: Bearer YOUR_KEY' -H 'content-type: application/json' \\
  -d '{"deployment":"${deployment}","source":"alert log of the record system",
       "counts":[{"hour":"2026-11-20T08:00:00Z","inferences":412,"eligible":430}]}'`}</pre>
    </details>
  );
}
