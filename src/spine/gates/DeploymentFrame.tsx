// Which deployment is this, who owns it, what do clinicians see of it, and how far has it come?
import { Outlet, useLocation } from '@tanstack/react-router';
import { useAsk } from '../../tools/ui/asking.ts';
import { problemOf } from '../../tools/ui/api.ts';
import { FramedContext } from '../../tools/ui/framed.ts';
import { Go, useParam } from '../../tools/ui/Go.tsx';
import { HeaderPieces } from '../../tools/ui/HeaderPieces.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Breadcrumbs, Page } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { useTabs } from '../../tools/ui/screen.ts';
import { Tabs } from '../../tools/ui/Tabs.tsx';
import { Track } from '../../tools/ui/Track.tsx';
import { getDeployment, modes } from '../deployments/model.ts';
import { readGate, readTrack } from './model.ts';
import { onTrack, stationSays, stationState } from './stations.ts';

const prefix = '/deployments/$deployment';

export default function DeploymentFrame() {
  const deployment = useParam('deployment');
  const found = useAsk(getDeployment, { params: { deployment } });
  const track = useAsk(readTrack, { params: { deployment } });
  const mayGate = useMay(readGate);
  const tabs = useTabs(prefix);
  const base = `/deployments/${deployment}`;
  const overview = useLocation({ select: ({ pathname }) => pathname.replace(/\/$/, '') === base });
  if (found.error) return <div className="frame-body"><Page title="This deployment cannot be shown" trail={[{ label: 'Portfolio', to: '/' }]}><ProblemNotice problem={problemOf(found.error)} {...(problemOf(found.error).kind !== 'not-found' && { again: () => void found.refetch() })} /></Page></div>;
  if (!found.data) return <div className="frame-body"><Waiting what="Loading the deployment" /></div>;
  const it = found.data;
  return (
    <>
      <div className={`frame-band${overview ? '' : ' is-within'}`}>
        <div className="frame-inside">
          <Breadcrumbs trail={[{ label: 'Portfolio', to: '/' }]} />
          <div className="frame-head">
            <div>
              <h1 className="frame-title">{it.title}</h1>
              <div className="frame-meta">
                <span>
                  Owner <b>{it.owner ?? 'nobody named'}</b>
                </span>
                <span>
                  {it.product.name} <b>{it.version}</b> by {it.vendor}
                </span>
                <span>{it.facilities.length === 0 ? 'No facility named yet' : it.facilities.map((place) => place.facilityName).join(', ')}</span>
                {it.programmeWeek !== null && (
                  <span>
                    Programme week <b>{it.programmeWeek}</b>
                  </span>
                )}
              </div>
            </div>
            <div className="row">
              <span className={`mode is-${it.mode}`} title={modes[it.mode]}>
                Mode: {it.mode}
              </span>
              <span className="frame-mode-says">{modes[it.mode]}</span>
              <HeaderPieces of={prefix} />
            </div>
          </div>
          {track.data && (
            <>
              <Track
                label="Gates"
                stations={onTrack(track.data).map((station) => ({
                  id: station.gate,
                  code: station.gate,
                  name: station.title,
                  state: stationState(station),
                  says: stationSays(station),
                  ...(mayGate && { to: `${base}/gates/${station.gate}` }),
                }))}
              />
              {track.data.current && track.data.worst && (
                <p className="frame-blocks">
                  <span>
                    <b>Next: {track.data.current}.</b> What blocks it first: {track.data.worst.criterion} {track.data.worst.title}.
                  </span>
                  {mayGate && <Go to={`${base}/gates/${track.data.current}`}>Open {track.data.current}</Go>}
                </p>
              )}
            </>
          )}
          {track.error && <ProblemNotice problem={track.error} />}
          <Tabs label="Parts of this deployment" tabs={tabs.map((tab) => ({ label: tab.tab!.label, to: tab.path.replace('$deployment', deployment), exact: tab.path === prefix }))} />
        </div>
      </div>
      <div className="frame-body">
        <FramedContext value={it.id}>
          <Outlet />
        </FramedContext>
      </div>
    </>
  );
}
