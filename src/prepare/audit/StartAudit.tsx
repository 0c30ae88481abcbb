// Which export shall be audited, and how does it get here?
import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { systemClock } from '../../tools/base/clock.ts';
import { useAsk, usePages, useTell } from '../../tools/ui/asking.ts';
import { CloseButton } from '../../tools/ui/CloseButton.tsx';
import { useGo } from '../../tools/ui/Go.tsx';
import { bytes, count } from '../../tools/ui/numbers.ts';
import { Part } from '../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../tools/ui/Progress.tsx';
import { Views } from '../../tools/ui/Tabs.tsx';
import { listDeployments } from '../../spine/deployments/model.ts';
import { bulkPrefix, listExports, startRun } from './model.ts';
import { ChooseSample, everything, sampleAsked } from './sampling/ChooseSample.tsx';
import { UploadExport } from './UploadExport.tsx';

type Source = 'files' | 'folder' | 'earlier';

export function StartAudit({ deployment, onClose }: { deployment: string | null; onClose: (() => void) | null }) {
  const [source, setSource] = useState<Source>('files');
  const [chosen, setChosen] = useState(deployment ?? '');
  const [folder, setFolder] = useState('');
  const [earlier, setEarlier] = useState('');
  const [sample, setSample] = useState(everything);
  const go = useGo();
  const exports = useAsk(listExports);
  const deployments = usePages(listDeployments, {}, { when: deployment === null });
  const starting = useTell(startRun, { rooms: ['audit'], done: (run) => go(`/deployments/${run.deployment}/data/${run.id}`) });
  const start = (from: { export: string } | { folder: string }) => starting.tell({ body: { deployment: chosen, ...from, sample: sampleAsked(sample) } });
  const folders = exports.data?.folders ?? [];
  const uploads = exports.data?.uploads ?? [];
  return (
    <Part
      title="New audit"
      says="FHIR R4 NDJSON, tables of the OMOP CDM, or your own tables with a mapping beside them; plain or .gz, any file names, or in a .zip or .tar.gz."
      actions={<CloseButton onClose={onClose} />}
    >
      <div className="card stack">
        {deployment === null && (
          <NativeSelect label="Deployment" required value={chosen} onChange={(event) => setChosen(event.currentTarget.value)} data={[{ value: '', label: 'Choose…' }, ...deployments.items.map((one) => ({ value: one.slug, label: one.title }))]} style={{ maxWidth: '24rem' }} />
        )}
        <div>
          <Views<Source>
            label="Where the export is"
            open={source}
            onOpen={setSource}
            views={[
              { name: 'files', label: 'Upload files' },
              { name: 'folder', label: 'Folder on the server' },
              { name: 'earlier', label: 'Earlier upload' },
            ]}
          />
        </div>
        <ChooseSample chosen={sample} onChange={setSample} />
        <ProblemNotice problem={exports.error} />
        {source === 'files' && <UploadExport disabled={chosen === ''} name={`Upload ${systemClock.now().slice(0, 10)}`} onReady={(id) => start({ export: id })} />}
        {source === 'folder' &&
          (exports.isLoading ? (
            <Waiting />
          ) : folders.length === 0 ? (
            <p>
              No folder is offered on the server. Set <code>ATTENDING_EXPORTS</code> to a folder that holds exports, one sub-folder each, and start again.
            </p>
          ) : (
            <form
              className="row"
              onSubmit={(event) => {
                event.preventDefault();
                start({ folder });
              }}
            >
              <NativeSelect label="Folder" required value={folder} onChange={(event) => setFolder(event.currentTarget.value)} data={[{ value: '', label: 'Choose…' }, ...folders.map((one) => ({ value: one.folder, label: one.folder.startsWith(bulkPrefix) ? `fetched now from the FHIR server ${one.folder.slice(bulkPrefix.length)}` : `${one.folder === '.' ? 'the exports folder itself' : one.folder} (${count(one.files)} files, ${bytes(one.bytes)})` }))]} />
              <Button type="submit" disabled={!folder || !chosen} loading={starting.busy} style={{ alignSelf: 'end' }}>
                Start the audit
              </Button>
            </form>
          ))}
        {source === 'earlier' &&
          (uploads.length === 0 ? (
            <p className="none">Nothing was uploaded yet.</p>
          ) : (
            <form
              className="row"
              onSubmit={(event) => {
                event.preventDefault();
                start({ export: earlier });
              }}
            >
              <NativeSelect label="Upload" required value={earlier} onChange={(event) => setEarlier(event.currentTarget.value)} data={[{ value: '', label: 'Choose…' }, ...uploads.map((one) => ({ value: one.id, label: `${one.name} (${count(one.files.length)} files, ${bytes(one.files.reduce((sum, file) => sum + file.bytes, 0))}${one.state === 'open' ? ', not complete' : ''})` }))]} />
              <Button type="submit" disabled={!earlier || !chosen} loading={starting.busy} style={{ alignSelf: 'end' }}>
                Start the audit
              </Button>
            </form>
          ))}
        <ProblemNotice problem={starting.problem} />
      </div>
    </Part>
  );
}
