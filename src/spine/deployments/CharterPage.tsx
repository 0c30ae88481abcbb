// What was promised for this deployment, and who changed it since?
import { useAsk } from '../../tools/ui/asking.ts';
import { useKept, useParam } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Page } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { RelativeTime } from '../../tools/ui/RelativeTime.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import { CharterAmendments } from './CharterAmendments.tsx';
import { CharterEditor } from './CharterEditor.tsx';
import { CharterVersions } from './CharterVersions.tsx';
import { getCharter, getDeployment, saveCharter } from './model.ts';

export default function CharterPage() {
  const deployment = useParam('deployment');
  const [view, setView] = useKept('view', 'form');
  const found = useAsk(getCharter, { params: { deployment } });
  const about = useAsk(getDeployment, { params: { deployment } });
  const may = useMay(saveCharter);
  if (found.error) return <ProblemNotice problem={found.error} again={() => void found.refetch()} />;
  if (!found.data || !about.data) return <Waiting what="Loading the charter" />;
  const { version, amendments } = found.data;
  return (
    <Page
      title="Charter"
      level={2}
      of={about.data.title}
      says={
        version ? (
          <>
            Version {version.version}, saved <RelativeTime at={version.at} /> by {version.by}. {may ? '' : 'You may read it.'}
          </>
        ) : (
          'What is promised, before anyone sees a result. Nothing has been saved yet.'
        )
      }
      actions={
        <Views
          label="How to see the charter"
          open={view}
          onOpen={setView}
          views={[
            { name: 'form', label: 'Form' },
            { name: 'yaml', label: 'YAML' },
            { name: 'versions', label: 'Versions' },
            { name: 'amendments', label: `Amendments${amendments.length ? ` (${amendments.length})` : ''}` },
          ]}
        />
      }
    >
      {view === 'versions' ? (
        <CharterVersions deployment={deployment} />
      ) : view === 'amendments' ? (
        <CharterAmendments view={found.data} />
      ) : (
        <CharterEditor key={deployment} about={about.data} view={found.data} as={view === 'yaml' ? 'yaml' : 'form'} readOnly={!may} />
      )}
    </Page>
  );
}
