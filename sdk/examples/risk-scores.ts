// How are last night's risk scores put on the ward's list, each of them recorded first?
import { NotRecorded, type Gate } from '../sdk.ts';

export interface Score { patient: string; encounter: string; department: string; risk: number }

/** Gives the rows that may be put on the list: those that are recorded. Rounds begin at `dueAt`. */
export async function releaseScores(gate: Gate, night: string, scores: readonly Score[], dueAt: string): Promise<Score[]> {
  const listed: Score[] = [];
  for (const score of scores) {
    const { patient: subject, encounter, department, risk } = score;
    const draft = { key: `${night}/${encounter}`, subject, encounter, department, version: 'readmission-1.3', momentAt: dueAt, output: { class: risk >= 0.3 ? 'high-risk' : 'low-risk', score: risk } };
    try {
      listed.push(await gate.release(draft, () => score));
    } catch (error) {
      if (!(error instanceof NotRecorded)) throw error;
    }
  }
  return listed;
}
