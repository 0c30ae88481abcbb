// How complete is each element by the sample, unit by unit, beside the full feed, and how many more records decide?
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTell } from '../../../tools/ui/asking.ts';
import { IntervalBars } from '../../../tools/ui/charts/IntervalBars.tsx';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { count, percent } from '../../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Views } from '../../../tools/ui/Tabs.tsx';
import { Verdict } from '../../../tools/ui/Verdict.tsx';
import { takeMoreOf } from './model.ts';
import type { Estimate } from './sample-words.ts';

/** More than this nobody reviews by hand; the full feed says it without. */
const mostAtOnce = 500;

const shown = {
  whole: (one: Estimate) => one.facility === null,
  facilities: (one: Estimate) => one.facility !== null && one.department === null,
  departments: (one: Estimate) => one.department !== null,
  undecided: (one: Estimate) => one.verdict === 'undecided',
};

/** `of`: the sample that more can be taken of; null where the estimates are all there is. */
export function Estimates({ estimates, of }: { estimates: readonly Estimate[]; of: string | null }) {
  const may = useMay(takeMoreOf) && of !== null;
  const taking = useTell(takeMoreOf, { rooms: ['audit'] });
  const [view, setView] = useState<keyof typeof shown>('whole');
  const whole = estimates.filter(shown.whole);
  const take = (one: Estimate) => taking.tell({ params: { sample: of! }, body: { facility: one.facility!, department: one.department, take: one.more! } });
  return (
    <div className="stack">
      <IntervalBars title="Completeness by the sample" bars={whole.map((one) => ({ id: one.element, label: one.name, value: one.value, low: one.low, high: one.high, n: one.n, threshold: one.threshold, verdict: one.verdict }))} />
      <ProblemNotice problem={taking.problem} />
      <Views label="Which estimates" open={view} onOpen={setView} views={[{ name: 'whole', label: 'Whole' }, { name: 'facilities', label: 'Facilities' }, { name: 'departments', label: 'Units' }, { name: 'undecided', label: 'Undecided' }]} />
      <DataTable<Estimate>
        caption="Estimates by element and unit"
        rows={estimates.filter(shown[view])}
        empty={<p className="none">None.</p>}
        idOf={(one) => JSON.stringify([one.element, one.facility, one.department])}
        columns={[
          { id: 'element', header: 'Element', choice: true, value: (one) => one.name },
          ...(view === 'whole' ? [] : [{ id: 'facility', header: 'Facility', choice: true, value: (one: Estimate) => one.facility ?? 'all' }]),
          ...(view === 'whole' || view === 'facilities' ? [] : [{ id: 'department', header: 'Department', value: (one: Estimate) => one.department ?? 'all' }]),
          { id: 'value', header: 'By the sample', number: true, value: (one) => one.value, cell: (one) => (one.value === null ? <span className="none">not measurable</span> : percent(one.value)) },
          { id: 'interval', header: '95 % interval', value: (one) => one.low, cell: (one) => (one.low === null || one.high === null ? <span className="none">none</span> : `${percent(one.low)} to ${percent(one.high)}`) },
          { id: 'n', header: 'n', number: true, value: (one) => one.n, cell: (one) => <span title={`Worth ${one.effectiveN.toFixed(1)} of a simple random sample; design effect ${one.designEffect.toFixed(2)}`}>{count(one.n)}</span> },
          { id: 'feed', header: 'Full feed', number: true, value: (one) => one.fullFeed?.rate, cell: (one) => (one.fullFeed?.rate === null || one.fullFeed === null ? <span className="none">not known</span> : percent(one.fullFeed.rate)) },
          { id: 'threshold', header: 'Promised', number: true, value: (one) => one.threshold, cell: (one) => percent(one.threshold) },
          { id: 'verdict', header: 'Verdict', choice: true, value: (one) => one.verdict, cell: (one) => <Verdict verdict={one.verdict} /> },
          { id: 'more', header: 'To decide', value: (one) => (one.verdict === 'undecided' ? one.more : null), cell: (one) => <More one={one} may={may} busy={taking.busy} onTake={() => take(one)} /> },
        ]}
      />
    </div>
  );
}

function More({ one, may, busy, onTake }: { one: Estimate; may: boolean; busy: boolean; onTake: () => void }) {
  if (one.verdict !== 'undecided') return <span className="none">decided</span>;
  if (one.more === null) return <span>look at the full feed</span>;
  if (!may || one.facility === null || one.more > mostAtOnce) return <span>{count(one.more)} more{one.more > mostAtOnce ? ', or the full feed' : ''}</span>;
  return (
    <Button size="compact-xs" variant="default" disabled={busy} onClick={onTake} aria-label={`Take ${one.more} more from ${[one.facility, one.department].filter(Boolean).join(', ')}`}>
      Take {count(one.more)} more
    </Button>
  );
}
