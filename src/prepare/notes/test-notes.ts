// Which small export of notes do the tests read, and what is true of it?
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../tools/statistics/seeded-random.ts';

export type Made = { resourceType: string; id: string; [key: string]: unknown };

export function testFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'notes-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const ndjson = (resources: readonly unknown[]): string => resources.map((one) => `${JSON.stringify(one)}\n`).join('');

export function writeExport(folder: string, resources: readonly Made[]): string {
  mkdirSync(folder, { recursive: true });
  const types = new Map<string, Made[]>();
  for (const one of resources) types.set(one.resourceType, [...(types.get(one.resourceType) ?? []), one]);
  for (const [type, list] of types) writeFileSync(join(folder, `${type}.ndjson`), ndjson(list));
  return folder;
}

const syllables = 'ba ce di fo gu la me ni po ru sa te vi zo ka le mi no pa re'.split(' ');
/** Words nobody else writes: text that cannot be alike by chance. */
export function prose(seed: string, words: number): string {
  const random = seededRandom(seed);
  const made: string[] = [];
  for (let at = 0; at < words; at++) {
    const word = Array.from({ length: random.integer(2, 4) }, () => random.pick(syllables)).join('');
    made.push(at % 12 === 0 ? `${word[0]!.toUpperCase()}${word.slice(1)}` : at % 12 === 11 ? `${word}.` : word);
  }
  return made.join(' ');
}

export const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
export const day = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number, 9)).toISOString();

export interface NoteWish {
  id: string;
  subject: string;
  at: string;
  text: string | null;
  encounter?: string;
  author?: string;
  type?: [code: string, display: string];
  url?: string;
  contentType?: string;
}

export const document = ({ id, subject, at, text, encounter, author = 'dr-1', type = ['11506-3', 'Progress note'], url, contentType = 'text/plain; charset=utf-8' }: NoteWish): Made => ({
  resourceType: 'DocumentReference', id, status: 'current', date: at, subject: { reference: `Patient/${subject}` }, author: [{ reference: `Practitioner/${author}` }],
  type: { coding: [{ system: 'http://loinc.org', code: type[0], display: type[1] }] },
  content: [{ attachment: { contentType, ...(text !== null && { data: base64(text) }), ...(url !== undefined && { url }) } }],
  ...(encounter !== undefined && { context: { encounter: [{ reference: `Encounter/${encounter}` }] } }),
});

export const encounter = (id: string, subject: string, start: string, { facility = 'north', department = 'med', kind = 'IMP', end }: { facility?: string; department?: string; kind?: string; end?: string } = {}): Made => ({
  resourceType: 'Encounter', id, status: 'finished', class: { code: kind }, subject: { reference: `Patient/${subject}` }, period: { start, ...(end !== undefined && { end }) },
  serviceProvider: { reference: `Organization/${facility}` }, location: [{ location: { reference: `Location/${department}` } }],
});

export const places: Made[] = [
  { resourceType: 'Organization', id: 'north', name: 'North Hospital' }, { resourceType: 'Organization', id: 'south', name: 'South Hospital' },
  { resourceType: 'Location', id: 'med', name: 'Medicine' }, { resourceType: 'Location', id: 'surg', name: 'Surgery' },
];

/**
 * Patients with four encounters and a note each. Every note has 60 words of its own; in the notes after the first of patients with an
 * even number, 60 words of the first stand again: a chain three encounters long. All notes of Surgery carry one template of 60 words.
 */
export function smallExport(patients = 24): Made[] {
  const template = prose('template', 60);
  const made: Made[] = [...places];
  for (let p = 0; p < patients; p++) {
    const subject = `p${p}`;
    const facility = p % 3 === 0 ? 'south' : 'north';
    const department = p % 2 === 1 ? 'surg' : 'med';
    made.push({ resourceType: 'Patient', id: subject });
    for (let e = 0; e < 4; e++) {
      const id = `${subject}-e${e}`;
      made.push(encounter(id, subject, day(e * 30), { facility, department, end: day(e * 30 + 2) }));
      const own = prose(`${id} own`, 60);
      const first = prose(`${subject}-e0 own`, 60);
      const text = [own, ...(e > 0 && p % 2 === 0 ? [first] : []), ...(department === 'surg' ? [template] : [])].join('\n');
      made.push(document({ id: `${id}-n`, subject, at: day(e * 30 + 1), text, encounter: id, author: `dr-${p % 7}` }));
    }
  }
  return made;
}

export const smallCharter = `attending: charter/1
deployment: note-reader
data:
  population: { encounterClasses: [IMP] }
  noteTypes:
    - { name: Progress note, codes: [{ system: 'http://loinc.org', code: 11506-3 }], tier: critical }
`;
