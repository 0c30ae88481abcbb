// How does the audit's page say that it looked at a sample, and what the full feed says beside it?
import { count, countOf, percent } from '../judging.ts';
import { escape } from '../report/html.ts';
import { strataLevels, type AuditedSample } from './sample-words.ts';

const words = { met: '✓ met', 'not-met': '✗ not met', undecided: '≈ undecided', 'not-measurable': '– not measurable' };

/** A part of audit.html; nothing where the whole export was looked at. */
export function samplePart(sample: AuditedSample | undefined): string {
  if (!sample) return '';
  const rows = sample.estimates.filter(({ facility }) => facility === null).map((one) => `<tr><th scope="row">${escape(one.name)}</th><td>${one.value === null ? 'not measurable' : percent(one.value)}</td><td>${one.low === null || one.high === null ? '' : `${percent(one.low)} to ${percent(one.high)}`}</td><td>${count(one.n)}</td><td>${one.fullFeed?.rate == null ? '' : percent(one.fullFeed.rate)}</td><td>${words[one.verdict]}</td></tr>`);
  return `<section id="sample"><h2>A sample was looked at</h2>
<p>Every finding of this page is about ${countOf(sample.records.length, `drawn ${sample.request.of}`)} of ${count(sample.frame.records)}, stratified by ${strataLevels[sample.frame.level]}. Here they are weighted to all of them, with the full feed beside. Seed, SHA-256: <code>${sample.seedDigest}</code>.</p>
<div class="scroll"><table><thead><tr><td></td><th scope="col">By the sample</th><th scope="col">95 % interval</th><th scope="col">n</th><th scope="col">Full feed</th><th scope="col">Verdict</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}
