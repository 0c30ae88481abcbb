// Where does each cell of a heat grid stand, and how dark is it?

export interface GridCell {
  /** 0 to 1; null: withheld. */
  share: number | null;
  /** A thing nobody should overlook; drawn with a thick frame. */
  framed: boolean;
  /** The cell in words. */
  says: string;
}

export interface GridRow {
  id: string;
  label: string;
  /** Null: there is nothing, and nothing is drawn but a dot. */
  cells: readonly (GridCell | null)[];
}

export interface PlacedCell {
  row: number;
  column: number;
  x: number;
  y: number;
  /** `heat-0` (whole) to `heat-6` (nothing), `heat-withheld` or `heat-none`. */
  kind: string;
  text: string;
  framed: boolean;
  says: string;
}

export interface GridLayout {
  width: number;
  height: number;
  cell: { width: number; height: number };
  left: number;
  top: number;
  cells: PlacedCell[];
  rows: { y: number; label: string; framed: number }[];
  columns: { x: number; label: string }[];
  /** What stands above several columns, such as a year above its months. */
  groups: { x: number; width: number; label: string }[];
}

const steps = [0.99, 0.95, 0.9, 0.75, 0.5] as const;
/** The darker, the more is missing: a ramp of one hue, so that grey paper keeps the order. */
export const heatOf = (share: number): number => (share <= 0 ? 6 : steps.findIndex((step) => share >= step) === -1 ? 5 : steps.findIndex((step) => share >= step));
export const heatWords = ['99 % and more', '95 to 99 %', '90 to 95 %', '75 to 90 %', '50 to 75 %', 'under 50 %', 'nothing'] as const;

/** Whole per cent; what is not whole never reads 100, what is not nothing never reads 0. */
export const cellText = (share: number): string => (share >= 1 ? '100' : share <= 0 ? '0' : String(Math.min(99, Math.max(1, Math.round(share * 100)))));

/** Places the cells; `columns` such as `2026-03` or `2026 Q1` are grouped by their year. */
export function layOutGrid(columns: readonly string[], rows: readonly GridRow[]): GridLayout {
  const cell = { width: 25, height: 20 };
  const [left, top] = [196, 40];
  const groupOf = (column: string) => (/^\d{4}[- ](\d{2}|Q\d)$/.test(column) ? column.slice(0, 4) : '');
  const groups: GridLayout['groups'] = [];
  for (const [at, column] of columns.entries()) {
    const label = groupOf(column);
    const last = groups.at(-1);
    if (last && last.label === label) last.width += cell.width;
    else groups.push({ x: left + at * cell.width, width: cell.width, label });
  }
  return {
    width: left + columns.length * cell.width + 4,
    height: top + rows.length * cell.height + 4,
    cell, left, top, groups,
    columns: columns.map((column, at) => ({ x: left + (at + 0.5) * cell.width, label: groupOf(column) === '' ? column : column.slice(5) })),
    rows: rows.map((row, at) => ({ y: top + (at + 0.5) * cell.height, label: row.label, framed: row.cells.filter((one) => one?.framed).length })),
    cells: rows.flatMap((row, r) =>
      row.cells.map((one, c): PlacedCell => ({
        row: r, column: c, x: left + c * cell.width, y: top + r * cell.height,
        kind: one === null ? 'heat-none' : one.share === null ? 'heat-withheld' : `heat-${heatOf(one.share)}`,
        // Grey paper keeps the exclamation mark where it loses the frame's colour.
        text: one === null ? '·' : one.share === null ? '<5' : `${cellText(one.share)}${one.framed ? '!' : ''}`,
        framed: one?.framed ?? false,
        says: one?.says ?? `${row.label}, ${columns[c]}: nobody`,
      })),
    ),
  };
}
