// From which export, how many, and by which seed?
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAsk, useTell } from '../../../tools/ui/asking.ts';
import { CloseButton } from '../../../tools/ui/CloseButton.tsx';
import { useGo } from '../../../tools/ui/Go.tsx';
import { bytes, count } from '../../../tools/ui/numbers.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { listExports } from '../model.ts';
import { drawSample } from './model.ts';

export function DrawSample({ deployment, onClose }: { deployment: string; onClose: (() => void) | null }) {
  const go = useGo();
  const exports = useAsk(listExports);
  const [from, setFrom] = useState('');
  const [size, setSize] = useState('150');
  const [perFacility, setPerFacility] = useState(true);
  const [of, setOf] = useState('');
  const [neyman, setNeyman] = useState(false);
  const [seed, setSeed] = useState('');
  const drawing = useTell(drawSample, { rooms: ['audit'], done: (sample) => go(`/deployments/${deployment}/data/samples/${sample.id}`) });
  const options = [
    ...(exports.data?.folders ?? []).map((one) => ({ value: `folder:${one.folder}`, label: `Folder ${one.folder === '.' ? 'of exports' : one.folder} (${count(one.files)} files, ${bytes(one.bytes)})` })),
    ...(exports.data?.uploads ?? []).filter((one) => one.state === 'complete').map((one) => ({ value: `export:${one.id}`, label: `Upload ${one.name} (${count(one.files.length)} files)` })),
  ];
  const start = () => {
    const [kind, ...rest] = from.split(':');
    const name = rest.join(':');
    drawing.tell({ body: { deployment, size: Number(size), per: perFacility ? 'facility' : 'export', of: of === '' ? null : (of as 'encounter'), allocation: neyman ? 'neyman' : 'proportional', ...(seed.trim() !== '' && { seed: seed.trim() }), ...(kind === 'folder' ? { folder: name } : { export: name }) } });
  };
  return (
    <Part
      title="Draw a sample"
      says="The seed's digest goes into the ledger first. Only then is the export opened, and every draw from it is counted: nobody can try seeds until one pleases."
      actions={<CloseButton onClose={onClose} />}
    >
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <ProblemNotice problem={exports.error} />
        {exports.data && options.length === 0 && <p>There is no export to draw from. Audit an upload first, or set <code>ATTENDING_EXPORTS</code> to a folder that holds exports.</p>}
        <div className="fields">
          <NativeSelect label="Export" description="The full production export, not a pick of it." required value={from} onChange={(event) => setFrom(event.currentTarget.value)} data={[{ value: '', label: 'Choose…' }, ...options]} />
          <TextInput label="Records" description="The articles ask for 100 to 200." type="number" min={2} max={10_000} required value={size} onChange={(event) => setSize(event.currentTarget.value)} />
          <NativeSelect label="Of" description="What one record is." value={of} onChange={(event) => setOf(event.currentTarget.value)} data={[{ value: '', label: 'As the charter’s elements need' }, { value: 'encounter', label: 'Encounters' }, { value: 'patient', label: 'Patients' }]} />
          <TextInput label="Seed" description="Any words of eight letters or more; left empty, chance gives one." minLength={8} maxLength={200} value={seed} onChange={(event) => setSeed(event.currentTarget.value)} />
          <Checkbox className="is-wide" label="So many in every facility" description="Gate criterion 1.4 counts every facility by itself." checked={perFacility} onChange={(event) => setPerFacility(event.currentTarget.checked)} />
          <Checkbox className="is-wide" label="More where it varies more" description="Neyman's allocation by the weakest critical element; proportional otherwise." checked={neyman} onChange={(event) => setNeyman(event.currentTarget.checked)} />
        </div>
        <div className="row">
          <Button type="submit" disabled={from === ''} loading={drawing.busy}>
            Fix the seed and draw
          </Button>
        </div>
        <ProblemNotice problem={drawing.problem} />
      </form>
    </Part>
  );
}
