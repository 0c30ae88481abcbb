// May this deployment pass this gate, criterion by criterion, and what does the committee decide?
import { Button } from '@mantine/core';
import { useState } from 'react';
import { address } from '../../tools/ui/api.ts';
import { useAsk } from '../../tools/ui/asking.ts';
import { Go, useKept, useParam } from '../../tools/ui/Go.tsx';
import { Download } from '../../tools/ui/icons.tsx';
import { Legend } from '../../tools/ui/charts/Matrix.tsx';
import { Note } from '../../tools/ui/Note.tsx';
import { wholePercent } from '../../tools/ui/numbers.ts';
import { Facts, Page, Part } from '../../tools/ui/Page.tsx';
import { PrintButton } from '../../tools/ui/Printed.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { showDay, showInstant } from '../../tools/ui/RelativeTime.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import { Tag, TaskList } from '../../tools/ui/TaskList.tsx';
import { CriterionBody, DecidingNumber } from './Criterion.tsx';
import { DecideDialog } from './DecideDialog.tsx';
import { History } from './GatesPage.tsx';
import { exportGate, readGate, readPlaybook, type GateState, type Judged } from './model.ts';
import { outcomeWords, stateWords } from './stations.ts';

type Filter = 'all' | 'blocking' | 'safety';

const blocks = (judged: Judged) => judged.required && judged.verdict.state !== 'met' && judged.verdict.state !== 'waived';

export default function GatePage() {
  const deployment = useParam('deployment');
  const gate = useParam('gate');
  const found = useAsk(readGate, { params: { deployment, gate } });
  const book = useAsk(readPlaybook);
  const [opened] = useKept('criterion');
  const [filter, setFilter] = useState<Filter>('all');
  if (found.error) return <ProblemNotice problem={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Waiting what={`Loading ${gate}`} />;
  const state = found.data;
  const shown = state.criteria.filter((judged) => filter === 'all' || (filter === 'blocking' ? blocks(judged) : judged.criterion.safety));
  const groups = [...new Set(shown.map((judged) => judged.criterion.group ?? ''))];
  return (
    <Page
      title={`${state.gate} ${state.title}`}
      level={2}
      of={state.deploymentTitle}
      trail={[{ label: 'Gates', to: `/deployments/${deployment}/gates` }]}
      says={state.asks}
      actions={
        <>
          <Button component="a" variant="default" leftSection={<Download size={14} />} href={address(exportGate, { params: { deployment, gate }, query: { format: 'csv' } })} download>
            CSV
          </Button>
          <PrintButton />
          <DecideDialog state={state} />
        </>
      }
    >
      <Standing state={state} deployment={deployment} />
      <Part
        title="Criteria"
        says={`${state.criteria.length} on this path${state.leftOut.length ? `; not asked for on the ${state.path} path: ${state.leftOut.join(', ')}` : ''}`}
        actions={
          <Views<Filter>
            label="Which criteria"
            open={filter}
            onOpen={setFilter}
            views={[
              { name: 'all', label: 'All' },
              { name: 'blocking', label: `Blocking (${state.criteria.filter(blocks).length})` },
              { name: 'safety', label: 'Safety' },
            ]}
          />
        }
      >
        <Legend />
        {shown.length === 0 && <p className="none">No criterion of this kind.</p>}
        {groups.map((group) => (
          <div key={group} className="stack">
            {group && <h3 className="part-title">{{ trigger: 'What stops it at once', resume: 'What resuming needs', retire: 'What retiring needs' }[group]}</h3>}
            <TaskList
              label={`Criteria of ${state.gate}${group ? `: ${group}` : ''}`}
              opened={opened || undefined}
              tasks={shown
                .filter((judged) => (judged.criterion.group ?? '') === group)
                .map((judged) => ({
                  id: judged.criterion.id,
                  code: judged.criterion.id,
                  title: judged.criterion.title,
                  verdict: judged.verdict.state,
                  tags: <Tags judged={judged} />,
                  number: <DecidingNumber verdict={judged.verdict} />,
                  body: () => <CriterionBody judged={judged} state={state} deployment={deployment} articles={book.data?.playbook.articles ?? {}} />,
                }))}
            />
          </div>
        ))}
      </Part>
      <Part title="Decisions and changes at this gate">
        <History deployment={deployment} gate={gate} />
      </Part>
    </Page>
  );
}

function Tags({ judged }: { judged: Judged }) {
  return (
    <>
      {judged.criterion.core && <Tag title="Asked for on every path; holds the gate until it is met or waived">core</Tag>}
      {judged.criterion.safety && <Tag kind="strong" title="Judged on the pessimistic end of the interval; holds the gate until it is met or waived">safety</Tag>}
      {!judged.required && judged.verdict.state !== 'met' && <Tag title="Neither core nor safety: the committee sees it, but it does not hold the gate">does not hold the gate</Tag>}
      {judged.verdict.alarm && <Tag kind="warning">beyond the red line</Tag>}
      {judged.amendments.length > 0 && <Tag kind="warning">threshold edited</Tag>}
      {judged.waivers.some((waiver) => waiver.state === 'requested') && <Tag kind="warning">waiver asked for</Tag>}
    </>
  );
}

function Standing({ state, deployment }: { state: GateState; deployment: string }) {
  const { evidence } = state;
  return (
    <>
      {state.reopenings.map((reopening) => (
        <Note key={reopening.at} kind="warning" title={`Reopened on ${showDay(reopening.at)}`}>
          {reopening.because} It touches {reopening.criteria.join(', ')}.
        </Note>
      ))}
      {state.warnings.map((warning) => (
        <Note key={warning} kind="warning">
          {warning}
        </Note>
      ))}
      {state.decision && (
        <Note kind={state.decision.outcome.startsWith('approve') && state.state === 'decided' ? 'good' : 'info'} title={`${outcomeWords[state.decision.outcome]} on ${showInstant(state.decision.at)} by ${state.decision.by.name}`}>
          {state.decision.reason} <Go to={`/deployments/${deployment}/gates/decided/${state.decision.id}`}>What the committee saw</Go>
        </Note>
      )}
      <div className="card">
        <Facts
          facts={[
            ['State', stateWords[state.state]],
            ['Blocking', state.blocks.length === 0 ? 'nothing' : `${state.blocks.length} of ${state.criteria.filter((one) => one.required).length} required`],
            ['Numbers from records', evidence.share === null ? 'nothing measured yet' : <span title="Evidence class E2 or E3: computed from records or telemetry, not from a document (E1) or somebody’s word (E0).">{wholePercent(evidence.share)} <span className="faint small">of {evidence.measured}; target {wholePercent(evidence.target)}</span></span>],
            ['Thresholds', state.lock ? <span title={state.lock.digest}>locked with {state.lock.with}, {showDay(state.lock.at)}</span> : 'not locked yet'],
            ['An approval permits', state.grants],
            ['Next review', state.nextReview ? showDay(state.nextReview) : 'none set'],
            ['Programme week', String(state.clocks.programmeWeek)],
          ]}
        />
      </div>
    </>
  );
}
