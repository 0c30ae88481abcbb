// Which attested numbers do all three demo deployments share in kind, and how are they written down?
import type { DemoPerson } from './people.ts';
import type { Attested } from './plan.ts';

type Line = readonly [measure: string, value: number, how?: Pick<Attested, 'n' | 'interval'>];

/** Numbers read from one document, each attested by the same person. All of them are made up, and say so. */
export const from = (document: string, by: DemoPerson, reason: string, ...lines: readonly Line[]): Attested[] =>
  lines.map(([measure, value, how]) => ({ measure, value, by, document: `${document} (synthetic)`, reason: `Demo hospital, made-up number. ${reason}`, ...how }));

/** A share with its Wilson interval (Wilson, J Am Stat Assoc 1927;22:209), 95 %. */
export function share(k: number, n: number): Pick<Attested, 'n' | 'interval'> & { value: number } {
  const z = 1.959964;
  const p = k / n;
  const centre = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { value: p, n, interval: { low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale) } };
}

/** A line of a share. */
export const shareLine = (measure: string, k: number, n: number): Line => {
  const { value, ...how } = share(k, n);
  return [measure, value, how];
};
