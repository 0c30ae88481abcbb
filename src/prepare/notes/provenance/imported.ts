// Which tokens of a note repeat the structured data of its encounter?
import type { Fact } from './model.ts';
import { letterAt, tokenise, tokenStore, type Letters } from './tokens.ts';

interface Form {
  label: Int32Array;
  /** Every way its number may be written; null for a list item. */
  values: Int32Array[] | null;
  unit: Int32Array;
}

/** The facts of an encounter, found by the first token of their names. */
export interface FactIndex {
  forms: Map<number, Form[]>;
  /** One bit per hashed first token: most tokens are no name. */
  sieve: Int32Array;
}

/** So many tokens may stand between a name and its number ("Sodium, serum (mmol/L): 138"). */
const between = 5;
/** So much of a line or list item must be facts. */
const enough = 0.5;

const store = tokenStore(256);
const tokensOf = (text: string): Int32Array => store.hash.slice(0, tokenise(text, store, 0));

export function indexFacts(facts: readonly Fact[]): FactIndex {
  const index: FactIndex = { forms: new Map(), sieve: new Int32Array(128) };
  for (const fact of facts) {
    const values = fact.value === null ? null : writings(fact.value).map(tokensOf).filter((value) => value.length > 0);
    const unit = tokensOf(fact.unit ?? '');
    for (const name of [fact.label, ...(fact.aliases ?? [])]) {
      const label = tokensOf(name);
      if (label.length === 0) continue;
      const first = label[0]!;
      const same = index.forms.get(first);
      if (same) same.push({ label, values, unit });
      else index.forms.set(first, [{ label, values, unit }]);
      index.sieve[(first >>> 5) & 127]! |= 1 << (first & 31);
    }
  }
  // The longest name wins: "sodium chloride" before "sodium".
  for (const forms of index.forms.values()) forms.sort((a, b) => b.label.length - a.label.length);
  return index;
}

/** 7, 7.0 and 7.00 are one number; "120/80" and "positive" stand as they are. */
function writings(value: string | number): string[] {
  const text = String(value).trim();
  const number = Number(text);
  if (text === '' || !Number.isFinite(number)) return [text];
  return [...new Set([text, String(number), number.toFixed(1), number.toFixed(2), String(Math.round(number))].filter((one) => Math.abs(Number(one) - number) < 0.051 * Math.max(1, Math.abs(number) / 10)))];
}

/**
 * Marks the lines and list items that are, for the greater part, names with their values, or two or more neighbouring
 * names of a list. A value told in prose is not marked: somebody wrote that.
 */
export function markImported(text: Letters, hash: Int32Array, start: Int32Array, end: Int32Array, from: number, to: number, index: FactIndex, kind: Uint8Array, imported: number): void {
  if (index.forms.size === 0) return;
  let before: { from: number; to: number; tail: number; named: boolean; isMarked: boolean } | null = null;
  for (let first = from; first < to; ) {
    let last = first + 1;
    while (last < to && !isBroken(text, end[last - 1]!, start[last]!)) last++;
    const { covered, valued, named, lead, tail } = coverage(hash, first, last, index);
    const isFull = covered >= enough * (last - first);
    const item = { from: first, to: last, tail, named: isFull && named > 0, isMarked: isFull && (valued > 0 || named > 1) };
    if (item.named && !item.isMarked && before && (before.isMarked || before.named)) {
      item.isMarked = true;
      if (!before.isMarked) kind.fill(imported, before.from - from, before.to - from);
    } else if (item.isMarked && before?.named && !before.isMarked) kind.fill(imported, before.from - from, before.to - from);
    if (item.isMarked) {
      kind.fill(imported, first - from, last - from);
      // The list may begin on a line that somebody wrote, and end on another.
      if (before && !before.isMarked && before.tail < before.to) kind.fill(imported, before.tail - from, before.to - from);
    } else if (before?.isMarked) kind.fill(imported, first - from, lead - from);
    before = item;
    first = last;
  }
}

const newline = 10;
const semicolon = 59;
const bar = 124;

function isBroken(text: Letters, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = letterAt(text, at);
    if (code === newline || code === semicolon || code === bar || code === 13) return true;
  }
  return false;
}

function coverage(hash: Int32Array, from: number, to: number, index: FactIndex): { covered: number; valued: number; named: number; lead: number; tail: number } {
  let covered = 0;
  let valued = 0;
  let named = 0;
  // The facts that the line begins with end at `lead`, those it ends with begin at `tail`.
  let lead = from;
  let tail = to;
  for (let at = from; at < to; ) {
    const first = hash[at]!;
    const forms = index.sieve[(first >>> 5) & 127]! & (1 << (first & 31)) ? index.forms.get(first) : undefined;
    let end = -1;
    for (const form of forms ?? []) {
      if (!stands(hash, form.label, at, to)) continue;
      const behind = at + form.label.length;
      if (form.values === null) {
        named++;
        end = behind;
        break;
      }
      end = valueEnd(hash, form, behind, to);
      if (end >= 0) {
        valued++;
        break;
      }
    }
    if (end < 0) {
      at++;
      tail = to;
    } else {
      if (lead === at) lead = end;
      if (tail === to) tail = at;
      covered += end - at;
      at = end;
    }
  }
  return { covered, valued, named, lead, tail };
}

function valueEnd(hash: Int32Array, form: Form, behind: number, to: number): number {
  for (let at = behind; at < to && at <= behind + between; at++) {
    for (const value of form.values!) {
      if (!stands(hash, value, at, to)) continue;
      const end = at + value.length;
      return form.unit.length > 0 && stands(hash, form.unit, end, to) ? end + form.unit.length : end;
    }
  }
  return -1;
}

function stands(hash: Int32Array, wanted: Int32Array, at: number, to: number): boolean {
  if (at + wanted.length > to) return false;
  for (let i = 0; i < wanted.length; i++) if (hash[at + i]! !== wanted[i]!) return false;
  return true;
}
