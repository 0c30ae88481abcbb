// L04: is a long-standing condition a diagnosis of a stay, but not on the problem list?
import { quote } from '../../../tools/fhir/fhir.ts';
import type { Check } from '../check.ts';
import { codedSet, gatherEvidence } from '../evidence.ts';
import { conditionRules } from '../knowledge.ts';
import { lookAtRows } from '../look-at-rows.ts';
import { smallestUnit } from '../judging.ts';

export const notOnProblemList: Check = {
  id: 'L04',
  name: 'Diagnosed, not on the problem list',
  asks: 'Of the long-standing conditions that were a diagnosis of a stay, how many are on the problem list?',
  family: 'agreement',
  about: 'resource',
  formula: `n: pairs of a patient and a condition of knowledge/conditions (${conditionRules().map(({ name }) => name.toLowerCase()).join(', ')}) that was coded as an encounter's diagnosis. k: those with a code of the condition on the problem list. Only where the export has both categories.`,
  threshold: { bound: 'at-least', value: 0.8 },
  source: 'Weiskopf & Weng 2013, concordance; Wright et al., J Am Med Inform Assoc 2011;18:859-867. The 80 % is ours.',
  limits: 'Needs Condition.category; a diagnosis that was ruled out later counts as long as it is not marked refuted.',
  weight: 'important',
  async find(desk) {
    await gatherEvidence(desk);
    const [both] = await desk.database.rows<{ listed: number; diagnosed: number }>('SELECT count(*) FILTER (listed) AS listed, count(*) FILTER (diagnosed) AS diagnosed FROM problem');
    if (!both || both.listed === 0 || both.diagnosed === 0) return [];
    return lookAtRows(desk, {
      check: notOnProblemList, resource: 'Condition: problem list', name: 'Long-standing diagnoses of stays', are: 'are on the problem list', fewest: smallestUnit, keep: true,
      rows: `SELECT p, arg_max(u, file::BIGINT * 10000000000 + line) FILTER (diagnosed) AS u, bool_or(listed) AS k, NOT bool_or(listed) AS wrong, (min(file::BIGINT * 10000000000 + line) FILTER (diagnosed) // 10000000000)::INTEGER AS file, (min(file::BIGINT * 10000000000 + line) FILTER (diagnosed) % 10000000000)::INTEGER AS line, substr(s, 7) AS a, NULL AS b
        FROM problem x JOIN known k ON k.type = 'Condition' AND k.c = x.c AND k.s IN (${conditionRules().map((rule) => quote(codedSet(rule))).join(', ')}) WHERE x.stands AND x.p IS NOT NULL GROUP BY p, s HAVING bool_or(diagnosed)`,
      says: ({ a }) => `A diagnosis of a stay (${a?.replaceAll('-', ' ')}), not on the problem list.`,
    });
  },
};
