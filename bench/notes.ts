// How fast is clinical text traced end to end on one thread, how does that grow, and how right is it beside other methods?
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { plant, type Planting } from '../src/prepare/notes/provenance/planted/plant.ts';
import { scoreOfOurs } from '../src/prepare/notes/provenance/planted/answer.ts';
import { heldOut, morePlantings, ownPlantings, sharedPlantings } from '../src/prepare/notes/provenance/planted/plantings.ts';
import { minHash, sameSentence, tenWords, type Rival } from '../src/prepare/notes/provenance/planted/rivals.ts';
import { score, type Score } from '../src/prepare/notes/provenance/planted/score.ts';
import { analyseChart, crossPatientFindings, templateLearner, type NoteText, type SharedSpan } from '../src/prepare/notes/provenance/provenance.ts';
import { letterTable, plainMachine } from '../src/prepare/notes/provenance/plain-words.ts';
import { vectorMachine } from '../src/prepare/notes/provenance/word-machine.ts';
import { chartsOf } from '../src/prepare/notes/reading/charts.ts';
import { fromBase64 } from '../src/prepare/notes/reading/decode.ts';
import { openGathering } from '../src/prepare/notes/reading/gather.ts';
import { knownLines } from '../src/prepare/notes/reading/known-lines.ts';
import { plainLines } from '../src/prepare/notes/reading/plain-lines.ts';
import { listExport, readFolder } from '../src/prepare/notes/reading/read-folder.ts';
import { documentOf } from '../src/prepare/notes/reading/resources.ts';
import { shapedParser } from '../src/prepare/notes/reading/shapes.ts';

/**
 * Runner contract: `npm run bench notes [-- --small]`. Two parts. Speed: NDJSON of DocumentReference with base64 text → the room's
 * own readers → text by patient and time → templates learned → every span traced; each step in a process of its own, one
 * thread; 10,000 to 1,000,000 short notes for the growth (--small: to 100,000). Rightness: planted corpora, and three rivals on
 * the same notes. The last line of standard output is one JSON object {bench, figures, goals, met}. Exit 0: measured.
 */
const root = ['../', '../../'].map((up) => fileURLToPath(new URL(up, import.meta.url))).find((one) => existsSync(join(one, 'package.json')) && existsSync(join(one, 'examples/sepsis-charter.yaml')))!;
const isSmall = process.argv.includes('--small');

interface Step {
  notes: number;
  megabytes: number;
  tokens: number;
  spans: number;
  /** By the clock, and of the processor: on a machine that others use, only the second is the program's own. */
  seconds: number;
  cpu: number;
  /** Of the processor. */
  read: number;
  learn: number;
  trace: number;
  peakMB: number;
  /** What the machine allows just then: megabytes per processor second of a loop that looks at every letter once. */
  letters: number;
}

const ordinary: Planting = { name: 'ordinary notes', seed: 'bench', charts: 150, notes: [4, 40], lengths: [30, 150], editRate: 0.05 };
const short: Planting = { name: 'short notes', seed: 'bench short', charts: 300, notes: [2, 18], lengths: [30, 60], editRate: 0.05, authored: [15, 45], copies: [0, 1], imports: 0.2 };

const rivals: [string, Rival][] = [['ten words', tenWords], ['MinHash-LSH', minHash], ['same sentence', sameSentence]];

if (process.argv[2] === '--step') await measure(process.argv[3]!, process.argv[4]!);
else await main();

async function main(): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'attending-bench-notes-'));
  const remove = () => rmSync(place, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { remove(); process.exit(130); });
  try {
    const speed = run('ordinary notes', place, ordinary, { bytes: isSmall ? 40e6 : 120e6 });
    const growth = (isSmall ? [10_000, 100_000] : [10_000, 100_000, 1_000_000]).map((notes) => run(`${notes.toLocaleString('en-US')} short notes`, place, short, { notes }));
    const floors = floorsOf(place);
    const rivals = rivalSpeeds();
    const scores = rightness();
    const least = growth[0]!;
    const most = growth.at(-1)!;
    const at5 = [...scores.values()].filter(({ planting }) => planting.editRate === 0.05);
    const worst = (of: (score: Score) => number) => Math.min(...at5.map(({ ours }) => of(ours)));
    const figures = {
      megabytes: speed.megabytes, megabytesPerSecond: speed.megabytes / speed.seconds, megabytesPerCpuSecond: speed.megabytes / speed.cpu, tokensPerCpuSecond: speed.tokens / speed.cpu,
      looksAtEveryLetter: speed.letters / (speed.megabytes / speed.cpu), readSeconds: speed.read, learnSeconds: speed.learn, traceSeconds: speed.trace, peakMB: speed.peakMB,
      ...Object.fromEntries(growth.flatMap((one) => [[`microsecondsPerNote${one.notes}`, one.cpu / one.notes * 1e6], [`peakMB${one.notes}`, one.peakMB]])),
      growth: most.cpu / most.notes / (least.cpu / least.notes), largestNotes: most.notes,
      precision: worst(({ precision }) => precision), recall: worst(({ recall }) => recall), origin: worst(({ origin }) => origin),
      ...floors, ...rivals,
    };
    const goals = { megabytesPerCpuSecond: '>= 40', growth: '<= 1.2', precision: '>= 0.99', recall: '>= 0.96', origin: '>= 0.97' };
    const met = { megabytesPerCpuSecond: figures.megabytesPerCpuSecond >= 40, growth: figures.growth <= 1.2, precision: figures.precision >= 0.99, recall: figures.recall >= 0.96, origin: figures.origin >= 0.97 };
    console.log(JSON.stringify({ bench: 'notes', figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))])), goals, met }));
  } finally {
    remove();
  }
}

/** Writes the export, traces it in a process of its own, and removes it. */
function run(name: string, place: string, planting: Planting, wanted: { bytes?: number; notes?: number }): Step {
  const folder = join(place, 'export');
  writeExport(folder, planting, wanted);
  const done = spawnSync(process.execPath, ['--expose-gc', ...process.execArgv, fileURLToPath(import.meta.url), '--step', folder, place], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  rmSync(folder, { recursive: true, force: true });
  if (done.status !== 0) throw new Error(`${name} failed`);
  const step = JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Step;
  const perCpuSecond = step.megabytes / step.cpu;
  console.log(`${name.padEnd(24)} ${step.megabytes.toFixed(0).padStart(5)} MB ${step.seconds.toFixed(1).padStart(6)} s ${step.cpu.toFixed(1).padStart(6)} s cpu (read ${step.read.toFixed(1)}, learn ${step.learn.toFixed(1)}, trace ${step.trace.toFixed(1)})  ${perCpuSecond.toFixed(1).padStart(5)} MB/s cpu, ${(step.tokens / step.cpu / 1e6).toFixed(1)} million words/s  ${(step.cpu / step.notes * 1e6).toFixed(0).padStart(4)} µs/note  = ${(step.letters / perCpuSecond).toFixed(1)} looks at every letter (${step.letters.toFixed(0)} MB/s)  peak ${step.peakMB.toFixed(0)} MB`);
  return step;
}

/** The planted charts again and again as other hospitals: each copy has ids and letters of its own, so nothing repeats between them. */
function writeExport(folder: string, planting: Planting, { bytes = Infinity, notes = Infinity }: { bytes?: number; notes?: number }): void {
  mkdirSync(folder, { recursive: true });
  const charts = plant(planting).charts.map((chart) => chart.notes.map((note) => ({ ...note, bytes: Buffer.from(note.text) })));
  const file = openSync(join(folder, 'DocumentReference.ndjson'), 'w');
  let written = 0;
  let count = 0;
  let lines: string[] = [];
  const flush = () => { writeSync(file, lines.join('')); lines = []; };
  for (let copy = 0; written < bytes && count < notes; copy++) {
    const letters = lettersOf(copy);
    for (const chart of charts) {
      for (const note of chart) {
        if (written >= bytes || count >= notes) break;
        const text = Buffer.from(note.bytes);
        for (let i = 0; i < text.length; i++) text[i] = letters[text[i]!]!;
        written += text.length;
        lines.push(`${JSON.stringify({ resourceType: 'DocumentReference', id: `${note.id}-${copy}`, status: 'current', type: { coding: [{ system: 'http://loinc.org', code: note.type }] }, subject: { reference: `Patient/${note.subject}-${copy}` }, date: note.at, author: [{ reference: `Practitioner/${note.author}-${copy}` }], content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: text.toString('base64') } }], context: { encounter: [{ reference: `Encounter/${note.encounter}-${copy}` }] } })}\n`);
        count++;
        if (lines.length === 500) flush();
      }
    }
  }
  flush();
  closeSync(file);
}

/** Another order of the 26 letters for every copy: a step coprime to 26, a shift, and one letter in the place of `a`: 8,112 languages. */
function lettersOf(copy: number): Uint8Array {
  const steps = [1, 3, 5, 7, 9, 11, 15, 17, 19, 21, 23, 25];
  const table = Uint8Array.from({ length: 256 }, (_, code) => code);
  const first = Math.floor(copy / 312) % 26;
  for (let letter = 0; letter < 26; letter++) {
    const swapped = letter === 0 ? first : letter === first ? 0 : letter;
    const other = (swapped * steps[copy % 12]! + Math.floor(copy / 12)) % 26;
    table[97 + letter] = 97 + other;
    table[65 + letter] = 65 + other;
  }
  return table;
}

async function measure(folder: string, place: string): Promise<void> {
  const workspace = mkdtempSync(join(place, 'work-'));
  const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
  const start = process.hrtime.bigint();
  const before = spent();
  let last = before;
  const lap = () => { const now = spent(); const seconds = now - last; last = now; return seconds; };
  const { candidates, expected } = await listExport(folder, workspace);
  const gathering = openGathering(workspace, expected);
  await readFolder(folder, candidates, gathering, { paths: { facility: 'serviceProvider', department: 'location.location', clinician: 'participant.individual' } });
  await gathering.join();
  const read = lap();
  const learner = templateLearner();
  for (const { notes } of chartsOf(gathering, false)) for (const { note } of notes) learner.add(note);
  const templates = learner.finish();
  const learn = lap();
  const step: Step = { notes: 0, megabytes: statSync(join(folder, 'DocumentReference.ndjson')).size, tokens: 0, spans: 0, seconds: 0, cpu: 0, read, learn, trace: 0, peakMB: 0, letters: 0 };
  const shared: SharedSpan[] = [];
  let characters = 0;
  for (const { notes } of chartsOf(gathering, false)) {
    const traced = analyseChart(notes.map(({ note }) => note), { templates });
    shared.push(...traced.shared);
    step.notes += notes.length;
    for (const { tokens, characters: of, spans } of traced.notes) {
      // Spans are made when they are asked for: a report asks for all of them.
      step.spans += spans.length;
      step.tokens += tokens.copied + tokens.templated + tokens.imported + tokens.authored;
      characters += of.copied + of.templated + of.imported + of.authored;
    }
  }
  crossPatientFindings(shared);
  await gathering.close();
  step.trace = lap();
  step.megabytes = characters / 1e6;
  step.seconds = Number(process.hrtime.bigint() - start) / 1e9;
  step.cpu = last - before;
  step.peakMB = process.resourceUsage().maxRSS / 1024;
  step.letters = lettersPerSecond(lap);
  rmSync(workspace, { recursive: true, force: true });
  console.log(JSON.stringify(step));
}

/** Nothing can look at a text faster than this loop: how far from it something is says more than seconds of a busy machine. */
function lettersPerSecond(lap: () => number): number {
  const text = 'Denies chest pain, dyspnea or palpitations. '.repeat(1000);
  let letters = 0;
  let best = Infinity;
  for (let round = 0; round < 8; round++) {
    lap();
    for (let again = 0; again < 200; again++) for (let at = 0; at < text.length; at++) letters = (letters + text.charCodeAt(at)) | 0;
    best = Math.min(best, lap());
  }
  if (letters === 0) throw new Error('the letters sum up to nothing');
  return (text.length * 200) / best / 1e6;
}

/** Each unavoidable step alone, over and over on the same notes: megabytes of note text per processor second, at the best of six moments. */
function floorsOf(place: string): Record<string, number> {
  const folder = join(place, 'floors');
  writeExport(folder, ordinary, { bytes: 16e6 });
  const path = join(folder, 'DocumentReference.ndjson');
  const whole = readFileSync(path);
  const lines = whole.toString('latin1').trimEnd().split('\n').map((line) => Buffer.from(line, 'latin1'));
  const packed = gzipSync(whole);
  const data = lines.map((line) => (JSON.parse(line.toString('utf8')) as { content: { attachment: { data: string } }[] }).content[0]!.attachment.data);
  const texts = data.map((one) => Buffer.from(one, 'base64'));
  const megabytes = texts.reduce((sum, { length }) => sum + length, 0) / 1e6;
  const letters = letterTable();
  const plain = plainMachine(letters);
  const vectors = vectorMachine(letters) ?? plain;
  const shaped = shapedParser();
  const known = knownLines((resource, contents, place) => {
    const { subject, head, found } = documentOf(resource, 'DocumentReference', place, contents)!;
    return { subject: subject!, head, text: found.text };
  });
  const recordOf = (line: Buffer, row: number) => known.read(line, 0, row) ?? known.learn(line);
  const steps: Record<string, () => void> = {
    gunzip: () => gunzipSync(packed),
    jsonParse: () => lines.forEach((line) => JSON.parse(line.toString('utf8'))),
    shapes: () => lines.forEach((line) => shaped(line)),
    records: () => lines.forEach(recordOf),
    // The least that can be done: each line read once, its base64 once, its words hashed once.
    fileToWordsOnce: () => {
      for (const { bytes, line } of plainLines(path)) {
        const record = recordOf(bytes!, line);
        if (record) vectors.print(vectors.cut(record.subarray(record.length - known.textSize())));
      }
    },
    base64: () => data.forEach((one) => fromBase64(one)),
    utf8ToString: () => texts.forEach((text) => text.toString('utf8')),
    words: () => texts.forEach((text) => vectors.cut(text)),
    wordsAndFingerprints: () => texts.forEach((text) => vectors.print(vectors.cut(text))),
    plainWords: () => texts.forEach((text) => plain.cut(text)),
  };
  const figures: Record<string, number> = {};
  for (const [name, work] of Object.entries(steps)) {
    let best = Infinity;
    for (let round = 0; round < 6; round++) {
      const before = process.cpuUsage();
      work();
      const used = process.cpuUsage(before);
      best = Math.min(best, (used.user + used.system) / 1e6);
    }
    figures[`${name}AloneMBs`] = megabytes / best;
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`each step alone, per processor second: ${Object.entries(figures).map(([name, value]) => `${name.slice(0, -8)} ${value.toFixed(0)} MB/s`).join(' · ')}`);
  return figures;
}

/** The tracing alone, on decoded text: rivals know neither files nor templates. */
function rivalSpeeds(): Record<string, number> {
  const charts = plant(ordinary).charts.slice(0, 60).map(({ notes }) => notes.map((note): NoteText => ({ ...note, utf8: Buffer.from(note.text) })));
  const megabytes = charts.flat().reduce((sum, { text }) => sum + text.length, 0) / 1e6;
  const timed = (work: () => void) => {
    let best = Infinity;
    for (let round = 0; round < 3; round++) {
      const before = process.cpuUsage();
      work();
      const used = process.cpuUsage(before);
      best = Math.min(best, (used.user + used.system) / 1e6);
    }
    return megabytes / best;
  };
  const figures: Record<string, number> = {};
  // What this machine allows at this moment: one look at every letter. On a busy machine all figures fall together.
  let letters = 0;
  figures['lookAtEveryLetterMBs'] = timed(() => {
    for (const { text } of charts.flat()) for (let at = 0; at < text.length; at++) letters = (letters + text.charCodeAt(at)) | 0;
  });
  if (letters === 0) throw new Error('the letters sum up to nothing');
  figures['textOnlyMBs'] = timed(() => {
    const learner = templateLearner();
    for (const notes of charts) for (const note of notes) learner.add(note);
    const templates = learner.finish();
    for (const notes of charts) analyseChart(notes, { templates });
  });
  for (const [name, rival] of rivals) figures[`${name.replaceAll(/[^a-zA-Z]/g, '')}MBs`] = timed(() => charts.forEach((notes) => rival(notes)));
  console.log(`text in memory, per processor second: ${Object.entries(figures).map(([name, value]) => `${name.slice(0, -3)} ${value.toFixed(1)} MB/s`).join(' · ')}`);
  return figures;
}

function rightness(): Map<string, { planting: Planting; ours: Score }> {
  const shared = sharedPlantings(root);
  if (!shared) console.log('ACI-BENCH does not lie in ../shared/data: only the own prose is scored.');
  const results = new Map<string, { planting: Planting; ours: Score }>();
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`.padStart(9);
  console.log(`\n${'planted corpus'.padEnd(44)} ${'method'.padEnd(14)} precision    recall    origin   source  depth right  staleness off by   templated found, called copied`);
  for (const planting of [...ownPlantings, ...morePlantings, ...heldOut, ...(shared ?? [])]) {
    const corpus = plant(planting);
    const ours = scoreOfOurs(corpus);
    results.set(planting.name, { planting, ours });
    const template = ours.confusion['templated'];
    console.log(`${planting.name.padEnd(44)} ${'this'.padEnd(14)} ${percent(ours.precision)} ${percent(ours.recall)} ${percent(ours.origin)} ${percent(ours.source)} ${percent(ours.depthExact)}   ${ours.stalenessDaysError.toFixed(2)} days, ${ours.stalenessEncountersError.toFixed(3)} encounters ${percent(template?.templated ?? NaN)} ${percent(template?.copied ?? NaN)}`);
    if (planting.editRate !== 0.05 && planting.editRate !== 0) continue;
    for (const [name, rival] of rivals) {
      const said = corpus.charts.map(({ notes }) => rival(notes));
      const theirs = score(corpus, (chart, note) => said[chart]![note]!);
      console.log(`${''.padEnd(44)} ${name.padEnd(14)} ${percent(theirs.precision)} ${percent(theirs.recall)} ${percent(theirs.origin)}`);
    }
  }
  return results;
}
