// Which measures does a sample give to the gates, when it is drawn and when its review is done?
import type { NewMeasurement } from '../../../spine/measures/model.ts';
import { count, countOf } from '../judging.ts';
import { mayBeProduction } from '../model.ts';
import { drawnOf } from './questions.ts';
import type { ReviewResults, SampleDocument } from './sample-words.ts';

export interface AboutSample {
  deployment: string;
  source: string;
  asOf: string;
  /** Draws from the same frame before this one. */
  before: number;
  slugOf(facility: string): string | null;
}

/** `audit.sample-size`, of the whole and of each facility. */
export function sizesOf(sample: SampleDocument, { deployment, source, asOf, before, slugOf }: AboutSample): NewMeasurement[] {
  const drawn = drawnOf(sample);
  const production = mayBeProduction(sample.frame.provenance);
  const again = before > 0 ? ` It is draw ${before + 1} from this frame.` : '';
  const one = (facility: string | null): NewMeasurement => {
    const n = facility === null ? drawn.length : drawn.filter((record) => record.facility === facility).length;
    const of = facility === null ? sample.frame.records : sample.strata.filter((row) => row.facility === facility).reduce((sum, { size }) => sum + size, 0);
    const explain = `${countOf(n, sample.request.of)} of ${count(of)}${facility === null ? '' : ` of ${facility}`} drawn at random, by a seed the ledger held before the data were read.${again}`;
    return {
      measure: 'audit.sample-size', deployment, source, asOf, class: 'E2', scope: { facility: facility === null ? null : (slugOf(facility) ?? facility), department: null },
      value: production ? n : null, interval: null, n, explain: production ? explain : `${explain} The data show themselves to be ${sample.frame.provenance.replaceAll('-', ' ')}, which is no production sample.`,
    };
  };
  return [null, ...new Set(drawn.map(({ facility }) => facility))].map(one);
}

/** `audit.chart-agreement` and `audit.reviewer-kappa`. */
export function reviewMeasurements(sample: SampleDocument, results: ReviewResults, { deployment, source, asOf }: Pick<AboutSample, 'deployment' | 'source' | 'asOf'>): NewMeasurement[] {
  const shared = { deployment, source, asOf, class: 'E2' as const };
  const whole = { facility: null, department: null };
  const left = results.open > 0 ? ` ${countOf(results.open, 'disagreement')} left open and out.` : '';
  const words = new Map(sample.estimates.map(({ element, name, tier }) => [element, { name, tier }]));
  const agreement = (element: ReviewResults['elements'][number], scope: NewMeasurement['scope']): NewMeasurement => ({
    ...shared, measure: 'audit.chart-agreement', scope, value: element.carried.value, interval: element.carried.interval, n: element.carried.n,
    explain: `Of the values of ${words.get(element.element)?.name ?? element.element} in ${countOf(element.carried.n, 'reviewed chart')}, the share that stands in the export and is the same.${left}`,
  });
  const critical = results.elements.filter(({ element }) => words.get(element)?.tier === 'critical');
  // A critical element nobody could settle makes the weakest unknown, not good.
  const weakest = critical.find(({ carried }) => carried.value === null) ?? critical.toSorted((a, b) => a.carried.value! - b.carried.value!)[0];
  const { overall } = results;
  return [
    ...(weakest ? [agreement(weakest, whole)] : []),
    ...results.elements.map((element) => agreement(element, { ...whole, element: element.element })),
    { ...shared, measure: 'audit.reviewer-kappa', scope: whole, value: overall.kappa, interval: overall.interval, n: overall.n, explain: `Two reviewers, ${countOf(overall.n, 'answer')} about ${countOf(overall.records, 'record')}, pooled over the questions.` },
    ...results.agreement.map((one): NewMeasurement => ({ ...shared, measure: 'audit.reviewer-kappa', scope: { ...whole, element: one.question }, value: one.kappa, interval: one.kappaInterval, n: one.n, explain: `“${one.asks}” answered by two reviewers for ${countOf(one.n, 'record')}${one.kappa === null && one.n > 0 ? ': always alike and always the same, so kappa says nothing' : ''}; PABAK ${one.pabak === null ? 'not measurable' : one.pabak.toFixed(2)}.` })),
  ];
}
