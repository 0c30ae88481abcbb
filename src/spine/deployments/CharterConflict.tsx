// Somebody else saved meanwhile: what differs, and whose words shall stand?
import { Button } from '@mantine/core';
import type { Problem } from '../../tools/base/problem.ts';
import { useAsk } from '../../tools/ui/asking.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { Differences } from './Differences.tsx';
import { diffCharter, getCharter, type CharterView } from './model.ts';

interface ConflictProps {
  deployment: string;
  basedOn: number;
  problem: Problem;
  busy: boolean;
  onTheirs: (theirs: CharterView) => void;
  onMine: (version: number) => void;
}

export function CharterConflict({ deployment, basedOn, problem, busy, onTheirs, onMine }: ConflictProps) {
  const theirs = useAsk(getCharter, { params: { deployment }, query: {} });
  const version = theirs.data?.version?.version;
  const differs = useAsk(diffCharter, { params: { deployment }, query: { from: Math.max(1, basedOn), to: version ?? 1 } }, { when: version !== undefined && basedOn > 0 });
  return (
    <Note kind="warning" title={problem.message}>
      <p>
        {problem.next} Your text is still here. {theirs.data?.version && `Version ${theirs.data.version.version} was saved by ${theirs.data.version.by}.`}
      </p>
      {differs.data && (
        <>
          <p className="small">What they changed since version {basedOn}:</p>
          <Differences label="What they changed" differences={differs.data.differences} />
        </>
      )}
      <div className="row" style={{ marginTop: '0.6rem' }}>
        <Button size="xs" variant="default" disabled={!theirs.data} onClick={() => theirs.data && onTheirs(theirs.data)}>
          Take theirs, drop mine
        </Button>
        <Button size="xs" disabled={version === undefined} loading={busy} onClick={() => version !== undefined && onMine(version)}>
          Save mine over theirs
        </Button>
      </div>
    </Note>
  );
}
