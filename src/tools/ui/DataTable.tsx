// How are many records read, sorted, searched, opened and copied?
import { Button, NativeSelect, TextInput } from '@mantine/core';
import {
  createFilteredRowModel,
  createSortedRowModel,
  columnFilteringFeature,
  globalFilteringFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
} from '@tanstack/react-table';
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Problem } from '../base/problem.ts';
import { copyText } from './copy.ts';
import { Go, useGo } from './Go.tsx';
import { ArrowDown, ArrowUp, Copy, Search, Sorts } from './icons.tsx';
import { count } from './numbers.ts';
import { ProblemNotice } from './ProblemNotice.tsx';
import { Waiting } from './Progress.tsx';
import { useSay } from './Said.tsx';
import { compareCells, toCsv, type CellValue } from './table.ts';

export interface Column<Row> {
  id: string;
  header: string;
  /** What is sorted, searched and copied. */
  value: (row: Row) => CellValue;
  /** What is shown; the value unless told. */
  cell?: (row: Row) => ReactNode;
  /** Numbers stand right. */
  number?: boolean;
  /** Offers a choice among the values that occur. */
  choice?: boolean;
  width?: string;
}

export interface DataTableProps<Row> {
  /** What the rows are, in the plural: read out, and shown where `heading` says so. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  idOf: (row: Row) => string;
  /** Makes the first cell a link to the row's own page. */
  to?: (row: Row) => string;
  /** Or opens the row here. */
  onOpen?: (row: Row) => void;
  empty?: ReactNode;
  loading?: boolean;
  problem?: Problem | null;
  again?: () => void;
  /** More rows wait on the server. */
  more?: { has: boolean; loading: boolean; load: () => void };
  sortedBy?: { id: string; descending?: boolean };
  /** Leaves out search and copy, for short lists. */
  bare?: boolean;
}

const features = tableFeatures({
  rowSortingFeature,
  columnFilteringFeature,
  globalFilteringFeature,
  sortedRowModel: createSortedRowModel(),
  filteredRowModel: createFilteredRowModel(),
});

/** As in ui.css. */
const firstRows = 20;

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { caption, columns, rows, idOf, to, onOpen, empty, loading, problem, again, more, sortedBy, bare } = props;
  const say = useSay();
  const go = useGo();
  const id = useId();
  const [words, setWords] = useState('');
  /** On a phone a row is a card: the first ones are shown until all are asked for. */
  const [everyRow, setEveryRow] = useState(false);
  const [choices, setChoices] = useState<Record<string, string>>({});
  const [sorting, setSorting] = useState(sortedBy ? [{ id: sortedBy.id, desc: sortedBy.descending ?? false }] : []);

  const defs = useMemo(
    () =>
      columns.map(
        (column): ColumnDef<typeof features, Row> => ({
          id: column.id,
          header: column.header,
          accessorFn: column.value,
          sortFn: (a, b) => compareCells(column.value(a.original), column.value(b.original)),
          sortUndefined: false,
          filterFn: (row, _, wanted) => String(column.value(row.original) ?? '') === wanted,
          enableGlobalFilter: true,
        }),
      ),
    [columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const columnFilters = useMemo(() => Object.entries(choices).filter(([, value]) => value !== '').map(([key, value]) => ({ id: key, value })), [choices]);
  const table = useTable({
    features,
    columns: defs,
    data,
    getRowId: (row) => idOf(row),
    state: { sorting, globalFilter: words, columnFilters },
    onSortingChange: setSorting,
    globalFilterFn: (row, columnId, wanted) => String(row.getValue(columnId) ?? '').toLowerCase().includes(String(wanted).toLowerCase()),
    getColumnCanGlobalFilter: () => true,
    sortDescFirst: false,
  });
  const shown = table.getRowModel().rows;
  const sortOf = (columnId: string) => sorting.find((one) => one.id === columnId);
  const nextSort = (columnId: string) => {
    const now = sortOf(columnId);
    setSorting(!now ? [{ id: columnId, desc: false }] : now.desc ? [] : [{ id: columnId, desc: true }]);
  };
  const copy = async () => {
    const done = await copyText(toCsv(columns.map((column) => column.header), shown.map((row) => columns.map((column) => column.value(row.original)))));
    say(done ? `${count(shown.length)} rows copied as CSV.` : 'The browser did not allow copying.');
  };
  const open = (row: Row) => (to ? go(to(row)) : onOpen?.(row));

  if (problem) return <ProblemNotice problem={problem} {...(again && { again })} />;
  if (loading) return <Waiting what={`Loading ${caption.toLowerCase()}`} />;
  if (rows.length === 0 && empty) return <>{empty}</>;

  return (
    <div className="table-block">
      {!bare && (
        <div className="table-tools">
          <TextInput
            size="xs"
            leftSection={<Search size={14} />}
            placeholder="Search these rows"
            aria-label={`Search ${caption.toLowerCase()}`}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            className="table-search"
          />
          {columns
            .filter((column) => column.choice)
            .map((column) => (
              <NativeSelect
                key={column.id}
                size="xs"
                aria-label={`Only ${column.header.toLowerCase()}`}
                value={choices[column.id] ?? ''}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setChoices((before) => ({ ...before, [column.id]: value }));
                }}
                data={[{ value: '', label: `${column.header}: all` }, ...[...new Set(rows.map((row) => String(column.value(row) ?? '')))].filter(Boolean).toSorted(compareCells)]}
              />
            ))}
          <NativeSelect
            size="xs"
            className="table-sort-phone"
            aria-label="Sort by"
            value={sorting[0]?.id ?? ''}
            onChange={(event) => setSorting(event.currentTarget.value ? [{ id: event.currentTarget.value, desc: false }] : [])}
            data={[{ value: '', label: 'Sort by…' }, ...columns.map((column) => ({ value: column.id, label: column.header }))]}
          />
          <span className="table-count" aria-live="polite">
            {shown.length === rows.length ? `${count(rows.length)}${more?.has ? '+' : ''}` : `${count(shown.length)} of ${count(rows.length)}`}
          </span>
          <Button size="compact-xs" variant="subtle" leftSection={<Copy size={14} />} onClick={() => void copy()}>
            Copy as CSV
          </Button>
        </div>
      )}
      <div className="table-scroll" tabIndex={0} role="region" aria-labelledby={id}>
        <table className={`table${everyRow ? ' is-every-row' : ''}`} role="table">
          <caption id={id} className="hidden-words">
            {caption}
          </caption>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => {
                const sort = sortOf(column.id);
                return (
                  <th
                    key={column.id}
                    role="columnheader"
                    scope="col"
                    className={column.number ? 'is-number' : ''}
                    aria-sort={sort ? (sort.desc ? 'descending' : 'ascending') : 'none'}
                    style={column.width ? { width: column.width } : undefined}
                  >
                    <button type="button" className="table-sort" onClick={() => nextSort(column.id)}>
                      {column.header}
                      {sort ? sort.desc ? <ArrowDown size={12} /> : <ArrowUp size={12} /> : <Sorts size={12} />}
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody role="rowgroup" onKeyDown={walk}>
            {shown.map((row) => (
              <tr
                key={row.id}
                role="row"
                className={to || onOpen ? 'is-open-able' : ''}
                onClick={(event) => {
                  if (!(to || onOpen) || (event.target as Element).closest('a,button,input,select,summary') || getSelection()?.toString()) return;
                  open(row.original);
                }}
              >
                {columns.map((column, index) => {
                  const inside = column.cell ? column.cell(row.original) : show(column.value(row.original));
                  return (
                    <td key={column.id} role="cell" data-label={column.header} className={`${column.number ? 'is-number' : ''}${index === 0 ? ' is-first' : ''}`}>
                      {index !== 0 || !(to || onOpen) ? (
                        <div className="cell">{inside}</div>
                      ) : to ? (
                        <Go to={to(row.original)} className="row-link">
                          {inside}
                        </Go>
                      ) : (
                        <button type="button" className="row-link" onClick={() => onOpen?.(row.original)}>
                          {inside}
                        </button>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
            {shown.length === 0 && (
              <tr role="row">
                <td role="cell" colSpan={columns.length} className="table-none">
                  No row fits the search. <button type="button" className="text-button" onClick={() => { setWords(''); setChoices({}); }}>Show all</button>
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {shown.length > firstRows && !everyRow && (
        <div className="table-more table-more-phone">
          <Button variant="default" size="xs" onClick={() => setEveryRow(true)}>
            Show all {count(shown.length)} {caption.toLowerCase()}
          </Button>
        </div>
      )}
      {more?.has && (
        <div className={`table-more${shown.length > firstRows && !everyRow ? ' is-later' : ''}`}>
          <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
            Load more
          </Button>
        </div>
      )}
    </div>
  );
}

const show = (value: CellValue): ReactNode => (value === null || value === undefined || value === '' ? <span className="none">none</span> : typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'number' ? count(value) : value);

/** Up and down go from row to row. */
function walk(event: KeyboardEvent<HTMLElement>) {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (!step || !(event.target as Element).matches('.row-link')) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.row-link')];
  links[links.indexOf(event.target as HTMLElement) + step]?.focus();
  event.preventDefault();
}
