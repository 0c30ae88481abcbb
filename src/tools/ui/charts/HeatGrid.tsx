// Where is what missing, when many rows meet many columns?
import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { Figure } from './Figure.tsx';
import { heatWords, layOutGrid, type GridRow } from './heat-grid.ts';

interface HeatGridProps {
  title: string;
  reading: string;
  corner: string;
  columns: readonly string[];
  rows: readonly GridRow[];
  /** What a framed cell is, for the legend. */
  framedWords: string;
  onOpen?: (row: GridRow) => void;
}

/** One tab stop for the whole grid: the arrow keys walk through it, and the cell is read out below. */
export function HeatGrid({ title, reading, corner, columns, rows, framedWords, onOpen }: HeatGridProps) {
  const layout = useMemo(() => layOutGrid(columns, rows), [columns, rows]);
  const [at, setAt] = useState<{ row: number; column: number } | null>(null);
  const says = useId();
  const current = at === null ? null : (layout.cells.find((cell) => cell.row === at.row && cell.column === at.column) ?? null);
  const walk = (event: KeyboardEvent) => {
    const move: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -columns.length], End: [0, columns.length] };
    if (event.key === 'Enter' && at !== null) return onOpen?.(rows[at.row]!);
    const step = move[event.key];
    if (!step) return;
    event.preventDefault();
    const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
    setAt(at === null ? { row: 0, column: 0 } : { row: clamp(at.row + step[0], rows.length - 1), column: clamp(at.column + step[1], columns.length - 1) });
  };
  const { cell } = layout;
  return (
    <Figure
      title={title}
      reading={reading}
      table={{ headers: [corner, ...columns], rows: rows.map((row) => [row.label, ...row.cells.map((one) => (one === null ? 'nobody' : one.share === null ? 'withheld' : `${layoutText(one.share)}${one.framed ? ' !' : ''}`))]) }}
    >
      <div className="heat-grid" tabIndex={0} role="group" aria-label={`${title}. The arrow keys walk through the cells.`} aria-describedby={says} onKeyDown={walk} onBlur={() => setAt(null)}>
        <svg viewBox={`0 0 ${layout.width} ${layout.height}`} width={layout.width} height={layout.height} role="img" aria-label={`${title}. ${reading}`}>
          {layout.groups.map((group) => (
            <text key={group.x} x={group.x + 3} y={14} className="heat-label">
              {group.label}
            </text>
          ))}
          {layout.columns.map((column) => (
            <text key={column.x} x={column.x} y={32} textAnchor="middle" className="heat-label">
              {column.label}
            </text>
          ))}
          {layout.rows.map((row, index) => (
            <text key={index} x={0} y={row.y + 4} className="heat-row">
              {row.label.length > 30 ? `${row.label.slice(0, 29)}…` : row.label}
              <title>{row.label}</title>
            </text>
          ))}
          {layout.cells.map((one) => (
            <g key={`${one.row} ${one.column}`} className={one.kind} onPointerEnter={() => setAt({ row: one.row, column: one.column })} onClick={() => onOpen?.(rows[one.row]!)}>
              <rect x={one.x + 1} y={one.y + 1} width={cell.width - 2} height={cell.height - 2} rx={2} />
              {one.kind === 'heat-withheld' && <path d={`M${one.x + 2} ${one.y + cell.height - 2}L${one.x + cell.width - 2} ${one.y + 2}`} />}
              {one.framed && <rect className="heat-frame" x={one.x + 1} y={one.y + 1} width={cell.width - 2} height={cell.height - 2} rx={1} />}
              <text x={one.x + cell.width / 2} y={one.y + cell.height / 2 + 3.5} textAnchor="middle">
                {one.text}
              </text>
            </g>
          ))}
          {current && <rect className="heat-here" x={layout.left + current.column * cell.width} y={layout.top + current.row * cell.height} width={cell.width} height={cell.height} rx={3} />}
        </svg>
      </div>
      <p id={says} className="heat-says" aria-live="polite">
        {current ? current.says : 'Point at a cell, or walk with the arrow keys, to read it.'}
      </p>
      <HeatLegend framedWords={framedWords} />
    </Figure>
  );
}

const layoutText = (share: number) => `${(share * 100).toFixed(1)} %`;

function HeatLegend({ framedWords }: { framedWords: string }) {
  const swatch = (kind: string, text: string, words: string, framed = false) => (
    <li key={words}>
      <svg width={26} height={20} viewBox="0 0 26 20" aria-hidden="true" className={kind}>
        <rect x={1} y={1} width={24} height={18} rx={2} />
        {kind === 'heat-withheld' && <path d="M2 18L24 2" />}
        {framed && <rect className="heat-frame" x={1} y={1} width={24} height={18} rx={1} />}
        <text x={13} y={14} textAnchor="middle">
          {text}
        </text>
      </svg>{' '}
      {words}
    </li>
  );
  return (
    <ul className="legend" aria-label="Legend">
      {heatWords.map((words, heat) => swatch(`heat-${heat}`, '', words))}
      {swatch('heat-6', '0!', framedWords, true)}
      {swatch('heat-withheld', '<5', 'fewer than five people, withheld')}
      {swatch('heat-none', '·', 'nobody came')}
    </ul>
  );
}
