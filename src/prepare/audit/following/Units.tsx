// Does it depend on where, or with whom, the patient is?
import { NativeSelect } from '@mantine/core';
import { funnel, limitsAt } from '../../../tools/statistics/funnel.ts';
import { useAsk } from '../../../tools/ui/asking.ts';
import { FunnelPlot } from '../../../tools/ui/charts/FunnelPlot.tsx';
import { TrendLine } from '../../../tools/ui/charts/TrendLine.tsx';
import { Coded } from '../../../tools/ui/Coded.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { wordsOf } from '../../../tools/ui/form-fields.ts';
import { useKept } from '../../../tools/ui/Go.tsx';
import { Note } from '../../../tools/ui/Note.tsx';
import { count, percent } from '../../../tools/ui/numbers.ts';
import { Facts, Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { Verdict } from '../../../tools/ui/Verdict.tsx';
import { elementName } from '../finding-words.ts';
import type { AuditDocument } from '../model.ts';
import { readUnits, type UnitPoint } from './model.ts';

/** How a resource type is told from an element where one of them is chosen. */
const typePrefix = 'type ';
const figure = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

export function Units({ run, elements, facilities }: { run: string; elements: AuditDocument['elements']; facilities: readonly string[] }) {
  const [about, setAbout] = useKept('element', elements.find(({ tier }) => tier === 'critical')?.id ?? elements[0]?.id ?? '');
  // Remembered with what it is a rate of: another element need not have it.
  const [rateOf, setRateOf] = useKept('rate');
  const check = rateOf.startsWith(`${about}/`) ? rateOf.slice(about.length + 1) : '';
  const [facility, setFacility] = useKept('facility');
  const [kind, of] = about.startsWith(typePrefix) ? (['resource', about.slice(typePrefix.length)] as const) : (['element', about] as const);
  const found = useAsk(readUnits, { params: { run }, query: { [kind]: of, ...(check && { check }), ...(facility && { facility }) } }, { keepBefore: true, when: about !== '' });
  if (elements.length === 0) return <EmptyState title="The charter names no data element">Without one there is nothing to compare.</EmptyState>;
  const { data } = found;
  const rate = data?.rates.find((one) => one.check === data.check);
  const threshold = data?.threshold ?? null;
  const name = `${rate && rate.check !== 'C02' ? `${rate.name}: ` : ''}${kind === 'resource' ? of : elementName(elements, of)}`;
  return (
    <>
      <div className="filters" role="group" aria-label="Of what">
        <NativeSelect
          size="xs"
          label="Of"
          value={about}
          onChange={(event) => setAbout(event.currentTarget.value)}
          data={[
            { group: 'Elements of the charter', items: elements.map((one) => ({ value: one.id, label: one.name })) },
            ...((data?.resources.length ?? 0) > 0 ? [{ group: 'Resource types', items: data!.resources.map((one) => ({ value: `${typePrefix}${one}`, label: one })) }] : []),
          ]}
        />
        {data && <NativeSelect size="xs" label="Rate" value={data.check} onChange={(event) => setRateOf(`${about}/${event.currentTarget.value}`)} data={data.rates.map((one) => ({ value: one.check, label: `${one.check} ${one.name}` }))} />}
        <NativeSelect size="xs" label="Months of" value={facility} onChange={(event) => setFacility(event.currentTarget.value)} data={[{ value: '', label: 'all facilities' }, ...facilities.map((one) => ({ value: one, label: one }))]} />
      </div>
      <ProblemNotice problem={found.error} />
      {found.isLoading && <Waiting what="Loading the units" />}
      {data && (
        <>
          <Part title="Facilities and departments" says="Each unit by its size. Between the lines lie units of that size by chance and by the differences ordinary among these units (Spiegelhalter 2005); squares lie outside the 99.8 % limits.">
            <div className="columns is-two">
              <div className="card">
                <Funnel title={`${name} by facility`} points={data.facilities} label={(one) => one.facility} />
              </div>
              <div className="card">
                <Funnel title={`${name} by department`} points={data.departments} label={(one) => `${one.facility}, ${one.department}`} />
              </div>
            </div>
            {data.withheld > 0 && <p className="small faint">{count(data.withheld)} units of fewer than five people are left out.</p>}
          </Part>
          <Part title="Spread and correlation">
            {data.variation.length === 0 ? (
              <p className="none">No check of variation could be measured for it.</p>
            ) : (
              <div className="stack">
                {data.variation.map((one, at) => (
                  <div key={at} className="card stack">
                    <div className="row">
                      <Verdict verdict={one.verdict} /> <b>{one.check} {one.name}</b>
                    </div>
                    <p><Coded text={one.says} /></p>
                    <Facts facts={Object.entries(one.figures).map(([key, value]) => [wordsOf(key === 'facilitys' ? 'facilities' : key).replace(/\bicc\b/i, 'intra-class correlation'), value === null ? 'none' : figure.format(value)] as const)} />
                  </div>
                ))}
              </div>
            )}
          </Part>
          <Part title={facility ? `Month by month in ${facility}` : 'Month by month'}>
            <div className="card">
              {data.months.length === 0 ? <p className="none">There are no months: the dates were shifted, or no encounter names a facility.</p> : <TrendLine title={`${name} by month`} threshold={threshold} points={data.months.map((one) => ({ at: `${one.month}-01T12:00:00.000Z`, value: one.n === null || one.k === null ? null : one.k / one.n, low: one.low, high: one.high, n: one.n }))} />}
            </div>
          </Part>
          <Part title="Across clinicians" says="As a distribution. Nobody is named, and nobody is ranked.">
            {data.clinicians ? <Clinicians of={data.clinicians} /> : <Note kind="info">Fewer than five clinicians have five patients each, so nothing is shown.</Note>}
          </Part>
        </>
      )}
    </>
  );
}

function Funnel({ title, points, label }: { title: string; points: readonly UnitPoint[]; label: (point: UnitPoint) => string }) {
  const found = funnel(points.map(({ n, rate }) => ({ n, k: Math.round(rate * n) })));
  if (!found) return <p className="none">{title}: fewer than three units can be compared.</p>;
  const limits = (n: number) => limitsAt(found, n);
  return <FunnelPlot title={title} centre={found.centre} limits={limits} points={found.units.map((unit, at) => ({ label: label(points[at]!), n: unit.n, share: unit.k / unit.n, outside: unit.outside }))} />;
}

function Clinicians({ of: { count: all, bins, quartiles } }: { of: { count: number; bins: { from: number; to: number; clinicians: number | null }[]; quartiles: number[] } }) {
  const most = Math.max(5, ...bins.map(({ clinicians }) => clinicians ?? 4));
  return (
    <div className="card stack">
      <p>
        {count(all)} clinicians. The middle half lies between {percent(quartiles[0]!)} and {percent(quartiles[2]!)}, half of them above {percent(quartiles[1]!)}.
      </p>
      <table className="plain-table distribution">
        <caption className="hidden-words">Clinicians by rate</caption>
        <thead>
          <tr>
            <th scope="col">Rate</th>
            <th scope="col">Clinicians</th>
            <th aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {bins.map(({ from, to, clinicians }) => (
            <tr key={from}>
              <th scope="row">
                {Math.round(from * 100)} to {to === 1 ? '100' : `under ${Math.round(to * 100)}`} %
              </th>
              <td>{clinicians === null ? '1 to 4' : count(clinicians)}</td>
              <td aria-hidden="true">
                <span className={clinicians === null ? 'bar is-withheld' : 'bar'} style={{ width: `${((clinicians ?? 4) / most) * 100}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
