// Which deployment is at which gate, what is red, and what comes next?
import { useAsk, usePages, useTell } from '../../tools/ui/asking.ts';
import { DataTable } from '../../tools/ui/DataTable.tsx';
import { EmptyState } from '../../tools/ui/EmptyState.tsx';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { Go, useGo } from '../../tools/ui/Go.tsx';
import { Plus } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { Page } from '../../tools/ui/Page.tsx';
import { RelativeTime, showDay } from '../../tools/ui/RelativeTime.tsx';
import { createAccount } from '../../tools/server/model.ts';
import { systemClock } from '../../tools/base/clock.ts';
import { Track } from '../../tools/ui/Track.tsx';
import { Verdict } from '../../tools/ui/Verdict.tsx';
import { createDeployment, listDeployments, listFacilities, listProducts, modes, type DeploymentRow } from '../deployments/model.ts';
import { portfolio, type Track as GateTrack } from './model.ts';
import { onTrack, stationSays, stationState, stateWords } from './stations.ts';

export default function PortfolioPage() {
  const deployments = usePages(listDeployments);
  const tracks = useAsk(portfolio);
  const may = useMay(createDeployment);
  const mayInvite = useMay(createAccount);
  const trackOf = (row: DeploymentRow) => tracks.data?.items.find((track) => track.deployment === row.id || track.deployment === row.slug);
  /** What stands in a cell until its deployment is judged: nothing that could be taken for an answer. */
  const notYet = (row: DeploymentRow) => (trackOf(row) ? null : <NotYet asked={tracks.isPending} />);
  const today = systemClock.now().slice(0, 10);
  const rows = deployments.items;
  const current = (row: DeploymentRow) => {
    const track = trackOf(row);
    return track?.stations.find((station) => station.gate === track.current);
  };
  const shown = rows.filter((row) => row.mode === 'pilot' || row.mode === 'live').length;
  const blocked = rows.filter((row) => current(row)?.state === 'blocked' || current(row)?.state === 'reopened').length;
  const ready = rows.filter((row) => current(row)?.state === 'open').length;
  const overdue = rows.filter((row) => (trackOf(row)?.nextReview ?? '9') < today).length;
  return (
    <Page
      title="Portfolio"
      says={
        rows.length > 0 && tracks.data ? (
          <>
            {rows.length === 1 ? 'One deployment' : `${rows.length} deployments`}: {shown === 0 ? 'none is shown to clinicians' : `${shown} ${shown === 1 ? 'is' : 'are'} shown to clinicians`}, {blocked} blocked at the next gate, {ready} ready to decide, {overdue === 0 ? 'no review overdue' : `${overdue} with a review overdue`}.
          </>
        ) : (
          'Every clinical AI here, from idea to renewal.'
        )
      }
      actions={may && <CreateDeployment />}
    >
      <DataTable<DeploymentRow>
        caption="Deployments"
        rows={rows}
        idOf={(row) => row.id}
        to={(row) => `/deployments/${row.slug}`}
        loading={deployments.loading}
        problem={deployments.problem ?? tracks.error}
        again={deployments.again}
        more={{ has: deployments.hasMore, loading: deployments.loadingMore, load: deployments.more }}
        empty={
          <EmptyState title="No deployment yet" action={may ? <CreateDeployment /> : undefined}>
            A deployment is one AI product in one place, with one named owner. Begin with the product and the problem it is to solve; the gates follow from there.
            {may && (
              <ol className="first-steps">
                <li>
                  <Go to="/organization?view=facilities">Name your facilities and units</Go>
                </li>
                <li>
                  <Go to="/organization?view=products">Add the AI product</Go> with its version
                </li>
                {mayInvite && (
                  <li>
                    <Go to="/administration">Give people accounts</Go>: a clinical owner, a data engineer, two of governance, a safety officer
                  </li>
                )}
                <li>Open the deployment here and write its charter</li>
              </ol>
            )}
          </EmptyState>
        }
        columns={[
          {
            id: 'deployment',
            header: 'Deployment',
            value: (row) => row.title,
            cell: (row) => row.title,
          },
          { id: 'product', header: 'Product', value: (row) => `${row.product.name} ${row.version}`, cell: (row) => <>{row.product.name} <span className="faint">{row.version}</span></> },
          { id: 'track', header: 'Gates', value: (row) => trackOf(row)?.current ?? (trackOf(row) ? 'all' : ''), cell: (row) => notYet(row) ?? <SmallTrack track={trackOf(row)!} /> },
          {
            id: 'gate',
            header: 'Next gate',
            choice: true,
            value: (row) => current(row)?.gate ?? (trackOf(row) ? 'none' : ''),
            cell: (row) => {
              const station = current(row);
              return notYet(row) ?? (station ? (
                <>
                  <b>{station.gate}</b> {stateWords[station.state].toLowerCase()}
                </>
              ) : (
                <span className="faint">all decided</span>
              ));
            },
          },
          {
            id: 'worst',
            header: 'Worst criterion',
            value: (row) => trackOf(row)?.worst?.title ?? '',
            cell: (row) => {
              const worst = trackOf(row)?.worst;
              return notYet(row) ?? (worst ? (
                <>
                  <Verdict verdict={worst.state} />
                  <div className="small faint">
                    {worst.criterion} {worst.title}
                  </div>
                </>
              ) : (
                <span className="none">none</span>
              ));
            },
          },
          { id: 'owner', header: 'Owner', value: (row) => row.owner, cell: (row) => row.owner ?? <span className="none">nobody named</span> },
          { id: 'mode', header: 'Mode', choice: true, value: (row) => row.mode, cell: (row) => <span className={`mode is-${row.mode}`} title={modes[row.mode]}>{row.mode}</span> },
          {
            id: 'review',
            header: 'Next review',
            value: (row) => trackOf(row)?.nextReview,
            cell: (row) => {
              const review = trackOf(row)?.nextReview;
              if (!review) return notYet(row) ?? <span className="none">none set</span>;
              return (
                <>
                  {showDay(review)} <span className="small faint"><RelativeTime at={`${review}T12:00:00.000Z`} /></span>
                </>
              );
            },
          },
        ]}
      />
    </Page>
  );
}

const NotYet = ({ asked }: { asked: boolean }) => <span className="none">{asked ? 'loading' : 'not known'}</span>;

function SmallTrack({ track }: { track: GateTrack }) {
  return <Track small label={`Gates of ${track.title}`} stations={onTrack(track).map((station) => ({ id: station.gate, code: station.gate, name: station.title, state: stationState(station), says: stationSays(station) }))} />;
}

function CreateDeployment() {
  const go = useGo();
  const products = usePages(listProducts);
  const facilities = usePages(listFacilities);
  const creating = useTell(createDeployment, { done: (made) => go(`/deployments/${made.slug}/charter`) });
  const versions = [...new Set(products.items.flatMap((product) => product.versions.map((version) => version.version)))];
  return (
    <FormDialog
      label="New deployment"
      variant="filled"
      left={<Plus size={14} />}
      title="New deployment"
      says={
        products.items.length === 0 && !products.loading ? (
          <>
            No AI product is known yet. <Go to="/organization?view=products">Add the product first</Go>.
          </>
        ) : (
          'The charter follows: what is promised, before anyone sees a result.'
        )
      }
      does="Create the deployment"
      schema={createDeployment.body}
      words={{
        title: { label: 'Title', hint: 'What people call it, e.g. “Sepsis alert, adult wards”.' },
        slug: { label: 'Short name', hint: 'Lower-case letters, digits and hyphens; it stands in addresses.' },
        product: { options: products.items.map((product) => ({ value: product.slug, label: `${product.name} (${product.vendor})` })) },
        version: { options: versions.map((version) => ({ value: version, label: version })) },
        'facilities.facility': { options: facilities.items.map((facility) => ({ value: facility.slug, label: facility.name })) },
        programmeStart: { label: 'Programme start', hint: 'First day of week 1. Can be set later.' },
      }}
      send={(body) => creating.tellAsync({ body })}
    />
  );
}
