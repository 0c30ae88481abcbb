// How do two numbers and what lies between them read?
import { percent } from '../../../tools/ui/numbers.ts';
import { catalogue } from '../checks.ts';
import type { Change } from './model.ts';
import type { ComparedFinding } from './compare.ts';

export const checkName = (id: string): string => catalogue.find((check) => check.id === id)?.name ?? id;

export const share = ({ rate, n }: Pick<ComparedFinding, 'rate' | 'n'>): string => (rate === null ? `not measurable (n ${n.toLocaleString('en-US')})` : percent(rate));

export const sideOf = (finding: ComparedFinding | null): Change['before'] =>
  finding && { n: finding.n, k: finding.k, rate: finding.rate, low: finding.low, high: finding.high, threshold: finding.threshold, verdict: finding.verdict };
