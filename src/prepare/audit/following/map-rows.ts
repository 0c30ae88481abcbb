// How does the map become rows of a grid: by facility or by element, by month or by quarter, the worst first?
import type { GridRow } from '../../../tools/ui/charts/heat-grid.ts';
import { count, percent } from '../../../tools/ui/numbers.ts';
import type { MapCell, Missingness } from './model.ts';

export type MapOrder = 'worst' | 'name';
export interface MapView {
  by: 'facility' | 'element';
  order: MapOrder;
  quarters: boolean;
  /** Only rows whose label holds these words. */
  words: string;
  nameOf(element: string): string;
}

const quarterOf = (month: string) => `${month.slice(0, 4)} Q${Math.ceil(Number(month.slice(5)) / 3)}`;

/** Rows and columns of the grid, and its reading. Withheld cells stay withheld when months are put together. */
export function mapRows(map: Missingness, { by, order, quarters, words, nameOf }: MapView): { columns: string[]; rows: GridRow[]; all: number; reading: string } {
  const columnOf = quarters ? quarterOf : (month: string) => month;
  const columns = [...new Set(map.months.map(columnOf))];
  const heads = new Map<string, string>();
  const groups = new Map<string, MapCell[]>();
  const sums = new Map<string, { n: number; k: number; silent: number }>();
  for (const cell of map.cells) {
    const id = by === 'facility' ? cell.facility : cell.element;
    if (!heads.has(id)) heads.set(id, by === 'facility' ? id : nameOf(id));
    const key = JSON.stringify([id, columnOf(cell.month)]);
    const group = groups.get(key);
    if (group) group.push(cell);
    else groups.set(key, [cell]);
    const sum = sums.get(id) ?? { n: 0, k: 0, silent: 0 };
    sums.set(id, { n: sum.n + (cell.n ?? 0), k: sum.k + (cell.k ?? 0), silent: sum.silent + Number(cell.silent) });
  }
  const badness = (id: string) => sums.get(id)!.silent * 10 + (sums.get(id)!.n === 0 ? 0 : 1 - sums.get(id)!.k / sums.get(id)!.n);
  const wanted = words.trim().toLowerCase();
  const ids = [...heads.keys()].filter((id) => wanted === '' || heads.get(id)!.toLowerCase().includes(wanted));
  ids.sort((a, b) => (order === 'worst' ? badness(b) - badness(a) : 0) || heads.get(a)!.localeCompare(heads.get(b)!, 'en', { numeric: true }));
  const rows = ids.map((id): GridRow => ({
    id, label: heads.get(id)!,
    cells: columns.map((column) => {
      const group = groups.get(JSON.stringify([id, column]));
      if (!group) return null;
      const known = group.filter((cell) => cell.n !== null);
      const [n, k] = [known.reduce((sum, cell) => sum + cell.n!, 0), known.reduce((sum, cell) => sum + cell.k!, 0)];
      const silent = group.some((cell) => cell.silent);
      const where = `${heads.get(id)}, ${column}`;
      if (n === 0) return { share: null, framed: false, says: `${where}: fewer than five people, withheld` };
      return { share: k / n, framed: silent, says: `${where}: ${percent(k / n)}, ${count(k)} of ${count(n)}${silent ? `; silent: ${group.length > 1 ? 'a month in which nothing came' : 'nothing came'} although it comes elsewhere` : ''}` };
    }),
  }));
  const silent = rows.reduce((sum, row) => sum + row.cells.filter((cell) => cell?.framed).length, 0);
  const worst = ids.filter((id) => sums.get(id)!.n > 0).toSorted((a, b) => badness(b) - badness(a))[0];
  const reading = rows.length === 0 ? 'No row fits.' : `${count(rows.length)} ${by === 'facility' ? (rows.length === 1 ? 'facility' : 'facilities') : rows.length === 1 ? 'element' : 'elements'} over ${count(columns.length)} ${quarters ? 'quarters' : 'months'}. ${silent === 0 ? 'No cell is silent.' : `${count(silent)} silent ${silent === 1 ? 'cell' : 'cells'}.`}${worst ? ` Lowest: ${heads.get(worst)}, ${percent(sums.get(worst)!.k / sums.get(worst)!.n)}.` : ''}`;
  return { columns, rows, all: heads.size, reading };
}
