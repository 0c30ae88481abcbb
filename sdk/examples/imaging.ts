// How does an imaging product flag a study on the worklist, and learn what the radiologist saw?
import { NotRecorded, type Gate } from '../sdk.ts';

export interface Study { accession: string; patient: string; department: string }
export interface Worklist { raise(accession: string, label: string): void }

/** A study that cannot be recorded stays where it is in the worklist, and is read in its turn. */
export async function flagStudy(gate: Gate, study: Study, found: { label: string; score: number }, worklist: Worklist): Promise<boolean> {
  const { accession, patient: subject, department } = study;
  try {
    await gate.release({ key: accession, subject, department, version: 'bleed-2.0', output: { class: 'suspected-bleed', critical: true, ...found } }, () => worklist.raise(accession, found.label));
    return true;
  } catch (error) {
    if (error instanceof NotRecorded) return false;
    throw error;
  }
}

/** The report is read: did the radiologist agree, and was the finding there? */
export async function reportRead(gate: Gate, accession: string, radiologist: string, bleeding: boolean): Promise<void> {
  await gate.feedback({ key: accession, act: bleeding ? 'accepted' : 'overridden', user: radiologist, ...(!bleeding && { reason: { code: 'not-confirmed' } }) });
  await gate.outcome({ key: accession, name: 'intracranial-bleed', positive: bleeding });
}
