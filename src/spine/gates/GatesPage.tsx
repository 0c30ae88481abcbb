// Which gates are there, how does each stand, and what was decided so far?
import { useAsk, usePages, useTell } from '../../tools/ui/asking.ts';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { Go, useParam } from '../../tools/ui/Go.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Page, Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { RelativeTime } from '../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../tools/ui/TaskList.tsx';
import { VerdictMark, verdicts, type VerdictName } from '../../tools/ui/Verdict.tsx';
import { readGate, readHistory, readTrack, setPath, type Station } from './model.ts';
import { outcomeWords, stateWords } from './stations.ts';

export default function GatesPage() {
  const deployment = useParam('deployment');
  const track = useAsk(readTrack, { params: { deployment } });
  const mayPath = useMay(setPath);
  const mayGate = useMay(readGate);
  const pathing = useTell(setPath);
  if (track.error) return <ProblemNotice problem={track.error} again={() => void track.refetch()} />;
  if (!track.data) return <Waiting />;
  const g0 = track.data.stations.find((station) => station.gate === 'G0');
  return (
    <Page
      title="Gates"
      level={2}
      of={track.data.title}
      says={<>Path: <b>{track.data.path}</b>. Each gate is decided by the committee on what was measured.</>}
      actions={
        mayPath && g0?.state !== 'decided' && (
          <FormDialog label="Choose the path" title="Choose the path" does="Set the path" schema={setPath.body} start={{ path: track.data.path }} words={{ reason: { long: true } }} send={(body) => pathing.tellAsync({ params: { deployment }, body })} />
        )
      }
    >
      <ul className="gate-list">
        {track.data.stations.map((station) => (
          <li key={station.gate} className={`gate-row is-${station.state}`}>
            <div>
              {mayGate ? (
                <Go to={`/deployments/${deployment}/gates/${station.gate}`} className="gate-name">
                  <b>{station.gate}</b> {station.title}
                </Go>
              ) : (
                <span className="gate-name">
                  <b>{station.gate}</b> {station.title}
                </span>
              )}
              <p className="small faint">
                {station.gate === 'GX' ? 'Any time: suspend, resume, retire' : station.weeks ? weekWords(station.weeks) : 'Any time'}
                {station.locked && ' · thresholds locked'}
              </p>
            </div>
            <Counts station={station} />
            <div className="gate-state">
              <b>{station.state === 'decided' && station.outcome ? outcomeWords[station.outcome] : stateWords[station.state]}</b>
              {station.decidedAt && (
                <span className="small faint">
                  <RelativeTime at={station.decidedAt} />
                </span>
              )}
              {station.blocks > 0 && (station.state === 'blocked' || station.state === 'reopened') && <span className="small faint">{station.blocks} blocking</span>}
            </div>
          </li>
        ))}
      </ul>
      <Part title="History" says="Every decision, waiver, lock and amendment, newest first.">
        <History deployment={deployment} />
      </Part>
    </Page>
  );
}

const weekWords = ({ from, to }: NonNullable<Station['weeks']>) => (to === null ? `Week ${from} onwards` : to === from ? `Week ${from}` : `Weeks ${from} to ${to}`);

/** How many criteria read how, as a bar whose parts are named. */
export function Counts({ station }: { station: Pick<Station, 'counts' | 'criteria'> }) {
  const parts = (Object.keys(verdicts) as VerdictName[]).filter((name) => station.counts[name] > 0);
  const words = parts.map((name) => `${station.counts[name]} ${verdicts[name].toLowerCase()}`).join(', ');
  return (
    <div className="counts">
      <div className="counts-bar" role="img" aria-label={`${station.criteria} criteria: ${words}`}>
        {parts.map((name) => (
          <span key={name} className={`is-${name}`} style={{ flexGrow: station.counts[name] }} />
        ))}
      </div>
      <p className="counts-words" aria-hidden="true">
        {parts.map((name) => (
          <span key={name} title={verdicts[name]}>
            <VerdictMark verdict={name} size={12} /> {station.counts[name]}
          </span>
        ))}
      </p>
    </div>
  );
}

export function History({ deployment, gate }: { deployment: string; gate?: string }) {
  const may = useMay(readHistory);
  const history = usePages(readHistory, { params: { deployment }, query: { ...(gate && { gate }) } }, { when: may });
  if (!may) return <p className="none">The history is for staff of the hospital.</p>;
  if (history.problem) return <ProblemNotice problem={history.problem} />;
  if (history.loading) return <Waiting />;
  if (history.items.length === 0) return <p className="none">Nothing has been decided yet.</p>;
  return (
    <>
      <ul className="events">
        {history.items.map((item) => (
          <li key={`${item.record}-${item.kind}-${item.at}`}>
            <RelativeTime at={item.at} />
            <div>
              {item.gate && <Tag>{item.gate}</Tag>} {item.decision ? <Go to={`/deployments/${deployment}/gates/decided/${item.decision.id}`}>{item.says}</Go> : item.says} <span className="faint">{item.by}</span>
            </div>
          </li>
        ))}
      </ul>
      {history.hasMore && (
        <button type="button" className="text-button" onClick={history.more}>
          Show older
        </button>
      )}
    </>
  );
}
