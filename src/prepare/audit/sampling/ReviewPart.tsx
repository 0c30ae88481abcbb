// Who reviews the charts, how far have they come, and what did they find?
import { Button } from '@mantine/core';
import { address } from '../../../tools/ui/api.ts';
import { useAsk, useTell } from '../../../tools/ui/asking.ts';
import { ConfirmButton } from '../../../tools/ui/ConfirmButton.tsx';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { Go, useGo } from '../../../tools/ui/Go.tsx';
import { Download } from '../../../tools/ui/icons.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { count, percent } from '../../../tools/ui/numbers.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Progress } from '../../../tools/ui/Progress.tsx';
import { downloadSample, downloadWorksheet, joinReview, publishReview, readResults, seatWords, type ShownSample } from './model.ts';
import type { ReviewResults } from './sample-words.ts';

export function ReviewPart({ sample, deployment }: { sample: ShownSample; deployment: string }) {
  const params = { sample: sample.id };
  const go = useGo();
  const mayReview = useMay(joinReview);
  const mayPublish = useMay(publishReview);
  const maySeeRows = useMay(downloadSample);
  const place = `/deployments/${deployment}/data/samples/${sample.id}/review`;
  const joining = useTell(joinReview, { rooms: ['audit'], done: () => go(place) });
  const publishing = useTell(publishReview);
  const both = sample.review.length >= 2 && sample.review.slice(0, 2).every(({ finished }) => finished);
  const results = useAsk(readResults, { params }, { when: both });
  const mine = sample.review.find((one) => one.mine);
  const free = sample.review.find((one) => !one.taken);
  return (
    <Part
      title="Chart review"
      says="Two people answer about every record with the chart open, each blind to the other; a third settles where they differ. The record is looked at, never a person."
      actions={
        (mine || maySeeRows) && (
          <>
            <Button component="a" size="xs" variant="default" leftSection={<Download size={14} />} href={address(downloadWorksheet, { params })}>
              CSV
            </Button>
            <Button component="a" size="xs" variant="default" leftSection={<Download size={14} />} href={address(downloadWorksheet, { params, query: { as: 'html' } })}>
              To print
            </Button>
          </>
        )
      }
    >
      <div className="card stack">
        {sample.review.filter(({ seat, taken }) => seat !== 'third' || taken || both).map((one) => (
          <Progress key={one.seat} label={`${seatWords[one.seat]}${one.mine ? ' (you)' : one.taken ? '' : ': nobody yet'}`} value={one.asked === 0 ? 0 : one.answered / one.asked} says={`${count(one.answered)} of ${count(one.asked)} questions${one.finished ? ', finished' : ''}`} />
        ))}
        <div className="row">
          {mine && <Go className="row-link" to={place}>{mine.finished ? 'Look at your review' : mine.answered > 0 ? 'Go on with your review' : 'Begin your review'}</Go>}
          {!mine && mayReview && free && (
            <Button loading={joining.busy} onClick={() => joining.tell({ params })}>
              {free.seat === 'third' ? 'Settle where they differ' : 'Review these records'}
            </Button>
          )}
        </div>
        <ProblemNotice problem={joining.problem} />
      </div>
      {both && <ProblemNotice problem={results.error} />}
      {results.data && (
        <>
          <Found results={results.data} />
          {mayPublish && (
            <div>
              <ConfirmButton label={sample.publishedAt ? 'Publish again' : 'Publish as measures'} title="Publish what the review found?" says={results.data.open > 0 ? `${count(results.data.open)} disagreements are open and are left out.` : 'Every answer is settled.'} does="Publish" busy={publishing.busy} problem={publishing.problem} onConfirm={() => publishing.tellAsync({ params })} />
            </div>
          )}
        </>
      )}
    </Part>
  );
}

const two = (value: number | null) => (value === null ? <span className="none">not measurable</span> : value.toFixed(2));
const range = (one: { low: number; high: number } | null) => (one === null ? <span className="none">none</span> : `${one.low.toFixed(2)} to ${one.high.toFixed(2)}`);
const share = ({ n, value, interval }: ReviewResults['elements'][number]['same']) => (value === null ? <span className="none">not measurable</span> : <span title={`n ${n}`}>{percent(value)}{interval && <span className="faint small"> ({percent(interval.low)} to {percent(interval.high)})</span>}</span>);

function Found({ results }: { results: ReviewResults }) {
  const { overall } = results;
  return (
    <div className="stack">
      <Note kind="info" title={overall.kappa === null ? 'Kappa is not measurable' : `Agreement beyond chance: kappa ${overall.kappa.toFixed(2)}`}>
        {overall.interval && <>95 % interval {overall.interval.low.toFixed(2)} to {overall.interval.high.toFixed(2)}. </>}
        {count(overall.n)} answers about {count(overall.records)} records by both. {results.open > 0 && `${count(results.open)} disagreements are open.`}
      </Note>
      <DataTable<ReviewResults['elements'][number]>
        caption="Export against chart"
        rows={results.elements}
        idOf={(one) => one.element}
        bare
        columns={[
          { id: 'element', header: 'Element', value: (one) => one.element },
          { id: 'sensitivity', header: 'Chart has it: export too', value: (one) => one.sensitivity.value, cell: (one) => share(one.sensitivity) },
          { id: 'ppv', header: 'Export has it: chart too', value: (one) => one.ppv.value, cell: (one) => share(one.ppv) },
          { id: 'same', header: 'Both have it: the same', value: (one) => one.same.value, cell: (one) => share(one.same) },
          { id: 'n', header: 'n', number: true, value: (one) => one.n, cell: (one) => count(one.n) },
        ]}
      />
      <DataTable<ReviewResults['agreement'][number]>
        caption="Agreement by question"
        rows={results.agreement.filter(({ n }) => n > 0)}
        idOf={(one) => one.question}
        bare
        columns={[
          { id: 'question', header: 'Question', value: (one) => one.asks },
          { id: 'n', header: 'n', number: true, value: (one) => one.n, cell: (one) => count(one.n) },
          { id: 'observed', header: 'Alike', number: true, value: (one) => one.observed, cell: (one) => (one.observed === null ? <span className="none">none</span> : percent(one.observed)) },
          { id: 'kappa', header: 'Kappa', number: true, value: (one) => one.kappa, cell: (one) => two(one.kappa) },
          { id: 'interval', header: '95 % interval', value: (one) => one.kappaInterval?.low, cell: (one) => range(one.kappaInterval) },
          { id: 'pabak', header: 'PABAK', number: true, value: (one) => one.pabak, cell: (one) => two(one.pabak) },
          { id: 'unsure', header: 'Cannot tell', number: true, value: (one) => one.cannotTell, cell: (one) => count(one.cannotTell) },
        ]}
      />
    </div>
  );
}
