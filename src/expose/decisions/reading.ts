// What is shown of decisions: one by one, and counted?
import { charterFacts, requireDeployment } from '../../spine/deployments/deployments.ts';
import { shift } from '../../tools/base/clock.ts';
import type { Answered } from '../../tools/base/endpoint.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { Db } from '../../tools/server/database.ts';
import { wilson } from '../../tools/statistics/intervals.ts';
import { counted, hour, minute } from './day.ts';
import { actionable, ignored, leadMs, type Fact } from './fact.ts';
import { disposition as dispositions, assurance as assurances } from './intake.ts';
import type { listDecisions, ShownDecision, summary as summaryEndpoint } from './model.ts';
import { manyPeople } from './people.ts';
import { catchUp } from './project.ts';
import * as records from './records.ts';
import { quantile, type Class } from './time-class.ts';

/** Where the charter promises no action window, silence counts as ignored after a day. */
export const usualWindow = 24 * 3_600_000;

export async function windowOf(db: Db, deployment: string, asOf: string): Promise<number> {
  const { charter } = await charterFacts(db, deployment, asOf);
  const minutes = charter?.document.decision.actionWindowMinutes;
  return minutes === undefined ? usualWindow : minutes * 60_000;
}

export function shown(fact: Fact, windowMs: number, now: string): ShownDecision {
  const { decision, at, askedAt, recordedAt, shownAt, seenAt, subject, facility, department, version, score, label, critical, disposition, rule, arm, assurance, via, delivered, momentAt, actAt, reason, edited, dwellMs, actedAt, repeatOf } = fact;
  return {
    decision, at, askedAt, recordedAt, shownAt, seenAt, subject, facility, department, version, class: fact.class, score, label, critical, disposition, rule, arm, assurance, via, delivered, momentAt,
    leadMs: leadMs(fact), actionable: actionable(fact), act: fact.act ?? (ignored(fact, windowMs, now) ? 'ignored' : null), actAt, reason, edited, dwellMs, actedAt, repeatOf,
  };
}

/** After a large batch a page does not wait for all of its facts. */
const patience = 10_000;

type ListQuery = records.DecisionFilter & { deployment: string; after?: string | undefined; limit: number };

export async function listOf(house: House, caller: Caller, { deployment, after, limit, ...filter }: ListQuery): Promise<Answered<typeof listDecisions>> {
  const found = await requireDeployment(house.db, caller, deployment);
  await catchUp(house.db, { atMost: patience });
  const now = house.clock.now();
  const rows = await records.factRows(house.db, found.id, filter, after === undefined ? null : cursorFrom(after), limit + 1);
  const windowMs = await windowOf(house.db, found.id, now);
  const last = rows[limit - 1];
  return { items: rows.slice(0, limit).map((row) => shown(records.factFrom(row), windowMs, now)), next: rows.length > limit && last ? `${last.at}.${last.decision}` : null };
}

function cursorFrom(after: string): { at: string; decision: string } {
  const found = /^(\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z)\.(dec_[0-9a-z]{26})$/.exec(after);
  if (!found) throw new Problem('bad-input', 'This is not a cursor of this list.', 'Hand back the `next` of the page before.', [{ path: 'after', says: after.slice(0, 80) }]);
  return { at: found[1]!, decision: found[2]! };
}

const rateOf = (k: number, n: number) => {
  const interval = wilson(k, n);
  return { k, n, rate: n === 0 ? null : k / n, low: interval?.low ?? null, high: interval?.high ?? null };
};

/**
 * Of what was shown and whose window is over: how many, and on how many of them was acted inside it. One that nobody
 * acted on counts from the end of the hour on in which its window ended.
 */
export function windowCounts(acted: readonly Class[], silent: readonly Class[], windowMs: number, until: string): { k: number; n: number } {
  const many = (classes: readonly Class[]) => classes.reduce((total, one) => total + one.decisions, 0);
  const over = silent.filter((one) => (one.class + 1) * hour + windowMs <= Date.parse(until));
  return { k: many(acted.filter((one) => one.class * minute <= windowMs)), n: many(acted) + many(over) };
}

/** The smallest number of people a shared view may show. */
const smallest = 5;

export async function summaryOf(house: House, caller: Caller, asked: { deployment: string; from?: string | undefined; to?: string | undefined }): Promise<Answered<typeof summaryEndpoint>> {
  const found = await requireDeployment(house.db, caller, asked.deployment);
  await catchUp(house.db, { atMost: patience });
  const { db, clock } = house;
  const to = asked.to ?? clock.now().slice(0, 10);
  const from = asked.from ?? shift(`${to}T00:00:00.000Z`, -27 * 86_400_000).slice(0, 10);
  if (from > to) throw new Problem('bad-input', `The period begins after its end: ${from} to ${to}.`, 'Give the earlier day as `from`.', [{ path: 'from', says: from }]);
  const end = shift(`${to}T00:00:00.000Z`, 86_400_000);
  const until = end < clock.now() ? end : clock.now();
  const windowMs = await windowOf(db, found.id, clock.now());
  const [rows, classes, sets, upTo] = await Promise.all([records.dayRows(db, found.id, from, to), records.timesBetween(db, found.id, from, to), records.peopleBetween(db, found.id, from, to), records.readProgress(db)]);
  const timesOf = (what: string) => classes.filter((one) => one.what === what);
  const inWindow = windowCounts(timesOf('acted'), timesOf('silent'), windowMs, until);
  const userSets = sets.filter(({ kind }) => kind === 'user').map(({ people }) => people);
  const users = manyPeople(userSets);
  const userDays = userSets.reduce((total, one) => total + manyPeople([one]), 0);
  const spread = (what: string) => ({ p50: quantile(timesOf(what), 0.5), p95: quantile(timesOf(what), 0.95) });
  const sum = (of: readonly records.DayRow[], name: (typeof counted)[number]) => of.reduce((total, row) => total + row[name], 0);
  const shownRows = rows.filter((row) => row.disposition === 'shown');
  const days = [...new Set(rows.map((row) => row.day))].sort();
  const units = [...new Map(shownRows.map((row) => [`${row.facility}\n${row.department}`, row])).values()];
  return {
    from, to,
    days: days.map((day) => ({ day, ...(Object.fromEntries(dispositions.options.map((one) => [one, sum(rows.filter((row) => row.day === day && row.disposition === one), 'decisions')])) as Record<(typeof dispositions.options)[number], number>) })),
    dispositions: dispositions.options.flatMap((disposition) => {
      const these = rows.filter((row) => row.disposition === disposition);
      const n = (name: (typeof counted)[number]) => sum(these, name);
      return these.length === 0 ? [] : [{ disposition, decisions: n('decisions'), critical: n('critical'), repeats: n('repeats'), undelivered: n('undelivered'), accepted: n('accepted'), overridden: n('overridden'), reasons: n('reasons'), acted: n('acted'), timed: n('timed'), tooLate: n('too_late') }];
    }),
    assurances: assurances.options.flatMap((assurance) => {
      const decisions = sum(rows.filter((row) => row.assurance === assurance), 'decisions');
      return decisions === 0 ? [] : [{ assurance, decisions }];
    }),
    units: units.map(({ facility, department }) => {
      const these = shownRows.filter((row) => row.facility === facility && row.department === department);
      const subjects = manyPeople(sets.filter((one) => one.kind === 'subject' && one.facility === facility && one.department === department).map(({ people }) => people));
      const few = subjects < smallest;
      return { facility: facility || null, department: department || null, shown: sum(these, 'decisions'), subjects: few ? null : subjects, accepted: few ? null : sum(these, 'accepted'), overridden: few ? null : sum(these, 'overridden') };
    }).sort((a, b) => b.shown - a.shown),
    rates: {
      accepted: rateOf(sum(shownRows, 'accepted'), sum(shownRows, 'decisions') - sum(shownRows, 'undelivered')),
      overridden: rateOf(sum(shownRows, 'overridden'), sum(shownRows, 'decisions') - sum(shownRows, 'undelivered')),
      overrideReasons: rateOf(sum(rows, 'reasons'), sum(rows, 'overridden')),
      beforeDecision: rateOf(sum(shownRows, 'timed') - sum(shownRows, 'too_late'), sum(shownRows, 'timed')),
      inActionWindow: rateOf(inWindow.k, inWindow.n),
      repeats: rateOf(sum(shownRows, 'repeats'), sum(shownRows, 'decisions')),
    },
    burden: { shown: sum(shownRows, 'decisions'), users: users < smallest ? null : users, shownPerUserDay: users < smallest || userDays === 0 ? null : sum(shownRows, 'addressed') / userDays },
    times: { n: sum(rows, 'decisions'), answerMs: spread('answer'), recordMs: spread('record'), dwellMs: { n: timesOf('dwell').reduce((total, one) => total + one.decisions, 0), ...spread('dwell') } },
    upTo,
  };
}
