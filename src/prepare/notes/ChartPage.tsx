// What was carried forward in this chart: from which note, how far, how old?
import { Button, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useAsk } from '../../tools/ui/asking.ts';
import { Go, useParam } from '../../tools/ui/Go.tsx';
import { Note } from '../../tools/ui/Note.tsx';
import { count, percent } from '../../tools/ui/numbers.ts';
import { Page } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { showInstant } from '../../tools/ui/RelativeTime.tsx';
import { readChart, shareNames, type ChartNote, type SpanLine } from './model.ts';
import { segmentsOf, threadWords, type Lit } from './segments.ts';

/** Colours repeat after eight origins; the number on the thread tells them apart. */
const colours = 8;

interface Thread extends Lit {
  /** The note the reader came from. */
  back: number;
}

export default function ChartPage() {
  const deployment = useParam('deployment');
  const run = useParam('run');
  const number = Number(useParam('chart'));
  const found = useAsk(readChart, { params: { run, chart: number } });
  const [thread, setThread] = useState<Thread | null>(null);
  if (found.error) return <ProblemNotice problem={found.error} />;
  if (!found.data) return <Waiting what="Opening the chart" />;
  const { notes, subject, cut, of } = found.data;
  const to = (chart: number) => `/deployments/${deployment}/notes/${run}/charts/${chart}`;
  return (
    <Page
      title={`Chart ${number}`}
      level={2}
      of={deployment}
      trail={[{ label: 'Notes', to: `/deployments/${deployment}/notes` }, { label: 'Notes audit', to: `/deployments/${deployment}/notes/${run}?view=charts` }]}
      says={
        <>
          Patient <code>{subject}</code>, {count(notes.length)} {notes.length === 1 ? 'note' : 'notes'} in time. That you looked is in the ledger.
        </>
      }
      actions={
        <>
          {number > 1 && <Go to={to(number - 1)}>Chart before</Go>}
          {number < of && <Go to={to(number + 1)}>Next chart</Go>}
        </>
      }
    >
      {cut > 0 && <Note title={`${count(cut)} later notes are not shown`}>The first 200 notes of a chart are shown; spans.ndjson has them all.</Note>}
      <ul className="chart-key chart-text">
        <li>
          <span className="swatch t-copied from-0">copied</span> one colour per origin; the number leads to it
        </li>
        <li>
          <span className="swatch t-templated">templated</span>
        </li>
        <li>
          <span className="swatch t-imported">imported</span>
        </li>
        <li>
          <span className="swatch">authored</span> unmarked
        </li>
      </ul>
      <ol className="chart-notes">
        {notes.map((note, index) => (
          <OneNote
            key={`${note.id} ${index}`}
            note={note}
            index={index}
            lit={thread?.index === index ? thread : null}
            onFollow={(origin) => setThread({ index: origin.index, start: origin.start, end: origin.end, back: index })}
            onBack={(back) => {
              setThread(null);
              document.getElementById(`note-${back}`)?.focus();
            }}
          />
        ))}
      </ol>
    </Page>
  );
}

function OneNote({ note, index, lit, onFollow, onBack }: { note: ChartNote; index: number; lit: Thread | null; onFollow: (origin: NonNullable<SpanLine['origin']>) => void; onBack: (note: number) => void }) {
  const place = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (!lit) return;
    place.current?.scrollIntoView({ block: 'center', behavior: window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    place.current?.focus({ preventScroll: true });
  }, [lit]);
  const pieces = segmentsOf(note.text.length, note.spans, lit);
  const firstLit = pieces.findIndex((piece) => piece.lit);
  return (
    <li className="chart-note" id={`note-${index}`} tabIndex={-1} aria-labelledby={`note-${index}-head`}>
      <div className="chart-note-head">
        <h3 id={`note-${index}-head`}>
          Note {index + 1}: {note.type}
        </h3>
        <p>
          {note.at ? showInstant(note.at) : 'no date'} · {note.department}, {note.facility} · {note.encounter === null ? 'no encounter' : `encounter ${note.encounter}`} · {note.author ?? 'no author'}
        </p>
        <p>{sharesOf(note)}</p>
        {lit && (
          <Button size="xs" variant="default" onClick={() => onBack(lit.back)}>
            Back to note {lit.back + 1}
          </Button>
        )}
      </div>
      <div className="chart-text" tabIndex={0} role="group" aria-label={`Text of note ${index + 1}`}>
        {pieces.map((piece, at) => (
          <Piece key={piece.start} text={note.text.slice(piece.start, piece.end)} span={piece.span} first={piece.first} lit={piece.lit} holder={at === firstLit ? place : null} onFollow={onFollow} />
        ))}
      </div>
    </li>
  );
}

function Piece({ text, span, first, lit, holder, onFollow }: { text: string; span: SpanLine | null; first: boolean; lit: boolean; holder: React.RefObject<HTMLElement | null> | null; onFollow: (origin: NonNullable<SpanLine['origin']>) => void }) {
  const kind = span?.kind ?? 'authored';
  const origin = span?.origin ?? null;
  return (
    <>
      {first && span && origin && (
        <button type="button" className={`thread from-${origin.index % colours}`} title={threadWords(span)} onClick={() => onFollow(origin)}>
          ↑ {origin.index + 1}
          {span.stalenessEncounters !== null && span.stalenessEncounters > 0 && ` · ${span.stalenessEncounters} enc`}
          {span.depth !== null && span.depth > 1 && ` · ${span.depth} hops`}
          <VisuallyHidden>. {threadWords(span)}. Go there</VisuallyHidden>
        </button>
      )}
      {first && (kind === 'templated' || kind === 'imported') && <span className="mark-word">{kind === 'templated' ? '[template]' : '[imported]'}</span>}
      <span ref={holder} {...(holder && { tabIndex: -1 })} className={`t-${kind}${origin ? ` from-${origin.index % colours}` : ''}${lit ? ' t-lit' : ''}`}>
        {text}
      </span>
    </>
  );
}

function sharesOf({ text, spans }: ChartNote): string {
  if (text.length === 0) return 'no text';
  const sums = { copied: 0, templated: 0, imported: 0, authored: 0 };
  for (const { kind, start, end } of spans) sums[kind] += end - start;
  return shareNames.filter((name) => sums[name] > 0).map((name) => `${percent(sums[name] / text.length)} ${name}`).join(', ');
}
