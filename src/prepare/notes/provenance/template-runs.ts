// Which stretches of this note are template, and which stand in the notes of very few other patients?
import { gram, type Fingerprints } from './fingerprints.ts';
import type { TemplateUse } from './model.ts';
import { patientsOfAll, reach, type Templates } from './templates.ts';

export interface Run {
  from: number;
  to: number;
  /** Of the fingerprints in it: how many patients have each. */
  patients: number[];
  /** How many of them have so many patients that no chance explains it. */
  firm: number;
  scope: TemplateUse['scope'];
  key: number;
  /** This note's places less the places of the remembered use: equal along one template. */
  shifts: number[];
}

/** A stretch that a second patient's notes hold as well, though it is no template. */
export interface SharedRun {
  from: number;
  to: number;
  fingerprints: number[];
}

/** So many tokens inside a template may differ: what was filled in or changed. */
const slot = 12;
/** And so many may have been put in or taken out. */
const drift = 6;
/** Edits in a stretch that two patients share interrupt it no further than this. */
const sharedGap = 14;

/** Stretches of template in order, with exact edges where the remembered use shows them. */
export function templateRuns(hash: Int32Array, from: number, to: number, prints: Fingerprints, templates: Templates): { runs: Run[]; shared: SharedRun[] } {
  const { contexts } = templates;
  const runs: Run[] = [];
  const shared: SharedRun[] = [];
  pair.count = 0;
  let isOpen = false;
  for (let p = 0; p < prints.count; p++) {
    const at = prints.at[p]!;
    const place = templates.find(prints.key[p]!, hash, at);
    if (place < 0) {
      isOpen = false;
      continue;
    }
    if (!templates.isTemplate(place)) {
      isOpen = false;
      lengthen(shared, at, prints.key[p]!);
      continue;
    }
    const context = templates.contextAt(place);
    let opens = at;
    let closes = at + gram;
    while (opens > from && at - opens < reach && contexts[context + reach - 1 - (at - opens)]! === hash[opens - 1]!) opens--;
    while (closes < to && closes - at - gram < reach && contexts[context + reach + closes - at - gram]! === hash[closes]!) closes++;
    const last = runs.at(-1);
    const scope = templates.scopeAt(place);
    const patients = templates.patientsAt(place);
    const shift = at - templates.rememberedAt(place) | 0;
    if (last && (isOpen || (opens - last.to <= slot && last.shifts.some((other) => Math.abs(other - shift) <= drift)))) {
      if (last.shifts.at(-1) !== shift && last.shifts.length < 16) last.shifts.push(shift);
      last.to = Math.max(last.to, closes);
      last.patients.push(patients);
      if (patients >= patientsOfAll) last.firm++;
      last.key = Math.min(last.key, prints.key[p]!);
      if (wider(scope) > wider(last.scope)) last.scope = scope;
    } else if (!last || closes > last.to) runs.push({ from: last ? Math.max(opens, last.to) : opens, to: closes, patients: [patients], firm: patients >= patientsOfAll ? 1 : 0, scope, key: prints.key[p]!, shifts: [shift] });
    isOpen = true;
  }
  closePair(shared);
  return { runs, shared };
}

/** The stretch of two patients that is being read; most are short and never become an object. */
const pair = { from: 0, to: 0, count: 0, keys: new Int32Array(1024) };
const leastPair = 24;

function lengthen(shared: SharedRun[], at: number, fingerprint: number): void {
  if (pair.count > 0 && at - pair.to > sharedGap) closePair(shared);
  if (pair.count === 0) pair.from = at;
  if (pair.count === pair.keys.length) {
    const wider = new Int32Array(pair.count * 2);
    wider.set(pair.keys);
    pair.keys = wider;
  }
  pair.keys[pair.count++] = fingerprint;
  pair.to = at + gram;
}

function closePair(shared: SharedRun[]): void {
  if (pair.count > 0 && pair.to - pair.from >= leastPair) shared.push({ from: pair.from, to: pair.to, fingerprints: [...pair.keys.subarray(0, pair.count)] });
  pair.count = 0;
}

/** Most of it stands in the notes of many patients. */
export const isFirm = (run: Run): boolean => run.firm * 2 >= run.patients.length;

const wider = (scope: TemplateUse['scope']) => ['author', 'unit', 'everywhere'].indexOf(scope);

/** What a run says about itself: the patients of its rarer half, so that a common phrase inside does not flatter. */
export function useOf(run: Run): TemplateUse {
  const sorted = run.patients.toSorted((a, b) => a - b);
  return { key: (run.key >>> 0).toString(16).padStart(8, '0'), patients: sorted[Math.floor((sorted.length - 1) / 2)]!, scope: run.scope };
}
