// Can every chart be read without seeing it, and drawn without a browser?
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { FunnelPlot } from './FunnelPlot.tsx';
import { heatOf } from './heat-grid.ts';
import { HeatGrid } from './HeatGrid.tsx';
import { IntervalBars } from './IntervalBars.tsx';
import { Matrix } from './Matrix.tsx';
import { StackedBars } from './StackedBars.tsx';
import { Sparkline, TrendLine } from './TrendLine.tsx';

test('interval bars say counts and the lowest, and never draw what is missing as zero', () => {
  const html = renderToStaticMarkup(
    <IntervalBars
      title="Completeness"
      bars={[
        { id: 'a', label: 'Lactate', value: 0.82, low: 0.78, high: 0.86, n: 300, threshold: 0.95, verdict: 'not-met' },
        { id: 'b', label: 'Heart rate', value: 0.99, low: 0.98, high: 0.995, n: 300, threshold: 0.95, verdict: 'met' },
        { id: 'c', label: 'Notes', value: null, low: null, high: null, n: 0, verdict: 'not-measurable' },
      ]}
    />,
  );
  expect(html).toContain('3 in all: 1 met, 1 not met, 1 not measurable. Lowest: Lactate, 82.0 %.');
  expect(html).toMatch(/role="img" aria-label="Completeness\. 3 in all/);
  expect(html).toContain('<th scope="row">Notes</th><td>none</td>');
  expect(html.match(/<circle/g)).toHaveLength(1);
});

test('a matrix is a table whose cells have words', () => {
  const html = renderToStaticMarkup(
    <Matrix title="Checks by facility" corner="Check" columns={['All', 'North']} rows={[{ id: 'C01', head: 'C01', label: 'C01', cells: [{ verdict: 'met', text: '99.0 %', says: 'n = 10' }, null] }]} />,
  );
  expect(html).toContain('1 cells: 1 met.');
  expect(html).toContain('<th scope="col">North</th>');
  expect(html).toContain('99.0 %<span class="hidden-words">, Met</span>');
});

test('a trend breaks where nothing was measured and says how it moved', () => {
  const html = renderToStaticMarkup(
    <TrendLine title="Use" threshold={0.5} points={[{ at: '2026-01-01', value: 0.4, low: 0.3, high: 0.5 }, { at: '2026-02-01', value: null }, { at: '2026-03-01', value: 0.6, low: 0.5, high: 0.7 }]} />,
  );
  expect(html).toContain('2 measurements, up from 40.0 % to 60.0 % by 1 Mar 2026. The threshold is 50.0 %.');
  expect(html.match(/stroke-width="2"/g)).toHaveLength(1);
  expect(html).toMatch(/d="M[^"]*M/);
  expect(renderToStaticMarkup(<Sparkline label="use rises" values={[0.1, null, 0.3]} />)).toContain('aria-label="use rises"');
  expect(renderToStaticMarkup(<TrendLine title="Use" points={[]} />)).toContain('Nothing has been measured yet.');
});

test('a heat grid says what is withheld, what nobody came to, and what is framed, and never writes 100 for almost all', () => {
  const html = renderToStaticMarkup(
    <HeatGrid
      title="Lactate"
      reading="One silent month."
      corner="Facility"
      columns={['2026-01', '2026-02', '2026-03', '2026-04']}
      framedWords="silent"
      rows={[{ id: 'n', label: 'North', cells: [{ share: 0.999, framed: false, says: 'a' }, { share: 0, framed: true, says: 'b' }, { share: null, framed: false, says: 'c' }, null] }]}
    />,
  );
  expect(html.match(/class="heat-frame"/g)).toHaveLength(2);
  expect(html).toContain('>99</text>');
  expect(html).toContain('<td>99.9 %</td><td>0.0 % !</td><td>withheld</td><td>nobody</td>');
  expect(html).toMatch(/role="img" aria-label="Lactate\. One silent month\."/);
  expect([0, 0.2, 0.5, 0.75, 0.9, 0.95, 1].map(heatOf)).toEqual([6, 5, 4, 3, 2, 1, 0]);
});

test('a funnel names what lies outside and nothing else', () => {
  const html = renderToStaticMarkup(
    <FunnelPlot
      title="Lactate by department"
      centre={0.9}
      limits={() => ({ low95: 0.85, high95: 0.95, low998: 0.8, high998: 0.98 })}
      points={[{ label: 'North ICU', n: 100, share: 0.9, outside: null }, { label: 'South ED', n: 200, share: 0.4, outside: 'below' }]}
    />,
  );
  expect(html).toContain('2 units around 90.0 %. Outside the 99.8 % limits: 1 below (South ED).');
  expect(html).toContain('>South ED</text>');
  expect(html).not.toContain('>North ICU</text>');
});

test('stacked bars say the total of each kind, leave out kinds that never were, and draw no bar for an empty day', () => {
  const series = [{ id: 'shown', label: 'Shown', colour: 'teal' }, { id: 'shadow', label: 'Shadow', colour: 'grey', hatched: true }, { id: 'late', label: 'Late', colour: 'brown' }];
  const bars = [{ id: '1', label: '1 Mar', values: { shown: 3, shadow: 2 } }, { id: '2', label: '2 Mar', values: {} }, { id: '3', label: '3 Mar', values: { shown: 1 } }];
  const html = renderToStaticMarkup(<StackedBars title="Per day." what="decisions" series={series} bars={bars} />);
  expect(html).toContain('6 decisions: 4 shown, 2 shadow.');
  expect(html.match(/<rect[^>]* y="/g)).toHaveLength(3);
  expect(html).not.toContain('Late');
  // The axis has every period; the table leaves out those without any, and says so.
  expect(html).not.toContain('<th scope="row">2 Mar</th>');
  expect(html).toContain('Periods without any decisions have no row.');
  expect(renderToStaticMarkup(<StackedBars title="Per day." what="decisions" series={series} bars={[]} />)).toContain('No decisions in this period.');
});
