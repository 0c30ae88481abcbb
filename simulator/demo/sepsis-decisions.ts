// What did the sepsis alert say in the seven weeks before today: silent at first, then in a trial on two wards, then silent again?
import type { LineIn } from '../../src/expose/decisions/model.ts';
import { days, hours, minutes, shift, type Instant } from '../../src/tools/base/clock.ts';
import { hospitals } from '../hospitals.ts';
import { between, choose, logNormal, poisson, stream } from '../random.ts';

/**
 * Days before today. The trial is older than the programme (11 days): it was begun on two wards without a charter and
 * ended when the governance office learnt of it. It is why there is a charter now; nobody is shown anything since.
 */
export const trial = { silentFrom: 47, shownFrom: 24, endedOn: 12, facility: 'ocotillo-university-hospital', departments: ['medicine', 'surgery'] } as const;

/** Answers a day in one department. Made-up numbers, like everything here. */
const perDay = 2.4;
const reasons = { 'already-treated': 5, 'not-septic': 4, 'comfort-care': 1, 'alert-repeated': 2 } as const;

/** Everything told about it, in the order of time; reported after the fact by the vendor's nightly file. */
export function sepsisDecisions(version: string, seed: string, now: Instant): LineIn[] {
  const lines: LineIn[] = [];
  const latest = shift(now, -hours(1));
  for (let back = trial.silentFrom; back >= 0; back--) {
    const day = shift(`${now.slice(0, 10)}T00:00:00.000Z`, -days(back));
    for (const hospital of hospitals)
      for (const department of hospital.departments) {
        if (department.kind === 'clinic') continue;
        const random = stream(seed, 'sepsis', hospital.slug, department.slug, trial.silentFrom - back);
        const inTrial = back <= trial.shownFrom && back > trial.endedOn && hospital.slug === trial.facility && (trial.departments as readonly string[]).includes(department.slug);
        const count = poisson(random, inTrial ? perDay * 2 : perDay);
        for (let nth = 0; nth < count; nth++) {
          const key = `sepsis-${hospital.code}-${department.slug}-${trial.silentFrom - back}-${nth}`;
          const at = shift(day, Math.round(hours(between(random, 0, 24))));
          if (at < latest) lines.push(...answer({ key, at, version, facility: hospital.slug, code: hospital.code, department: department.slug, inTrial, latest }, stream(seed, key)));
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
  inTrial: boolean;
  latest: Instant;
}

function answer({ key, at, version, facility, code, department, inTrial, latest }: Asked, random: ReturnType<typeof stream>): LineIn[] {
  const score = Math.round((0.38 + 0.6 * random.uniform() ** 2) * 1000) / 1000;
  const high = score >= 0.6;
  const septic = random.uniform() < (score - 0.3) * 0.8;
  const patient = `${code}-${department}-patient-${random.integer(1, 90)}`;
  // In the trial two of three encounters were shown; the rest is the hold-out. Those on antibiotics are left in peace.
  const shows = inTrial && random.chance(0.67);
  const treated = shows && random.chance(0.16);
  const disposition = !shows ? ('shadow' as const) : treated ? ('suppressed' as const) : ('shown' as const);
  const askedAt = shift(at, -Math.round(logNormal(random, 420, 0.5)));
  const shownAt = shift(at, Math.round(between(random, 150, 1_500)));
  const user = `${code}-nurse-${random.integer(1, 14)}`;
  const lines: LineIn[] = [
    {
      what: 'decision', key, at, askedAt, ...(disposition === 'shown' && { shownAt }), subject: patient, encounter: `${patient}-stay`, user, facility, department, version,
      output: { class: high ? 'high-risk' : 'watch', score, critical: high }, disposition, ...(disposition === 'suppressed' && { rule: 'on-antibiotics' }), ...(inTrial && { arm: shows ? 'trial' : 'hold-out' }),
      // The round is at hand, or has just gone by: one in eight answers comes after it.
      momentAt: shift(at, Math.round(minutes(logNormal(random, 34, 0.9) - 10))),
    },
  ];
  const tell = (line: LineIn) => void (line.at < latest && lines.push(line));
  if (disposition === 'shown') {
    const seenAt = shift(shownAt, Math.round(minutes(logNormal(random, 4, 0.8))));
    // The second and third alert of a shift are looked at more shortly; some hardly look at all.
    const dwellMs = Math.round(logNormal(random, user.endsWith('3') ? 2_500 : 14_000, 0.7));
    if (!random.chance(0.24)) {
      tell({ what: 'use', key, at: seenAt, touch: 'displayed', user });
      const accepted = random.chance(septic ? 0.72 : high ? 0.4 : 0.28);
      tell({ what: 'feedback', key, at: shift(seenAt, dwellMs), act: accepted ? 'accepted' : 'overridden', user, dwellMs, ...(!accepted && random.chance(0.81) && { reason: { code: choose(random, reasons) } }) });
      if (accepted && random.chance(0.6)) tell({ what: 'outcome', key, at: shift(seenAt, dwellMs + Math.round(minutes(logNormal(random, 35, 0.7)))), name: 'lactate-drawn', positive: true, acted: true });
    }
  }
  // Whether it was sepsis is known a day or two later, from the chart.
  tell({ what: 'outcome', key, at: shift(at, Math.round(hours(between(random, 20, 60)))), name: 'sepsis', positive: septic, acted: false });
  return lines;
}
