// Which decisions did the AIs of the demo make in the last four weeks, and what did people do with them?
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { completeness, drawDrill, listDecisions, listDrills, tellBatch, tellSourceCounts, type LineIn } from '../../src/expose/decisions/model.ts';
import { days, hours, minutes, shift, type Instant } from '../../src/tools/base/clock.ts';
import { hospitals, localOffset } from '../hospitals.ts';
import { between, choose, logNormal, poisson, stream, type Random } from '../random.ts';
import type { Acting } from './accounts.ts';
import { payloadOf, quietDrafts } from './authorization-drafts.ts';
import type { DemoDeployment } from './plan.ts';
import { countsOf } from './source-counts.ts';
import { sepsisDecisions } from './sepsis-decisions.ts';

/** How an AI of the demo is used. */
interface Habit {
  /** Days before today since when it is told of. */
  days: number;
  /** Decisions on a working day, all clinics together. */
  perDay: number;
  class: string;
  disposition: 'shown' | 'shadow';
  /** Minutes from the answer until the person needed it; below zero where it came too late. */
  lead: (random: Random) => number;
  /** How often it is accepted as it stands or after an edit; the rest is overridden. Those who never answered are `silent`. */
  accepted: number;
  silent: number;
  reasons: Readonly<Record<string, number>>;
  /** The outcome that is looked up later, and how often it is so. */
  outcome: { name: string; positive: number; afterHours: number };
  /** Share of overrides without a reason. */
  unexplained: number;
}

/** Made-up numbers. The sepsis alert has a history of its own: sepsis-decisions.ts. */
const habits: Readonly<Record<string, Habit>> = {
  'prior-authorization': {
    days: 28, perDay: 44, class: 'draft-request', disposition: 'shown', lead: (random) => logNormal(random, 38, 0.9) - 2.5, accepted: 0.82, silent: 0.02,
    reasons: { 'missing-evidence': 5, 'wrong-payer-rule': 3, 'already-authorized': 1, 'clinician-changed-order': 2 }, outcome: { name: 'authorized', positive: 0.87, afterHours: 60 }, unexplained: 0.03,
  },
  'ambient-scribe': {
    days: 21, perDay: 62, class: 'draft', disposition: 'shadow', lead: (random) => logNormal(random, 12, 0.8) - 1, accepted: 0, silent: 1,
    reasons: { none: 1 }, outcome: { name: 'reviewed-as-usable', positive: 0.91, afterHours: 30 }, unexplained: 0,
  },
};

const people = 6;

/** Everything told about some weeks of one AI, in the order of time. The same seed gives the same decisions; only their days follow `now`. */
export function decisionsOf(slug: string, version: string, seed: string, now: Instant): LineIn[] {
  if (slug === 'sepsis-alert') return sepsisDecisions(version, seed, now);
  const habit = habits[slug];
  if (!habit) return [];
  const { days: period } = habit;
  const lines: LineIn[] = [];
  const latest = shift(now, -hours(1));
  for (let back = period; back >= 0; back--) {
    const day = shift(`${now.slice(0, 10)}T00:00:00.000Z`, -days(back));
    const weekday = new Date(day).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    for (const hospital of hospitals) {
      const random = stream(seed, slug, hospital.slug, period - back);
      for (let nth = 0; nth < poisson(stream(seed, slug, hospital.slug, 'n', period - back), habit.perDay * hospital.share); nth++) {
        const key = `${slug}-${hospital.code}-${period - back}-${nth}`;
        const at = shift(day, hours(between(random, 8, 17) - localOffset));
        const told = oneDecision(habit, { key, at, version, random, facility: hospital.slug, code: hospital.code, latest });
        if (at < latest) lines.push(...told);
      }
    }
  }
  if (slug === 'prior-authorization') lines.push(...quietDrafts(version, seed, now));
  return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function oneDecision(habit: Habit, { key, at, version, random, facility, code, latest }: { key: string; at: Instant; version: string; random: Random; facility: string; code: string; latest: Instant }): LineIn[] {
  const person = Math.floor(random.uniform() * people);
  const shown = habit.disposition === 'shown';
  const lines: LineIn[] = [
    {
      what: 'decision', key, at, askedAt: shift(at, -Math.round(logNormal(random, 1_900, 0.5))), ...(shown && { shownAt: shift(at, Math.round(between(random, 200, 2_000))) }),
      subject: `${code}-patient-${Math.floor(random.uniform() * 240)}`, encounter: `${key}-visit`, user: `${code}-user-${person}`, facility, department: 'clinic', version,
      output: { class: habit.class, score: Math.round(random.uniform() ** 0.4 * 1000) / 1000, critical: true }, disposition: habit.disposition, momentAt: shift(at, Math.round(minutes(habit.lead(random)))),
      ...(habit.class === 'draft-request' && { payload: payloadOf(key) }),
    },
  ];
  const about = (changes: Partial<LineIn> & { at: Instant }) => {
    if (changes.at < latest) lines.push({ key, ...changes } as LineIn);
  };
  const silent = random.uniform() < habit.silent;
  // Some read every draft, some hardly look: each person has a pace of their own.
  const seenAt = shift(at, Math.round(minutes(logNormal(random, 6, 0.9))));
  const dwellMs = Math.round(logNormal(random, person === 0 ? 4_000 : 28_000, 0.6));
  // On its screen within two seconds, read by somebody or not: the maker's own log tells of it.
  if (shown) lines.push({ what: 'use', key, at: shift(at, 2_000), touch: 'displayed', user: `${code}-user-${person}` });
  if (shown && !silent) {
    about({ what: 'use', touch: 'opened', at: seenAt, user: `${code}-user-${person}` });
    const accepted = random.uniform() < habit.accepted;
    const explained = random.uniform() >= habit.unexplained;
    about({ what: 'feedback', at: shift(seenAt, dwellMs), act: accepted ? 'accepted' : 'overridden', user: `${code}-user-${person}`, dwellMs, ...(accepted ? { edited: Math.round(random.uniform() ** 3 * 100) / 100 } : explained ? { reason: { code: choose(random, habit.reasons) } } : {}) });
  }
  about({ what: 'outcome', at: shift(at, Math.round(hours(habit.outcome.afterHours * between(random, 0.6, 1.6)))), name: habit.outcome.name, positive: random.uniform() < habit.outcome.positive, acted: false });
  return lines;
}

/** Tells the product of the decisions that a product at this stage would have made, and of what its maker counted. They are reported after the fact, and say so. Gives how many lines. */
export async function loadDecisions(plan: DemoDeployment, as: Acting, { folder, seed, now }: { folder: string; seed: string; now: Instant }): Promise<number> {
  const engineer = as('dataEngineer');
  const lines = decisionsOf(plan.slug, plan.product.version, seed, now);
  const counts = countsOf(plan.slug, lines, now);
  if (lines.length === 0) return 0;
  const query = { deployment: plan.slug };
  // Counts come last: where they are, everything before them is there as well. The same batch again is taken once.
  const there = counts ? (await engineer.ask(completeness, { query })).hours.length > 0 : (await engineer.ask(listDecisions, { query: { ...query, limit: 1 } })).items.length > 0;
  let recorded = 0;
  if (!there) {
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${plan.slug}.ndjson`);
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    try {
      ({ recorded } = await engineer.send(tellBatch, { query }, file));
    } finally {
      await rm(file, { force: true });
    }
    if (counts) await engineer.ask(tellSourceCounts, { body: { ...query, ...counts } });
  }
  if (plan.drills && (await as('safety').ask(listDrills, { query })).items.length === 0) await as('safety').ask(drawDrill, { body: query });
  return recorded;
}
