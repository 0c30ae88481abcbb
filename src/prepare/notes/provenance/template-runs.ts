// Which stretches of this note are template, and which stand in the notes of very few other patients?
import type { TemplateUse } from './model.ts';
import { patientsOfAll, reach, type Templates } from './templates.ts';
import type { Fingerprints } from './tokens.ts';
import { gram } from './word-machine.ts';

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
  /** What it says about itself, once that was asked. */
  use?: TemplateUse;
}

/** A stretch that a second patient's notes hold as well, though it is no template. */
export interface SharedRun {
  from: number;
  to: number;
  fingerprints: Int32Array;
}

/** So many tokens inside a template may differ: what was filled in or changed. */
const slot = 12;
/** And so many may have been put in or taken out. */
const drift = 6;
/** Edits in a stretch that two patients share interrupt it no further than this. */
const sharedGap = 14;

/** Stretches of template in order, with exact edges where the remembered use shows them. `places`: where each fingerprint is filed, or -1. */
export function templateRuns(hash: Int32Array, from: number, to: number, prints: Fingerprints, places: Int32Array, templates: Templates): { runs: Run[]; shared: SharedRun[] } {
  const { contexts } = templates;
  const runs: Run[] = [];
  const shared: SharedRun[] = [];
  pair.count = 0;
  /** Where the run that is open began without a gap; -1: none is open. */
  let opened = -1;
  for (let p = 0; p <= prints.count; p++) {
    const at = prints.at[p]!;
    const place = p < prints.count ? places[p]! : -1;
    if (place < 0 || !templates.isTemplate(place)) {
      if (opened >= 0) closeRun(runs.at(-1)!, opened, p - 1, hash, to, prints, places, templates);
      opened = -1;
      if (place >= 0) lengthen(shared, at, prints.key[p]!);
      continue;
    }
    const last = runs.at(-1);
    const scope = templates.scopeAt(place);
    const patients = templates.patientsAt(place);
    const shift = at - templates.rememberedAt(place) | 0;
    let opens = at;
    if (opened < 0) {
      const before = templates.contextAt(place) + reach - 1;
      while (opens > from && at - opens < reach && contexts[before - (at - opens)]! === hash[opens - 1]!) opens--;
    }
    if (last && (opened >= 0 || (opens - last.to <= slot && isBeside(last.shifts, shift)))) {
      if (last.shifts[last.shifts.length - 1] !== shift && last.shifts.length < 16) last.shifts.push(shift);
      if (at + gram > last.to) last.to = at + gram;
      last.patients.push(patients);
      if (patients >= patientsOfAll) last.firm++;
      if (prints.key[p]! < last.key) last.key = prints.key[p]!;
      if (wider(scope) > wider(last.scope)) last.scope = scope;
    } else {
      const closes = closesAt(place, at, hash, to, templates);
      if (!last || closes > last.to) runs.push({ from: last ? Math.max(opens, last.to) : opens, to: closes, patients: [patients], firm: patients >= patientsOfAll ? 1 : 0, scope, key: prints.key[p]!, shifts: [shift] });
    }
    if (opened < 0) opened = p;
  }
  closePair(shared);
  return { runs, shared };
}

function isBeside(shifts: readonly number[], shift: number): boolean {
  for (const other of shifts) if (Math.abs(other - shift) <= drift) return true;
  return false;
}

/** How far the remembered use agrees behind the fingerprint. */
function closesAt(place: number, at: number, hash: Int32Array, to: number, { contexts, contextAt }: Templates): number {
  const behind = contextAt(place) + reach - at - gram;
  let closes = at + gram;
  while (closes < to && closes - at - gram < reach && contexts[behind + closes]! === hash[closes]!) closes++;
  return closes;
}

/** The run ends where the farthest of its last fingerprints says; the others lie too far back to say anything. */
function closeRun(run: Run, first: number, last: number, hash: Int32Array, to: number, prints: Fingerprints, places: Int32Array, templates: Templates): void {
  for (let p = last; p >= first && prints.at[p]! + gram + reach > run.to; p--) run.to = Math.max(run.to, closesAt(places[p]!, prints.at[p]!, hash, to, templates));
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
  if (pair.count > 0 && pair.to - pair.from >= leastPair) shared.push({ from: pair.from, to: pair.to, fingerprints: pair.keys.slice(0, pair.count) });
  pair.count = 0;
}

/** Most of it stands in the notes of many patients. */
export const isFirm = (run: Run): boolean => run.firm * 2 >= run.patients.length;

const wider = (scope: TemplateUse['scope']) => (scope === 'author' ? 0 : scope === 'unit' ? 1 : 2);

/** What a run says about itself: the patients of its rarer half, so that a common phrase inside does not flatter. */
export function useOf(run: Run): TemplateUse {
  if (run.use) return run.use;
  const { patients } = run;
  sort(patients);
  return (run.use = { key: hex(run.key >>> 24) + hex(run.key >>> 16) + hex(run.key >>> 8) + hex(run.key), patients: patients[(patients.length - 1) >> 1]!, scope: run.scope });
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (byte: number): string => pairs[byte & 255]!;

/** Most runs have a dozen numbers, nearly in order: too few to be worth a call. */
function sort(numbers: number[]): void {
  if (numbers.length > 100) return void numbers.sort((a, b) => a - b);
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i]!;
    let at = i;
    while (at > 0 && numbers[at - 1]! > number) {
      numbers[at] = numbers[at - 1]!;
      at--;
    }
    numbers[at] = number;
  }
}
