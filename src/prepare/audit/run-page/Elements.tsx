// For how many patients is each element of the charter there?
import { usePages } from '../../../tools/ui/asking.ts';
import { IntervalBars } from '../../../tools/ui/charts/IntervalBars.tsx';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { Interval } from '../../../tools/ui/Interval.tsx';
import { percent } from '../../../tools/ui/numbers.ts';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { Verdict } from '../../../tools/ui/Verdict.tsx';
import { listFindings, type AuditDocument, type StoredFinding } from '../model.ts';

type AuditedElement = AuditDocument['elements'][number];

export function Elements({ run, elements, onOpen }: { run: string; elements: readonly AuditedElement[]; onOpen: (finding: number) => void }) {
  const completeness = usePages(listFindings, { params: { run }, query: { check: 'C02', level: 'overall', limit: 500 } });
  const cells = usePages(listFindings, { params: { run }, query: { check: 'C01', level: 'overall', limit: 500 } });
  if (completeness.problem) return <ProblemNotice problem={completeness.problem} />;
  if (completeness.loading || cells.loading) return <Waiting what="Loading the elements" />;
  if (elements.length === 0) return <EmptyState title="The charter names no data element">Write into the charter's data section what the model reads; the audit follows it.</EmptyState>;
  const of = (items: readonly StoredFinding[], element: string) => items.find((finding) => finding.element === element);
  return (
    <>
      <div className="card">
        <IntervalBars
          title="Patients or encounters with a usable value in the window, per element."
          bars={elements.map((element) => {
            const finding = of(completeness.items, element.id);
            return { id: element.id, label: element.name, value: finding?.rate ?? null, low: finding?.low ?? null, high: finding?.high ?? null, n: finding?.n ?? null, threshold: element.threshold, verdict: finding?.verdict ?? 'not-measurable' };
          })}
        />
      </div>
      <DataTable<AuditedElement>
        caption="Elements"
        rows={elements}
        idOf={(element) => element.id}
        onOpen={(element) => {
          const finding = of(completeness.items, element.id);
          if (finding) onOpen(finding.number);
        }}
        columns={[
          { id: 'name', header: 'Element', value: (element) => element.name },
          { id: 'tier', header: 'Tier', choice: true, value: (element) => element.tier, cell: (element) => <Tag kind={element.tier === 'critical' ? 'strong' : 'quiet'}>{element.tier}</Tag> },
          {
            id: 'subjects',
            header: 'With a usable value',
            value: (element) => of(completeness.items, element.id)?.rate,
            cell: (element) => {
              const finding = of(completeness.items, element.id);
              return finding ? <Interval value={finding.rate} low={finding.low} high={finding.high} n={finding.n} /> : <span className="none">not measured</span>;
            },
          },
          { id: 'verdict', header: 'Verdict', choice: true, value: (element) => of(completeness.items, element.id)?.verdict ?? 'not-measurable', cell: (element) => <Verdict verdict={of(completeness.items, element.id)?.verdict ?? 'not-measurable'} /> },
          { id: 'threshold', header: 'Threshold', number: true, value: (element) => element.threshold, cell: (element) => percent(element.threshold) },
          { id: 'per', header: 'Of', value: (element) => `${element.per}s`, cell: (element) => <>{element.per}s, <span className="faint">{element.window}</span></> },
          { id: 'cells', header: 'Cells filled', number: true, value: (element) => of(cells.items, element.id)?.rate, cell: (element) => { const rate = of(cells.items, element.id)?.rate; return rate === null || rate === undefined ? <span className="none">none</span> : percent(rate); } },
          { id: 'path', header: 'Path', value: (element) => `${element.resource}.${element.path}`, cell: (element) => <code>{element.resource}.{element.path}</code> },
        ]}
      />
    </>
  );
}
