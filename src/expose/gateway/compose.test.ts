// Does everything the vendor and the EHR wrote stay byte for byte, but for what is spliced?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionsAsCard, composed, noCards, standardReasons, vendorNames, withoutPrefetch, withoutToken } from './compose.ts';
import { discoveryFor } from './discovery.ts';
import { spanAt, spansOf } from './json-spans.ts';
import { decisionIn, mint } from './uuids.ts';

const now = '2026-03-10T12:00:00.000Z';

/** JSON as another program may have written it: decimals that a double would round, escapes, spaces, nulls, unknown fields. */
const space = fc.constantFrom('', ' ', '\n', '\t ', '  ');
const number = fc.constantFrom('0', '-0', '-0.0', '1.50', '1.0', '100.00', '1e5', '1E+05', '12345678901234567890123', '0.1000000000000000055511151231257827', '-1.0e-10', '6.02214076e23');
const string = fc.oneof(
  fc.constantFrom('"\\u00e9"', '"é"', '"\\/"', '"/"', '"\\ud83d\\ude00"', '"😀"', '"\\u0000"', '"\\"quoted\\" \\\\ back"', '"<b>&amp;</b>"', '""', '"  "'),
  fc.string({ unit: 'binary' }).filter((text) => !/[\ud800-\udfff]/.test(text)).map((text) => JSON.stringify(text)),
);
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number, string, fc.constantFrom('null', 'true', 'false'),
    fc.tuple(space, fc.array(tie('value'), { maxLength: 3 }), space).map(([before, items, after]) => `[${before}${items.join(`${after},${before}`)}${after}]`),
    fc.tuple(space, fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), tie('value')), { maxLength: 3, selector: ([key]) => key }), space).map(([before, members, after]) => `{${before}${members.map(([key, one]) => `"${key}"${after}:${before}${one}`).join(',')}${after}}`),
  ),
}));

const members = fc.uniqueArray(fc.tuple(fc.stringMatching(/^x[a-z]{1,5}$/), value), { maxLength: 4, selector: ([key]) => key });
const cardText = fc.tuple(members, fc.boolean(), space, members, fc.boolean()).map(([more, hasName, blank, inSuggestion, suggests]) => {
  const fields = [...(hasName ? [`"uuid"${blank}: "vendor"`] : []), '"summary":"S"', ...more.map(([key, one]) => `"${key}":${blank}${one}`), ...(suggests ? [`"suggestions":[${blank}{${inSuggestion.map(([key, one]) => `"${key}":${one}`).concat('"label":"L"').join(`,${blank}`)}}]`] : [])];
  return { text: `{${blank}${fields.join(`,${blank}`)}${blank}}`, hasName, suggests };
});

describe('an answer', () => {
  it('keeps every byte of the cards that stay, and loses the others whole', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cardText, fc.boolean()), { maxLength: 4 }), members, space, fc.boolean(), (cards, around, blank, actions) => {
        const outside = around.map(([key, one]) => `,${blank}"${key}":${one}`).join('');
        const text = `{"cards"${blank}:${blank}[${blank}${cards.map(([one]) => one.text).join(`${blank},${blank}`)}${blank}]${actions ? `,"systemActions":[${blank}{"type":"create"}]` : ''}${outside}${blank}}`;
        const bytes = Buffer.from(text);
        const kept = cards.flatMap(([, stays], nth) => (stays ? [{ nth, minted: mint(now), reasons: [] }] : []));
        let answer = Buffer.from(composed(bytes, spansOf(bytes), kept)).toString();
        if (kept.length === 0) return void expect(answer).toBe(noCards.toString());
        // Take out what was put in; what is left is what was there.
        for (const { nth, minted } of kept) {
          const [{ hasName, suggests }] = cards[nth]!;
          answer = hasName ? answer.replace(`"${minted.uuid(0)}"`, '"vendor"') : answer.replace(`"uuid":"${minted.uuid(0)}",`, '');
          if (suggests) answer = answer.replace(`"uuid":"${minted.uuid(1)}",`, '');
        }
        for (const { nth } of kept) expect(answer).toContain(cards[nth]![0].text);
        // With a member goes the comma before or behind it, and the space at that comma.
        expect(answer.endsWith(`${actions ? outside.replace(/^,\s*/, '') : outside}${blank}}`)).toBe(true);
        expect(answer).not.toContain('systemActions');
        const read = JSON.parse(answer) as { cards: unknown[] };
        expect(read.cards).toEqual(kept.map(({ nth }) => JSON.parse(cards[nth]![0].text) as unknown));
        if (kept.length === cards.length && !actions) expect(answer).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('gets reasons behind those it has, none twice', () => {
    for (const [theirs, n] of [['', 4], [',"overrideReasons":[]', 4], [',"overrideReasons":null', 4], [',"overrideReasons":null,"links":[]', 4], [',"overrideReasons":[ {"code":"later","system":"s","display":"d","x":1.0} ]', 4]] as const) {
      const bytes = Buffer.from(`{"cards":[{"summary":"S"${theirs}}]}`);
      const answer = composed(bytes, spansOf(bytes), [{ nth: 0, minted: mint(now), reasons: standardReasons }]);
      // Which refuses a key that stands twice.
      expect(spansOf(answer).kind).toBe('object');
      const read = JSON.parse(Buffer.from(answer).toString()) as { cards: { overrideReasons: { code: string }[] }[] };
      expect(read.cards[0]!.overrideReasons).toHaveLength(n);
      expect(new Set(read.cards[0]!.overrideReasons.map(({ code }) => code)).size).toBe(n);
    }
  });

  it('can carry what the vendor wanted done as something to choose, its resources untouched', () => {
    fc.assert(
      fc.property(fc.array(members, { minLength: 1, maxLength: 3 }), fc.boolean(), (resources, withCard) => {
        const actions = resources.map((one) => `{"type":"create","description":"Order it","resource":{${one.map(([key, text]) => `"${key}":${text}`).join(', ')}}}`);
        const bytes = Buffer.from(`{"systemActions" : [${actions.join(' , ')}], "cards":[{"summary":"S"}]}`);
        const root = spansOf(bytes);
        const list = spanAt(root, ['systemActions']);
        if (list?.kind !== 'array') throw new Error('no list');
        const minted = mint(now);
        const answer = Buffer.from(composed(bytes, root, withCard ? [{ nth: 0, minted: mint(now), reasons: [] }] : [], [actionsAsCard(bytes, list, minted, 'Sepsis')])).toString();
        for (const one of actions) expect(answer).toContain(`"actions":[${one}]`);
        expect((JSON.parse(answer) as { cards: unknown[]; systemActions?: unknown }).systemActions).toBeUndefined();
        expect((JSON.parse(answer) as { cards: unknown[] }).cards).toHaveLength(withCard ? 2 : 1);
        expect(spansOf(Buffer.from(answer)).kind).toBe('object');
      }),
    );
  });
});

describe('a request', () => {
  it('loses the keys of the house and nothing else', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,4}$/), value, fc.boolean()), { minLength: 1, maxLength: 5, selector: ([key]) => key }), space, members, (all, blank, around) => {
        const text = (some: typeof all) => `{${around.map(([key, one]) => `"${key}":${one},${blank}`).join('')}"prefetch":${blank}{${some.map(([key, one]) => `"${key}":${one}`).join(',')}},"hook":"h"}`;
        const bytes = Buffer.from(text(all));
        const mine = new Set(all.flatMap(([key, , own]) => (own ? [key] : [])));
        const sent = Buffer.from(withoutPrefetch(bytes, spansOf(bytes), mine)).toString();
        const rest = all.filter(([, , own]) => !own);
        if (rest.length > 0) expect(sent).toBe(text(rest));
        else expect(JSON.parse(sent)).not.toHaveProperty('prefetch');
        expect(() => spansOf(Buffer.from(sent))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it('without keys of the house is the very same bytes', () => {
    fc.assert(fc.property(value, (one) => {
      const bytes = Buffer.from(`{"prefetch":{"a":${one}}}`);
      expect(withoutPrefetch(bytes, spansOf(bytes), new Set(['b']))).toBe(bytes);
    }));
  });

  it('is kept without its access token', () => {
    const bytes = Buffer.from('{"fhirAuthorization" : {"access_token":"s\\u0065cret", "scope":"x"}, "n": 1.0}');
    expect(Buffer.from(withoutToken(bytes, spansOf(bytes))).toString()).toBe('{"fhirAuthorization" : {"access_token":"(removed)", "scope":"x"}, "n": 1.0}');
  });
});

it('discovery gets the keys of the house beside the vendor’s own', () => {
  const told = Buffer.from('{"services":[ {"id":"a","hook":"h","prefetch":{ "p" : "Patient/1" }} , {"id":"b","hook":"h"}, {"id":"c","hook":"h","prefetch":{}}]}');
  const mine = '"attendingX":"Condition?patient={{context.patientId}}"';
  expect(Buffer.from(discoveryFor(told, { attendingX: 'Condition?patient={{context.patientId}}' })).toString()).toBe(`{"services":[ {"id":"a","hook":"h","prefetch":{${mine}, "p" : "Patient/1" }} , {"id":"b","hook":"h","prefetch":{${mine}}}, {"id":"c","hook":"h","prefetch":{${mine}}}]}`);
  expect(discoveryFor(told, {})).toBe(told);
});

it('the vendor’s own names are found again', () => {
  const bytes = Buffer.from('{"uuid":"c\\u0061rd","suggestions":[{"uuid":"s1"},{}]}');
  expect(vendorNames(bytes, spansOf(bytes))).toEqual({ card: 'card', suggestions: ['s1', null] });
});

it('a uuid leads back to its decision and to nobody else’s', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), fc.integer({ min: 0, max: 0xfff }), (at, nth) => {
      const minted = mint(at.toISOString());
      expect(minted.uuid(nth)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(decisionIn(minted.uuid(nth))).toEqual({ decision: minted.decision, nth });
      expect(decisionIn(minted.uuid(nth).toUpperCase())?.decision).toBe(minted.decision);
    }),
  );
  const many = Array.from({ length: 5_000 }, () => mint(now).decision);
  expect(new Set(many).size).toBe(5_000);
  expect(decisionIn('d1577c69-dfbe-44ad-ba6d-3e05e953b2ea')).toBeNull();
  expect(decisionIn('nonsense')).toBeNull();
});
