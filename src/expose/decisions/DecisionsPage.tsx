// What did this AI say to whom, how often, and what became of it?
import { useKept, useParam } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Page } from '../../tools/ui/Page.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import { DecisionList } from './DecisionList.tsx';
import { CompletenessView } from './completeness/CompletenessView.tsx';
import { DecisionSummary } from './DecisionSummary.tsx';
import { ImportCsv } from './csv/ImportCsv.tsx';
import { DrillView } from './drill/DrillView.tsx';
import { completeness, listDecisions, listDrills } from './model.ts';

export default function DecisionsPage() {
  const deployment = useParam('deployment');
  const [view, setView] = useKept('view', 'counts');
  const mayList = useMay(listDecisions);
  const [mayDrill, mayCompare] = [useMay(listDrills), useMay(completeness)];
  const views = [{ name: 'counts', label: 'Counts' }, ...(mayList ? [{ name: 'list', label: 'One by one' }] : []), ...(mayCompare ? [{ name: 'complete', label: 'Completeness' }] : []), ...(mayDrill ? [{ name: 'drill', label: 'Drill' }] : [])];
  const open = views.some(({ name }) => name === view) ? view : 'counts';
  return (
    <Page
      title="Decisions"
      level={2}
      of={deployment}
      says="Every answer of the AI about one patient, recorded in the ledger, with what clinicians did and what turned out to be true."
      actions={<>{views.length > 1 && <Views label="How the decisions are shown" open={open} onOpen={setView} views={views} />}<ImportCsv deployment={deployment} /></>}
    >
      {open === 'list' ? <DecisionList deployment={deployment} /> : open === 'complete' ? <CompletenessView deployment={deployment} /> : open === 'drill' ? <DrillView deployment={deployment} /> : <DecisionSummary deployment={deployment} />}
    </Page>
  );
}
