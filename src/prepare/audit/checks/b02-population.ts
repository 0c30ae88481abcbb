// B02: are the patients here those the model was made for, and those of the other facilities?
import { thresholdOf, whole, type Check } from '../check.ts';
import { makeGroups } from '../groups.ts';
import { count, groupBy, independent, share, tidy } from '../judging.ts';
import type { Finding } from '../model.ts';

const alike = 0.25;
const smallest = 50;

/** Difference of two shares in units of their common spread; Austin 2009. */
export const standardizedShare = (p: number, q: number): number => {
  const spread = Math.sqrt((p * (1 - p) + q * (1 - q)) / 2);
  return spread === 0 ? (p === q ? 0 : Infinity) : (p - q) / spread;
};

/** A mean of the same numbers differs in its last digits from run to run; a difference of none is 0. */
const rounded = (d: number): number => (Math.abs(d) < 1e-12 ? 0 : d);

/** Difference of two means in units of their common spread. */
export const standardizedMean = (a: { mean: number; sd: number }, b: { mean: number; sd: number }): number => {
  const spread = Math.sqrt((a.sd ** 2 + b.sd ** 2) / 2);
  return spread === 0 ? (a.mean === b.mean ? 0 : Infinity) : (a.mean - b.mean) / spread;
};

export const populationAlike: Check = {
  id: 'B02',
  name: 'Population',
  asks: 'Are the patients those the charter names for the model, and alike in all facilities?',
  family: 'fairness',
  about: 'export',
  formula: `Standardized differences of mean age and of the share of each group (sex, race, ethnicity, language with at least ${smallest} patients): of the population against \`data.population.reference\` of the charter, where it names one, and of each facility with at least ${smallest} patients against the others. n: differences looked at. k: those below ${alike} in size. Figures: each difference.`,
  threshold: { bound: 'at-least', value: 1 },
  source: 'Austin, Stat Med 2009;28:3083-3107 (standardized differences; 0.1 is small, above 0.25 the groups are not alike: Stuart, Stat Sci 2010;25:1-21).',
  limits: 'Age, sex and what is on record only: case mix and severity are not compared. Unlike is no fault: it says that the claimed performance was not measured on such patients.',
  weight: 'important',
  async find(desk) {
    if (!(await makeGroups(desk))) return [];
    const rows = await desk.database.rows<{ facility: string | null; g: number; kind: string; label: string; n: number; mean: number | null; sd: number | null }>(`WITH m AS (SELECT DISTINCT member.p, unit.facility FROM member LEFT JOIN unit ON unit.u = member.u WHERE kind = 'patient'),
      v AS (SELECT m.p, m.facility, g.kind, g.label, NULL::DOUBLE AS age FROM m JOIN grouped g ON g.p = m.p WHERE g.kind <> 'age' UNION ALL SELECT m.p, m.facility, 'age', 'years', lived.age FROM m JOIN lived ON lived.p = m.p WHERE lived.age BETWEEN 0 AND 120)
      SELECT facility, GROUPING(facility) AS g, kind, label, count(DISTINCT p) AS n, avg(age) AS mean, stddev_samp(age) AS sd FROM v GROUP BY GROUPING SETS ((kind, label), (facility, kind, label)) ORDER BY g DESC, facility, kind, label`);
    const threshold = thresholdOf(populationAlike, desk.data);
    const total = (some: typeof rows, kind: string) => some.filter((row) => row.kind === kind).reduce((sum, { n }) => sum + n, 0);
    const findings: Finding[] = [];
    const tell = (facility: string | null, other: string, differences: { name: string; d: number }[], n: number) => {
      if (differences.length === 0) return;
      const far = differences.filter(({ d }) => Math.abs(d) >= alike);
      const said = [...differences].sort((a, b) => Math.abs(b.d) - Math.abs(a.d)).slice(0, 4).map(({ name, d }) => `${name} ${d > 0 ? '+' : ''}${Number.isFinite(d) ? d.toFixed(2) : 'apart'}`).join(', ');
      const finding = share({
        check: 'B02', element: null, resource: 'Patient', unit: { ...whole, facility }, moments: independent(differences.length - far.length, differences.length), threshold, tier: 'important', minimumN: 1,
        says: ({ n: all, k }) => `${facility === null ? 'The population' : `The patients of ${facility}`} (${count(n)}) against ${other}: ${count(k)} of ${count(all)} standardized differences are below ${alike}; the largest: ${said}.`,
        figures: Object.fromEntries([['patients', n], ...differences.map(({ name, d }) => [name.replaceAll(' ', '-'), tidy(d)])]),
      });
      findings.push(finding);
    };
    const all = rows.filter(({ g }) => g === 1);
    const reference = desk.data.population.reference;
    if (reference) {
      const age = all.find(({ kind }) => kind === 'age');
      const differences = [
        ...(reference.age && age?.mean !== null && age?.mean !== undefined ? [{ name: 'age', d: standardizedMean({ mean: age.mean, sd: age.sd ?? 0 }, reference.age) }] : []),
        ...Object.entries(reference.shares).flatMap(([key, p]) => {
          const [kind = '', label = ''] = key.split(/: ?/);
          const n = total(all, kind);
          return n < smallest ? [] : [{ name: `${kind} ${label}`, d: standardizedShare((all.find((row) => row.kind === kind && row.label === label)?.n ?? 0) / n, p) }];
        }),
      ];
      tell(null, reference.source, differences, age?.n ?? total(all, 'sex'));
    }
    const byFacility = groupBy(rows.filter(({ g, facility }) => g === 0 && facility !== null), ({ facility }) => facility!);
    if (byFacility.size > 1)
      for (const [facility, mine] of byFacility) {
        const others = [...byFacility].flatMap(([other, theirs]) => (other === facility ? [] : theirs));
        const kinds = [...new Set(mine.map(({ kind }) => kind))].filter((kind) => total(mine, kind) >= smallest && total(others, kind) >= smallest);
        const differences = kinds.flatMap((kind) => {
          if (kind === 'age') {
            const here = mine.find((row) => row.kind === 'age')!;
            const there = others.filter((row) => row.kind === 'age');
            const n = there.reduce((sum, row) => sum + row.n, 0);
            const mean = there.reduce((sum, row) => sum + (row.mean ?? 0) * row.n, 0) / n;
            const sd = Math.sqrt(there.reduce((sum, row) => sum + row.n * ((row.sd ?? 0) ** 2 + ((row.mean ?? 0) - mean) ** 2), 0) / n);
            return [{ name: 'age', d: rounded(standardizedMean({ mean: here.mean ?? 0, sd: here.sd ?? 0 }, { mean, sd })) }];
          }
          const labels = [...new Set([...mine, ...others].filter((row) => row.kind === kind).map(({ label }) => label))].filter((label) => [...mine, ...others].filter((row) => row.kind === kind && row.label === label).reduce((sum, { n }) => sum + n, 0) >= smallest);
          const part = (some: typeof rows, label: string) => some.filter((row) => row.kind === kind && row.label === label).reduce((sum, { n }) => sum + n, 0) / total(some, kind);
          return labels.map((label) => ({ name: `${kind} ${label}`, d: standardizedShare(part(mine, label), part(others, label)) }));
        });
        tell(facility, 'those of the other facilities', differences, total(mine, 'sex') || total(mine, 'age'));
      }
    return findings;
  },
};
