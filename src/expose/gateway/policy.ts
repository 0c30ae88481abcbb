// What may an AI say here, to whom, and what happens when something fails?
import { z } from 'zod';
import { day } from '../../tools/base/endpoint.ts';
import { slug } from '../../tools/base/id.ts';

/** What the gateway does with a vendor's service. `staged` and `live` show; only a hold-out or a rule holds back in `live`. */
export const policyModes = {
  off: 'Nothing is asked.',
  shadow: 'Asked and recorded; nobody sees the answer.',
  staged: 'Shown to those whose arm shows; recorded for all.',
  live: 'Shown to everybody it is meant for, but a hold-out.',
  suspended: 'Stopped; the fallback workflow is in use.',
} as const;
export type PolicyMode = keyof typeof policyModes;
export const policyMode = z.enum(Object.keys(policyModes) as [PolicyMode, ...PolicyMode[]]);

const sentence = z.string().min(1).max(500);
const share = z.number().min(0).max(1);

/** By what is drawn who belongs to which arm: the same one always lands in the same arm. */
export const assignment = z.enum(['encounter', 'patient', 'user', 'unit', 'facility']);
export type Assignment = z.infer<typeof assignment>;

const arm = z.strictObject({
  id: slug,
  shows: z.boolean().describe('Whether this arm sees the output.'),
  share: share.describe('How many of those who are drawn; what the arms leave over is the hold-out, which sees nothing.'),
});

/** A reason to stay silent. Somebody answers for it, it ends, and a sample is shown anyway so that its harm would be seen. */
export const rule = z.strictObject({
  id: slug,
  says: sentence.describe('In which context it stays silent, e.g. "already on antibiotics".'),
  when: z.enum(['before', 'after']).describe('Before the vendor is asked, or on each card of the answer.'),
  condition: sentence.describe('A FHIRPath that is true where it stays silent. `%prefetch`, `%context`, `%hook`, `%card` and `%now` are there; `%since-6h` is the instant six hours ago (m, h or d).'),
  owner: sentence,
  expires: day,
  showAnyway: share.default(0.02).describe('The share that is shown all the same, drawn once per encounter.'),
});
export type Rule = z.infer<typeof rule>;

const reason = z.strictObject({ code: z.string().min(1).max(100), system: z.string().max(300).optional(), display: sentence });

export const policy = z.strictObject({
  mode: policyMode,
  only: z.strictObject({ facilities: z.array(slug).default([]), departments: z.array(slug).default([]) }).prefault({}).describe('Where it may be shown; empty: everywhere the charter names.'),
  by: assignment.default('encounter'),
  arms: z.array(arm).default([]).describe('None: everybody is shown in `live`, nobody in `staged`.'),
  rules: z.array(rule).default([]),
  repeat: z.strictObject({ withinMinutes: z.number().positive(), by: z.enum(['encounter', 'patient']).default('encounter') }).nullable().default(null).describe('The same class is not shown again within this time.'),
  budget: z.strictObject({ perEncounter: z.int().positive().nullable().default(null), perUserDay: z.int().positive().nullable().default(null) }).prefault({}).describe('How many cards are shown at most.'),
  human: z
    .strictObject({
      criticalNeedsReason: z.boolean().default(true).describe('A critical card carries reasons for going another way.'),
      systemActions: z.enum(['hold', 'suggest']).default('hold').describe('What the vendor wants done without a person: held, or turned into a suggestion. It never reaches an EHR unseen.'),
      reasons: z.array(reason).default([]).describe('The hospital’s own reasons, appended to those of the card.'),
    })
    .prefault({}),
  classes: z.array(z.strictObject({ class: slug, when: sentence.describe('A FHIRPath over `%card`; the first that is true names the class.'), critical: z.boolean().optional() })).default([]).describe('Which class of output, as the charter names it, a card is.'),
  deadlineMs: z.int().min(50).max(30_000).default(5_000).describe('An answer after this is late, and nobody sees it.'),
  failure: z
    .strictObject({
      vendor: z.literal('empty').default('empty').describe('The vendor fails: no card.'),
      ledger: z.enum(['empty', 'show-and-flag']).default('empty').describe('It cannot be recorded. `empty`: no unlogged AI. `show-and-flag`: shown although nobody can prove it; for outputs whose absence would hurt more.'),
      lint: z.enum(['drop-card', 'drop-all']).default('drop-card').describe('A card that breaks the specification.'),
    })
    .prefault({}),
});
export type Policy = z.infer<typeof policy>;

/** The policy every service begins with. */
export const firstPolicy: Policy = policy.parse({ mode: 'off' });

/** What a policy needs a second person for: more people would see the output, or a safeguard would go. */
export function needsApproval(before: Policy, after: Policy): string[] {
  const shows = (of: Policy) => of.mode === 'live' || of.mode === 'staged';
  const reasons: string[] = [];
  if (!shows(after)) return reasons;
  if (!shows(before)) reasons.push(`the mode becomes ${after.mode}`);
  else if (after.mode === 'live' && before.mode === 'staged') reasons.push('the mode becomes live');
  if (!shows(before)) return reasons;
  const width = (of: Policy) => shownOn(of).reduce((sum, { from, to }) => sum + to - from, 0);
  if (width(after) > width(before) + 1e-9) reasons.push('more are drawn to see it');
  else if (shownOn(after).some((one) => !isWithin(one, shownOn(before)))) reasons.push('others are drawn to see it');
  if (after.by !== before.by) reasons.push('arms are drawn by another thing');
  const wider = (was: readonly string[], is: readonly string[]) => was.length > 0 && (is.length === 0 || is.some((one) => !was.includes(one)));
  if (wider(before.only.facilities, after.only.facilities) || wider(before.only.departments, after.only.departments)) reasons.push('it is shown in more places');
  for (const one of before.rules) {
    const now = after.rules.find(({ id }) => id === one.id);
    if (!now) reasons.push(`the rule ${one.id} goes`);
    else if (now.condition !== one.condition || now.when !== one.when || now.showAnyway > one.showAnyway || now.expires < one.expires) reasons.push(`the rule ${one.id} changes`);
  }
  const looser = (was: number | null | undefined, is: number | null | undefined) => was != null && (is == null || is > was);
  if (looser(before.budget.perEncounter, after.budget.perEncounter) || looser(before.budget.perUserDay, after.budget.perUserDay)) reasons.push('the budget grows');
  if (before.repeat && (!after.repeat || after.repeat.withinMinutes < before.repeat.withinMinutes)) reasons.push('repeats are shown sooner');
  // The same patient may come again in another encounter.
  else if (before.repeat?.by === 'patient' && after.repeat?.by === 'encounter') reasons.push('repeats are shown in another encounter');
  if (before.human.criticalNeedsReason && !after.human.criticalNeedsReason) reasons.push('critical cards lose their reasons');
  if (before.human.systemActions === 'hold' && after.human.systemActions !== 'hold') reasons.push('the vendor’s own actions become suggestions');
  if (before.failure.ledger === 'empty' && after.failure.ledger !== 'empty') reasons.push('outputs would be shown without a record');
  if (before.failure.lint === 'drop-all' && after.failure.lint !== 'drop-all') reasons.push('cards beside a broken one are shown');
  if (after.deadlineMs > before.deadlineMs) reasons.push('later answers are shown');
  if (JSON.stringify(after.classes) !== JSON.stringify(before.classes)) reasons.push('cards are classed otherwise');
  return reasons;
}

/** Which part of [0, 1), on which everybody is drawn to a place of their own, is shown: arms lie on it one after the other. */
function shownOn({ arms, mode }: Policy): { from: number; to: number }[] {
  if (arms.length === 0) return mode === 'live' ? [{ from: 0, to: 1 }] : [];
  const parts: { from: number; to: number }[] = [];
  let at = 0;
  for (const { shows, share } of arms) {
    const last = parts.at(-1);
    if (shows && last?.to === at) last.to = at + share;
    else if (shows) parts.push({ from: at, to: at + share });
    at += share;
  }
  return parts;
}
const isWithin = (one: { from: number; to: number }, parts: readonly { from: number; to: number }[]): boolean => one.to - one.from < 1e-9 || parts.some(({ from, to }) => one.from >= from - 1e-9 && one.to <= to + 1e-9);

/** What is wrong with a policy although every field is: shares beyond the whole, a rule that has ended, an id twice. */
export function policyFaults(of: Policy, today: string): { path: string; says: string }[] {
  const faults: { path: string; says: string }[] = [];
  const total = of.arms.reduce((sum, one) => sum + one.share, 0);
  if (total > 1 + 1e-9) faults.push({ path: 'arms', says: `the arms take ${Math.round(total * 100)} % together; at most 100 % can be drawn` });
  const twice = (ids: readonly string[]) => ids.find((id, nth) => ids.indexOf(id) !== nth);
  const [arms, rules] = [twice(of.arms.map(({ id }) => id)), twice(of.rules.map(({ id }) => id))];
  if (arms) faults.push({ path: 'arms', says: `there are two arms ${arms}` });
  if (rules) faults.push({ path: 'rules', says: `there are two rules ${rules}` });
  if (of.mode === 'staged' && !of.arms.some((one) => one.shows && one.share > 0)) faults.push({ path: 'arms', says: 'staged needs an arm that shows' });
  for (const [nth, one] of of.rules.entries()) if (one.expires < today) faults.push({ path: `rules[${nth}].expires`, says: `the rule ${one.id} ended on ${one.expires}` });
  return faults;
}
