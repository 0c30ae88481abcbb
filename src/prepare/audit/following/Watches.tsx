// Which folders and servers are audited again by themselves, and what did the last look find?
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAsk, useTell } from '../../../tools/ui/asking.ts';
import { Go } from '../../../tools/ui/Go.tsx';
import { useMay } from '../../../tools/ui/me.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { RelativeTime, showInstant } from '../../../tools/ui/RelativeTime.tsx';
import { Tag } from '../../../tools/ui/TaskList.tsx';
import { bulkPrefix, listExports } from '../model.ts';
import { addWatch, cadences, changeWatch, listWatches, type Cadence, type Watch } from './model.ts';

/** A FHIR server does not say when it has something new. */
const choicesOf = (folder: string) => (Object.keys(cadences) as Cadence[]).filter((value) => value !== 'each-export' || !folder.startsWith(bulkPrefix)).map((value) => ({ value, label: cadences[value] }));

export function Watches({ deployment }: { deployment: string }) {
  const watches = useAsk(listWatches, { query: { deployment } });
  const may = useMay(addWatch);
  const [folder, setFolder] = useState('');
  const [cadence, setCadence] = useState<Cadence>('each-export');
  const there = useAsk(listExports, {}, { when: useMay(listExports) });
  const rhythm = folder.startsWith(bulkPrefix) && cadence === 'each-export' ? 'daily' : cadence;
  const adding = useTell(addWatch, { rooms: ['audit'], done: () => setFolder('') });
  const items = watches.data?.items ?? [];
  if (!may && items.length === 0) return null;
  return (
    <Part title="Watch, not once" says="A folder whose new exports are audited by themselves, or a FHIR server that is asked again and again; each audit adds to the measures' history, and opens a review where the data moved.">
      <ProblemNotice problem={watches.error} />
      {items.map((watch) => (
        <One key={watch.id} watch={watch} />
      ))}
      {may && (
        <details className="card" open={false}>
          <summary>Watch a folder or a FHIR server</summary>
          <form
            className="stack"
            style={{ paddingTop: '0.5rem' }}
            onSubmit={(event) => {
              event.preventDefault();
              adding.tell({ body: { deployment, folder: folder.trim(), cadence: rhythm } });
            }}
          >
            <div className="fields">
              <TextInput label="Folder or server" description="Under ATTENDING_EXPORTS: each new sub-folder is an export, or the folder itself is one. Or a server that is set up, as fhir:NAME." list="watchable" autoComplete="off" value={folder} onChange={(event) => setFolder(event.currentTarget.value)} required />
              <datalist id="watchable">
                {(there.data?.folders ?? []).map((one) => (
                  <option key={one.folder} value={one.folder} />
                ))}
              </datalist>
              <NativeSelect label="When" description={folder.startsWith(bulkPrefix) ? 'Fetched from there, then audited.' : 'An export that still changes waits.'} value={rhythm} onChange={(event) => setCadence(event.currentTarget.value as Cadence)} data={choicesOf(folder)} />
            </div>
            <div>
              <Button type="submit" size="xs" loading={adding.busy} disabled={folder.trim() === ''}>
                Watch it
              </Button>
            </div>
            <ProblemNotice problem={adding.problem} />
          </form>
        </details>
      )}
    </Part>
  );
}

function One({ watch }: { watch: Watch }) {
  const may = useMay(changeWatch);
  const changing = useTell(changeWatch, { rooms: ['audit'] });
  const change = (body: { active?: boolean; cadence?: Cadence }) => changing.tell({ params: { watch: watch.id }, body });
  return (
    <div className="card stack">
      <div className="row">
        <code>{watch.folder}</code>
        <span>{cadences[watch.cadence].toLowerCase()}</span>
        {!watch.active && <Tag kind="warning">paused</Tag>}
        {may && (
          <>
            <NativeSelect size="xs" aria-label={`When ${watch.folder} is audited`} value={watch.cadence} onChange={(event) => change({ cadence: event.currentTarget.value as Cadence })} data={choicesOf(watch.folder)} />
            <Button size="xs" variant="default" loading={changing.busy} onClick={() => change({ active: !watch.active })}>
              {watch.active ? 'Pause' : 'Go on'}
            </Button>
          </>
        )}
      </div>
      <p className="small faint">
        {watch.says ?? 'Not looked at yet.'} {watch.lookedAt && <>Looked at <RelativeTime at={watch.lookedAt} />.</>} {watch.lastRun && <Go to={`/deployments/${watch.deployment}/data/${watch.lastRun}`}>Last audit</Go>} {watch.nextAt && `Not before ${showInstant(watch.nextAt)}.`} Set up by {watch.createdBy}.
      </p>
      <ProblemNotice problem={changing.problem} />
    </div>
  );
}
