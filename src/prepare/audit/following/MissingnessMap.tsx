// Where does which element not come, facility by facility and month by month?
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useAsk } from '../../../tools/ui/asking.ts';
import { HeatGrid } from '../../../tools/ui/charts/HeatGrid.tsx';
import { EmptyState } from '../../../tools/ui/EmptyState.tsx';
import { useKept } from '../../../tools/ui/Go.tsx';
import { Search } from '../../../tools/ui/icons.tsx';
import { count } from '../../../tools/ui/numbers.ts';
import { Part } from '../../../tools/ui/Page.tsx';
import { ProblemNotice } from '../../../tools/ui/ProblemNotice.tsx';
import { Waiting } from '../../../tools/ui/Progress.tsx';
import { elementName } from '../finding-words.ts';
import type { AuditDocument } from '../model.ts';
import { mapRows, type MapOrder } from './map-rows.ts';
import { readMap } from './model.ts';

/** So many rows are drawn at first: a system of 150 hospitals is read from the worst. */
const atFirst = 40;

/** `first`: the element to begin with, that with most to repair. */
export function MissingnessMap({ run, elements, facilities, first }: { run: string; elements: AuditDocument['elements']; facilities: readonly string[]; first?: string | undefined }) {
  const [facility, setFacility] = useKept('facility');
  const [element, setElement] = useKept('element', first ?? elements.find(({ tier }) => tier === 'critical')?.id ?? elements[0]?.id ?? '');
  const [order, setOrder] = useState<MapOrder>('worst');
  const [quarters, setQuarters] = useState(false);
  const [words, setWords] = useState('');
  const [all, setAll] = useState(false);
  const by = facility === '' ? 'facility' : 'element';
  const found = useAsk(readMap, { params: { run }, query: by === 'facility' ? { element } : { facility } }, { keepBefore: true, when: by === 'element' || element !== '' });
  const made = useMemo(() => (found.data ? mapRows(found.data, { by, order, quarters, words, nameOf: (id) => elementName(elements, id) }) : null), [found.data, by, order, quarters, words, elements]);
  if (elements.length === 0) return <EmptyState title="The charter names no data element">Without one there is nothing to map.</EmptyState>;
  const shown = made ? (all ? made.rows : made.rows.slice(0, atFirst)) : [];
  return (
    <Part title="Where it is missing" says="The share of patients or encounters with a usable value. The darker, the more is missing; a frame marks silence: nothing came for ten or more although it comes elsewhere.">
      <div className="filters" role="group" aria-label="Which part of the map">
        <NativeSelect size="xs" label="Show" value={facility === '' ? '' : facility} onChange={(event) => setFacility(event.currentTarget.value)} data={[{ value: '', label: 'one element, all facilities' }, ...facilities.map((one) => ({ value: one, label: `${one}, all elements` }))]} />
        {by === 'facility' && <NativeSelect size="xs" label="Element" value={element} onChange={(event) => setElement(event.currentTarget.value)} data={elements.map((one) => ({ value: one.id, label: one.name }))} />}
        <NativeSelect size="xs" label="Order" value={order} onChange={(event) => setOrder(event.currentTarget.value as MapOrder)} data={[{ value: 'worst', label: 'the worst first' }, { value: 'name', label: 'by name' }]} />
        <TextInput size="xs" label={by === 'facility' ? 'Only facilities with' : 'Only elements with'} leftSection={<Search size={14} />} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
        <Checkbox size="xs" label="Quarters instead of months" checked={quarters} onChange={(event) => setQuarters(event.currentTarget.checked)} style={{ alignSelf: 'end' }} />
      </div>
      <ProblemNotice problem={found.error} />
      {found.isLoading && <Waiting what="Loading the map" />}
      {made && made.all === 0 && <EmptyState title="There are no months to map">The dates of this export were shifted, or its encounters name no facility; then months mean nothing.</EmptyState>}
      {made && made.all > 0 && (
        <div className="card stack">
          <HeatGrid
            title={by === 'facility' ? `${elementName(elements, element)} by facility and ${quarters ? 'quarter' : 'month'}` : `${facility} by element and ${quarters ? 'quarter' : 'month'}`}
            reading={made.reading}
            corner={by === 'facility' ? 'Facility' : 'Element'}
            columns={made.columns}
            rows={shown}
            framedWords="silent: nothing came, though it comes elsewhere"
            onOpen={(row) => (by === 'facility' ? setFacility(row.id) : (setElement(row.id), setFacility('')))}
          />
          {made.rows.length > atFirst && (
            <div>
              <Button size="xs" variant="default" onClick={() => setAll(!all)}>
                {all ? `Only the first ${atFirst}` : `Show all ${count(made.rows.length)}`}
              </Button>
            </div>
          )}
        </div>
      )}
    </Part>
  );
}
