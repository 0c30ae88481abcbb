// Which kinds of note should each facility have, which does it have, and where do the others go?
import type { DataSection, Tier } from '../../spine/deployments/model.ts';
import { binomialDensity } from '../../tools/statistics/density.ts';
import type { TypeRow } from './model.ts';
import type { Chart } from './reading/charts.ts';
import { unknownUnit } from './reading/charts.ts';
import { bump } from './desk.ts';

type Seen = { documents: number; readable: number; unreachable: number; encounters: number };

/** Text is somewhere, only not in the export. */
const elsewhere = new Set(['unreachable', 'no-binary', 'no-content']);
/** With fewer readable notes of a type it is no habit of the hospital. */
const habit = 20;
/** So improbable must so few be by chance. */
const improbable = 0.001;

const isConsult = /consult|referral/i;
/** SNOMED CT: consultation (procedure), referral to service. */
const consultCodes = new Set(['11429006', '306206005', '183515008', '3457005']);

/** Counts documents, encounters and orders by facility, chart after chart. */
export function countTypes(data: DataSection | null) {
  const wanted = data?.noteTypes ?? [];
  const codeOf = new Map<string, string>(wanted.flatMap(({ name, codes }) => codes.map(({ system, code }) => [`${system}|${code}`, name] as const)));
  const nameOf = new Map<string, string>(wanted.map(({ name }) => [name.toLowerCase(), name]));
  const seen = new Map<string, Map<string, Seen>>();
  /** Type to the classes of encounter it was written in. */
  const classes = new Map<string, Map<string, number>>();
  /** Class to facility to encounters. */
  const encounters = new Map<string, Map<string, number>>();
  const orders = new Map<string, number>();
  /** Of the present chart: an encounter is of one patient. */
  let counted = new Set<string>();

  /** What the charter calls it; else its own name. */
  const typeOf = (type: string, codes: readonly string[]): string => codes.map((code) => codeOf.get(code)).find((name) => name !== undefined) ?? nameOf.get(type.toLowerCase()) ?? type;

  return {
    typeOf,
    document(facility: string, type: string, codes: readonly string[], why: string | null, encounter: { id: string | null; class: string | null }): void {
      const name = typeOf(type, codes);
      let at = seen.get(name);
      if (!at) seen.set(name, (at = new Map()));
      let here = at.get(facility);
      if (!here) at.set(facility, (here = { documents: 0, readable: 0, unreachable: 0, encounters: 0 }));
      here.documents++;
      if (why === null) {
        here.readable++;
        const key = `${name} ${facility} ${encounter.id}`;
        if (encounter.id !== null && !counted.has(key)) {
          counted.add(key);
          here.encounters++;
        }
        let mine = classes.get(name);
        if (!mine) classes.set(name, (mine = new Map()));
        bump(mine, encounter.class ?? '');
      } else if (elsewhere.has(why)) here.unreachable++;
    },
    /** Begins a chart: encounters by facility and class, and what was ordered in them. Its documents follow. */
    chart(chart: Chart, facilityOf: (encounter: Chart['encounters'] extends Map<string, infer E> ? E : never) => string, counts: (encounterId: string) => boolean): void {
      counted = new Set();
      for (const encounter of chart.encounters.values()) {
        if (!counts(encounter.id)) continue;
        let at = encounters.get(encounter.class ?? '');
        if (!at) encounters.set(encounter.class ?? '', (at = new Map()));
        bump(at, facilityOf(encounter));
      }
      for (const order of chart.orders) {
        const encounter = order.encounter === null ? undefined : chart.encounters.get(order.encounter);
        if (encounter && (isConsult.test(order.label ?? '') || order.codes.some((code) => consultCodes.has(code.slice(code.indexOf('|') + 1))))) bump(orders, facilityOf(encounter));
      }
    },
    finish(): TypeRow[] {
      const facilities = [...new Set([...seen.values()].flatMap((at) => [...at.keys()]).concat([...encounters.values()].flatMap((at) => [...at.keys()])))].filter((name) => name !== unknownUnit).sort();
      const fromCharter = wanted.map(({ name, tier }) => ({ type: name, from: 'charter' as const, tier }));
      const others = [...seen].filter(([type, at]) => !wanted.some(({ name }) => name === type) && [...at.values()].reduce((sum, one) => sum + one.readable, 0) >= habit).map(([type]) => ({ type, from: 'peers' as const, tier: (wanted.length === 0 ? 'important' : 'context') as Tier })).sort((a, b) => (a.type < b.type ? -1 : 1));
      return [...fromCharter, ...others].map(({ type, from, tier }) => ({ type, from, tier, cells: cellsOf(type, facilities) }));
    },
  };

  function cellsOf(type: string, facilities: readonly string[]): TypeRow['cells'] {
    const at = seen.get(type) ?? new Map<string, Seen>();
    const nothing: Seen = { documents: 0, readable: 0, unreachable: 0, encounters: 0 };
    const mine = classes.get(type) ?? new Map<string, number>();
    const all = [...mine.values()].reduce((sum, one) => sum + one, 0);
    // Where a type is written at all: an odd one in another class implies nothing.
    const kinds = [...mine].filter(([, count]) => count >= 0.05 * all).map(([name]) => name);
    const encountersAt = (facility: string): number => kinds.reduce((sum, kind) => sum + (encounters.get(kind)?.get(facility) ?? 0), 0);
    const ordersAt = (facility: string): number => (isConsult.test(type) ? (orders.get(facility) ?? 0) : 0);
    const whole: Seen = { documents: 0, readable: 0, unreachable: 0, encounters: 0 };
    for (const one of at.values()) {
      whole.documents += one.documents;
      whole.readable += one.readable;
      whole.unreachable += one.unreachable;
    }
    const total = facilities.reduce((sum, facility) => sum + encountersAt(facility), 0);
    const allOrders = facilities.reduce((sum, facility) => sum + ordersAt(facility), 0);
    const overall = whole.readable > 0 ? ('found' as const) : whole.documents > 0 || allOrders > 0 ? ('routed-elsewhere' as const) : ('absent' as const);
    return [
      { facility: null, encounters: total, documents: whole.documents, readable: whole.readable, unreachable: whole.unreachable, orders: allOrders, expected: null, chance: null, verdict: overall, says: overall === 'found' ? `${whole.readable} readable of ${whole.documents}.` : overall === 'absent' ? 'Not once in the export.' : `${whole.documents} ${whole.documents === 1 ? 'entry' : 'entries'} and not one text: it is kept in another system.` },
      ...facilities.map((facility) => {
        const here = at.get(facility) ?? nothing;
        const peers = facilities.filter((one) => one !== facility);
        const theirs = peers.reduce((sum, one) => sum + encountersAt(one), 0);
        const with_ = peers.reduce((sum, one) => sum + (at.get(one)?.encounters ?? 0), 0);
        const mineToo = encountersAt(facility);
        const rate = theirs > 0 ? Math.min(1, with_ / theirs) : null;
        const expected = rate === null ? null : rate * mineToo;
        const chance = rate === null || mineToo === 0 ? null : lowerTail(Math.min(mineToo, here.encounters), mineToo, rate);
        const tooFew = expected !== null && chance !== null && chance < improbable && here.encounters < 0.25 * expected;
        const unread = here.documents >= 5 && here.unreachable >= 0.5 * here.documents;
        const verdict = unread ? ('routed-elsewhere' as const) : tooFew ? ('routed-elsewhere' as const) : here.readable > 0 ? ('found' as const) : here.documents > 0 || ordersAt(facility) > 0 ? ('routed-elsewhere' as const) : overall === 'absent' ? ('absent' as const) : ('not-expected' as const);
        const says = {
          found: `${here.readable} readable of ${here.documents}.`,
          'routed-elsewhere': unread || here.documents > here.readable
            ? `${here.unreachable} of ${here.documents} have no text in the export: it is kept in another system.`
            : here.documents === 0 && ordersAt(facility) > 0 && !tooFew
              ? `Ordered ${ordersAt(facility)} times, and not one is in the export.`
              : `In ${here.encounters} of ${mineToo} encounters; at the rate of the other facilities it would be in about ${Math.round(expected ?? 0)}. It is written somewhere else.`,
          absent: 'Not once in the export.',
          'not-expected': 'No encounter here implies it.',
        }[verdict];
        return { facility, encounters: mineToo, documents: here.documents, readable: here.readable, unreachable: here.unreachable, orders: ordersAt(facility), expected: expected === null ? null : Number(expected.toPrecision(6)), chance: chance === null ? null : Number(chance.toPrecision(6)), verdict, says };
      }),
    ];
  }
}

/** P(X ≤ k) for X binomial; summed from the largest term down, which ends soon. */
function lowerTail(k: number, n: number, p: number): number {
  let sum = 0;
  for (let at = k; at >= 0; at--) {
    const term = binomialDensity(at, n, p);
    sum += term;
    if (at < n * p && term < sum * 1e-12) break;
  }
  return Math.min(1, sum);
}
