// How does an export become a sample that anybody can draw again?
import { createHash } from 'node:crypto';
import { Problem } from '../../../tools/base/problem.ts';
import type { Database } from '../../../tools/fhir/fhir.ts';
import type { CharterInput } from '../charter-input.ts';
import { tidy } from '../judging.ts';
import { allocateAll } from './allocate.ts';
import { estimatesOf } from './estimates.ts';
import { cellsOf, digestOfFrame, foundIn, frameTable, fullFeed, listTickets, sharesIn, type FrameCell, type FullFeed } from './frame.ts';
import { questionsOf } from './questions.ts';
import { rule, type Extension, type RecordKind, type SampleDocument, type SampledRecord, type SampleRequest, type StrataLevel, type StratumRow } from './sample-words.ts';

export interface DrawOptions {
  request: SampleRequest;
  extensions?: readonly Extension[];
  at: string;
  provenance: string;
  version: string;
  /** Samples drawn before: none of them may be what is drawn from now. */
  earlier?: readonly EarlierSample[];
}

/** What is known of a sample drawn before: enough to see that an export holds nothing else. */
export interface EarlierSample {
  name: string;
  frameRecords: number;
  records: ReadonlySet<string>;
}

export const seedDigest = (seed: string): string => createHash('sha256').update(seed).digest('hex');

export const kindOf = ({ of }: SampleRequest, input: CharterInput): RecordKind => of ?? (input.data.elements.some(({ per }) => per === 'encounter') ? 'encounter' : 'patient');

/**
 * Draws by the rule `attending-sample/1` from the tables an audit has prepared:
 * 1. the frame is every counted encounter (or patient), its digest is taken;
 * 2. strata are facility × department × month, or the finest coarser division with two records a stratum on average;
 * 3. n_h by `allocate`;
 * 4. within a stratum, ascending SHA-256(seed ‖ line feed ‖ record): the first n_h are drawn, the next are the reserve.
 * @throws Problem where nothing can be drawn from, or where the frame is itself a sample drawn before.
 */
export async function drawSample(database: Database, input: CharterInput, { request, extensions = [], at, provenance, version, earlier = [] }: DrawOptions): Promise<SampleDocument> {
  const { elements } = input.data;
  const of = kindOf(request, input);
  await database.run(frameTable(of));
  const frame = await digestOfFrame(database);
  if (frame.records === 0) throw new Problem('unprocessable', `The charter's population has no ${of} in this export, so nothing can be drawn.`, 'Look at `population` in the data section, or at the export.');
  for (const one of earlier) await refuseOwnSample(database, frame.records, one);
  const feed = await fullFeed(database, of, elements);
  const { level, cells } = await cellsOf(database, request.size, request.per);
  if (request.allocation === 'neyman') await spreadOver(database, of, level, cells, feed, input);
  const taken = allocateAll(cells, request, extensions);
  const asked = extensions.reduce((sum, { take }) => sum + take, 0);
  const before = extensions.length > 0 ? allocateAll(cells, request) : taken;
  const left = taken.reduce((sum, n, i) => sum + n - before[i]!, 0);
  if (left < asked) throw new Problem('unprocessable', `Only ${left} of the ${asked} further records asked for are in the frame.`, 'Everything there was drawn: look at the full feed.');
  // Enough in reserve that more can be taken from the worksheet at hand; all of it follows from the seed anyway.
  const listed = await listTickets(database, level, cells, request.seed, cells.map(({ size }, i) => Math.min(size, Math.max(taken[i]! * 3, taken[i]! + 10))));
  const found = await foundIn(database, of, elements);
  const strata = strataOf(cells, taken);
  const records = listed
    .map((one): SampledRecord => ({ number: 1, record: one.ref, stratum: one.stratum, rank: one.rank, ticket: one.ticket, drawn: one.rank <= taken[one.stratum]!, facility: one.facility, department: one.department, month: one.month, found: found.get(one.ref) ?? {} }))
    .sort((a, b) => Number(b.drawn) - Number(a.drawn) || a.stratum - b.stratum || a.rank - b.rank)
    .map((one, i) => ({ ...one, number: i + 1 }));
  return {
    attending: 'sample/1', rule, tool: { name: 'attending', version }, drawnAt: at,
    charter: { digest: input.digest, deployment: input.deployment, data: input.data },
    request: { ...request, of }, seedDigest: seedDigest(request.seed),
    frame: { ...frame, level, provenance },
    extensions: [...extensions], strata, questions: questionsOf(input.data, of),
    estimates: estimatesOf(elements, strata, records, feed), records,
  };
}

export const strataOf = (cells: readonly (FrameCell | StratumRow)[], taken: readonly number[]): StratumRow[] =>
  cells.map(({ facility, department, period, size, spread }, at) => {
    const n = taken[at]!;
    return { facility, department, period, size, n, spread, probability: tidy(n / size)!, weight: n === 0 ? null : tidy(size / n) };
  });

/** Neyman's S_h = √(p(1-p)) of the weakest critical element in the full feed, p = (k+1)/(n+2) so that small strata are not taken for sure. */
async function spreadOver(database: Database, of: RecordKind, level: StrataLevel, cells: FrameCell[], feed: readonly FullFeed[], { data: { elements } }: CharterInput): Promise<void> {
  const rate = (el: number) => {
    const mine = feed.filter((row) => row.el === el);
    return mine.reduce((sum, { k }) => sum + k, 0) / Math.max(1, mine.reduce((sum, { n }) => sum + n, 0));
  };
  const critical = elements.flatMap(({ tier }, el) => (tier === 'critical' ? [el] : []));
  const weakest = (critical.length > 0 ? critical : elements.map((_, el) => el)).sort((a, b) => rate(a) - rate(b))[0];
  if (weakest === undefined) return;
  const key = (one: { facility: string; department: string | null; period: string | null }) => JSON.stringify([one.facility, one.department, one.period]);
  const shares = new Map((await sharesIn(database, of, level, weakest, elements[weakest]!)).map((row) => [key(row), (row.k + 1) / (row.n + 2)]));
  for (const cell of cells) {
    const p = shares.get(key(cell)) ?? 0.5;
    cell.spread = tidy(Math.sqrt(p * (1 - p)))!;
  }
}

async function refuseOwnSample(database: Database, records: number, { name, frameRecords, records: drawn }: EarlierSample): Promise<void> {
  if (records > drawn.size || records >= frameRecords) return;
  const rows = await database.rows<{ ref: string }>('SELECT ref FROM frame');
  if (rows.every(({ ref }) => drawn.has(ref)))
    throw new Problem('unprocessable', `This export holds nothing but records of the sample ${name}: a sample of a sample says nothing about production.`, 'Draw from the full export of the production data.');
}
