// How is a whole synthetic export made, patient by patient, in little memory?
import { setImmediate as breath } from 'node:timers/promises';
import { Problem } from '../../src/tools/base/problem.ts';
import type { Instant } from '../../src/tools/base/clock.ts';
import { allergies } from './allergy.ts';
import { conditions } from './condition.ts';
import { claimResponses, claims, coverages } from './coverage.ts';
import { documents } from './document.ts';
import { encounters } from './encounter.ts';
import type { Family } from './family.ts';
import { oneDay } from './fhir.ts';
import { medicationAdministrations, medicationRequests } from './medication.ts';
import { observations } from './observation.ts';
import { locations, organizations } from './organization.ts';
import { patients } from './patient.ts';
import { planter, type Planted } from './planting.ts';
import { practitioners } from './practitioner.ts';
import { procedures } from './procedure.ts';
import { sizes, type SizeName } from './sizes.ts';
import { tellStory, type Period } from './story.ts';
import { openExport, type WrittenFile } from './writing.ts';

export interface Wanted {
  /** The folder to write to; made if absent. */
  out: string;
  size: SizeName;
  seed: string;
  /** The virtual now: the data end here. */
  today: Instant;
  /** False: only the clean part. */
  faults?: boolean;
  /** False: plain NDJSON. */
  gzip?: boolean;
  onProgress?: (done: number, of: number) => void;
  signal?: AbortSignal;
}

export interface Exported {
  folder: string;
  files: WrittenFile[];
  resources: number;
  bytes: number;
  /** How many records each fault changed. Faults of note culture are not counted here. */
  planted: Planted;
  period: { from: Instant; to: Instant };
}

/** The period an export covers. */
export function periodOf({ size, seed, today }: Pick<Wanted, 'size' | 'seed' | 'today'>): Period {
  const to = Date.parse(today);
  if (Number.isNaN(to)) throw new Problem('bad-input', `"${today}" is not a time.`, 'Give --today as YYYY-MM-DD or an ISO 8601 time.');
  return { seed, from: Math.floor(to / oneDay) * oneDay - sizes[size].days * oneDay, to };
}

/**
 * Writes a synthetic FHIR R4 bulk export: the same `size`, `seed` and `today` give the same bytes. Memory does not
 * grow with the size: one patient is told at a time, and a full disk buffer makes the teller wait.
 * Throws what the file system throws, and the signal's reason when it is aborted.
 */
export async function exportHospital(wanted: Wanted): Promise<Exported> {
  const period = periodOf(wanted);
  const faulty = wanted.faults ?? true;
  const families: readonly Family[] = [patients, coverages, encounters, conditions, allergies, observations, medicationRequests, medicationAdministrations, procedures, documents(faulty), claims, claimResponses];
  const { patients: count } = sizes[wanted.size];
  const fault = planter(period);
  const out = await openExport(wanted.out, wanted.gzip ?? true);
  try {
    for (const resource of organizations()) await out.write(resource);
    for (const resource of locations()) await out.write(resource);
    for (const resource of practitioners(period.seed)) await out.write(resource);
    for (let number = 1; number <= count; number++) {
      wanted.signal?.throwIfAborted();
      const story = tellStory(number, period);
      for (const family of families)
        for (const entry of family(story, period)) {
          const written = faulty ? fault.plant(entry, story) : [entry.resource];
          for (const resource of written) {
            const full = out.write(resource);
            if (full) await full;
          }
        }
      // A server that loads its own demo must answer meanwhile.
      if (number % 10 === 0) await breath();
      if (number % 100 === 0) wanted.onProgress?.(number, count);
    }
    const files = await out.close(new Date(period.to).toISOString());
    return {
      folder: wanted.out,
      files,
      resources: files.reduce((sum, file) => sum + file.count, 0),
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      planted: fault.counts,
      period: { from: new Date(period.from).toISOString(), to: new Date(period.to).toISOString() },
    };
  } catch (error) {
    out.abandon();
    throw error;
  }
}
