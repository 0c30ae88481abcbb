// What stood where before, and what stands there now?

export interface Change {
  /** Where, in the words of the document. */
  path: string;
  before?: unknown;
  after?: unknown;
}

const shown = (value: unknown) => (value === undefined ? <span className="none">nothing</span> : typeof value === 'string' ? value : <code>{JSON.stringify(value)}</code>);

/** Place by place what differs between two versions of a document; `same` is said where nothing does. */
export function ChangeTable({ changes, label, same = 'Nothing differs.' }: { changes: readonly Change[]; label: string; same?: string }) {
  if (changes.length === 0) return <p className="none">{same}</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ path, before, after }, nth) => (
            <tr key={`${path} ${nth}`}>
              <th scope="row">
                <code>{path}</code>
              </th>
              <td className="diff-before">{shown(before)}</td>
              <td className="diff-after">{shown(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
