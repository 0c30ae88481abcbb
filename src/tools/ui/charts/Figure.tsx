// What surrounds every chart, so that nobody depends on seeing it?
import type { ReactNode, Ref } from 'react';

export interface FigureTable {
  headers: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
  /** What the table leaves out, if anything. */
  says?: string;
}

/** A chart with its reading in words and its numbers as a table. `box` is where a chart learns its width. */
export function Figure({ title, reading, table, box, children }: { title: string; reading: string; table: FigureTable; box?: Ref<HTMLDivElement>; children: ReactNode }) {
  return (
    <figure className="figure">
      <figcaption>
        <span className="figure-title">{title}</span> <span className="figure-reading">{reading}</span>
      </figcaption>
      <div ref={box} className="figure-chart" tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
      <details className="figure-table">
        <summary>Numbers as a table</summary>
        <div className="table-scroll" tabIndex={0} role="region" aria-label={`${title}: table`}>
          <table className="plain-table">
            <thead>
              <tr>
                {table.headers.map((header) => (
                  <th key={header} scope="col">
                    {header}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, at) => (at === 0 ? <th key={at} scope="row">{cell}</th> : <td key={at}>{cell ?? 'none'}</td>))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {table.says && <p className="small faint">{table.says}</p>}
      </details>
    </figure>
  );
}
