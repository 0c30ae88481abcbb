// What does the sample say about everything it was drawn from, and how far has its chart review come?
import { Button } from '@mantine/core';
import { address } from '../../../tools/ui/api.ts';
import { useAsk, useFreshAfter } from '../../../tools/ui/asking.ts';
import { useParam } from '../../../tools/ui/Go.tsx';
import { Download } from '../../../tools/ui/icons.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { count } from '../../../tools/ui/numbers.ts';
import { Facts, Page, Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Progress, Waiting } from '../../../tools/ui/Progress.tsx';
import { showInstant } from '../../../tools/ui/RelativeTime.tsx';
import { exportSays, mayBeProduction } from '../model.ts';
import { Estimates } from './Estimates.tsx';
import { downloadSample, readSample, type ShownSample } from './model.ts';
import { ReviewPart } from './ReviewPart.tsx';
import { strataLevels, type StrataLevel } from './sample-words.ts';

const underWay = (sample: ShownSample | undefined) => sample?.state === 'waiting' || sample?.state === 'running';

export default function SamplePage() {
  const deployment = useParam('deployment');
  const params = { sample: useParam('sample') };
  const asked = useAsk(readSample, { params }, { every: (sample) => (underWay(sample) ? 1_000 : 15_000) });
  useFreshAfter(underWay(asked.data));
  const mayDownload = useMay(downloadSample);
  if (asked.error) return <ProblemNotice problem={asked.error} again={() => void asked.refetch()} />;
  if (!asked.data) return <Waiting what="Loading the sample" />;
  const sample = asked.data;
  const facilities = [...new Set(sample.strata.map(({ facility }) => facility))];
  const drawnIn = (facility: string) => sample.strata.filter((one) => one.facility === facility).reduce((sum, { n }) => sum + n, 0);
  const heldIn = (facility: string) => sample.strata.filter((one) => one.facility === facility).reduce((sum, { size }) => sum + size, 0);
  return (
    <Page
      title="Sample"
      level={2}
      of={deployment}
      trail={[
        { label: 'Data', to: `/deployments/${deployment}/data` },
        { label: 'Samples', to: `/deployments/${deployment}/data/samples` },
      ]}
      says={
        <>
          From <b>{exportSays(sample)}</b>, seed fixed {showInstant(sample.createdAt)} by {sample.createdBy}
        </>
      }
      actions={
        sample.state === 'done' &&
        mayDownload && (
          <Button component="a" variant="default" leftSection={<Download size={14} />} href={address(downloadSample, { params })} download="sample.json">
            sample.json
          </Button>
        )
      }
    >
      {sample.state === 'failed' && <Note kind="warning" title="Nothing was drawn">{sample.problem}</Note>}
      {underWay(sample) && (
        <section className="card stack" aria-label="Progress">
          <Progress label={sample.progress?.says ?? 'Waiting for its turn'} value={sample.progress?.done ?? null} says="The seed is fixed; the export is read now." />
        </section>
      )}
      {sample.state === 'done' && (
        <>
          {sample.provenance !== null && !mayBeProduction(sample.provenance) && (
            <Note kind="warning" title={`These data are ${sample.provenance.replaceAll('-', ' ')}`}>A sample of them is no production sample: gate criterion 1.4 does not count it.</Note>
          )}
          {sample.drawsBefore > 0 && <Note kind="info" title={`Draw ${sample.drawsBefore + 1} from this frame`}>Earlier draws from the same records are in the ledger. Ask why another was made.</Note>}
          <div className="card">
            <Facts
              facts={[
                ['Drawn', `${count(sample.drawn ?? 0)} of ${count(sample.frameRecords ?? 0)} ${sample.request.of === 'patient' ? 'patients' : 'encounters'}`],
                ...facilities.map((facility) => [facility, `${count(drawnIn(facility))} of ${count(heldIn(facility))}`] as const),
                ['Stratified by', strataLevels[sample.level as StrataLevel] ?? sample.level],
                ['Strata', count(sample.strata.length)],
                ['Seed', <code key="seed">{sample.request.seed}</code>],
              ]}
            />
          </div>
          <Part title="What it says" says="Weighted to everything it was drawn from. Undecided: the interval lies on both sides of the threshold.">
            <Estimates estimates={sample.estimates} of={sample.id} />
          </Part>
          <ReviewPart sample={sample} deployment={deployment} />
          <Part title="Draw it again" says="Anybody with sample.json and the export can.">
            <pre className="card small" style={{ overflowX: 'auto', whiteSpace: 'pre-wrap' }}>attending audit sample verify sample.json EXPORT</pre>
            <dl className="small faint" style={{ overflowWrap: 'anywhere' }}>
              <dt>SHA-256 of the seed, in the ledger before the data were read</dt>
              <dd><code>{sample.seedDigest}</code></dd>
              <dt>SHA-256 of the frame</dt>
              <dd><code>{sample.frameDigest}</code></dd>
              <dt>SHA-256 of sample.json</dt>
              <dd><code>{sample.documentDigest}</code></dd>
            </dl>
          </Part>
        </>
      )}
    </Page>
  );
}
