// What did the AI say about this patient, or in this encounter, and whom does a reference stand for?
import { useState } from 'react';
import { z } from 'zod';
import { findSubject, revealSubject } from '../../spine/ledger/model.ts';
import { useTell } from '../../tools/ui/asking.ts';
import { ConfirmButton } from '../../tools/ui/ConfirmButton.tsx';
import { FormDialog } from '../../tools/ui/FormDialog.tsx';
import { Search } from '../../tools/ui/icons.tsx';
import { useMay } from '../../tools/ui/me.ts';
import { useSay } from '../../tools/ui/Said.tsx';
import { tail } from './words.ts';

/** Patients and encounters only: nobody is to look through the decisions of one clinician. */
const wanted = z.strictObject({ system: z.enum(['patient', 'encounter']), value: z.string().trim().min(1).max(400), why: findSubject.body.shape.why });

/** Finds the reference of an identifier and hands it over; every search is an entry of the ledger. */
export function FindPatient({ onFound }: { onFound: (reference: string) => void }) {
  const say = useSay();
  const finding = useTell(findSubject, { rooms: ['ledger'] });
  if (!useMay(findSubject)) return null;
  return (
    <FormDialog
      label="Find a patient or an encounter"
      size="xs"
      left={<Search size={14} />}
      title="Find a patient or an encounter"
      says="Identifiers are not kept with the decisions. The search, your name and the reason become an entry of the ledger; the identifier does not."
      does="Find"
      schema={wanted}
      start={{ system: 'patient' }}
      words={{
        system: { label: 'What it names', options: [{ value: 'patient', label: 'A patient' }, { value: 'encounter', label: 'An encounter' }] },
        value: { label: 'Identifier', hint: 'As the record system sent it, e.g. the FHIR id.' },
        why: { label: 'Why', long: true, hint: 'At least eight characters, without patient data.' },
      }}
      send={async (body) => {
        const { reference } = await finding.tellAsync({ body });
        if (reference === null) say('Nothing here was ever recorded about this identifier.');
        else onFound(reference);
      }}
    />
  );
}

/** A reference, and for those who answer for patients a way to learn whom it stands for. */
export function Whom({ reference, what }: { reference: string; what: string }) {
  const [named, setNamed] = useState<string | null>(null);
  const revealing = useTell(revealSubject, { rooms: ['ledger'] });
  const may = useMay(revealSubject);
  if (named !== null) return <b aria-live="polite">{named}</b>;
  return (
    <>
      <code title={reference}>{tail(reference)}</code>{' '}
      {may && (
        <ConfirmButton
          label="Who is it?"
          size="compact-xs"
          title={`Reveal ${what}?`}
          says="The identifier is shown on this screen only. That you asked, and why, becomes an entry of the ledger."
          does="Reveal"
          reason={{ label: 'Why', hint: 'At least eight characters, without patient data.' }}
          busy={revealing.busy}
          problem={revealing.problem}
          onConfirm={async (why) => setNamed((await revealing.tellAsync({ body: { reference, why } })).value)}
        />
      )}
    </>
  );
}
