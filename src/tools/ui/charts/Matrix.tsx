// How does one thing by another read at a glance, cell by cell, with words and shapes as well as colour?
import type { ReactNode } from 'react';
import { VerdictMark, verdicts, type VerdictName } from '../Verdict.tsx';

export interface MatrixCell {
  verdict: VerdictName;
  /** What stands in the cell, e.g. `97.2 %`. */
  text: string;
  /** More words for the title and for screen readers. */
  says: string;
  onOpen?: () => void;
}

export interface MatrixRow {
  id: string;
  head: ReactNode;
  /** The head in plain words. */
  label: string;
  tags?: ReactNode;
  /** Rows with the same group stand under one heading. */
  group?: string;
  cells: readonly (MatrixCell | null)[];
}

/** A heat map that is a table: each cell is a word, a shape and a colour, and can be opened. */
export function Matrix({ title, corner, columns, rows }: { title: string; corner: string; columns: readonly string[]; rows: readonly MatrixRow[] }) {
  let group: string | undefined;
  return (
    <figure className="figure">
      <figcaption>
        <span className="figure-title">{title}</span> <span className="figure-reading">{read(rows)}</span>
      </figcaption>
      <div className="table-scroll matrix-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">{corner}</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const headed = row.group !== undefined && row.group !== group;
              group = row.group;
              return [
                headed && (
                  <tr key={`group-${row.group}`} className="matrix-group">
                    <th scope="colgroup" colSpan={columns.length + 1}>
                      {row.group}
                    </th>
                  </tr>
                ),
                <tr key={row.id}>
                  <th scope="row">
                    {row.head}
                    {row.tags}
                  </th>
                  {row.cells.map((cell, index) => (
                    <td key={index} className={cell ? `is-${cell.verdict}` : 'is-nothing'}>
                      {!cell ? (
                        <span className="hidden-words">nothing to say</span>
                      ) : cell.onOpen ? (
                        <button type="button" className="matrix-cell" title={cell.says} aria-label={`${row.label}, ${columns[index]}: ${cell.text}, ${verdicts[cell.verdict]}`} onClick={cell.onOpen}>
                          <VerdictMark verdict={cell.verdict} size={13} />
                          {cell.text}
                        </button>
                      ) : (
                        <span className="matrix-cell" title={cell.says}>
                          <VerdictMark verdict={cell.verdict} size={13} />
                          {cell.text}
                          <span className="hidden-words">, {verdicts[cell.verdict]}</span>
                        </span>
                      )}
                    </td>
                  ))}
                </tr>,
              ];
            })}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function read(rows: readonly MatrixRow[]): string {
  const cells = rows.flatMap((row) => row.cells).filter((cell) => cell !== null);
  const counts = (Object.keys(verdicts) as VerdictName[]).map((name) => [name, cells.filter((cell) => cell.verdict === name).length] as const).filter(([, n]) => n > 0);
  return `${cells.length} cells: ${counts.map(([name, n]) => `${n} ${verdicts[name].toLowerCase()}`).join(', ')}.`;
}

/** What the shapes and colours mean. */
export function Legend({ names = Object.keys(verdicts) as VerdictName[] }: { names?: readonly VerdictName[] }) {
  return (
    <ul className="legend" aria-label="Legend">
      {names.map((name) => (
        <li key={name} className={`is-${name}`}>
          <VerdictMark verdict={name} size={13} /> {verdicts[name]}
        </li>
      ))}
    </ul>
  );
}
