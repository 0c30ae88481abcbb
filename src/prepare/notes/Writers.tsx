// How far apart are writers, as a distribution and never as a list of people?
import { scaleLinear } from 'd3-scale';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { Figure } from '../../tools/ui/charts/Figure.tsx';
import { useKept } from '../../tools/ui/Go.tsx';
import { count, percent } from '../../tools/ui/numbers.ts';
import { Part } from '../../tools/ui/Page.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import type { Distribution } from './model.ts';

const whats: Record<Distribution['what'], string> = { copied: 'Copied', templated: 'Templated', imported: 'Imported', authored: 'Authored', 'authored-words': 'Authored words a note' };
const rowHeight = 34;
const left = 230;
const width = 720;

export function Writers({ distributions }: { distributions: readonly Distribution[] }) {
  const [kept, setWhat] = useKept('what', 'copied');
  const what = kept as Distribution['what'];
  const mine = distributions.filter((one) => one.what === what);
  const shown = mine.filter(({ suppressed }) => !suppressed);
  const withheld = mine.length - shown.length;
  const say = (value: number) => (what === 'authored-words' ? count(Math.round(value)) : percent(value));
  const nameOf = ({ facility, department }: Distribution) => department ?? facility ?? 'Everything';
  const most = what === 'authored-words' ? Math.max(1, ...shown.map(({ p90 }) => p90 ?? 0)) : 1;
  const x = scaleLinear([0, most], [left, width - 24]);
  const height = shown.length * rowHeight + 30;
  return (
    <Part title="How writers differ" says="Writers with notes on five patients or more. Parts with fewer than five such writers are withheld; nobody is named or ranked.">
      <Views label="Which share" open={what} onOpen={setWhat} views={(Object.keys(whats) as Distribution['what'][]).map((name) => ({ name, label: whats[name] }))} />
      {shown.length === 0 ? (
        <EmptyState title="Nothing can be shown">No part has five writers with enough patients.</EmptyState>
      ) : (
        <Figure
          title={`${whats[what]}, by writer`}
          reading={shown.slice(0, 1).map((one) => `${nameOf(one)}: of ${one.authors} writers the middle one has ${say(one.p50!)}, one in ten ${say(one.p10!)} or less, one in ten ${say(one.p90!)} or more.`).join(' ')}
          table={{ headers: ['', 'writers', 'P10', 'P25', 'median', 'P75', 'P90'], rows: shown.map((one) => [nameOf(one), one.authors, say(one.p10!), say(one.p25!), say(one.p50!), say(one.p75!), say(one.p90!)]) }}
        >
          <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`${whats[what]} by writer, quantiles per part`}>
            {x.ticks(5).map((tick) => (
              <g key={tick} transform={`translate(${x(tick)} 0)`}>
                <line y1="6" y2={height - 22} stroke="var(--line)" />
                <text y={height - 6} textAnchor="middle" fontSize="11" fill="var(--ink-soft)">
                  {say(tick)}
                </text>
              </g>
            ))}
            {shown.map((one, at) => (
              <g key={`${one.facility} ${one.department}`} transform={`translate(0 ${at * rowHeight + 20})`}>
                <text x="0" y="4" fontSize="12" fill="var(--ink)" fontWeight={one.department === null ? 600 : 400}>
                  {nameOf(one).slice(0, 34)}
                </text>
                <line x1={x(one.p10!)} x2={x(one.p90!)} stroke="var(--ink-soft)" strokeWidth="2" />
                <rect x={x(one.p25!)} width={Math.max(1, x(one.p75!) - x(one.p25!))} y="-7" height="14" fill="var(--teal-wash)" stroke="var(--teal)" />
                <line x1={x(one.p50!)} x2={x(one.p50!)} y1="-9" y2="9" stroke="var(--ink)" strokeWidth="3" />
              </g>
            ))}
          </svg>
        </Figure>
      )}
      {withheld > 0 && <p className="none">{count(withheld)} {withheld === 1 ? 'part is' : 'parts are'} withheld: fewer than five writers.</p>}
    </Part>
  );
}
