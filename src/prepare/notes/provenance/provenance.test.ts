// Does every word of a chart get its right kind, source and origin, whatever the chart looks like?
import fc from 'fast-check';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../tools/statistics/seeded-random.ts';
import { answer, scoreOfOurs } from './planted/answer.ts';
import { plant } from './planted/plant.ts';
import { heldOut, morePlantings, ownPlantings, sharedPlantings } from './planted/plantings.ts';
import { sentence } from './planted/prose.ts';
import { minHash, sameSentence, tenWords } from './planted/rivals.ts';
import { score } from './planted/score.ts';
import { synthea } from './planted/shared-notes.ts';
import { agreement } from './cross-patient.ts';
import { analyseChart, crossPatientFindings, kinds, learnTemplates, templateLearner, type Fact, type NoteText, type Span } from './provenance.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const shared = sharedPlantings(root);

const note = (text: string, more: Partial<NoteText> = {}): NoteText => ({ id: 'n', subject: 'p', at: null, encounter: null, author: null, unit: null, type: null, text, ...more });
const prose = (seed: string, sentences: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: sentences }, () => sentence(random)).join(' ');
};
const textOf = (of: NoteText, span: Span) => of.text.slice(span.start, span.end);

describe('planted corpora', () => {
  it.each([...ownPlantings, ...morePlantings, ...heldOut].filter(({ editRate }) => editRate === 0.05))('reaches the goals at 5 % edits: $name', (planting) => {
    const result = scoreOfOurs(plant({ ...planting, charts: Math.min(planting.charts, 40) }));
    expect(result.planted).toBeGreaterThan(5_000);
    expect(result.precision).toBeGreaterThanOrEqual(0.99);
    expect(result.recall).toBeGreaterThanOrEqual(0.96);
    expect(result.origin).toBeGreaterThanOrEqual(0.97);
    expect(result.depthError).toBeLessThan(0.1);
    expect(result.confusion['templated']!.copied).toBeLessThan(0.02);
    expect(result.confusion['copied']!.templated).toBeLessThan(0.02);
  });

  it.each([[0, 0.98], [0.02, 0.98], [0.1, 0.94]])('finds copies at an edit rate of %d, too', (editRate, recall) => {
    const result = scoreOfOurs(plant({ ...ownPlantings[0]!, seed: 'other seed', editRate }));
    expect(result.precision).toBeGreaterThanOrEqual(0.99);
    expect(result.recall).toBeGreaterThanOrEqual(recall);
    expect(result.origin).toBeGreaterThanOrEqual(0.96);
  });

  it.skipIf(!shared)('reaches the goals on ACI-BENCH notes and dialogues (../shared/data/aci-bench)', () => {
    for (const planting of shared!.filter(({ editRate }) => editRate === 0.05)) {
      const result = scoreOfOurs(plant(planting));
      expect(result.precision).toBeGreaterThanOrEqual(0.99);
      expect(result.recall).toBeGreaterThanOrEqual(0.96);
      expect(result.origin).toBeGreaterThanOrEqual(0.97);
    }
  });

  it('finds more, and more rightly, than exact windows, MinHash and equal sentences do', () => {
    const corpus = plant(ownPlantings.find(({ editRate }) => editRate === 0.05)!);
    const ours = scoreOfOurs(corpus);
    for (const rival of [tenWords, minHash, sameSentence]) {
      const said = corpus.charts.map(({ notes }) => rival(notes));
      const theirs = score(corpus, (chart, at) => said[chart]![at]!);
      expect(theirs.recall).toBeGreaterThan(0.02);
      expect(ours.recall).toBeGreaterThan(theirs.recall);
      expect(ours.precision).toBeGreaterThan(theirs.precision);
    }
  });

  it('names the wrong chart, and hardly anything else, up to edits of one word in ten', () => {
    let [planted, found, named, rightly] = [0, 0, 0, 0];
    for (const planting of ownPlantings.slice(0, 4)) {
      const corpus = plant({ ...planting, wrongCharts: 12 });
      const findings = crossPatientFindings(answer(corpus).charts.flatMap(({ shared: spans }) => spans));
      const pairs = new Set(findings.map(({ earlier, later }) => [earlier.note, later.note].sort().join(' ')));
      // What was copied on inside either chart stands in other notes of the same two patients; what went into two charts, in both of them.
      const patientOf = (id: string) => id.split('-')[0]!;
      const takers = (note: string) => [patientOf(note), ...corpus.wrong.filter(({ from }) => from === note).map(({ to }) => patientOf(to))];
      const right = new Set(corpus.wrong.flatMap(({ from }) => takers(from).flatMap((one) => takers(from).map((other) => `${one} ${other}`))));
      planted += corpus.wrong.length;
      named += findings.length;
      rightly += findings.filter(({ earlier, later }) => right.has(`${earlier.subject} ${later.subject}`)).length;
      found += corpus.wrong.filter(({ from, to }) => pairs.has([from, to].sort().join(' '))).length;
      for (const { earlier, later, similarity } of findings) {
        expect(earlier.subject).not.toBe(later.subject);
        expect(similarity).toBeGreaterThanOrEqual(0.5);
      }
    }
    expect(planted).toBeGreaterThan(25);
    expect(found / planted).toBeGreaterThanOrEqual(0.8);
    expect(rightly / named).toBeGreaterThanOrEqual(0.98);
  });

  it('tells the same text, edited, from the same turns of phrase about other numbers', () => {
    const words = (text: string) => Int32Array.from(text.split(' ').map((word) => [...word].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7)));
    const text = Array.from({ length: 60 }, (_, i) => `w${i}`);
    expect(agreement(words(text.join(' ')), words(text.map((word, i) => (i % 20 === 10 ? 'edited' : word)).join(' ')))).toEqual({ similarity: 57 / 60, longest: 19 });
    const phrases = (numbers: number) => Array.from({ length: 6 }, (_, i) => `Slept ${numbers + i} hours and ate half of the supper at ${numbers * 7 + i} o'clock`).join(' ');
    const alike = agreement(words(phrases(3)), words(phrases(40)));
    expect(alike.similarity).toBeGreaterThan(0.5);
    expect(alike.longest).toBeLessThan(15);
    expect(agreement(words('a b'), new Int32Array(0))).toEqual({ similarity: 0, longest: 0 });
  });
});

describe('where a copy comes from', () => {
  const first = prose('a', 4);
  const chart = [
    note(`${prose('b', 2)}\n${first}`, { id: '1', at: '2026-01-01T08:00:00Z', encounter: 'e1', author: 'dr-a' }),
    note(`${first}\n${prose('c', 2)}`, { id: '2', at: '2026-01-03T08:00:00Z', encounter: 'e1', author: 'dr-b' }),
    note(`${prose('d', 3)}\n${first.toUpperCase().replaceAll(' ', '\n')}`, { id: '3', at: '2026-01-11T20:00:00Z', encounter: 'e2', author: 'dr-c' }),
  ];
  const { notes } = analyseChart(chart);

  it('follows hops to the origin, its author, days and encounters', () => {
    const span = notes[2]!.spans.find(({ kind }) => kind === 'copied')!;
    expect(span).toMatchObject({ depth: 2, stalenessDays: 10.5, stalenessEncounters: 1, similarity: 1, source: { note: '2', index: 1 }, origin: { note: '1', index: 0, author: 'dr-a' } });
    expect(chart[0]!.text.slice(span.origin!.start, span.origin!.end)).toBe(first.slice(0, -1));
    expect(textOf(chart[2]!, span).replaceAll('\n', ' ').trim()).toBe(first.toUpperCase());
  });

  it('is silent about what it cannot know', () => {
    const undated = analyseChart(chart.map((one) => ({ ...one, at: null, encounter: null, author: null, id: 'same' })));
    expect(undated.notes[2]!.spans.find(({ kind }) => kind === 'copied')).toMatchObject({ stalenessDays: null, stalenessEncounters: null, origin: { index: 0, author: null } });
    expect(undated).toMatchObject({ templatesKnown: false, factsKnown: false });
  });

  it('keeps two sources apart, and what stands between them', () => {
    const [one, two, fresh] = [prose('e', 4), prose('f', 4), prose('g', 4)];
    const { notes: [, , last] } = analyseChart([note(one), note(two), note(`${two}\n${fresh}\n${one}`)]);
    expect(last!.spans.map(({ kind, origin }) => [kind, origin?.index])).toEqual([['copied', 1], ['authored', undefined], ['copied', 0]]);
  });

  it('does not take a phrase or vital signs for a copy', () => {
    const vitals = (n: number) => `BP ${110 + n}/${70 + n}, HR ${80 + n}, RR ${14 + n}, temp 98.${n}, SpO2 ${95 + n} % on room air. Patient denies chest pain, shortness of breath, nausea or vomiting. ${prose(`v${n}`, 3)}`;
    for (const { spans } of analyseChart([0, 1, 2, 3, 4].map((n) => note(vitals(n)))).notes) expect(spans.map(({ kind }) => kind)).toEqual(['authored']);
  });
});

describe('templates', () => {
  const template = 'REVIEW OF SYSTEMS\nConstitutional: no fever, no chills, no weight change.\nEyes: vision stable, no discharge.\nRespiratory: no cough or wheezing, no hemoptysis.\nGastrointestinal: appetite fair, no melena, no hematochezia.\nSkin: no new lesions or ulcers reported today.';
  const corpus = (patients: number) => Array.from({ length: patients }, (_, p) => [0, 1].map((n) => note(`${prose(`t${p}.${n}`, 4)} before${p}${n}\n${template}\nafter${p}${n} ${prose(`u${p}.${n}`, 3)}`, { id: `${p}-${n}`, subject: `p${p}`, author: `dr-${p % 2}`, unit: 'Medicine' })));

  it('are told from copies by the patients who have them, to the word', async () => {
    const charts = corpus(12);
    const templates = await learnTemplates(charts.flat());
    expect(templates).toMatchObject({ known: true, patients: 12, notes: 24 });
    expect(templates.patientsOfAuthor('dr-0')).toBe(6);
    for (const chart of charts) for (const [n, { spans }] of analyseChart(chart, { templates }).notes.entries()) {
      expect(spans.map(({ kind }) => kind)).toEqual(['authored', 'templated', 'authored']);
      expect(textOf(chart[n]!, spans[1]!).trim()).toBe(template);
      expect(spans[1]!.template).toMatchObject({ patients: 12, scope: 'unit' });
    }
  });

  it('cannot be learned from three patients, and the answer says so', async () => {
    const charts = corpus(3);
    const result = analyseChart(charts[0]!, { templates: await learnTemplates(charts.flat()) });
    expect(result.templatesKnown).toBe(false);
    expect(result.notes[1]!.characters.templated).toBe(0);
  });

  it('of one author are told from those of several units', async () => {
    const charts = Array.from({ length: 12 }, (_, p) => note(`${prose(`s${p}`, 3)}\n${p < 4 ? template : prose(`w${p}`, 3)}`, { subject: `p${p}`, author: p < 4 ? 'dr-x' : `dr-${p}`, unit: `unit ${p}` }));
    const templates = await learnTemplates(charts);
    expect(analyseChart([charts[0]!], { templates }).notes[0]!.spans.find(({ kind }) => kind === 'templated')!.template).toMatchObject({ patients: 4, scope: 'author' });
  });

  it('are found in bounded memory: what recurs survives, what is new passes', () => {
    const learner = templateLearner({ newcomers: 1 << 10, entries: 1 << 10 });
    for (const chart of corpus(60)) for (const one of chart) learner.add(one);
    const templates = learner.finish();
    expect(templates.size).toBeGreaterThan(3);
    expect(templates.size).toBeLessThan(200);
  });
});

describe('imported', () => {
  const facts: Fact[] = [
    { label: 'Sodium', aliases: ['Na'], value: 138, unit: 'mmol/L', at: null },
    { label: 'Hemoglobin', value: '11.2', unit: 'g/dL', at: null },
    { label: 'Creatinine', value: 1.4, unit: 'mg/dL', at: null },
    { label: 'lisinopril 10 mg oral tablet', value: null, unit: null, at: null },
    { label: 'aspirin 81 mg oral tablet', value: null, unit: null, at: null },
  ];
  const kindsOf = (text: string) => analyseChart([note(text)], { facts: () => facts }).notes[0]!;

  it('are lines that say the values and lists of the encounter', () => {
    const text = 'He feels better today.\nNa 138 mmol/L\nHemoglobin: 11.2 g/dL (L)\nCreatinine 1.40\nMEDS\n- lisinopril 10 mg oral tablet\n- aspirin 81 mg oral tablet\nWe will go on.';
    const { spans } = kindsOf(text);
    const imported = spans.filter(({ kind }) => kind === 'imported').map((span) => text.slice(span.start, span.end));
    expect(imported.join(' ')).toContain('138 mmol/L');
    expect(imported.join(' ')).toContain('11.2 g/dL (L)');
    expect(imported.join(' ')).toContain('1.40');
    expect(imported.join(' ')).toContain('aspirin 81 mg oral tablet');
    expect(imported.join(' ')).not.toMatch(/better|go on/);
  });

  it('are neither other numbers nor what somebody tells in a sentence', () => {
    expect(kindsOf('Sodium 131 mmol/L\nHemoglobin: 9.2 g/dL').characters.imported).toBe(0);
    expect(kindsOf('His creatinine of 1.4 worries us less than the swelling of both legs, which has come back since Monday evening.').characters.imported).toBe(0);
    expect(analyseChart([note('Na 138 mmol/L')]).factsKnown).toBe(false);
  });
});

describe('whatever comes', () => {
  const sound = (notes: readonly NoteText[], result = analyseChart(notes)) => {
    expect(result.notes).toHaveLength(notes.length);
    for (const [i, { spans, shares, characters }] of result.notes.entries()) {
      let end = 0;
      for (const span of spans) {
        expect(span.start).toBe(end);
        expect(span.end).toBeGreaterThan(span.start);
        end = span.end;
        if (span.kind !== 'copied') continue;
        expect(span.source!.index).toBeLessThan(i);
        expect(span.origin!.index).toBeLessThanOrEqual(span.source!.index);
        expect(span.depth).toBeGreaterThanOrEqual(1);
        expect(span.similarity).toBeGreaterThan(0);
        expect(span.similarity).toBeLessThanOrEqual(1);
        expect(span.source!.end).toBeLessThanOrEqual(notes[span.source!.index]!.text.length);
        expect(span.origin!.end).toBeLessThanOrEqual(notes[span.origin!.index]!.text.length);
      }
      expect(end).toBe(notes[i]!.text.length);
      expect(kinds.reduce((sum, kind) => sum + characters[kind], 0)).toBe(notes[i]!.text.length);
      if (notes[i]!.text.length === 0) expect(shares).toBeNull();
      else expect([shares!.imported + shares!.authored + shares!.templated + shares!.copied, shares!.copied + shares!.templated + shares!.imported + shares!.authored]).toEqual([100, 100]);
    }
  };

  it('covers every text with spans whose shares are exactly 100 %', () => {
    const word = fc.constantFrom('a', 'the', 'Pain', '12.5', '\n', '…', '\ud800', '痛み', 'Ärztin', 'x'.repeat(50));
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.array(word, { maxLength: 120 }).map((words) => words.join(' ')), fc.constantFrom(prose('q', 5), prose('q', 5).slice(70), ''));
    fc.assert(fc.property(fc.array(text, { maxLength: 6 }), (texts) => sound(texts.map((one) => note(one)))), { numRuns: 150 });
  });

  it('says of the bytes of a text what it says of the text, and asks for no string of ASCII', () => {
    const pieces = [prose('r', 4), prose('s', 4).replaceAll("'", '’'), 'Größe 178 cm, Prüfung “o. B.”, T 37,2 °C', '胸が痛い 😀'];
    fc.assert(fc.property(fc.array(fc.array(fc.constantFrom(...pieces), { maxLength: 4 }), { maxLength: 6 }), (texts) => {
      const notes = texts.map((parts) => note(parts.join('\n')));
      const bytes = notes.map((one): NoteText => ({
        ...one, utf8: Buffer.from(one.text),
        get text(): string {
          if (/^[\0-\x7f]*$/.test(one.text)) throw new Error('made a string');
          return one.text;
        },
      }));
      expect(analyseChart(bytes, { facts: () => [] })).toEqual(analyseChart(notes, { facts: () => [] }));
    }), { numRuns: 60 });
  });

  it('takes 100,000 identical notes of one patient', () => {
    const text = prose('same', 3);
    const notes = Array.from({ length: 100_000 }, () => note(text));
    const result = analyseChart(notes);
    expect(result.notes[0]!.shares!.copied).toBe(0);
    for (const index of [1, 50_000, 99_999]) expect(result.notes[index]).toMatchObject({ shares: { copied: 100 }, spans: [{ origin: { index: 0 }, source: { index: index - 1 }, depth: Math.min(index, 65_535) }] });
  }, 240_000);

  it('takes notes of 5 MB, repeated letters and words, and empty ones', () => {
    const random = seededRandom('long');
    const long = Array.from({ length: 50_000 }, () => sentence(random)).join('\n').slice(0, 5_000_000);
    const notes = [long, long.slice(1000), 'a'.repeat(1_000_000), 'a '.repeat(300_000), 'a '.repeat(300_000), '', '-----', 'ab '.repeat(100_000), '\u0000'.repeat(1000)].map((text) => note(text));
    const result = analyseChart(notes);
    sound(notes, result);
    expect(result.notes[1]!.shares!.copied).toBeGreaterThan(99.9);
    expect(result.notes[4]!.shares!.copied).toBeGreaterThan(99.9);
  }, 240_000);

  it('has nothing to say about no notes', () => expect(analyseChart([])).toMatchObject({ subject: null, notes: [], shared: [] }));

  const charts = synthea(root);
  it.skipIf(!charts)('calls most of Synthea’s notes copied or templated (../shared/data/synthea-10-bulk)', async () => {
    const notes = [...charts!].map(([subject, ofOne]) => ofOne.map((one) => note(one.text, { ...one, subject })));
    const templates = await learnTemplates(notes.flat());
    const total = { copied: 0, templated: 0, imported: 0, authored: 0 };
    for (const chart of notes) {
      const result = analyseChart(chart, { templates });
      for (const { characters } of result.notes) for (const kind of kinds) total[kind] += characters[kind];
    }
    expect(total.authored / (total.copied + total.templated + total.authored)).toBeLessThan(0.2);
  });
});
