// How does an ambient scribe release its draft, and tell how much was changed and how long signing took?
import { editedShare, type Gate } from '../sdk.ts';

export interface Visit { patient: string; encounter: string; clinician: string; transcript: string }
export interface Editor { show(draft: string): void; signed(): Promise<string> }

/** The draft is on the screen only once it is recorded; transcript and draft are sealed. */
export async function draftNote(gate: Gate, visit: Visit, write: (transcript: string) => Promise<string>, editor: Editor): Promise<string> {
  const askedAt = new Date().toISOString();
  const draft = await write(visit.transcript);
  const { key, shownAt } = await gate.release(
    { subject: visit.patient, encounter: visit.encounter, user: visit.clinician, askedAt, version: 'scribe-4.2', output: { class: 'note-draft' }, payload: { transcript: visit.transcript, draft } },
    ({ key }) => {
      editor.show(draft);
      return { key, shownAt: Date.now() };
    },
  );
  await gate.use({ key, what: 'displayed', user: visit.clinician });
  const note = await editor.signed();
  const ms = Date.now() - shownAt;
  await gate.feedback({ key, act: 'accepted', user: visit.clinician, edited: editedShare(draft, note), dwellMs: ms });
  await gate.use({ key, what: 'signed', user: visit.clinician, ms });
  return note;
}
