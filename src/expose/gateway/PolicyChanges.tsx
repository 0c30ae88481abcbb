// What differs between two policies, place by place?
import type { Answered } from '../../tools/base/endpoint.ts';
import type { checkPolicy } from './model.ts';

const shown = (value: unknown) => (value === undefined ? <span className="none">nothing</span> : typeof value === 'string' ? value : <code>{JSON.stringify(value)}</code>);

export function PolicyChanges({ changes, label }: { changes: Answered<typeof checkPolicy>['changes']; label: string }) {
  if (changes.length === 0) return <p className="none">Nothing differs from the version that acts.</p>;
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
          {changes.map(({ path, before, after }) => (
            <tr key={path}>
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
