// What does a family of resources get, and what does it give?
import type { Department, Hospital } from '../hospitals.ts';
import { stream, type Random } from '../random.ts';
import type { Resource } from './fhir.ts';
import type { Period, Stay, Story } from './story.ts';

/** A resource and where it came from, so that a fault of a place can find it. */
export interface Entry {
  resource: Resource;
  hospital: Hospital;
  department: Department | null;
  /** When it happened. */
  at: number;
}

/** Turns a patient's story into the records of one resource type, in the order of time. */
export type Family = (story: Story, period: Period) => Iterable<Entry>;

export const ofStay = (stay: Stay, department: Department, at: number, resource: Resource): Entry => ({ resource, hospital: stay.hospital, department, at });
export const ofPatient = (story: Story, at: number, resource: Resource): Entry => ({ resource, hospital: story.hospital, department: null, at });
/** The stream of one family for one patient. */
export const chanceOf = (family: string, story: Story, period: Period): Random => stream(period.seed, story.number, family);
