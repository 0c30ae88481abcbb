// Do days that are added up say what their decisions say, one by one?
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { appendAll, ledger } from '../../spine/ledger/ledger.ts';
import type { Json } from '../../tools/base/canonical.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { timesOf } from './day.ts';
import { capability as decisions } from './decisions.ts';
import { kinds } from './entry-kinds.ts';
import type { Event } from './event.ts';
import { inActionWindow, type Fact } from './fact.ts';
import { bitsOf, manyPeople, peopleBytes, peopleIn } from './people.ts';
import { catchUp } from './project.ts';
import { windowCounts } from './reading.ts';
import { factFrom, factRows, type DecisionFilter, type FactRow } from './records.ts';
import { classOf, quantile, timeOf } from './time-class.ts';

it('a time is known to one per cent by its class, and a quantile too', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1_000_000, max: 3_000_000_000 }), { minLength: 1, maxLength: 60 }), fc.constantFrom(0.5, 0.95), (times, q) => {
      for (const ms of times) expect(Math.abs(timeOf(classOf(ms)) - ms)).toBeLessThanOrEqual(0.0101 * (Math.abs(ms) + 1) + 0.5);
      const exact = [...times].sort((a, b) => a - b)[Math.ceil(q * times.length) - 1]!;
      const found = quantile(times.map((ms) => ({ class: classOf(ms), decisions: 1 })), q)!;
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.0101 * (Math.abs(exact) + 1) + 0.5);
    }),
  );
  expect(quantile([], 0.5)).toBeNull();
});

it('people of several days are each counted once', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 40 }).map((n) => `sub_${n}`), { maxLength: 30 }), { maxLength: 6 }), (days) => {
      const sets = days.map((people) => peopleBytes(people.map(bitsOf)));
      expect(manyPeople(sets)).toBe(new Set(days.flat()).size);
      for (const [nth, set] of sets.entries()) expect(peopleIn(set)).toEqual([...new Set(days[nth]!.map(bitsOf))].sort((a, b) => a - b));
    }),
  );
});

it('the action window counts what the facts count, at every full hour', () => {
  const begin = Date.UTC(2026, 2, 1);
  const made = fc.record({ shown: fc.integer({ min: 0, max: 72 * 60 }), acted: fc.option(fc.integer({ min: -5_000, max: 6 * 3_600_000 })), disposition: fc.constantFrom('shown', 'shadow'), delivered: fc.constantFrom(null, true, false) });
  fc.assert(
    fc.property(fc.array(made, { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 100 }), (those, hours, until) => {
      const facts = those.map(({ shown, acted, disposition, delivered }) => {
        const shownAt = begin + shown * 60_000;
        return { at: new Date(shownAt).toISOString(), recordedAt: new Date(shownAt).toISOString(), askedAt: null, dwellMs: null, disposition, delivered, shownAt: disposition === 'shown' ? new Date(shownAt).toISOString() : null, actedAt: acted === null ? null : new Date(shownAt + acted).toISOString() } as unknown as Fact;
      });
      const now = new Date(begin + until * 3_600_000).toISOString();
      const classes = (what: string) => facts.flatMap((fact) => timesOf(fact)).filter((one) => one.what === what).map((one) => ({ class: one.class, decisions: 1 }));
      const each = facts.map((fact) => inActionWindow(fact, hours * 3_600_000, now)).filter((one) => one !== null);
      const found = windowCounts(classes('acted'), classes('silent'), hours * 3_600_000, now);
      expect(found).toEqual({ k: each.filter(Boolean).length, n: each.length });
    }),
  );
});

it('a list shows what its filter lets through, page by page', { timeout: 120_000 }, async () => {
  const house = await testHouse([ledger, decisions]);
  const begin = Date.UTC(2026, 2, 1);
  const actor = { kind: 'system' as const, ref: 'system', roles: [] };
  const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
  const events: Event[] = Array.from({ length: 240 }, (_, n): Event => {
    // Many on some days, none on others, and some at the very same moment.
    const at = new Date(begin + (Math.floor((n * n) / 90) * 7 + (n % 4 === 0 ? 0 : n % 4)) * 900_000).toISOString();
    const disposition = pick(['shown', 'shown', 'shown', 'shadow'] as const, n * 7);
    return { what: 'recorded', decision: `dec_${String((n * 7919) % 1000).padStart(26, '0')}`, at, name: `n${n}`, askedAt: null, shownAt: disposition === 'shown' ? at : null, subject: `sub_${n % 20}`, encounter: null, user: null, facility: pick(['north', 'south'], n), department: pick([null, 'icu', 'ward'], n >> 1), version: '1', class: pick(['often', 'often', 'often', 'rare'], n >> 3), score: null, label: null, critical: false, disposition, rule: null, arm: null, momentAt: null, assurance: pick(['reported', 'enforced'] as const, n), via: 'rest' };
  });
  for (const [n, one] of [...events].entries()) if (n % 5 === 0) events.push({ what: 'feedback', decision: one.decision, at: new Date(Date.parse(one.at) + 60_000).toISOString(), act: n % 2 === 0 ? 'accepted' : 'overridden', user: null, reason: null, reasonSystem: null, suggestion: null, edited: null, dwellMs: null });
  await house.db.transaction().execute((tx) => appendAll(tx, events.map((event) => ({ at: event.at, kind: (event.what === 'recorded' ? kinds.recorded : kinds.feedback).kind, actor, deployment: 'dep_1', subject: `decision/${event.decision}`, body: event as unknown as Json }))));
  await catchUp(house.db);
  const { rows } = await sql<FactRow>`select * from decisions.fact order by at desc, decision desc`.execute(house.db);
  expect(rows).toHaveLength(240);
  const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
  const day = fc.integer({ min: 0, max: 60 }).map((n) => new Date(begin + n * 13 * 3_600_000).toISOString());
  await fc.assert(
    fc.asyncProperty(
      fc.record({ disposition: some('shown', 'shadow'), act: some('accepted' as const, 'overridden' as const, 'none' as const), assurance: some('reported', 'enforced'), facility: some('north', 'south', 'nowhere'), department: some('icu'), class: some('rare', 'often'), from: fc.option(day, { nil: undefined }), to: fc.option(day, { nil: undefined }) }),
      fc.integer({ min: 1, max: 30 }),
      async (filter: DecisionFilter, limit) => {
        const wanted = rows.filter((row) => (['disposition', 'assurance', 'facility', 'department', 'class'] as const).every((name) => filter[name] === undefined || row[name] === filter[name])
          && (filter.act === undefined || row.act === (filter.act === 'none' ? null : filter.act)) && (filter.from === undefined || row.at >= filter.from) && (filter.to === undefined || row.at < filter.to));
        const found: string[] = [];
        for (let below: { at: string; decision: string } | null = null; ; ) {
          const page: FactRow[] = await factRows(house.db, 'dep_1', filter, below, limit);
          found.push(...page.map((row) => factFrom(row).decision));
          const last = page.at(-1);
          if (!last || page.length < limit) break;
          below = { at: last.at, decision: last.decision };
        }
        expect(found).toEqual(wanted.map((row) => row.decision));
      },
    ),
    { numRuns: 60 },
  );
});
