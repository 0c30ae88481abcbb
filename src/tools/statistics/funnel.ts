// Which units lie further from the rest than chance and their ordinary differences explain?
import { normalQuantile } from './normal.ts';
import type { Cluster } from './design-effect.ts';

export interface Funnel {
  /** The share of all units together. */
  centre: number;
  /** Mean squared standardized distance, the outermost tenth on each side drawn in; 1: the units differ as chance makes them. */
  dispersion: number;
  /** Standard deviation between units on the transformed scale (0: none beyond chance). */
  between: number;
  units: FunnelUnit[];
}

export interface FunnelUnit extends Cluster {
  /** Standardized distance from the centre, differences between units allowed for. */
  z: number;
  /** 95 % limits (two standard errors) and 99.8 % limits (three) for a unit of this size, as shares. */
  low95: number;
  high95: number;
  low998: number;
  high998: number;
  outside: 'below' | 'above' | null;
}

const transformed = (share: number): number => Math.asin(Math.sqrt(share));
const back = (x: number): number => Math.sin(Math.min(Math.PI / 2, Math.max(0, x))) ** 2;
const z95 = normalQuantile(0.975);
const z998 = normalQuantile(0.999);

/**
 * Funnel limits with over-dispersion: shares on the arcsine scale, where their variance is 1/(4n); the dispersion from
 * winsorised z-scores (10 % each side), and a variance between units by the method of moments (additive model).
 * `effective` gives the n a unit is worth where its observations are clustered; without it n itself.
 * @returns null with fewer than three units or nobody in them.
 * Source: Spiegelhalter DJ. Stat Med 2005;24:1185-1202; Spiegelhalter et al. J R Stat Soc A 2012;175:1-47, section 5.
 */
export function funnel(units: readonly (Cluster & { effective?: number })[]): Funnel | null {
  const filled = units.filter(({ n }) => n > 0);
  if (filled.length < 3) return null;
  const worth = filled.map(({ n, effective }) => Math.max(1e-9, effective ?? n));
  const total = worth.reduce((sum, n) => sum + n, 0);
  const centre = filled.reduce((sum, { k, n }, i) => sum + (k / n) * worth[i]!, 0) / total;
  const errors = worth.map((n) => 1 / (2 * Math.sqrt(n)));
  const raw = filled.map(({ k, n }, i) => (transformed(k / n) - transformed(centre)) / errors[i]!);
  const sorted = [...raw].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length * 0.1);
  const [least, most] = [sorted[cut]!, sorted[sorted.length - 1 - cut]!];
  const dispersion = raw.reduce((sum, z) => sum + Math.min(most, Math.max(least, z)) ** 2, 0) / raw.length;
  const weights = errors.map((error) => 1 / error ** 2);
  const [w, ww] = weights.reduce(([w, ww], one) => [w + one, ww + one * one], [0, 0]);
  const spare = w - ww / w;
  const between = spare > 0 ? Math.sqrt(Math.max(0, (raw.length * dispersion - (raw.length - 1)) / spare)) : 0;
  return {
    centre, dispersion, between,
    units: filled.map(({ k, n }, i): FunnelUnit => {
      const error = Math.sqrt(errors[i]! ** 2 + between ** 2);
      const z = (transformed(k / n) - transformed(centre)) / error;
      const at = (times: number) => back(transformed(centre) + times * error);
      return { k, n, z, low95: at(-z95), high95: at(z95), low998: at(-z998), high998: at(z998), outside: z < -z998 ? 'below' : z > z998 ? 'above' : null };
    }),
  };
}

/** The limits of a unit of this size in this funnel, as shares: for the curve between the units that occur. */
export function limitsAt({ centre, between }: Pick<Funnel, 'centre' | 'between'>, n: number): Pick<FunnelUnit, 'low95' | 'high95' | 'low998' | 'high998'> {
  const error = Math.sqrt((1 / (2 * Math.sqrt(Math.max(1e-9, n)))) ** 2 + between ** 2);
  const at = (times: number) => back(transformed(centre) + times * error);
  return { low95: at(-z95), high95: at(z95), low998: at(-z998), high998: at(z998) };
}
