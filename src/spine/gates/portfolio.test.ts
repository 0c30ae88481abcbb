// Does the portfolio, which is kept, always say what judging everything anew would say?
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { days } from '../../tools/base/clock.ts';
import { changeVersion } from '../deployments/model.ts';
import { publish } from '../measures/measures.ts';
import * as api from './model.ts';
import { book, measurementsFor, open, openSpine, satisfy } from './test-deployment.ts';

const house = await openSpine();
const conditions = book.gates.flatMap((one) => one.criteria).flatMap(api.conditionsOf);

/** Everything but when it was judged. */
const said = ({ asOf: _, ...rest }: api.Track) => rest;

test('whatever is measured, waived, changed or merely grows old', { timeout: 120_000 }, async () => {
  await satisfy(house, await open(house, 'alpha'), 'G0');
  await open(house, 'beta');
  const slugs = ['alpha', 'beta'] as const;
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ what: fc.constantFrom('measure', 'wait', 'look', 'version', 'path', 'waive'), which: fc.constantFrom(...slugs), nth: fc.nat(), hours: fc.integer({ min: 0, max: 900 }) }), { minLength: 3, maxLength: 8 }),
      async (acts) => {
        for (const { what, which, nth, hours } of acts) {
          const { deployment } = await house.call(api.readTrack, { params: { deployment: which } }, 'governance');
          count += 1;
          if (what === 'measure') await house.db.transaction().execute((tx) => publish(tx, measurementsFor(house, deployment, conditions[nth % conditions.length]!, { source: `test/${count}`, n: nth % 2_000 })));
          if (what === 'wait') house.clock.moveTo(new Date(Date.parse(house.clock.now()) + (hours * days(1)) / 24).toISOString());
          if (what === 'version') await house.call(changeVersion, { params: { deployment }, body: { version: nth % 2 === 0 ? '1' : '2', reason: 'for a test of the portfolio' } } as never, 'governance').catch(() => null);
          if (what === 'path') await house.call(api.setPath, { params: { deployment }, body: { path: nth % 2 === 0 ? 'full' : 'fast-track', reason: 'for a test of the portfolio' } }, 'governance').catch(() => null);
          if (what === 'waive') {
            const gate = book.gates[nth % book.gates.length]!;
            await house.call(api.waive, { params: { deployment, gate: gate.id }, body: { criterion: gate.criteria[nth % gate.criteria.length]!.id, reason: 'for a test of the portfolio', expires: new Date(Date.parse(house.clock.now()) + days(5)).toISOString().slice(0, 10) } } as never, 'governance').catch(() => null);
          }
          const { items } = await house.call(api.portfolio, {}, 'governance');
          for (const slug of slugs) {
            const live = await house.call(api.readTrack, { params: { deployment: slug } }, 'governance');
            expect(said(items.find((one) => one.deployment === live.deployment)!)).toEqual(said(live));
          }
        }
      },
    ),
    { numRuns: 12 },
  );
  const { rows } = await sql<{ kind: string }>`select distinct kind from ledger.entry where kind like 'gate.%' order by 1`.execute(house.db);
  // The acts were acts: paths were set and waivers asked for.
  expect(rows.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['gate.path-set', 'gate.waiver-requested']));
});

test('what is not touched is not judged again until it may have changed', async () => {
  const first = (await house.call(api.portfolio, {}, 'governance')).asOf;
  house.clock.moveTo(new Date(Date.parse(first) + 30_000).toISOString());
  expect((await house.call(api.portfolio, {}, 'governance')).asOf).toBe(first);
  house.clock.moveTo(new Date(Date.parse(first) + 11 * 60_000).toISOString());
  expect((await house.call(api.portfolio, {}, 'governance')).asOf).toBe(house.clock.now());
});
