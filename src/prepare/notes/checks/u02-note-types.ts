// U02: are the expected kinds of note there, in every facility, or are they kept somewhere else?
import { findingOf, type Check } from '../check.ts';
import { evidence, everything } from '../desk.ts';
import type { Finding, TypeRow, TypeVerdict, Unit } from '../model.ts';

export const noteTypesFound: Check = {
  id: 'U02',
  name: 'Expected note types',
  asks: 'Are all kinds of note there that the product depends on, in every facility?',
  family: 'reach',
  formula: 'n: expected note types (the charter’s, critical and important; without a charter those with 20 readable notes or more). k: found. A type is *routed elsewhere* at a facility where its documents are without text there, or where its encounters imply it at the rate of the other facilities and less than a quarter is there (probability by chance under 0.1 %), or where it is ordered and never there. *Absent*: not once in the export.',
  threshold: { bound: 'at-least', value: 1 },
  source: 'Article 001 of the playbook: all expected note types. Exact binomial tail of the number of encounters with such a note.',
  limits: 'Hospitals may rightly differ in what they write. A type under another name at one facility looks routed elsewhere: map the name.',
  find(desk) {
    const facilities = [...new Set(desk.noteTypes.flatMap(({ cells }) => cells.flatMap(({ facility }) => facility ?? [])))].sort();
    return [null, ...facilities].flatMap((facility) => [...summary(desk.noteTypes, facility), ...(facility === null ? [] : singles(desk.noteTypes, facility))]);

    function summary(rows: readonly TypeRow[], facility: string | null): Finding[] {
      const judged = rows.filter(({ tier }) => tier !== 'context').flatMap((row) => row.cells.filter((cell) => cell.facility === facility && cell.verdict !== 'not-expected').map((cell) => ({ row, cell })));
      if (judged.length === 0) return [];
      const missing = judged.filter(({ cell }) => cell.verdict !== 'found');
      const n = judged.length;
      const k = n - missing.length;
      const where: Unit = { ...everything, facility };
      return [findingOf(noteTypesFound, desk, where, { n, k, rate: k / n, low: null, high: null }, {
        weight: Infinity, tier: facility === null ? 'critical' : 'important', says: `${k} of ${n} expected note types are there${facility === null ? '' : ` in ${facility}`}${missing.length === 0 ? '' : `; not: ${missing.map(({ row, cell }) => `${row.type} (${words[cell.verdict]})`).join(', ')}`}.`,
        rows: facility === null && missing.length > 0 ? evidence(desk, 'U10') : [],
      })];
    }

    function singles(rows: readonly TypeRow[], facility: string): Finding[] {
      return rows.flatMap(({ type, tier, cells }) => cells.filter((cell) => cell.facility === facility && (cell.verdict === 'routed-elsewhere' || (cell.verdict === 'absent' && tier !== 'context'))).map((cell) => ({
        ...findingOf(noteTypesFound, desk, { facility, department: null, type }, { n: cell.documents, k: cell.readable, rate: cell.documents === 0 ? null : cell.readable / cell.documents, low: null, high: null }, {
          weight: Infinity, tier: tier === 'critical' ? 'important' as const : tier, says: `${type} is ${words[cell.verdict]} in ${facility}. ${cell.says}`,
          figures: { encounters: cell.encounters, expected: cell.expected, chance: cell.chance, unreachable: cell.unreachable, orders: cell.orders },
          rows: evidence(desk, 'U10').filter(({ says }) => says !== ''),
        }),
        verdict: 'not-met' as const,
      })));
    }
  },
};

const words: Record<TypeVerdict, string> = { found: 'there', 'routed-elsewhere': 'routed elsewhere', absent: 'absent', 'not-expected': 'not expected' };
