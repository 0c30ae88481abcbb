// How does this deployment stand today, what blocks it, and what happened lately?
import { useAsk, usePages, useTell } from '../../tools/ui/asking.ts';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { Go, useParam } from '../../tools/ui/Go.tsx';
import { useEvidence } from '../../tools/ui/evidence.ts';
import { useMay } from '../../tools/ui/me.ts';
import { Note } from '../../tools/ui/Note.tsx';
import { Facts, Page, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { RelativeTime, showDay } from '../../tools/ui/RelativeTime.tsx';
import { useSay } from '../../tools/ui/Said.tsx';
import { Verdict } from '../../tools/ui/Verdict.tsx';
import { acceptOwnership, changeDeployment, changeVersion, getCharter, getDeployment, listDeploymentEvents, modes, stages } from '../deployments/model.ts';
import { readGate, readPlaybook, readTrack, type GateState, type Track } from './model.ts';
import { PromisedValue } from './PromisedValue.tsx';
import { isPassed, onTrack, ownerSays } from './stations.ts';

export default function OverviewPage() {
  const deployment = useParam('deployment');
  const params = { deployment };
  const base = `/deployments/${deployment}`;
  const found = useAsk(getDeployment, { params });
  const track = useAsk(readTrack, { params });
  const current = track.data?.current;
  const mayGate = useMay(readGate);
  const mayCharter = useMay(getCharter);
  const gate = useAsk(readGate, { params: { deployment, gate: current ?? 'G0' } }, { when: Boolean(current) && mayGate });
  const staff = useMay(listDeploymentEvents);
  const events = usePages(listDeploymentEvents, { params, query: { limit: 12 } }, { when: staff });
  const it = found.data;
  if (!it || !track.data) return <Waiting />;
  return (
    <Page title="Overview" level={2} of={it.title} actions={<Changes deployment={deployment} />}>
      {track.data.warnings.map((warning) => (
        <Note key={warning} kind="warning">
          {warning}
        </Note>
      ))}
      <div className="columns is-side">
        <div className="stack">
          <Part title={current ? `What stands between here and ${current}` : 'Every gate is decided'} {...(gate.data && { says: gate.data.asks })}>
            {current && !mayGate && track.data.worst && (
              <p>
                <Verdict verdict={track.data.worst.state} /> {track.data.worst.criterion} {track.data.worst.title}: {track.data.worst.because}
              </p>
            )}
            {gate.error && <ProblemNotice problem={gate.error} />}
            {gate.isLoading && <Waiting />}
            {gate.data && gate.data.blocks.length === 0 && (
              <EmptyState title={`Nothing blocks ${gate.data.gate}`} action={<Go to={`${base}/gates/${gate.data.gate}`}>Open {gate.data.gate} and decide</Go>}>
                Every core and safety criterion is met or waived. The committee can decide.
              </EmptyState>
            )}
            {gate.data && gate.data.blocks.length > 0 && (
              <ul className="blocks">
                {gate.data.blocks.slice(0, 8).map((block) => (
                  <li key={block.criterion}>
                    <Verdict verdict={block.state} />
                    <div>
                      <Go to={`${base}/gates/${gate.data.gate}?criterion=${block.criterion}`}>
                        {block.criterion} {block.title}
                      </Go>
                      <p>{block.because}</p>
                      <Behind state={gate.data} criterion={block.criterion} deployment={deployment} />
                      {block.next && <p className="faint">Next: {block.next}</p>}
                    </div>
                  </li>
                ))}
                {gate.data.blocks.length > 8 && (
                  <li>
                    <Go to={`${base}/gates/${gate.data.gate}`}>and {gate.data.blocks.length - 8} more</Go>
                  </li>
                )}
              </ul>
            )}
          </Part>
          <PromisedValue deployment={deployment} />
        </div>
        <aside className="stack" aria-label="Facts">
          <Permitted track={track.data} />
          <div className="card">
            <Facts
              facts={[
                ['Stage', <span key="s" title={stages[it.stage]}>{it.stage}</span>],
                ['Mode', <span key="m" title={modes[it.mode]}>{it.mode}</span>],
                ['Next review', track.data.nextReview ? showDay(track.data.nextReview) : 'none set'],
                ['Path', track.data.path],
                ['Clinical owner', it.ownership ? `${it.ownership.name}${it.ownership.hoursPerWeek !== null ? `, ${it.ownership.hoursPerWeek} h a week` : ''}` : 'nobody named'],
                ['Ownership', it.ownership?.acceptedAt ? `accepted ${showDay(it.ownership.acceptedAt)}` : 'not accepted yet'],
                ['Charter', mayCharter ? <Go key="c" to={`${base}/charter`}>{it.charterVersion === null ? 'not written yet' : `version ${it.charterVersion}`}</Go> : it.charterVersion === null ? 'not written yet' : `version ${it.charterVersion}`],
                ['Go-live', it.goLive ? showDay(it.goLive) : 'not yet'],
              ]}
            />
          </div>
        </aside>
      </div>
      {staff && (
        <Part title="What happened lately">
          {events.problem && <ProblemNotice problem={events.problem} />}
          {events.items.length === 0 && !events.loading && <p className="none">Nothing yet.</p>}
          <ul className="events">
            {events.items.map((event) => (
              <li key={event.id}>
                <RelativeTime at={event.at} />
                <div>
                  {event.says}
                  {event.reason && <span className="faint"> “{event.reason}”</span>} <span className="faint">{event.by}</span>
                </div>
              </li>
            ))}
          </ul>
        </Part>
      )}
    </Page>
  );
}

/** What the deciding number says in its own words, where it lies, and who brings a better one. */
function Behind({ state, criterion, deployment }: { state: GateState; criterion: string; deployment: string }) {
  const judged = state.criteria.find((one) => one.criterion.id === criterion);
  const reading = judged && judged.verdict.deciding !== null ? judged.verdict.readings[judged.verdict.deciding] : undefined;
  const place = useEvidence(deployment, reading?.source ?? null);
  if (!judged) return null;
  return (
    <>
      {reading && reading.value !== null && <p>{reading.explain}</p>}
      <p className="faint">
        {ownerSays(judged.criterion.owner)} brings the evidence.{' '}
        {place && <Go to={place.to}>Open {place.says}</Go>}
      </p>
    </>
  );
}

/** What may be done with this AI today, and which gate each further step waits for: the first thing that is asked. */
function Permitted({ track }: { track: Track }) {
  const book = useAsk(readPlaybook);
  if (!book.data) return null;
  const grants = new Map(book.data.playbook.gates.map((gate) => [gate.id, gate.grants]));
  const stations = onTrack(track);
  const stopped = stations.findIndex((station) => !isPassed(station));
  const reached = stopped === -1 ? stations.length : stopped;
  return (
    <section className="card permitted">
      <h3 className="part-title">What is permitted</h3>
      <ul>
        {stations.map((station, nth) => (
          <li key={station.gate} className={nth < reached ? 'is-permitted' : ''}>
            <span aria-hidden="true">{nth < reached ? '✓' : '–'}</span>
            <div>
              {grants.get(station.gate)} <span className="small faint">{nth < reached ? `Yes, since ${station.gate}` : `Not yet: needs ${stations.slice(reached, nth + 1).map(({ gate }) => gate).join(', ')}`}</span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Changes({ deployment }: { deployment: string }) {
  const params = { deployment };
  const say = useSay();
  const mayChange = useMay(changeDeployment);
  const mayVersion = useMay(changeVersion);
  const mayAccept = useMay(acceptOwnership);
  const found = useAsk(getDeployment, { params });
  const changing = useTell(changeDeployment, { done: () => say('The deployment was changed.') });
  const versioning = useTell(changeVersion, { done: () => say('The version was changed; what was proven about the old one has to be shown again.') });
  const accepting = useTell(acceptOwnership, { done: () => say('You are the accountable owner now.') });
  const it = found.data;
  if (!it) return null;
  return (
    <>
      {mayAccept && !it.ownership?.acceptedAt && (
        <FormDialog label="Accept ownership" title="Accept the clinical ownership" says="You become the named, accountable clinician of this deployment." does="Accept" schema={acceptOwnership.body} words={{ hoursPerWeek: { hint: 'Protected hours per week for this work.' } }} send={(body) => accepting.tellAsync({ params, body })} />
      )}
      {mayVersion && <FormDialog label="Change version" title="Change the version of the product" says="What was proven about the old version is reopened." does="Change the version" schema={changeVersion.body} words={{ reason: { long: true } }} send={(body) => versioning.tellAsync({ params, body })} />}
      {mayChange && (
        <FormDialog
          label="Change"
          title="Change the deployment"
          does="Save"
          schema={changeDeployment.body}
          start={{ title: it.title, stage: it.stage, mode: it.mode, programmeStart: it.programmeStart, goLive: it.goLive }}
          words={{ reason: { long: true, hint: 'Kept in the ledger.' }, goLive: { label: 'Go-live' } }}
          send={(body) => changing.tellAsync({ params, body })}
        />
      )}
    </>
  );
}
