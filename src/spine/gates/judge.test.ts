// Is every verdict right, and can neither doubt nor missing data ever turn into met?
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge as judgeShare } from '../../tools/statistics/verdict.ts';
import { scopeSays, type Declared, type Measurement } from '../measures/model.ts';
import { holds, judge, lineOf, underWaiver, type Context } from './judge.ts';
import { criterion as criterionSchema, type Criterion } from './model.ts';

const now = '2026-11-21T12:00:00.000Z';
const daysAgo = (n: number) => new Date(Date.parse(now) - n * 86_400_000).toISOString();

const declare = (id: string, over: Partial<Declared> = {}): Declared => ({
  id, room: id.split('.')[0] ?? '', asks: `${id}?`, unit: 'proportion', better: 'higher', evidence: 'E2', minimumN: 30, freshForDays: 90, dependsOn: [], explains: 'k ÷ n', live: true, ...over,
});

const context = (over: Partial<Context> = {}): Context => ({
  asOf: now, path: 'full', facilities: [], departments: [], productClass: 'clinical', monthsLive: null, changes: [],
  measures: new Map([declare('audit.a'), declare('audit.b'), declare('audit.count', { unit: 'count', minimumN: 0 }), declare('pilot.c', { live: false })].map((one) => [one.id, one])),
  ...over,
});

const row = (over: Partial<Measurement> = {}): Measurement => ({
  measure: 'audit.a', deployment: 'dep', scope: { facility: null, department: null }, value: 0.97, interval: { low: 0.96, high: 0.98, level: 0.95 }, n: 500, asOf: daysAgo(1), class: 'E2', explain: 'of 500 patients', source: 'audit/1', ...over,
});

const make = (conditions: unknown[], over: Record<string, unknown> = {}): Criterion =>
  criterionSchema.parse({ id: '1.5', title: 'T', asks: 'Q?', owner: 'governance', source: { tag: 'R' }, conditions, ...over });
const line = (over: Record<string, unknown> = {}) => ({ measure: 'audit.a', says: 'the share', needs: { atLeast: 0.95 }, ...over });
const plain = make([line()]);
const safety = make([line()], { safety: true });
const at = (facility: string | null, over: Partial<Measurement> = {}) => row({ scope: { facility, department: null }, ...over });

describe('one number, one line', () => {
  test.each([
    ['an estimate that holds is met', plain, row(), 'met'],
    ['an estimate that does not is not met', plain, row({ value: 0.949 }), 'not-met'],
    ['the interval of an ordinary criterion is shown, not judged', plain, row({ interval: { low: 0.5, high: 1, level: 0.95 } }), 'met'],
    ['a safety criterion needs the pessimistic end', safety, row(), 'met'],
    ['which straddles the line: undecided', safety, row({ interval: { low: 0.94, high: 0.98, level: 0.95 } }), 'undecided'],
    ['an estimate below the line is not met, whatever its interval', safety, row({ value: 0.94, interval: { low: 0.9, high: 0.99, level: 0.95 } }), 'not-met'],
    ['without an interval the pessimistic end is not known', safety, row({ interval: null }), 'undecided'],
    ['unless the count is complete', make([line({ exact: true })], { safety: true }), row({ interval: null }), 'met'],
    ['somebody’s word never satisfies a safety criterion', make([line({ exact: true })], { safety: true }), row({ class: 'E0', interval: null }), 'not-measurable'],
    ['but it can break one', safety, row({ class: 'E0', value: 0.5 }), 'not-met'],
    ['somebody’s word satisfies an ordinary one', plain, row({ class: 'E0' }), 'met'],
    ['a document satisfies a safety criterion', safety, row({ class: 'E1' }), 'met'],
    ['no value is not measurable, and never zero', make([line({ needs: { atMost: 0.1 } })]), row({ value: null }), 'not-measurable'],
    ['too few cases', plain, row({ n: 29 }), 'not-measurable'],
    ['an unknown number of cases', plain, row({ n: null }), 'not-measurable'],
    ['the criterion may ask for more cases than the measure', make([line({ minimumN: 501 })]), row(), 'not-measurable'],
    ['but not for fewer', make([line({ minimumN: 1 })]), row({ n: 29 }), 'not-measurable'],
    ['too old', plain, row({ asOf: daysAgo(91) }), 'stale'],
    ['just not too old', plain, row({ asOf: daysAgo(90) }), 'met'],
    ['older than the criterion allows', make([line({ maxAgeDays: 7 })]), row({ asOf: daysAgo(8) }), 'stale'],
    ['from the future: not seen', plain, row({ asOf: daysAgo(-1) }), 'not-measurable'],
    ['any number will do', make([line({ needs: { present: true } })]), row({ value: 0.1 }), 'met'],
    ['above is strict', make([line({ needs: { above: 0.97 } })]), row(), 'not-met'],
    ['below is strict', make([line({ needs: { below: 0.97 } })]), row(), 'not-met'],
    ['between counts its ends', make([line({ needs: { between: { low: 0.97, high: 0.98 } } })]), row(), 'met'],
    ['equals', make([line({ needs: { equals: 1 } })]), row(), 'not-met'],
  ] as const)('%s', (_, criterion, measurement, state) => {
    expect(judge(criterion, [measurement], context()).state).toBe(state);
  });

  test('a change it depends on makes it stale; another does not, nor does one before it or one still to come', () => {
    const criterion = make([line()], { dependsOn: ['feed'] });
    const after = (kind: 'feed' | 'population', at: string) => judge(criterion, [row({ asOf: daysAgo(3) })], context({ changes: [{ kind, at, says: 'new HL7 feed', source: 'ledger/7' }] })).state;
    expect(after('feed', daysAgo(2))).toBe('stale');
    expect(after('population', daysAgo(2))).toBe('met');
    expect(after('feed', daysAgo(4))).toBe('met');
    expect(after('feed', daysAgo(-1))).toBe('met');
  });

  test('says number, interval, cases and line', () => {
    const { because, next } = judge(plain, [row({ value: 0.931, interval: { low: 0.902, high: 0.953, level: 0.95 } })], context());
    expect(because).toBe('The share: 93.1 %, 95 % interval 90.2 % to 95.3 % (n = 500); needed: at least 95 %.');
    expect(next).toContain('at least 95 %');
  });

  test('says which room would measure it, where none does', () => {
    const verdict = judge(make([line({ measure: 'pilot.c' })]), [], context());
    expect(verdict.state).toBe('not-measurable');
    expect(verdict.because).toContain('does not measure this itself yet (pilot.c)');
    expect(judge(make([line({ measure: 'nobody.knows' })]), [], context()).state).toBe('not-measurable');
  });

  test('calls for rescue beyond the red line', () => {
    const criterion = make([line({ needs: { atLeast: 0.78 }, alarm: 0.35 })]);
    expect(judge(criterion, [row({ value: 0.34 })], context()).alarm).toBe(true);
    expect(judge(criterion, [row({ value: 0.5 })], context())).toMatchObject({ alarm: false, state: 'not-met' });
  });

  test('takes another line on a shorter path', () => {
    const criterion = make([line({ onPath: { 'fast-track': { atLeast: 0.5 } } })]);
    expect(judge(criterion, [row({ value: 0.6 })], context({ path: 'fast-track' })).state).toBe('met');
    expect(judge(criterion, [row({ value: 0.6 })], context({ path: 'registration-only' })).state).toBe('not-met');
  });
});

describe('several conditions', () => {
  const both = make([line(), line({ measure: 'audit.b' })]);
  const either = make([{ anyOf: [line(), line({ measure: 'audit.b' })] }]);
  const b = (over: Partial<Measurement> = {}) => row({ measure: 'audit.b', ...over });

  test('all must hold, and the worst decides', () => {
    expect(judge(both, [row(), b()], context()).state).toBe('met');
    expect(judge(both, [row()], context()).state).toBe('not-measurable');
    expect(judge(both, [row({ value: 0.1 })], context())).toMatchObject({ state: 'not-met', deciding: 0 });
  });
  test('of alternatives one is enough', () => {
    expect(judge(either, [b()], context())).toMatchObject({ state: 'met', deciding: 1 });
    expect(judge(either, [row({ value: 0.1 })], context()).state).toBe('not-measurable');
    expect(judge(either, [row({ value: 0.1 }), b({ value: 0.1 })], context()).state).toBe('not-met');
  });
  test('what does not apply is left out', () => {
    const byPhase = make([line({ needs: { atLeast: 0.3 }, when: { toMonth: 2 } }), line({ needs: { atLeast: 0.8 }, when: { fromMonth: 2 } })]);
    const half = [row({ value: 0.5 })];
    expect(judge(byPhase, half, context({ monthsLive: 1 })).state).toBe('met');
    expect(judge(byPhase, half, context({ monthsLive: 2 })).state).toBe('not-met');
    expect(judge(byPhase, half, context())).toMatchObject({ state: 'not-measurable', deciding: null, readings: [] });
    const byClass = make([line({ when: { productClass: 'administrative' } }), line({ measure: 'audit.b', when: { productClass: 'clinical' } })]);
    expect(judge(byClass, [row()], context({ productClass: 'administrative' })).state).toBe('met');
    // Not known which class: both must hold.
    const unknown = judge(byClass, [row()], context({ productClass: null }));
    expect(unknown.state).toBe('not-measurable');
    expect(unknown.readings).toHaveLength(2);
  });
});

describe('every facility', () => {
  const criterion = make([line({ over: 'every-facility' })]);
  const north = { facilities: ['north', 'south'] };
  test('the worst decides and is named', () => {
    const verdict = judge(criterion, [at('north'), at('south', { value: 0.9 })], context(north));
    expect(verdict.state).toBe('not-met');
    expect(verdict.because).toContain('facility south');
    expect(verdict.readings[0]?.scopes).toBe(2);
  });
  test('one without a number leaves it not measurable', () => {
    expect(judge(criterion, [at('north'), row()], context(north))).toMatchObject({ state: 'not-measurable', because: 'There is no measurement for facility south; there are 2 for others.' });
  });
  test('a facility goes by its slug or its name', () => {
    expect(judge(criterion, [at('North Campus'), at('SOUTH')], context({ facilities: ['north-campus', 'south'] })).state).toBe('met');
  });
  test('where there is one, the whole is that one', () => {
    expect(judge(criterion, [row()], context({ facilities: ['north'] })).state).toBe('met');
  });
  test('a charter that names none: the whole and whatever shows up', () => {
    expect(judge(criterion, [row(), at('x')], context()).state).toBe('met');
    expect(judge(criterion, [row(), at('x', { value: 0.2 })], context()).state).toBe('not-met');
    expect(judge(criterion, [at('x')], context()).state).toBe('not-measurable');
  });
  test('departments likewise, and elements by what was measured', () => {
    const departments = make([line({ over: 'every-department' })]);
    const icu = row({ scope: { facility: 'north', department: 'ICU' } });
    const named = { departments: [{ facility: 'north', department: 'icu' }, { facility: 'north', department: 'ed' }] };
    expect(judge(departments, [icu], context(named)).state).toBe('not-measurable');
    expect(judge(departments, [icu, row({ scope: { facility: 'north', department: 'ed' } })], context(named)).state).toBe('met');
    const elements = make([line({ over: 'every-element' })]);
    const of = (element: string, value: number) => row({ scope: { facility: null, department: null, element }, value });
    expect(judge(elements, [of('lactate', 0.99), of('map', 0.4)], context()).because).toContain('map');
    expect(judge(elements, [at('north')], context()).state).toBe('not-measurable');
  });
  test('stronger evidence stands before newer evidence', () => {
    const rows = [row({ class: 'E0', asOf: daysAgo(1) }), row({ class: 'E2', value: 0.4, asOf: daysAgo(5) })];
    expect(judge(plain, rows, context()).state).toBe('not-met');
  });
});

test('a waiver covers what is not met, and says what it covers', () => {
  const waiver = { reason: 'Feed comes in May.', expires: '2027-05-31' };
  const bad = judge(plain, [row({ value: 0.2 })], context());
  expect(underWaiver(bad, waiver)).toMatchObject({ state: 'waived', without: 'not-met' });
  expect(underWaiver(bad, undefined)).toBe(bad);
  const good = judge(plain, [row()], context());
  expect(underWaiver(good, waiver)).toBe(good);
});

describe('whatever the numbers', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const lineArb = fc.oneof(
    share.map((value) => ({ atLeast: value })), share.map((value) => ({ above: value })), share.map((value) => ({ atMost: value })), share.map((value) => ({ below: value })), share.map((value) => ({ equals: value })),
    fc.tuple(share, share).map(([a, b]) => ({ between: { low: Math.min(a, b), high: Math.max(a, b) } })),
  );
  const measurementArb = (measure: string) =>
    fc.record({ value: fc.option(share, { freq: 10 }), spread: fc.option(fc.tuple(share, share), { freq: 5 }), n: fc.option(fc.nat(200), { freq: 10 }), age: fc.nat(120), class: fc.constantFrom('E0', 'E1', 'E2', 'E3'), facility: fc.constantFrom(null, 'north', 'south') }).map(
      (it): Measurement => row({
        measure, value: it.value, n: it.n, asOf: daysAgo(it.age), class: it.class as Measurement['class'], scope: { facility: it.facility, department: null },
        interval: it.spread && it.value !== null ? { low: Math.max(0, it.value - it.spread[0]), high: Math.min(1, it.value + it.spread[1]), level: 0.95 } : null,
      }),
    );
  const rowsArb = fc.uniqueArray(fc.oneof(measurementArb('audit.a'), measurementArb('audit.b')), { maxLength: 6, selector: (one) => `${one.measure} ${one.scope.facility}` });
  const criterionArb = fc
    .record({ a: lineArb, b: lineArb, any: fc.boolean(), safety: fc.boolean(), exact: fc.boolean(), over: fc.constantFrom('deployment', 'every-facility') })
    .map((it) => {
      const parts = [line({ needs: it.a, over: it.over, exact: it.exact }), line({ measure: 'audit.b', needs: it.b, over: it.over, exact: it.exact })];
      return make(it.any ? [{ anyOf: parts }] : parts, { safety: it.safety });
    });
  const hospital = context({ facilities: ['north', 'south'] });
  const state = (criterion: Criterion, rows: readonly Measurement[]) => judge(criterion, rows, hospital).state;

  test('taking a measurement away never yields met', () => {
    fc.assert(fc.property(criterionArb, rowsArb, fc.nat(5), (criterion, rows, index) => {
      fc.pre(state(criterion, rows) !== 'met' && rows.length > 0);
      expect(state(criterion, rows.filter((_, i) => i !== index % rows.length))).not.toBe('met');
    }), { numRuns: 2_000 });
  });

  test('taking value or n away never yields met', () => {
    fc.assert(fc.property(criterionArb, rowsArb, fc.nat(5), fc.constantFrom('value', 'n'), (criterion, rows, index, field) => {
      fc.pre(state(criterion, rows) !== 'met' && rows.length > 0);
      expect(state(criterion, rows.map((one, i) => (i === index % rows.length ? { ...one, [field]: null } : one)))).not.toBe('met');
    }), { numRuns: 2_000 });
  });

  test('widening an interval never turns a safety criterion into met; taking it away neither, unless the count is complete', () => {
    fc.assert(fc.property(criterionArb, rowsArb, fc.nat(5), share, share, (criterion, rows, index, below, above) => {
      fc.pre(criterion.safety && state(criterion, rows) !== 'met' && rows.length > 0);
      const widened = rows.map((one, i) => (i === index % rows.length && one.interval ? { ...one, interval: { ...one.interval, low: one.interval.low - below, high: one.interval.high + above } } : one));
      expect(state(criterion, widened)).not.toBe('met');
      const exact = criterion.conditions.some((part) => ('anyOf' in part ? part.anyOf : [part]).some((one) => one.exact));
      if (!exact) expect(state(criterion, rows.map((one, i) => (i === index % rows.length ? { ...one, interval: null } : one)))).not.toBe('met');
    }), { numRuns: 3_000 });
  });

  test('weaker evidence never turns a safety criterion into met, and E0 alone never satisfies one', () => {
    fc.assert(fc.property(criterionArb, rowsArb, (criterion, rows) => {
      fc.pre(criterion.safety);
      expect(state(criterion, rows.map((one) => ({ ...one, class: 'E0' as const })))).not.toBe('met');
    }), { numRuns: 2_000 });
  });

  test('getting older, or a change of what it depends on, never yields met', () => {
    fc.assert(fc.property(criterionArb, rowsArb, fc.nat(400), (criterion, rows, days) => {
      fc.pre(state(criterion, rows) !== 'met');
      const later = { ...hospital, asOf: daysAgo(-days) };
      expect(judge(criterion, rows, later).state).not.toBe('met');
      expect(judge({ ...criterion, dependsOn: ['feed'] }, rows, { ...hospital, changes: [{ kind: 'feed', at: daysAgo(1), says: 'x', source: 'y' }] }).state).not.toBe('met');
    }), { numRuns: 2_000 });
  });

  test('agrees with the rule of tools/statistics on shares', () => {
    fc.assert(fc.property(share, fc.tuple(share, share), fc.nat(100), share, fc.boolean(), fc.boolean(), (value, [below, above], n, bound, safe, up) => {
      const interval = { low: Math.max(0, value - below), high: Math.min(1, value + above), level: 0.95 };
      const ours = judge(make([line({ needs: up ? { atLeast: bound } : { atMost: bound } })], { safety: safe }), [row({ value, n, interval })], context()).state;
      const theirs = judgeShare({ n, value, low: interval.low, high: interval.high }, { direction: up ? 'at least' : 'at most', value: bound, safety: safe, minimumN: 30 });
      expect(ours).toBe(theirs);
    }), { numRuns: 2_000 });
  });

  test('the line that counts is the one that is held', () => {
    fc.assert(fc.property(lineArb, share, (needs, value) => {
      const condition = plain.conditions[0];
      if (!condition || 'anyOf' in condition) throw new Error('a plain condition');
      const verdict = judge(make([line({ needs })]), [row({ value })], context()).state;
      expect(verdict === 'met').toBe(holds(value, lineOf({ ...condition, needs }, 'full')));
    }));
  });
});

test('the sentence names facilities and departments as people do, and by their short names where no name is known', () => {
  const every = make([line({ over: 'every-facility' })]);
  const places = new Map([['north', 'North Hospital'], ['north/icu', 'Intensive Care Unit']]);
  const low = at('north', { value: 0.5 });
  expect(judge(every, [low], context({ facilities: ['north'], places })).because).toContain('in North Hospital.');
  expect(judge(every, [low], context({ facilities: ['north'] })).because).toContain('in facility north.');
  expect(scopeSays({ facility: 'north', department: 'icu', element: 'lactate' }, places)).toBe('Intensive Care Unit, North Hospital · lactate');
  expect(scopeSays({ facility: 'south', department: 'icu' }, places)).toBe('south / icu');
});
