// What exactly was found, for which check, element and unit?
import { NativeSelect } from '@mantine/core';
import { useAsk, usePages } from '../../../tools/ui/asking.ts';
import { DataTable } from '../../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { useKept } from '../../../tools/ui/Go.tsx';
import { Interval } from '../../../tools/ui/Interval.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { Verdict } from '../../../tools/ui/Verdict.tsx';
import { elementName, thresholdWords, unitWords } from '../finding-words.ts';
import { listChecks, listFindings, readMatrix, type AuditDocument, type StoredFinding } from '../model.ts';

const levels = ['overall', 'facility', 'department', 'clinician', 'month'] as const;
const verdictNames = ['met', 'not-met', 'undecided', 'not-measurable'] as const;
const tiers = ['critical', 'important', 'context'] as const;

export function Findings({ run, elements, onOpen }: { run: string; elements: AuditDocument['elements']; onOpen: (finding: number) => void }) {
  const [check, setCheck] = useKept('check');
  const [element, setElement] = useKept('element');
  const [facility, setFacility] = useKept('facility');
  const [level, setLevel] = useKept('level');
  const [verdict, setVerdict] = useKept('verdict', 'not-met');
  const [tier, setTier] = useKept('tier');
  const checks = useAsk(listChecks);
  const places = useAsk(readMatrix, { params: { run } });
  const query = Object.fromEntries(Object.entries({ check, element, facility, level, verdict: verdict === 'all' ? '' : verdict, tier }).filter(([, value]) => value !== ''));
  const found = usePages(listFindings, { params: { run }, query });
  const pick = (label: string, value: string, set: (value: string) => void, all: string, options: { value: string; label: string }[], none = '') => (
    <NativeSelect size="xs" label={label} value={value} onChange={(event) => set(event.currentTarget.value)} data={[{ value: none, label: all }, ...options]} />
  );
  const plain = (names: readonly string[]) => names.map((name) => ({ value: name, label: name.replace('-', ' ') }));
  return (
    <>
      <div className="filters" role="group" aria-label="Which findings">
        {pick('Verdict', verdict, setVerdict, 'all', plain(verdictNames), 'all')}
        {pick('Check', check, setCheck, 'all', (checks.data?.items ?? []).map((one) => ({ value: one.id, label: `${one.id} ${one.name}` })))}
        {pick('Element', element, setElement, 'all', elements.map((one) => ({ value: one.id, label: one.name })))}
        {pick('Facility', facility, setFacility, 'all', (places.data?.facilities ?? []).map((one) => ({ value: one, label: one })))}
        {pick('By', level, setLevel, 'every level', plain(levels))}
        {pick('Tier', tier, setTier, 'all', plain(tiers))}
      </div>
      <DataTable<StoredFinding>
        caption="Findings"
        rows={found.items}
        idOf={(finding) => String(finding.number)}
        onOpen={(finding) => onOpen(finding.number)}
        loading={found.loading}
        problem={found.problem}
        again={found.again}
        more={{ has: found.hasMore, loading: found.loadingMore, load: found.more }}
        empty={<EmptyState title="No finding of this kind">Widen the choice above.</EmptyState>}
        columns={[
          { id: 'check', header: 'Check', value: (finding) => finding.check, cell: (finding) => <>{finding.check} {finding.element ? elementName(elements, finding.element) : (finding.resource ?? 'export')}</> },
          { id: 'verdict', header: 'Verdict', value: (finding) => finding.verdict, cell: (finding) => <Verdict verdict={finding.verdict} /> },
          { id: 'unit', header: 'Where', value: (finding) => unitWords(finding.unit) },
          { id: 'rate', header: 'Share', value: (finding) => finding.rate, cell: (finding) => finding.suppressed ? <span className="none" title="Fewer than five people">withheld</span> : <Interval value={finding.rate} low={finding.low} high={finding.high} n={finding.n} /> },
          { id: 'threshold', header: 'Threshold', value: (finding) => finding.threshold, cell: (finding) => thresholdWords(finding) },
          { id: 'tier', header: 'Tier', value: (finding) => finding.tier, cell: (finding) => <Tag kind={finding.tier === 'critical' ? 'strong' : 'quiet'}>{finding.tier}</Tag> },
          { id: 'rows', header: 'Rows', number: true, value: (finding) => finding.rowCount },
        ]}
      />
    </>
  );
}
