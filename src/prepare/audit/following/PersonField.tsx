// Who of the roster is meant?
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { listPeople } from '../../../spine/deployments/model.ts';
import { usePages } from '../../../tools/ui/asking.ts';
import { useMay } from '../../../tools/ui/me.ts';

/** A person of the roster by id; a long roster is narrowed by words. */
export function PersonField({ label, value, now, onChange }: { label: string; value: string; now?: { id: string; name: string } | null; onChange: (id: string) => void }) {
  const [words, setWords] = useState('');
  const may = useMay(listPeople);
  const people = usePages(listPeople, { query: { limit: 200, ...(words.trim() && { q: words.trim() }) } }, { when: may });
  if (!may) return null;
  const options = people.items.map((person) => ({ value: person.id, label: `${person.familyName}, ${person.givenName}${person.job ? `, ${person.job}` : ''}` }));
  const kept = now && !options.some((option) => option.value === now.id) ? [{ value: now.id, label: now.name }] : [];
  return (
    <div className="person-field">
      <NativeSelect label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} data={[{ value: '', label: 'nobody yet' }, ...kept, ...options]} />
      {(people.hasMore || words !== '') && <TextInput label="Search the roster" value={words} onChange={(event) => setWords(event.currentTarget.value)} />}
    </div>
  );
}
