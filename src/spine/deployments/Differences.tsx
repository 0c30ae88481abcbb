// What differs between two charters, in words?
import type { Difference } from './model.ts';

const shown = (value: unknown): string => (value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value));

export function Differences({ differences, label }: { differences: readonly Difference[]; label: string }) {
  if (differences.length === 0) return <p className="none">Nothing differs.</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">What</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {differences.map((difference) => (
            <tr key={`${difference.op}${difference.path}`}>
              <th scope="row">
                <code>{difference.path}</code>
              </th>
              <td>{difference.op}</td>
              <td className="diff-before">{difference.op === 'added' ? <span className="none">nothing</span> : shown(difference.before)}</td>
              <td className="diff-after">{difference.op === 'removed' ? <span className="none">nothing</span> : shown(difference.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
