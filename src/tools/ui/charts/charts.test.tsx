// Can every chart be read without seeing it, and drawn without a browser?
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { IntervalBars } from './IntervalBars.tsx';
import { Matrix } from './Matrix.tsx';
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
