// V05: do values or codes look different from what they were?
import { name, quote } from '../../../tools/fhir/fhir.ts';
import { populationShift } from '../../../tools/statistics/population-shift.ts';
import { thresholdOf, tierOf, whole, type Check, type Desk } from '../check.ts';
import { percent, sayThreshold, sayUnit, tidy } from '../judging.ts';
import type { Finding } from '../model.ts';
import { isNumeric } from '../tables.ts';
import { recentMonths, windowsInWords, type Windows } from '../recent-months.ts';
import { unknownUnit } from '../units.ts';

const byChance = 0.01;
const fewest = 50;

export const valuesShift: Check = {
  id: 'V05',
  name: 'Values or codes shifting',
  asks: 'Are recent values, and the codes in use, distributed as they were?',
  family: 'variation',
  about: 'element',
  formula: `For each element (numbers in tenths of the earlier values; codes and texts by the 15 most frequent and the rest) and for the codes of each resource type, for the whole export and each facility; ${windowsInWords}. rate: the share of values that would have to move to make both sides alike (half the sum of the differences). n: recent values. Figures: population stability index and Jensen-Shannon divergence. Not met: the share is above the threshold, and a chi-square as large has a chance below ${byChance} ÷ the series looked at, all values of one patient counted as one; above the threshold, but within chance: undecided.`,
  threshold: { bound: 'at-most', value: 0.15 },
  source: 'Population stability index: Siddiqi, Credit Risk Scorecards, 2006; Yurdakul, Statistical Properties of Population Stability Index, Western Michigan University, 2018. Divergence: Lin, IEEE Trans Inf Theory 1991;37:145-151. Clustering: Rao & Scott, J Am Stat Assoc 1981;76:221-230. Kahn et al. 2016, temporal plausibility.',
  limits: 'A shift may be real (a season, another population) or made by the feed (another unit, device or code): the figures do not tell which. The 15 % is ours; the customary index above 0.25 has no theory behind it. Counting a patient once loses power and never claims too much.',
  weight: 'important',
  async find(desk) {
    const windows = await recentMonths(desk);
    if (!windows) return [];
    const found = [...(await ofElements(desk, windows)), ...(await ofCodes(desk, windows))].filter(({ before, after }) => before.reduce((a, b) => a + b, 0) >= fewest && after.reduce((a, b) => a + b, 0) >= fewest);
    const threshold = thresholdOf(valuesShift, desk.data);
    return found.flatMap(({ element, resource, facility, before, after, people }): Finding[] => {
      const shift = populationShift(before, after, people);
      if (!shift || facility === unknownUnit) return [];
      const [n, m] = [before.reduce((a, b) => a + b, 0), after.reduce((a, b) => a + b, 0)];
      const moved = before.reduce((sum, count, i) => sum + Math.abs(count / n - (after[i] ?? 0) / m), 0) / 2;
      const limit = threshold?.value ?? 1;
      const beyond = shift.p < byChance / found.length;
      const unit = { ...whole, facility };
      const about = element ? element.name : `Codes of ${resource}`;
      return [{
        check: 'V05', element: element?.id ?? null, resource, unit, n: m, k: null, rate: tidy(moved), low: null, high: null, threshold, tier: tierOf(valuesShift, element), verdict: moved <= limit ? 'met' : beyond ? 'not-met' : 'undecided',
        says: `${about}${sayUnit(unit)}: ${percent(moved)} of the values of ${windows.sayRecent} would have to move to look like those of ${windows.sayBefore} (PSI ${shift.psi.toFixed(2)})${moved > limit ? (beyond ? ', more than chance explains' : ', which may be chance') : ''}${sayThreshold(threshold)}.`,
        figures: { psi: tidy(shift.psi), jensenShannon: tidy(shift.jensenShannon), chance: tidy(shift.p), categories: shift.degrees + 1, patientsBefore: people.before, patientsRecent: people.after, series: found.length }, rows: [],
      }];
    });
  },
};

interface Compared {
  element: Desk['elements'][number] | null;
  resource: string;
  facility: string | null;
  before: number[];
  after: number[];
  people: { before: number; after: number };
}

interface Row {
  el: number;
  facility: string | null;
  g: number;
  counts: string;
  pb: number;
  pa: number;
}

const side = ({ from, cut, until }: Windows) => `CASE WHEN m BETWEEN ${from} AND ${cut - 1} THEN 0 WHEN m BETWEEN ${cut} AND ${until} THEN 1 END`;

/** From rows (el, p, u, bin, side, n) to both sides' counts per bin, of the whole and of each facility; patients are counted once per side. */
const compare = (rows: string) => `WITH b AS MATERIALIZED (${rows}),
  f AS (SELECT b.*, coalesce(unit.facility, ${quote(unknownUnit)}) AS facility FROM b LEFT JOIN unit ON unit.u = b.u WHERE side IS NOT NULL),
  c AS (SELECT el, facility, GROUPING(facility) AS g, bin, sum(n) FILTER (side = 0) AS b0, sum(n) FILTER (side = 1) AS b1 FROM f GROUP BY GROUPING SETS ((el, bin), (el, facility, bin))),
  w AS (SELECT el, facility, GROUPING(facility) AS g, count(DISTINCT p) FILTER (side = 0) AS pb, count(DISTINCT p) FILTER (side = 1) AS pa FROM f GROUP BY GROUPING SETS ((el), (el, facility)))
  SELECT c.el, c.facility, c.g, to_json(list([coalesce(b0, 0), coalesce(b1, 0)] ORDER BY bin))::VARCHAR AS counts, any_value(pb) AS pb, any_value(pa) AS pa FROM c JOIN w ON w.el = c.el AND w.g = c.g AND w.facility IS NOT DISTINCT FROM c.facility GROUP BY c.el, c.facility, c.g ORDER BY c.el, c.g DESC, c.facility`;

const asCompared = ({ counts, facility, pb, pa }: Row): Pick<Compared, 'facility' | 'before' | 'after' | 'people'> => {
  const pairs = JSON.parse(counts) as [number, number][];
  return { facility, before: pairs.map(([a]) => Number(a)), after: pairs.map(([, b]) => Number(b)), people: { before: pb, after: pa } };
};

async function ofElements({ database, elements }: Desk, windows: Windows): Promise<Compared[]> {
  if (elements.length === 0) return [];
  const numeric = elements.flatMap((element, at) => (isNumeric(element) ? [at] : []));
  const isNumber = numeric.length > 0 ? `el IN (${numeric.join(', ')})` : 'false';
  // References and free instants differ in every row: there is no distribution to compare.
  await database.run(`CREATE OR REPLACE TEMP TABLE valued AS SELECT el, p, u, ${side(windows)} AS side, CASE WHEN ${isNumber} THEN num END AS num, CASE WHEN NOT ${isNumber} THEN coalesce(json_extract_string(object_(v), '$.coding[0].code'), v) END AS v, count(*) AS n
    FROM (SELECT *, year(t) * 12 + month(t) AS m FROM fact WHERE present AND NOT placeholder AND t IS NOT NULL) GROUP BY ALL HAVING side IS NOT NULL`);
  const rows = await database.rows<Row>(compare(`WITH cut AS (SELECT el, list_distinct(quantile_cont(num, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])) AS at FROM valued WHERE side = 0 AND num IS NOT NULL GROUP BY el),
      top AS (SELECT el, v, rank FROM (SELECT el, v, row_number() OVER (PARTITION BY el ORDER BY sum(n) DESC, v) AS rank, count(*) OVER (PARTITION BY el) AS kinds, sum(sum(n)) OVER (PARTITION BY el) AS all_ FROM valued WHERE v IS NOT NULL GROUP BY el, v) WHERE rank <= 15 AND kinds * 5 <= all_)
      SELECT valued.el, p, u, side, n, len(list_filter(cut.at, lambda c: c < num)) AS bin FROM valued JOIN cut ON cut.el = valued.el WHERE num IS NOT NULL
      UNION ALL SELECT valued.el, p, u, side, n, coalesce(top.rank, 99) AS bin FROM valued SEMI JOIN top listed ON listed.el = valued.el LEFT JOIN top ON top.el = valued.el AND top.v = valued.v WHERE valued.v IS NOT NULL`));
  await database.run('DROP TABLE valued');
  return rows.map((row) => ({ element: elements[row.el]!, resource: elements[row.el]!.resource, ...asCompared(row) }));
}

async function ofCodes({ database, types }: Desk, windows: Windows): Promise<Compared[]> {
  const coded = types.flatMap((type, at) => (type === 'Patient' || type === 'Encounter' ? [] : [{ type, at }]));
  if (coded.length === 0) return [];
  const source = coded.map(({ type, at }) => `SELECT ${at} AS el, p, u, c, ${side(windows)} AS side, count(*) AS n FROM (SELECT p, u, c, year(t) * 12 + month(t) AS m FROM ${name(`placed_${type}`)} WHERE t IS NOT NULL AND c IS NOT NULL) GROUP BY ALL HAVING side IS NOT NULL`).join(' UNION ALL ');
  // Codes are numbered anew in every run: equally frequent ones are told apart by their text.
  const texts = coded.map(({ type, at }) => `SELECT ${at} AS el, c, text FROM ${name(`code_${type}`)}`).join(' UNION ALL ');
  const rows = await database.rows<Row>(compare(`WITH s AS MATERIALIZED (${source}), texts AS (${texts}), top AS (SELECT s.el, s.c, row_number() OVER (PARTITION BY s.el ORDER BY sum(n) DESC, any_value(texts.text)) AS rank FROM s JOIN texts ON texts.el = s.el AND texts.c = s.c GROUP BY s.el, s.c QUALIFY rank <= 15)
    SELECT s.el, p, u, side, n, coalesce(top.rank, 99) AS bin FROM s LEFT JOIN top ON top.el = s.el AND top.c = s.c`));
  return rows.map((row) => ({ element: null, resource: types[row.el]!, ...asCompared(row) }));
}
