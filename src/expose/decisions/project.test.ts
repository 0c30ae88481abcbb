// Do the facts follow the ledger, and does a rebuild end with the same ones wherever its steps end?
import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { appendAll, ledger } from '../../spine/ledger/ledger.ts';
import type { Json } from '../../tools/base/canonical.ts';
import { testHouse } from '../../tools/server/test-database.ts';
import { capability as decisions } from './decisions.ts';
import { kinds } from './entry-kinds.ts';
import type { Event, Recorded } from './event.ts';
import { catchUp, rebuild } from './project.ts';

const house = await testHouse([ledger, decisions]);
const actor = { kind: 'system' as const, ref: 'system', roles: [] };
const kindOf = { recorded: kinds.recorded, delivered: kinds.delivered, feedback: kinds.feedback, outcome: kinds.outcome, used: kinds.used };
const tell = (events: readonly Event[]) =>
  house.db.transaction().execute((tx) => appendAll(tx, events.map((event) => ({ at: event.at, kind: kindOf[event.what].kind, actor, deployment: 'dep_1', subject: `decision/${event.decision}`, body: event as unknown as Json }))));

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString();
let count = 0;
const id = () => `dec_${String(count++).padStart(26, '0')}`;
const recorded = (changes: Partial<Recorded> = {}): Recorded => ({
  what: 'recorded', decision: id(), at: at(0), name: 'n', askedAt: null, shownAt: changes.disposition === 'shadow' ? null : (changes.at ?? at(0)), subject: 'sub_1', encounter: null, user: null, facility: 'north', department: null,
  version: '1', class: 'sepsis', score: 0.5, label: null, critical: false, disposition: 'shown', rule: null, arm: null, momentAt: null, assurance: 'reported', via: 'rest', ...changes,
});
const feedback = (decision: string, minute: number, act: 'accepted' | 'overridden' = 'accepted'): Event => ({ what: 'feedback', decision, at: at(minute), act, user: null, reason: null, reasonSystem: null, suggestion: null, edited: null, dwellMs: null });

const kept = async () => {
  const { rows: [row] } = await sql<{ facts: string; days: string; outcomes: string; times: string; people: string }>`select
    (select coalesce(json_agg(t order by deployment_id, day, what, class), '[]')::text from decisions.day_time t where decisions <> 0) as times,
    (select coalesce(json_agg(p order by deployment_id, day, kind, facility, department), '[]')::text from decisions.day_people p where people <> '') as people,
    (select coalesce(json_agg(f order by decision), '[]')::text from decisions.fact f) as facts,
    (select coalesce(json_agg(d order by day, facility, department, class, disposition, assurance, arm), '[]')::text from decisions.day d where decisions <> 0) as days,
    (select coalesce(json_agg(o order by decision, name), '[]')::text from decisions.outcome o) as outcomes`.execute(house.db);
  return row!;
};

describe('the facts', () => {
  it('follow what is told, event by event', async () => {
    const first = recorded({ momentAt: at(30) });
    const again = recorded({ at: at(60), subject: 'sub_1' });
    await tell([first, feedback(first.decision, 10, 'overridden'), again]);
    expect(await catchUp(house.db)).toBe(3);
    expect(await catchUp(house.db)).toBe(0);
    const facts = JSON.parse((await kept()).facts) as Record<string, unknown>[];
    expect(facts).toHaveLength(2);
    expect(facts[0]).toMatchObject({ decision: first.decision, act: 'overridden', dwell_ms: 600_000, dwell_from: 'shown', repeat_of: null });
    expect(facts[1]).toMatchObject({ decision: again.decision, repeat_of: first.decision });
    const days = JSON.parse((await kept()).days) as Record<string, number>[];
    expect(days).toEqual([expect.objectContaining({ decisions: 2, overridden: 1, repeats: 1, timed: 1, too_late: 0 })]);
  });

  it('are the same after a rebuild, whatever order things were told in and wherever a step ends', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            what: fc.constantFrom('recorded', 'recorded', 'delivered', 'feedback', 'outcome', 'used'), minute: fc.integer({ min: 0, max: 3_000 }), which: fc.nat(), subject: fc.integer({ min: 1, max: 3 }),
            shown: fc.boolean(), yes: fc.boolean(), moment: fc.option(fc.integer({ min: 0, max: 3_000 })),
          }),
          { maxLength: 40 },
        ),
        fc.integer({ min: 1, max: 7 }),
        async (told, stride) => {
          const events: Event[] = [];
          const ids: string[] = [];
          for (const { what, minute, which, subject, shown, yes, moment } of told) {
            const decision = ids[which % Math.max(1, ids.length)];
            if (what === 'recorded' || decision === undefined) {
              const made = recorded({ at: at(minute), subject: `sub_${subject}`, user: yes ? `sub_user_${subject}` : null, disposition: shown ? 'shown' : 'shadow', shownAt: shown ? at(minute) : null, momentAt: moment === null ? null : at(moment), critical: yes });
              ids.push(made.decision);
              events.push(made);
            } else if (what === 'delivered') events.push({ what, decision, at: at(minute), delivered: yes, disposition: shown ? null : 'late' });
            else if (what === 'feedback') events.push(feedback(decision, minute, yes ? 'accepted' : 'overridden'));
            else if (what === 'outcome') events.push({ what, decision, at: at(minute), name: 'sepsis', positive: yes, acted: shown, value: null });
            else events.push({ what: 'used', decision, at: at(minute), touch: yes ? 'displayed' : 'signed', user: null, ms: null });
          }
          for (let from = 0; from < events.length; from += 11) {
            await tell(events.slice(from, from + 11));
            await catchUp(house.db, { stride });
          }
          const followed = await kept();
          await rebuild(house.db, { stride: 10_000 });
          expect(await kept()).toEqual(followed);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are moved by one alone, however many ask at once', async () => {
    await tell(Array.from({ length: 50 }, () => recorded({ subject: 'sub_9', class: null })));
    const counts = await Promise.all([catchUp(house.db, { stride: 7 }), catchUp(house.db, { stride: 7 }), catchUp(house.db, { stride: 7 })]);
    expect(counts.reduce((a, b) => a + b)).toBe(50);
    const followed = await kept();
    await rebuild(house.db);
    expect(await kept()).toEqual(followed);
  });
});
