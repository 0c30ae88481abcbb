// How do two numbers and what lies between them read?
import { percent } from '../../../tools/ui/numbers.ts';
import { catalogue } from '../checks.ts';
import type { StoredFinding } from '../model.ts';
import type { Change } from './model.ts';

export const checkName = (id: string): string => catalogue.find((check) => check.id === id)?.name ?? id;

export const share = ({ rate, n }: Pick<StoredFinding, 'rate' | 'n'>): string => (rate === null ? `not measurable (n ${n.toLocaleString('en-US')})` : percent(rate));

export const sideOf = (finding: Pick<StoredFinding, 'n' | 'k' | 'rate' | 'low' | 'high' | 'threshold' | 'verdict'> | null): Change['before'] =>
  finding && { n: finding.n, k: finding.k, rate: finding.rate, low: finding.low, high: finding.high, threshold: finding.threshold, verdict: finding.verdict };
