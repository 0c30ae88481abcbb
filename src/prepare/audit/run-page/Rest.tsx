// What has to be done about the data, what is not there at all, what was made of the source, and which lines could not be read?
import { Coded } from '../../../tools/ui/Coded.tsx';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { bytes, count } from '../../../tools/ui/numbers.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { elementName, unitWords } from '../finding-words.ts';
import type { AuditDocument } from '../model.ts';

/** So many of what blocks stand above everything else; the rest unfolds. */
const blockingFirst = 5;
const laterFirst = 10;

/** What blocks the gate, before anything else is said about the audit. */
export function Blocking({ fixes, elements }: Pick<AuditDocument, 'fixes' | 'elements'>) {
  const blocking = fixes.filter((fix) => fix.blocks);
  if (blocking.length === 0) return null;
  return (
    <Part title={`What blocks the gate: ${count(blocking.length)} to fix first`} says="Ordered by what unblocks the gate, then by how many patients it touches.">
      <FixList fixes={blocking.slice(0, blockingFirst)} elements={elements} />
      {blocking.length > blockingFirst && (
        <details>
          <summary>{count(blocking.length - blockingFirst)} more that block the gate</summary>
          <FixList fixes={blocking.slice(blockingFirst)} elements={elements} />
        </details>
      )}
    </Part>
  );
}

/** What is worth repairing although the gate does not wait for it. */
export function Fixes({ fixes, elements }: Pick<AuditDocument, 'fixes' | 'elements'>) {
  const later = fixes.filter((fix) => !fix.blocks);
  const blocks = later.length < fixes.length;
  return (
    <Part title={blocks ? 'What to improve, without holding the gate' : 'What to fix'} says="Ordered by tier, then by how many patients it touches.">
      {later.length === 0 ? <EmptyState title={blocks ? 'Nothing beyond what blocks the gate' : 'Nothing to fix'}>{blocks ? 'It stands above.' : 'Every check that could be measured was met.'}</EmptyState> : <FixList fixes={later.slice(0, laterFirst)} elements={elements} />}
      {later.length > laterFirst && (
        <details>
          <summary>{count(later.length - laterFirst)} more to improve</summary>
          <FixList fixes={later.slice(laterFirst)} elements={elements} />
        </details>
      )}
    </Part>
  );
}

function FixList({ fixes, elements }: Pick<AuditDocument, 'fixes' | 'elements'>) {
  return (
    <ol className="fixes">
      {fixes.slice(0, 60).map((fix) => (
        <li key={fix.rank} className={fix.blocks ? 'is-blocking' : ''}>
          <span className="fix-rank">{fix.rank}</span>
          <div>
            <p>
              <b>
                <Coded text={fix.says} />
              </b> {fix.blocks && <Tag kind="warning">blocks the gate</Tag>} <Tag kind={fix.tier === 'critical' ? 'strong' : 'quiet'}>{fix.tier}</Tag>
            </p>
            <p>
              <Coded text={fix.todo} />
            </p>
            <p className="small faint">
              {fix.check} {fix.element && elementName(elements, fix.element)} · {unitWords(fix.unit)}
              {fix.affected !== null && ` · ${count(fix.affected)} affected`}
            </p>
          </div>
        </li>
      ))}
      {fixes.length > 60 && <li className="faint">and {count(fixes.length - 60)} more in audit.json</li>}
    </ol>
  );
}

export function Absent({ absent, elements }: Pick<AuditDocument, 'absent' | 'elements'>) {
  if (absent.length === 0) return null;
  return (
    <Part title="What is not in the export" says="Absent is not the same as bad: nothing can be said about it at all.">
      <ul className="card stack">
        {absent.map((one) => (
          <li key={one.what + (one.element ?? '')}>
            <b>
              <Coded text={one.what} />
            </b>
            {one.element && (
              <>
                {' '}
                <Tag>{elementName(elements, one.element)}</Tag>
              </>
            )}{' '}
            <Coded text={one.means} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** So many stand at once; a source of many tables has many. */
const noticesFirst = 12;

/** What was skipped, mapped or guessed when the source was read: nothing of it is a finding, and all of it matters for reading them. */
export function Notices({ notices = [] }: { notices: AuditDocument['export']['notices'] }) {
  if (notices.length === 0) return null;
  const list = (items: readonly string[]) => (
    <ul className="stack small">
      {items.map((one) => (
        <li key={one}>
          <Coded text={one} />
        </li>
      ))}
    </ul>
  );
  return (
    <Part title="What was made of the source" says="Skipped, mapped or guessed when it was read, or told by the server that gave it.">
      <div className="card stack">
        {list(notices.slice(0, noticesFirst))}
        {notices.length > noticesFirst && (
          <details>
            <summary>{count(notices.length - noticesFirst)} more</summary>
            {list(notices.slice(noticesFirst))}
          </details>
        )}
      </div>
    </Part>
  );
}

export function ExportFiles({ rest }: { rest: Pick<AuditDocument, 'export' | 'charter' | 'tool'> }) {
  const { files, resources } = rest.export;
  const bad = files.filter((file) => file.badLineCount > 0);
  return (
    <>
      <Notices notices={rest.export.notices} />
      {bad.length > 0 && (
        <Part title="Lines that could not be read" says="Counted, shown and skipped; everything else was read.">
          {bad.map((file) => (
            <details key={file.name} className="card" open={bad.length === 1}>
              <summary>
                <b>{file.name}</b>: {count(file.badLineCount)} of {count(file.lines)} lines
              </summary>
              <ul className="small" style={{ paddingTop: '0.5rem' }}>
                {file.badLines.slice(0, 200).map((line, index) => (
                  <li key={index}>
                    <code>line {line.line}</code> {line.reason}
                  </li>
                ))}
                {file.badLineCount > Math.min(200, file.badLines.length) && <li className="faint">and {count(file.badLineCount - Math.min(200, file.badLines.length))} more</li>}
              </ul>
            </details>
          ))}
        </Part>
      )}
      <div className="columns is-two">
        <Part title="Files">
          <DataTable
            bare
            caption="Files"
            rows={files}
            idOf={(file) => file.name}
            columns={[
              { id: 'name', header: 'File', value: (file) => file.name, cell: (file) => <code>{file.name}</code> },
              { id: 'bytes', header: 'Size', number: true, value: (file) => file.bytes, cell: (file) => bytes(file.bytes) },
              { id: 'lines', header: 'Lines', number: true, value: (file) => file.lines },
              { id: 'bad', header: 'Bad', number: true, value: (file) => file.badLineCount },
            ]}
          />
        </Part>
        <Part title="Resources">
          <DataTable
            bare
            caption="Resources"
            rows={Object.entries(resources).map(([type, n]) => ({ type, n }))}
            idOf={(row) => row.type}
            sortedBy={{ id: 'n', descending: true }}
            columns={[
              { id: 'type', header: 'Type', value: (row) => row.type },
              { id: 'n', header: 'Count', number: true, value: (row) => row.n },
            ]}
          />
        </Part>
      </div>
      <p className="small faint">
        Checked by {rest.tool.name} {rest.tool.version} against the charter's data section with SHA-256 <code>{rest.charter.digest}</code>
      </p>
    </>
  );
}
