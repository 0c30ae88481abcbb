// M04: does a facility record under another code what the others record under this one?
import { quote } from '../../../tools/fhir/fhir.ts';
import { rowOf, thresholdOf, whole, type Check, type FoundRow } from '../check.ts';
import { count, independent, percent, share } from '../judging.ts';
import { maxRows, type Finding } from '../model.ts';
import { unknownUnit } from '../units.ts';

const fewestRows = 30;

export const oneThingManyCodes: Check = {
  id: 'M04',
  name: 'One thing under different codes',
  asks: 'Is a test silent in a facility because it is recorded there under a code of its own?',
  family: 'mapping',
  about: 'resource',
  formula: `Observations with a number. A code is missing in a facility when it has at least ${fewestRows} values in the others, and none here. n: facilities with at least ${fewestRows} such values. A facility with one is named, with n its values under such codes. k: those where no missing code has a double: a code used (almost) only here, with at least ${fewestRows} values in the same unit, whose median lies between the 10 % and 90 % quantiles of the missing one and the reverse, and whose name is like its name (Jaro-Winkler of at least 0.75, or one begins with the other's first four letters).`,
  threshold: { bound: 'at-least', value: 1 },
  source: 'Kahn et al. 2016, relational conformance and completeness; harmonisation of local laboratory codes as in Khan et al., AMIA Annu Symp Proc 2006:399-403 and Parr et al., J Am Med Inform Assoc 2018;25:1292-1300 (mapping by name, unit and distribution).',
  limits: 'A proposal for a person: two tests in one unit may look alike. Codes without a display can only be compared by their code. Needs two facilities.',
  weight: 'important',
  async find(desk) {
    if (!desk.types.includes('Observation') || desk.facilities.filter((one) => one !== unknownUnit).length < 2) return [];
    await desk.database.run(`CREATE OR REPLACE TEMP TABLE usage AS SELECT k.key, any_value(k.said) AS said, unit.facility, o.w, count(*) AS n, quantile_cont(o.num, 0.1) AS low, median(o.num) AS mid, quantile_cont(o.num, 0.9) AS high, min(o.file::BIGINT * 10000000000 + o.line) AS spot
      FROM "placed_Observation" o JOIN (SELECT c, keys[1] AS key, lower(coalesce(json_extract_string(text, '$.coding[0].display'), json_extract_string(text, '$.text'), split_part(keys[1], '|', 2))) AS said FROM "code_Observation" WHERE len(keys) > 0) k ON k.c = o.c JOIN unit ON unit.u = o.u
      WHERE o.num IS NOT NULL AND unit.facility <> ${quote(unknownUnit)} GROUP BY k.key, unit.facility, o.w`);
    const facilities = await desk.database.rows<{ facility: string; n: number }>(`SELECT facility, sum(n)::BIGINT AS n FROM usage GROUP BY facility HAVING sum(n) >= ${fewestRows} ORDER BY facility`);
    if (facilities.length < 2) return [];
    // A pair is proposed once per facility: the best-named double of each missing code.
    const doubles = await desk.database.rows<{ facility: string; missing: string; here: string; missingSaid: string; hereSaid: string; n: number; spot: number; likeness: number }>(`WITH f AS (SELECT facility FROM usage GROUP BY facility HAVING sum(n) >= ${fewestRows}),
      total AS (SELECT key, w, sum(n) AS n, any_value(said) AS said, arg_max(low, n) AS low, arg_max(mid, n) AS mid, arg_max(high, n) AS high FROM usage GROUP BY key, w),
      gone AS (SELECT f.facility, t.* FROM f, total t WHERE t.n >= ${fewestRows} AND NOT EXISTS (SELECT 1 FROM usage x WHERE x.facility = f.facility AND x.key = t.key)),
      own AS (SELECT x.* FROM usage x JOIN total t ON t.key = x.key AND t.w IS NOT DISTINCT FROM x.w WHERE x.n >= ${fewestRows} AND x.n >= 0.95 * t.n)
      SELECT own.facility, gone.key AS missing, own.key AS here, gone.said AS missingSaid, own.said AS hereSaid, own.n AS n, own.spot AS spot, jaro_winkler_similarity(own.said, gone.said) AS likeness
      FROM gone JOIN own ON own.facility = gone.facility AND own.w IS NOT DISTINCT FROM gone.w AND own.key <> gone.key AND own.mid BETWEEN gone.low AND gone.high AND gone.mid BETWEEN own.low AND own.high
        AND (jaro_winkler_similarity(own.said, gone.said) >= 0.75 OR (length(own.said) >= 4 AND contains(gone.said, own.said[1:4])) OR (length(gone.said) >= 4 AND contains(own.said, gone.said[1:4])))
      QUALIFY row_number() OVER (PARTITION BY own.facility, gone.key ORDER BY likeness DESC, own.n DESC, own.key) = 1 ORDER BY own.facility, own.n DESC, gone.key`);
    const threshold = thresholdOf(oneThingManyCodes, desk.data);
    const sayPair = (one: (typeof doubles)[number]) => `${one.hereSaid} (${one.here.replace('|', ' ')}) looks like ${one.missingSaid} (${one.missing.replace('|', ' ')})`;
    const rows = (some: typeof doubles) => some.slice(0, maxRows).map((one) => rowOf(desk, { file: Math.floor(one.spot / 1e10), line: one.spot % 1e10 } as FoundRow, `${sayPair(one)}; ${count(one.n)} values, names ${percent(one.likeness)} alike.`));
    const with_ = new Set(doubles.map(({ facility }) => facility));
    const findings: Finding[] = [share({
      check: 'M04', element: null, resource: 'Observation', unit: whole, moments: independent(facilities.length - with_.size, facilities.length), threshold, tier: 'important', minimumN: 1,
      says: ({ n, k }) => `Observations: ${count(k)} of ${count(n)} facilities have no code of their own for what the others record under another.${doubles.length > 0 ? ` ${[...with_].join(', ')} may: ${doubles.slice(0, 3).map(sayPair).join('; ')}.` : ''}`,
      figures: { pairs: doubles.length }, rows: rows(doubles),
    })];
    for (const facility of with_) {
      const mine = doubles.filter((one) => one.facility === facility);
      findings.push({ ...share({ check: 'M04', element: null, resource: 'Observation', unit: { ...whole, facility }, moments: independent(0, mine.reduce((sum, { n }) => sum + n, 0)), threshold, tier: 'important', minimumN: 1, says: () => `Observations in ${facility}: ${mine.slice(0, 5).map(sayPair).join('; ')}${mine.length > 5 ? ' …' : ''}, which has no value there.`, figures: { pairs: mine.length }, rows: rows(mine) }), verdict: 'not-met' });
    }
    return findings;
  },
};
