// What did this AI say to whom, how often, and what became of it?
import { useKept, useParam } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Page } from '../../tools/ui/Page.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import { DecisionList } from './DecisionList.tsx';
import { DecisionSummary } from './DecisionSummary.tsx';
import { listDecisions } from './model.ts';

export default function DecisionsPage() {
  const deployment = useParam('deployment');
  const [view, setView] = useKept('view', 'counts');
  const mayList = useMay(listDecisions);
  const listed = view === 'list' && mayList;
  return (
    <Page
      title="Decisions"
      level={2}
      of={deployment}
      says="Every answer of the AI about one patient, recorded in the ledger, with what clinicians did and what turned out to be true."
      actions={mayList && <Views label="How the decisions are shown" open={listed ? 'list' : 'counts'} onOpen={setView} views={[{ name: 'counts', label: 'Counts' }, { name: 'list', label: 'One by one' }]} />}
    >
      {listed ? <DecisionList deployment={deployment} /> : <DecisionSummary deployment={deployment} />}
    </Page>
  );
}
