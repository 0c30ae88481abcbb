// Which column is which field?
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useTell } from '../../../tools/ui/asking.ts';
import { Note } from '../../../tools/ui/Note.tsx';
import { Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { useSay } from '../../../tools/ui/Said.tsx';
import type { LineIn } from '../intake.ts';
import { keepCsvMapping } from '../model.ts';
import { fields, writeMapping, type Mapping, type Source } from './mapping.ts';

/** The choice that is no column: one text for every row. */
const always = '\u0000always';

interface MapProps {
  deployment: string;
  what: LineIn['what'];
  columns: readonly string[];
  mapping: Mapping;
  onMapping: (mapping: Mapping) => void;
  zone: string;
  onZone: (zone: string) => void;
  /** It was kept from an earlier file. */
  kept: boolean;
  /** Needed fields that nothing fills. */
  lacks: readonly string[];
}

export function MapColumns({ deployment, what, columns, mapping, onMapping, zone, onZone, kept, lacks }: MapProps) {
  const say = useSay();
  const keeping = useTell(keepCsvMapping, { rooms: [], done: () => say('Kept for the next file of this sort.') });
  const put = (field: string, source: Source | null) => {
    const { [field]: _, ...rest } = mapping;
    onMapping(source === null ? rest : { ...rest, [field]: source });
  };
  const known = Object.entries(fields[what]);
  const zoneFits = zone === '' || /^(Z|[+-]\d\d:\d\d)$/.test(zone);
  return (
    <Part title="Which column is what" level={3} says={kept ? 'As it was kept from an earlier file, else guessed from the names.' : 'Guessed from the names of the columns; correct what is wrong.'}>
      <div className="map-fields">
        {known.map(([field, { needed }]) => {
          const source = mapping[field];
          const value = source === undefined ? '' : 'column' in source ? source.column : always;
          return (
            <div key={field}>
              <NativeSelect
                label={needed ? `${field} (needed)` : field}
                value={value}
                error={needed && lacks.includes(field) ? 'Nothing fills it.' : undefined}
                onChange={(event) => {
                  const chosen = event.currentTarget.value;
                  put(field, chosen === '' ? null : chosen === always ? { always: ' ' } : { column: chosen });
                }}
                data={[{ value: '', label: 'not in this file' }, ...columns.map((column) => ({ value: column, label: column })), { value: always, label: 'the same for every row…' }]}
              />
              {source && 'always' in source && <TextInput aria-label={`${field}, for every row`} placeholder="for every row" value={source.always.trim()} onChange={(event) => put(field, { always: event.currentTarget.value || ' ' })} />}
            </div>
          );
        })}
        <TextInput label="Offset of times without one" description="Z or, for example, -07:00; empty: such rows are refused." placeholder="-07:00" value={zone} onChange={(event) => onZone(event.currentTarget.value.trim())} error={zoneFits ? undefined : 'Z, or a sign, hours and minutes'} />
      </div>
      {lacks.length > 0 && <Note kind="warning">Nothing fills {lacks.join(', ')}. Choose a column, or one text for every row.</Note>}
      <ProblemNotice problem={keeping.problem} />
      <div className="part-actions">
        <Button variant="default" disabled={lacks.length > 0 || !zoneFits} loading={keeping.busy} onClick={() => keeping.tell({ body: { deployment, what, map: writeMapping(what, mapping, columns), zone: zone === '' ? null : zone } } as never)}>Keep this mapping</Button>
      </div>
    </Part>
  );
}
