// Which corpus of notes has known truth about every word?
import { seededRandom, type Random } from '../../../../tools/statistics/seeded-random.ts';
import type { Fact, NoteText } from '../model.ts';
import { edited, type Word } from './edit.ts';
import { sentence, stockSentences, templateText } from './prose.ts';

export interface Planting {
  name: string;
  seed: string;
  charts: number;
  /** Lowest and highest number of notes of a chart. */
  notes: [number, number];
  /** Words in a copied stretch. */
  lengths: [number, number];
  editRate: number;
  cosmetic?: boolean;
  /** Lines broken anew in copies. */
  wraps?: boolean;
  /** Copied stretches per note. */
  copies?: [number, number];
  /** Stretches may come from any earlier note (else mostly the latest), begin and end anywhere, and lie interleaved. */
  anywhere?: boolean;
  /** Every unit has templates; a note holds one with this probability. */
  templates?: number;
  /** Templates of every unit; 3 unless told. */
  templatesOfUnit?: number;
  /** Edits of templates. */
  templateEdits?: number;
  imports?: number;
  /** Stock sentences among the written ones. */
  natural?: number;
  /** Words written new in a note. */
  authored?: [number, number];
  /** Where new text comes from: paragraphs nobody uses twice; else the generator's own prose. */
  base?: readonly string[];
  /** New text is drawn from so many sentences only, so that it repeats by chance. */
  pool?: number;
  /** Charts that hold a stretch of another patient's note. */
  wrongCharts?: number;
}

export interface PlantedNote extends NoteText {
  /** Every word in order: where it stands and what is true about it. */
  truth: (Word & { start: number; end: number })[];
}

export interface PlantedChart {
  subject: string;
  notes: PlantedNote[];
  facts: Map<string, Fact[]>;
}

export interface PlantedCorpus {
  planting: Planting;
  charts: PlantedChart[];
  /** Pairs of notes where the later holds text of the earlier one's patient. */
  wrong: { from: string; to: string }[];
}

const labs = [['Sodium', 'mmol/L', 128, 148], ['Potassium', 'mmol/L', 3, 6], ['Creatinine', 'mg/dL', 0.6, 4], ['Glucose', 'mg/dL', 60, 380], ['Hemoglobin', 'g/dL', 7, 17], ['White Blood Cells', 'K/uL', 3, 22], ['Platelet Count', 'K/uL', 90, 500], ['Lactate', 'mmol/L', 0.5, 6], ['Magnesium', 'mg/dL', 1.4, 2.6], ['Urea Nitrogen', 'mg/dL', 6, 80]] as const;
const medications = ['aspirin 81 mg oral tablet', 'lisinopril 10 mg oral tablet', 'metoprolol succinate 50 mg extended release tablet', 'atorvastatin 40 mg oral tablet', 'insulin glargine 100 units per mL pen', 'furosemide 40 mg oral tablet', 'apixaban 5 mg oral tablet', 'omeprazole 20 mg delayed release capsule'];

/** Plants a corpus; the same planting gives the same corpus on every machine. */
export function plant(planting: Planting): PlantedCorpus {
  const random = seededRandom(planting.seed);
  const units = ['North Hospital / Cardiology', 'North Hospital / Medicine', 'South Hospital / Surgery', 'South Hospital / Clinic'];
  const templates = new Map(units.map((unit) => [unit, Array.from({ length: planting.templatesOfUnit ?? 3 }, () => templateText(random.fork(`template ${unit} ${random.uniform()}`), random.integer(30, 140)))]));
  const base = planting.base ? paragraphs(planting.base, random) : null;
  const pool = planting.pool ? Array.from({ length: planting.pool }, () => sentence(random)) : null;
  const wrong: PlantedCorpus['wrong'] = [];
  const charts: PlantedChart[] = [];
  for (let c = 0; c < planting.charts; c++) {
    const chart = plantChart(`p${c}`, planting, random.fork(`chart ${c}`), { units, templates, base, pool });
    charts.push(chart);
  }
  for (let i = 0; i < (planting.wrongCharts ?? 0); i++) {
    const [from, to] = random.shuffle(charts).slice(0, 2) as [PlantedChart, PlantedChart];
    const donor = from.notes[0]!;
    const taker = to.notes.at(-1)!;
    const words = written(donor).slice(0, 80);
    if (words.length < 60 || taker.truth.length === 0) continue;
    const all = [...taker.truth, ...edited(words.map(({ text, gap }): Word => ({ text, gap, kind: 'natural' })), { rate: planting.editRate, cosmetic: false, wrapAt: 0 }, random)];
    to.notes[to.notes.length - 1] = { ...taker, ...composed(all) };
    wrong.push({ from: donor.id, to: taker.id });
  }
  return { planting, charts, wrong };
}

/** The longest stretch somebody wrote. */
function written(note: PlantedNote): Word[] {
  let best: Word[] = [];
  let now: Word[] = [];
  for (const word of note.truth) {
    if (word.kind === 'authored') now.push(word);
    else now = [];
    if (now.length > best.length) best = now;
  }
  return best;
}

interface Stock {
  units: string[];
  templates: Map<string, string[]>;
  base: { next(): string } | null;
  pool: string[] | null;
}

function plantChart(subject: string, planting: Planting, random: Random, stock: Stock): PlantedChart {
  const { notes: [fewest, most], lengths, copies = [0, 3], authored = [60, 220], natural = 0.15, imports = 0.4, templates = 0.4 } = planting;
  const notes: PlantedNote[] = [];
  const facts = new Map<string, Fact[]>();
  let at = Date.UTC(2025, random.integer(0, 11), random.integer(1, 28), 8);
  let encounter = 0;
  const unit = random.pick(stock.units);
  const count = random.integer(fewest, most);
  for (let n = 0; n < count; n++) {
    at += random.integer(6, 60) * 3_600_000;
    if (random.chance(0.3)) {
      encounter++;
      at += random.integer(5, 90) * 86_400_000;
    }
    const name = `${subject}-e${encounter}`;
    if (!facts.has(name)) facts.set(name, factsOf(random));
    const blocks: Word[][] = [];
    const wanted = random.integer(...authored);
    let words = 0;
    while (words < wanted) {
      const block = fresh(random, stock, natural);
      words += block.length;
      blocks.push(block);
    }
    if (random.chance(templates)) blocks.push(edited(wordsOf(filled(random.pick(stock.templates.get(unit)!), random), 'templated'), { rate: planting.templateEdits ?? 0, cosmetic: false, wrapAt: 0 }, random));
    if (random.chance(imports)) blocks.push(importOf(facts.get(name)!, random));
    if (n > 0) for (let i = random.integer(...copies); i > 0; i--) {
      const copy = copyOf(notes, random.integer(...lengths), planting, random);
      if (copy) blocks.push(copy);
    }
    const order = random.shuffle(blocks);
    const all = order.flatMap((block) => block.map((word, i) => (i === 0 ? { ...word, gap: random.pick(['\n\n', '\n', ' ']) } : word)));
    const author = `dr-${random.pick(stock.units.map((_, i) => i))}-${unit.length}`;
    notes.push({ id: `${subject}-n${n}`, subject, at: new Date(at).toISOString(), encounter: name, author, unit, type: '11506-3', ...composed(all) });
  }
  return { subject, notes, facts };
}

function composed(words: Word[]): { text: string; truth: PlantedNote['truth'] } {
  let text = '';
  const truth = words.map((word) => {
    text += text === '' ? '' : word.gap;
    const start = text.length;
    text += word.text;
    return { ...word, start, end: text.length };
  });
  return { text, truth };
}

/** A stretch of an earlier note: mostly of the latest, of written or copied words, with the edits of the planting. */
function copyOf(notes: readonly PlantedNote[], length: number, planting: Planting, random: Random): Word[] | null {
  for (let attempt = 0; attempt < 20; attempt++) {
    const back = planting.anywhere ? random.integer(1, notes.length) : Math.min(notes.length, 1 + Math.floor(random.exponential(1)));
    const source = notes.length - back;
    const { truth } = notes[source]!;
    if (truth.length < length) continue;
    const from = random.integer(0, truth.length - length);
    const piece = truth.slice(from, from + length);
    const wrapAt = planting.wraps ? random.pick([0, 60, 72, 100]) : 0;
    if (!planting.anywhere && piece.some(({ kind }) => kind === 'templated' || kind === 'imported')) continue;
    if (piece.filter(({ kind }) => kind === 'templated' || kind === 'imported').length > length / 3) continue;
    const taken = piece.map(({ text, gap, kind, origin, depth }): Word => (kind === 'templated' ? { text, gap, kind, taken: true } : { text, gap, kind: 'copied', source, origin: kind === 'copied' ? origin! : source, depth: kind === 'copied' ? depth! + 1 : 1 }));
    return edited(taken, { rate: planting.editRate, cosmetic: planting.cosmetic ?? false, wrapAt }, random);
  }
  return null;
}

function fresh(random: Random, stock: Stock, natural: number): Word[] {
  const block: Word[] = [];
  if (stock.base) return wordsOf(stock.base.next(), 'authored');
  for (let i = random.integer(2, 6); i > 0; i--) block.push(...(random.chance(natural) ? wordsOf(random.pick(stockSentences), 'natural') : wordsOf(stock.pool ? random.pick(stock.pool) : sentence(random), 'authored')));
  return block;
}

/** The text cut into paragraphs; each is given out once, then again from the start. */
function paragraphs(texts: readonly string[], random: Random): { next(): string } {
  const all = random.shuffle(texts.flatMap((text) => chunks(text.split(/\n\s*\n/).map((one) => one.trim()).filter((one) => one.length > 0))));
  let at = 0;
  return {
    next: () => {
      if (at >= all.length) throw new RangeError('the base text is used up: plant fewer charts');
      return all[at++]!;
    },
  };
}

function chunks(paragraphs: string[]): string[] {
  const result: string[] = [];
  let now = '';
  for (const paragraph of paragraphs) {
    now = now === '' ? paragraph : `${now}\n\n${paragraph}`;
    if (now.length > 350) {
      result.push(now);
      now = '';
    }
  }
  if (now.length > 80) result.push(now);
  return result;
}

function wordsOf(text: string, kind: Word['kind']): Word[] {
  return [...text.matchAll(/(\s*)(\S+)/g)].map(([, gap, word]) => ({ text: word!, gap: gap === '' ? ' ' : gap!, kind }));
}

const filled = (template: string, random: Random) => template.replaceAll('__', () => String(random.integer(1, 99)));

function factsOf(random: Random): Fact[] {
  const values = random.shuffle(labs).slice(0, random.integer(5, 9)).map(([label, unit, low, high]): Fact => ({ label, value: (low + random.uniform() * (high - low)).toFixed(high < 20 ? 1 : 0), unit, at: null }));
  return [...values, ...random.shuffle(medications).slice(0, random.integer(3, 6)).map((label): Fact => ({ label, value: null, unit: null, at: null }))];
}

function importOf(facts: readonly Fact[], random: Random): Word[] {
  const values = facts.filter(({ value }) => value !== null).map(({ label, value, unit }) => `${label}: ${value} ${unit}${random.chance(0.2) ? ' (H)' : ''}`);
  const list = facts.filter(({ value }) => value === null).map(({ label }) => `- ${label}`);
  return wordsOf((random.chance(0.5) ? values : list).join('\n'), 'imported');
}
