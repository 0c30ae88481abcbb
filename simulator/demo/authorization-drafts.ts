// What was each draft of the prior-authorization assistant made of, and which drafts did nobody see?
import type { LineIn } from '../../src/expose/decisions/model.ts';
import { days, hours, minutes, shift, type Instant } from '../../src/tools/base/clock.ts';
import { hospitals, localOffset } from '../hospitals.ts';
import { between, choose, logNormal, poisson, stream } from '../random.ts';

const payers = { 'Saguaro Health Plan': 5, 'Mesquite Mutual': 3, 'State plan (synthetic)': 4 } as const;
const orders = { 'Magnetic resonance imaging, lumbar spine': 4, 'Infliximab infusion': 3, 'Polysomnography': 2, 'Cardiac positron emission tomography': 1 } as const;
const documents = ['order', 'last progress note', 'imaging report', 'medication list', 'laboratory results'] as const;

/** Input and output of one draft in full: what a reconstruction drill has to find. Synthetic. */
export function payloadOf(key: string) {
  const random = stream('authorization', key);
  const order = choose(random, orders);
  const found = documents.filter(() => random.chance(0.8));
  return {
    input: { order, payer: choose(random, payers), documents: [...found], asked: documents.length },
    output: { draft: `Request for: ${order}. Enclosed: ${found.join(', ') || 'nothing'}.`, missing: documents.filter((one) => !found.includes(one)) },
  };
}

/** Drafts a working day, all clinics together. Made up. */
const perDay = 800;
const since = 7;

/**
 * In the last week the assistant also drafts for every order outside the pilot, in silence: the maker and the committee want
 * to see that it bears the next wave. Nobody sees these drafts.
 */
export function quietDrafts(version: string, seed: string, now: Instant): LineIn[] {
  const lines: LineIn[] = [];
  const latest = shift(now, -hours(1));
  for (let back = since; back >= 0; back--) {
    const day = shift(`${now.slice(0, 10)}T00:00:00.000Z`, -days(back));
    if ([0, 6].includes(new Date(day).getUTCDay())) continue;
    for (const { slug, code, share } of hospitals) {
      const random = stream(seed, 'quiet-drafts', slug, since - back);
      for (let left = poisson(random, perDay * share), nth = 0; nth < left; nth++) {
        const at = shift(day, Math.round(hours(between(random, 8, 17) - localOffset)));
        const key = `authorization-quiet-${code}-${since - back}-${nth}`;
        const line: LineIn = {
          what: 'decision', key, at, askedAt: shift(at, -Math.round(logNormal(random, 1_900, 0.5))), subject: `${code}-patient-${Math.floor(random.uniform() * 120)}`, facility: slug, department: 'clinic', version,
          output: { class: 'draft-request', score: Math.round(random.uniform() ** 0.4 * 1000) / 1000, critical: true }, disposition: 'shadow', momentAt: shift(at, Math.round(minutes(logNormal(random, 38, 0.9) - 2.5))), payload: payloadOf(key),
        };
        if (at < latest) lines.push(line);
      }
    }
  }
  return lines;
}
