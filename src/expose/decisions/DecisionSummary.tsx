// How many decisions, what became of them, how sure is each rate, and what do they cost in attention?
import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { days, shift, systemClock } from '../../tools/base/clock.ts';
import { useAsk } from '../../tools/ui/asking.ts';
import { StackedBars } from '../../tools/ui/charts/StackedBars.tsx';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { useKept } from '../../tools/ui/Go.tsx';
import { Interval } from '../../tools/ui/Interval.tsx';
import { Note } from '../../tools/ui/Note.tsx';
import { count, percent } from '../../tools/ui/numbers.ts';
import { Facts, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { showDay } from '../../tools/ui/RelativeTime.tsx';
import type { Answered } from '../../tools/base/endpoint.ts';
import { assurances, disposition, dispositions, summary } from './model.ts';
import { usePlaceNames } from './place-names.ts';
import { assuranceWords, brief, dispositionWords } from './words.ts';

type Summary = Answered<typeof summary>;

const periods = [7, 28, 90, 365];

const colours: Record<string, { colour: string; hatched?: boolean }> = {
  shown: { colour: 'var(--teal, #0b5d63)' },
  shadow: { colour: 'var(--line-strong, #a9bbbb)', hatched: true },
  suppressed: { colour: 'var(--waived, #55408f)', hatched: true },
  killed: { colour: 'var(--not-met, #a3222b)' },
  late: { colour: 'var(--undecided, #7d4e00)' },
  withheld: { colour: 'var(--unmeasured, #4a5b61)' },
};
const series = disposition.options.map((id) => ({ id, label: dispositionWords[id], ...colours[id]! }));

export function DecisionSummary({ deployment }: { deployment: string }) {
  const [period, setPeriod] = useKept('days', '28');
  const length = periods.includes(Number(period)) ? Number(period) : 28;
  const today = systemClock.now().slice(0, 10);
  const from = shift(`${today}T00:00:00.000Z`, -days(length - 1)).slice(0, 10);
  const found = useAsk(summary, { query: { deployment, from, to: today } }, { keepBefore: true });
  const it = found.data;
  return (
    <div className="stack">
      <NativeSelect
        aria-label="Period"
        style={{ maxWidth: '14rem' }}
        value={String(length)}
        onChange={(event) => setPeriod(event.currentTarget.value)}
        data={periods.map((one) => ({ value: String(one), label: one === 365 ? 'The last year' : `The last ${one} days` }))}
      />
      {found.error && <ProblemNotice problem={found.error} again={() => void found.refetch()} />}
      {!it && !found.error && <Waiting what="Counting the decisions" />}
      {it && it.dispositions.length === 0 && (
        <EmptyState title={`No decision in the last ${length} days`}>
          Decisions come in through the gateway, the SDK, the API or a nightly file. Nothing is counted that nobody recorded; choose a longer period, or connect the product.
        </EmptyState>
      )}
      {it && it.dispositions.length > 0 && <Counted it={it} deployment={deployment} />}
    </div>
  );
}

function Counted({ it, deployment }: { it: Summary; deployment: string }) {
  const places = usePlaceNames(deployment);
  const all = it.dispositions.reduce((sum, one) => sum + one.decisions, 0);
  const enforced = it.assurances.find(({ assurance }) => assurance === 'enforced')?.decisions ?? 0;
  const reported = it.assurances.find(({ assurance }) => assurance === 'reported')?.decisions ?? 0;
  return (
    <>
      <div className="card">
        <StackedBars title="Decisions per day, by what became of them." what="decisions" series={series} bars={everyDay(it).map(({ day, ...values }) => ({ id: day, label: showDay(day).replace(/ \d{4}$/, ''), values }))} />
      </div>
      <div className="columns is-two">
        <Part title="Rates" says="Of what was shown, each with its 95 % interval (Wilson) and the number behind it.">
          {it.burden.shown === 0 ? <Note kind="info">Nothing was shown to anybody in this period, so nobody could accept or override it.</Note> : <Rates rates={it.rates} />}
        </Part>
        <Part title="How sure is the record" says="Whether the record was made before anybody saw the output. Never mixed without saying so.">
          <div className="card">
            <dl className="facts">
              {it.assurances.map(({ assurance, decisions }) => (
                <div key={assurance} title={assurances[assurance]}>
                  <dt>{assuranceWords[assurance]}</dt>
                  <dd>
                    {count(decisions)} <span className="faint">{percent(decisions / all)}</span>
                  </dd>
                </div>
              ))}
            </dl>
          </div>
          {reported === all && <Note kind="info">All were reported after the fact. Only the gateway and the SDK can show that a record came first.</Note>}
          {reported > 0 && enforced > 0 && <Note kind="info">{count(enforced)} went through the gateway, {count(reported)} were told afterwards. The rates on this page count both.</Note>}
        </Part>
      </div>
      <div className="columns is-two">
        <Part title="Times" says={`Of the newest ${count(it.times.n)} decisions of the period: half are faster than the first number.`}>
          <div className="card">
            <Facts
              facts={[
                ['From question to answer', <Times key="a" {...it.times.answerMs} />],
                ['From answer to record', <Times key="r" {...it.times.recordMs} />],
                ...(it.times.dwellMs.n === 0 ? [] : [[`Looked at until feedback (n ${count(it.times.dwellMs.n)})`, <Times key="d" {...it.times.dwellMs} />] as [string, ReactNode]]),
              ]}
            />
          </div>
        </Part>
        <Part title="Burden" says="What it takes of people’s attention. Withheld under five people; never by clinician.">
          <div className="card">
            <Facts
              facts={it.burden.shown === 0 ? [['Shown', 'nothing to anybody']] : [
                ['Shown', count(it.burden.shown)],
                ['Shown per person and day', it.burden.shownPerUserDay === null ? <span className="none" key="n">withheld or unknown</span> : it.burden.shownPerUserDay.toFixed(1)],
                ['People who were shown any', it.burden.users === null ? <span className="none" key="u">withheld or unknown</span> : count(it.burden.users)],
              ]}
            />
          </div>
        </Part>
      </div>
      <Part title="By what became of them">
        <DataTable
          bare
          caption="Dispositions"
          rows={it.dispositions}
          idOf={(row) => row.disposition}
          columns={[
            { id: 'disposition', header: 'Disposition', value: (row) => row.disposition, cell: (row) => <span title={dispositions[row.disposition]}>{dispositionWords[row.disposition]}</span> },
            { id: 'decisions', header: 'Decisions', value: (row) => row.decisions, number: true },
            { id: 'critical', header: 'Critical', value: (row) => row.critical, number: true },
            { id: 'repeats', header: 'Repeats', value: (row) => row.repeats, cell: (row) => ofShown(row, row.repeats), number: true },
            { id: 'accepted', header: 'Accepted', value: (row) => row.accepted, cell: (row) => ofShown(row, row.accepted), number: true },
            { id: 'overridden', header: 'Overridden', value: (row) => row.overridden, cell: (row) => ofShown(row, row.overridden), number: true },
            { id: 'acted', header: 'Acted on', value: (row) => row.acted, cell: (row) => ofShown(row, row.acted), number: true },
            { id: 'late', header: 'Too late', value: (row) => row.tooLate, cell: (row) => (row.disposition !== 'shown' ? <span className="none">not shown</span> : row.timed === 0 ? <span className="none">no moment told</span> : `${count(row.tooLate)} of ${count(row.timed)}`), number: true },
          ]}
        />
      </Part>
      {it.units.length > 0 && (
        <Part title="By unit" says="What was shown. Units with fewer than five patients are counted, and nothing else is said of them.">
          <DataTable
            bare
            caption="Units"
            rows={it.units}
            idOf={(row) => `${row.facility}/${row.department}`}
            columns={[
              { id: 'facility', header: 'Facility', value: (row) => places.facility(row.facility) },
              { id: 'department', header: 'Unit', value: (row) => places.unit(row.facility, row.department) },
              { id: 'shown', header: 'Shown', value: (row) => row.shown, number: true },
              { id: 'subjects', header: 'Patients', value: (row) => row.subjects, cell: (row) => (row.subjects === null ? <span className="none">under five</span> : count(row.subjects)), number: true },
              { id: 'accepted', header: 'Accepted', value: (row) => row.accepted, cell: (row) => (row.accepted === null ? <span className="none">withheld</span> : count(row.accepted)), number: true },
              { id: 'overridden', header: 'Overridden', value: (row) => row.overridden, cell: (row) => (row.overridden === null ? <span className="none">withheld</span> : count(row.overridden)), number: true },
            ]}
          />
        </Part>
      )}
    </>
  );
}

/** What nobody was shown nobody could answer: a zero would say that they did not. */
const ofShown = ({ disposition: became }: Summary['dispositions'][number], value: number) => (became !== 'shown' && value === 0 ? <span className="none">not shown</span> : count(value));

const rateWords: Record<keyof Summary['rates'], [string, string]> = {
  beforeDecision: ['Before the decision', 'Shown before the moment the decision was due, where that moment was told.'],
  inActionWindow: ['Acted on in the window', 'Acted on within the charter’s action window, where the window is over.'],
  accepted: ['Accepted', 'A clinician said yes. Never a reward metric.'],
  overridden: ['Overridden', 'A clinician went another way. No penalty, and often right.'],
  overrideReasons: ['Overrides with a reason', 'Of the overrides, those that say why.'],
  repeats: ['Repeats', 'The same class for the same patient within a day.'],
};

function Rates({ rates }: Pick<Summary, 'rates'>) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Rates">
      <table className="plain-table">
        <tbody>
          {(Object.keys(rateWords) as (keyof Summary['rates'])[]).map((name) => {
            const [label, says] = rateWords[name];
            const { rate, low, high, n } = rates[name];
            return (
              <tr key={name}>
                <th scope="row" title={says}>
                  {label}
                </th>
                <td>
                  <Interval value={rate} low={low} high={high} n={n} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const Times = ({ p50, p95 }: { p50: number | null; p95: number | null }) => (p50 === null ? <span className="none">unknown</span> : <>{brief(p50)} <span className="faint">95 % within {brief(p95)}</span></>);

/** Days without a decision have no row from the server; the axis of time has them all the same. */
function everyDay(it: Summary): Summary['days'] {
  const known = new Map(it.days.map((one) => [one.day, one]));
  const none = Object.fromEntries(disposition.options.map((one) => [one, 0])) as Omit<Summary['days'][number], 'day'>;
  const all: Summary['days'] = [];
  const last = Date.parse(`${it.to}T00:00:00Z`);
  const first = Date.parse(`${it.days.length > 0 && (last - Date.parse(it.from)) / days(1) > 100 ? it.days[0]!.day : it.from}T00:00:00Z`);
  for (let at = first; at <= last; at += days(1)) {
    const day = new Date(at).toISOString().slice(0, 10);
    all.push(known.get(day) ?? { day, ...none });
  }
  return all;
}
