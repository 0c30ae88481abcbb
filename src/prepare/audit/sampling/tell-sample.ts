// How is a sample, its check and its review told at a terminal?
import { count, countOf, percent, sayInterval } from '../judging.ts';
import { mayBeProduction } from '../model.ts';
import { drawnOf } from './questions.ts';
import { strataLevels, type AuditedSample, type ReviewResults, type SampleDocument } from './sample-words.ts';

export function tellSample(sample: SampleDocument, written: readonly string[]): string {
  const { frame, strata, request, estimates } = sample;
  const facilities = [...new Set(strata.map(({ facility }) => facility))];
  const overall = estimates.filter(({ facility, department, tier }) => department === null && tier !== 'context' && (facility === null || facilities.length > 1));
  return [
    `Drawn: ${countOf(drawnOf(sample).length, request.of)} of ${count(frame.records)}, stratified by ${strataLevels[frame.level]} (${countOf(strata.length, 'stratum', 'strata')}).`,
    ...facilities.map((facility) => `  ${facility}: ${count(strata.filter((one) => one.facility === facility).reduce((sum, { n }) => sum + n, 0))} of ${count(strata.filter((one) => one.facility === facility).reduce((sum, { size }) => sum + size, 0))}`),
    `Seed, SHA-256: ${sample.seedDigest}`,
    `Frame, SHA-256: ${frame.digest}`,
    ...(mayBeProduction(frame.provenance) ? [] : [`Provenance: ${frame.provenance.replaceAll('-', ' ')}.`]),
    '',
    ...overall.map(({ says, fullFeed, verdict }) => `${marks[verdict]} ${says}${fullFeed && fullFeed.rate !== null ? ` The full feed has ${percent(fullFeed.rate)}.` : ''}`),
    '',
    ...written.map((path) => `Written: ${path}`),
    ...(written.length > 0 ? ['These files point at single patients: keep them as you keep charts.'] : []),
  ].join('\n') + '\n';
}

const marks = { met: '✓', 'not-met': '✗', undecided: '≈', 'not-measurable': '–' };

export function tellResults({ agreement, overall, open, elements, others }: ReviewResults): string {
  const range = (one: { low: number; high: number } | null) => (one === null ? '' : ` (95 % interval ${one.low.toFixed(2)} to ${one.high.toFixed(2)})`);
  const kappa = (value: number | null) => (value === null ? 'not measurable' : value.toFixed(2));
  const share = ({ n, value, interval }: { n: number; value: number | null; interval: { low: number; high: number } | null }) => (value === null ? 'not measurable' : `${percent(value)}${sayInterval(interval?.low ?? null, interval?.high ?? null)}, n ${count(n)}`);
  return [
    `Two reviewers agree beyond chance: kappa ${kappa(overall.kappa)}${range(overall.interval)}, over ${countOf(overall.n, 'answer')} about ${countOf(overall.records, 'record')}.`,
    ...agreement.filter(({ n }) => n > 0).map((one) => `  ${one.question}: kappa ${kappa(one.kappa)}${range(one.kappaInterval)}, PABAK ${kappa(one.pabak)}, alike ${one.observed === null ? 'not measurable' : percent(one.observed)}, n ${count(one.n)}`),
    open === 0 ? 'No disagreement is open.' : `${countOf(open, 'disagreement')} open, left out below: a third person settles them.`,
    '',
    'Export against chart (weighted to everything that was drawn from):',
    ...elements.flatMap((one) => [
      `  ${one.element}`,
      `    of what the charts have, the export has: ${share(one.sensitivity)}`,
      `    of what the export has, the charts have: ${share(one.ppv)}`,
      `    of what both have, the same: ${share(one.same)}`,
    ]),
    ...others.map((one) => `  ${one.question}: yes in ${share(one)}`),
  ].join('\n') + '\n';
}

/** Under an audit of a sample: what was looked at, and the estimates beside the full feed. */
export function tellAuditedSample({ records, frame, estimates, request }: AuditedSample): string {
  return [
    '',
    `A sample: every check above looked at ${countOf(records.length, request.of)} of ${count(frame.records)}, stratified by ${strataLevels[frame.level]}. Weighted to all of them:`,
    ...estimates.filter(({ facility }) => facility === null).map(({ says, fullFeed, verdict }) => `${marks[verdict]} ${says}${fullFeed && fullFeed.rate !== null ? ` The full feed has ${percent(fullFeed.rate)}.` : ''}`),
  ].join('\n') + '\n';
}
