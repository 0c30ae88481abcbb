// What did the sepsis alert say in the five weeks before today, when nobody was shown any of it?
import type { LineIn } from '../../src/expose/decisions/model.ts';
import { days, hours, minutes, shift, type Instant } from '../../src/tools/base/clock.ts';
import { hospitals } from '../hospitals.ts';
import { between, logNormal, poisson, stream } from '../random.ts';

/** Days before today since when its maker answers in silence, for the validation that the purchase depends on. No gate lets it speak yet. */
export const silentFrom = 35;

/** Answers a day in one department. Made-up numbers, like everything here. */
const perDay = 2.4;

/** Everything told about it, in the order of time; reported after the fact by the maker's nightly file. */
export function sepsisDecisions(version: string, seed: string, now: Instant): LineIn[] {
  const lines: LineIn[] = [];
  const latest = shift(now, -hours(1));
  for (let back = silentFrom; back >= 0; back--) {
    const day = shift(`${now.slice(0, 10)}T00:00:00.000Z`, -days(back));
    for (const hospital of hospitals)
      for (const department of hospital.departments) {
        if (department.kind === 'clinic') continue;
        const random = stream(seed, 'sepsis', hospital.slug, department.slug, silentFrom - back);
        const count = poisson(random, perDay);
        for (let nth = 0; nth < count; nth++) {
          const key = `sepsis-${hospital.code}-${department.slug}-${silentFrom - back}-${nth}`;
          const at = shift(day, Math.round(hours(between(random, 0, 24))));
          if (at < latest) lines.push(...answer({ key, at, version, facility: hospital.slug, code: hospital.code, department: department.slug, latest }, stream(seed, key)));
        }
      }
  }
  return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

interface Asked {
  key: string;
  at: Instant;
  version: string;
  facility: string;
  code: string;
  department: string;
  latest: Instant;
}

function answer({ key, at, version, facility, code, department, latest }: Asked, random: ReturnType<typeof stream>): LineIn[] {
  const score = Math.round((0.38 + 0.6 * random.uniform() ** 2) * 1000) / 1000;
  const high = score >= 0.6;
  const septic = random.uniform() < (score - 0.3) * 0.8;
  const patient = `${code}-${department}-patient-${random.integer(1, 90)}`;
  const knownAt = shift(at, Math.round(hours(between(random, 20, 60))));
  return [
    {
      what: 'decision', key, at, askedAt: shift(at, -Math.round(logNormal(random, 420, 0.5))), subject: patient, encounter: `${patient}-stay`, facility, department, version,
      output: { class: high ? 'high-risk' : 'watch', score, critical: high }, disposition: 'shadow',
      // The round is at hand, or has just gone by: one in eight answers comes after it.
      momentAt: shift(at, Math.round(minutes(logNormal(random, 34, 0.9) - 10))),
    },
    // Whether it was sepsis is known a day or two later, from the chart.
    ...(knownAt < latest ? [{ what: 'outcome' as const, key, at: knownAt, name: 'sepsis', positive: septic, acted: false }] : []),
  ];
}
