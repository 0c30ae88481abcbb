// What stands behind one finding, down to the lines of the export?
import { Modal } from '@mantine/core';
import { useAsk } from '../../../tools/ui/asking.ts';
import { Coded } from '../../../tools/ui/Coded.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { count, range } from '../../../tools/ui/numbers.ts';
import { Facts } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { wordsOf } from '../../../tools/ui/form-fields.ts';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { Verdict } from '../../../tools/ui/Verdict.tsx';
import { OpenIssue } from '../following/OpenIssue.tsx';
import { elementName, rateWords, thresholdWords, unitWords } from '../finding-words.ts';
import { listChecks, readRows, rowReaders, type AuditDocument } from '../model.ts';

const figure = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const figureWords: Record<string, string> = { icc: 'Intra-class correlation', effectiveN: 'Effective n' };

export function FindingDialog({ run, elements, number, onClose }: { run: string; elements: AuditDocument['elements']; number: number | null; onClose: () => void }) {
  return (
    <Modal opened={number !== null} onClose={onClose} title={number === null ? '' : `Finding ${number}`} size="xl">
      {number !== null && <Inside run={run} elements={elements} number={number} />}
    </Modal>
  );
}

function Inside({ run, elements, number }: { run: string; elements: AuditDocument['elements']; number: number }) {
  const may = useMay(readRows);
  const checks = useAsk(listChecks);
  const found = useAsk(readRows, { params: { run, finding: number } }, { when: may });
  if (!may) return <Note kind="info" title="Rows are for those who work with the data">Evidence rows point at single records. They are for: {rowReaders.join(', ')}.</Note>;
  if (found.error) return <ProblemNotice problem={found.error} />;
  if (!found.data) return <Waiting what="Loading the finding" />;
  const { finding, rows } = found.data;
  const check = checks.data?.items.find((one) => one.id === finding.check);
  const figures = Object.entries(finding.figures);
  return (
    <div className="stack">
      <div className="row">
        <Verdict verdict={finding.verdict} />
        <Tag kind={finding.tier === 'critical' ? 'strong' : 'quiet'}>{finding.tier}</Tag>
        <span>
          <b>
            {finding.check} {check?.name}
          </b>{' '}
          {finding.element ? elementName(elements, finding.element) : finding.resource}
        </span>
      </div>
      <p>
        <Coded text={finding.says} />
      </p>
      <Facts
        facts={[
          ['Where', unitWords(finding.unit)],
          ['Share', rateWords(finding)],
          ['95 % interval', finding.low === null || finding.high === null || finding.suppressed ? 'none' : range(finding.low, finding.high, 'proportion')],
          ['n', finding.suppressed ? 'withheld' : count(finding.n)],
          ['Of these counted', finding.suppressed || finding.k === null ? 'none' : count(finding.k)],
          ['Threshold', thresholdWords(finding)],
        ]}
      />
      {finding.verdict !== 'met' && finding.unit.clinician === null && finding.unit.month === null && !finding.suppressed && <OpenIssue run={run} finding={number} tier={finding.tier} />}
      {finding.suppressed && <Note kind="info">Fewer than five people stand behind this number, so it is withheld.</Note>}
      {check && (
        <details>
          <summary>How it is computed</summary>
          <div className="stack small" style={{ paddingTop: '0.5rem' }}>
            <p>{check.formula}</p>
            <p>
              <b>Source.</b> {check.source}
            </p>
            <p>
              <b>It cannot see.</b> {check.limits}
            </p>
          </div>
        </details>
      )}
      {figures.length > 0 && <Facts facts={figures.map(([name, value]) => [figureWords[name] ?? wordsOf(name), value === null ? 'none' : figure.format(value)] as const)} />}
      <div>
        <h3 className="part-title">Rows of the export</h3>
        <p className="part-says">{rows.length === 0 ? 'This finding points at no single row.' : `The first ${count(rows.length)}. This look was logged.`}</p>
        {rows.length > 0 && (
          <div className="table-scroll" tabIndex={0} role="region" aria-label="Rows of the export">
            <table className="plain-table">
              <thead>
                <tr>
                  <th scope="col">File and line</th>
                  <th scope="col">Record</th>
                  <th scope="col">What is wrong there</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row, index) => (
                  <tr key={index}>
                    <td>
                      <code>
                        {row.file}
                        {row.line !== null && `:${row.line}`}
                      </code>
                    </td>
                    <td>{row.id ? <code>{row.id}</code> : <span className="none">none</span>}</td>
                    <td>
                      <Coded text={row.says} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </div>
  );
}
