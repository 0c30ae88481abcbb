// Does what a note says in words and numbers contradict the structured data of its encounter?
import type { Knowledge, NumberRule, Statement } from './knowledge.ts';
import type { ValueHead } from './reading/heads.ts';

export interface Contradiction {
  /** The statement's or number's id. */
  rule: string;
  /** Place in the note's text. */
  start: number;
  end: number;
  /** What the data say, in words without a value of the patient. */
  says: string;
}

export interface Judged {
  /** Statements that could be held against data. */
  comparable: number;
  contradictions: Contradiction[];
}

interface Finder {
  phrases: RegExp;
  byPhrase: Map<string, Statement>;
  numbers: RegExp;
  byLabel: Map<string, NumberRule>;
  negations: RegExp;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const longestFirst = (texts: string[]) => [...texts].sort((a, b) => b.length - a.length).map(escaped).join('|');

/** Prepared once for a whole run. */
export function prepareFinder({ statements, numbers, negation }: Knowledge): Finder {
  const byPhrase = new Map(statements.flatMap((one) => one.says.map((phrase) => [phrase, one] as const)));
  const byLabel = new Map(numbers.flatMap((one) => one.labels.map((label) => [label, one] as const)));
  return {
    phrases: new RegExp(String.raw`\b(${longestFirst([...byPhrase.keys()])})\b`, 'gi'),
    byPhrase,
    numbers: new RegExp(String.raw`\b(${longestFirst([...byLabel.keys()])})\b\s{0,3}(?:is|of|was|[:=])?\s{0,3}(\d{1,4}(?:\.\d{1,3})?)(?![\d/.-]|\s*(?:mg|mcg|units?|doses?)\b(?!/dL))`, 'gi'),
    byLabel,
    // A negating word, with at most `reach` - 1 words between it and the phrase, and no word that ends its reach.
    negations: new RegExp(String.raw`\b(?:${longestFirst(negation.before)})\b(?:(?!\b(?:${longestFirst(negation.ends)})\b)[^.;:\n]){0,${negation.reach * 9}}$`, 'i'),
  };
}

export interface Beside {
  /** When the note was written, in milliseconds. */
  at: number;
  /** Values of the note's encounter. */
  values: readonly ValueHead[];
  /** Values of the patient, whatever the encounter. */
  ofPatient: readonly ValueHead[];
}

/** Looks at one stretch of a note. Nothing is judged without data that could contradict it. */
export function contradictionsIn(text: string, from: number, to: number, beside: Beside, finder: Finder): Judged {
  const found: Judged = { comparable: 0, contradictions: [] };
  const stretch = text.slice(from, to);
  const take = (rule: string, place: number, length: number, verdict: string | null | undefined) => {
    if (verdict === undefined) return;
    found.comparable++;
    if (verdict !== null) found.contradictions.push({ rule, start: from + place, end: from + place + length, says: verdict });
  };
  for (const match of stretch.matchAll(finder.phrases)) {
    const statement = finder.byPhrase.get(match[1]!.toLowerCase())!;
    const before = text.slice(Math.max(0, from + match.index - 80), from + match.index);
    if (finder.negations.test(before)) continue;
    take(statement.id, match.index, match[0].length, judgeStatement(statement, beside));
  }
  for (const match of stretch.matchAll(finder.numbers)) {
    const rule = finder.byLabel.get(match[1]!.toLowerCase())!;
    take(rule.id, match.index, match[0].length, judgeNumber(rule, Number(match[2]), beside));
  }
  return found;
}

const hour = 3_600_000;

/** Values of the codes in the hours before the note (half an hour of grace for clocks), in the rule's unit. */
function recent(codes: readonly string[], unit: string, hours: number, { at, values }: Beside): number[] {
  return values.flatMap((value) => {
    if (typeof value.value !== 'number' || value.at === null || !value.codes.some((code) => codes.includes(code))) return [];
    if (value.unit !== null && !sameUnit(value.unit, unit)) return [];
    const when = Date.parse(value.at);
    return when <= at + hour / 2 && when >= at - hours * hour ? [value.value] : [];
  });
}

const unitWords: Record<string, string> = { c: 'cel', '°c': 'cel', degc: 'cel', 'deg c': 'cel', 'beats/min': '/min', bpm: '/min', 'breaths/min': '/min', '{beats}/min': '/min', '{breaths}/min': '/min', insp: '/min', mmhg: 'mm[hg]', '10*9/l': '10*3/ul', 'k/ul': '10*3/ul', '10^3/ul': '10*3/ul', 'meq/l': 'mmol/l', percent: '%' };
function sameUnit(one: string, other: string): boolean {
  const plain = (unit: string) => unitWords[unit.toLowerCase()] ?? unit.toLowerCase();
  return plain(one) === plain(other);
}

/** A sentence: contradicted; null: the data agree; undefined: nothing to hold it against. */
function judgeStatement({ contradictedBy: rule, means }: Statement, beside: Beside): string | null | undefined {
  if ('any' in rule) {
    const there = beside.ofPatient.filter(({ from }) => from === rule.any);
    if (there.length === 0) return undefined;
    return there.some(({ label }) => !/\bno\b.*\b(allerg|known)/i.test(label ?? '')) ? means : null;
  }
  if ('medication' in rule) {
    const drugs = beside.values.filter(({ from }) => from.startsWith('Medication'));
    if (drugs.length === 0) return undefined;
    return drugs.some(({ label }) => rule.medication.some((word) => label?.toLowerCase().includes(word))) ? null : means;
  }
  const values = recent(rule.codes, rule.unit, rule.hours, beside);
  if (values.length === 0) return undefined;
  const broken = values.some((value) => (rule.above !== undefined && value > rule.above) || (rule.below !== undefined && value < rule.below)) || (rule.allBelow !== undefined && values.every((value) => value < rule.allBelow!));
  return broken ? means : null;
}

function judgeNumber({ id, codes, unit, tolerance, hours }: NumberRule, said: number, beside: Beside): string | null | undefined {
  const values = recent(codes, unit, hours, beside);
  if (values.length === 0) return undefined;
  return values.some((value) => Math.abs(value - said) <= tolerance + 1e-9) ? null : `None of the ${values.length} ${id.replaceAll('-', ' ')} ${values.length === 1 ? 'value' : 'values'} of the ${hours} hours before is the one the text gives.`;
}
