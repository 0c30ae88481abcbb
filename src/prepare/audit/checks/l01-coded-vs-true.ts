// L01: who has the condition by the evidence, and no code for it?
import { quote } from '../../../tools/fhir/fhir.ts';
import { whole, type Check } from '../check.ts';
import { gatherEvidence } from '../evidence.ts';
import { conditionRules, gradeNames } from '../knowledge.ts';
import { count, smallestUnit } from '../judging.ts';
import { lookAtRows } from '../look-at-rows.ts';
import { maxWorkList, type Finding } from '../model.ts';

export const codedVersusTrue: Check = {
  id: 'L01',
  name: 'Coded against evidence',
  asks: 'Of the patients whose measured values and medicines show a condition, how many have a code for it?',
  family: 'agreement',
  about: 'resource',
  formula: `One finding per condition of knowledge/conditions (${conditionRules().map(({ name }) => name.toLowerCase()).join(', ')}). n: patients of the population with evidence of the grade the rule counts or better (definite: the diagnostic criteria themselves; probable; possible), without those whose evidence the rule explains otherwise. k: those with a condition on record, on the problem list or as a diagnosis, that is neither refuted nor entered in error and carries a code of the condition. Figures: patients and codes by grade. Rows: the patients without a code, up to ${count(maxWorkList)}.`,
  threshold: { bound: 'at-least', value: 0.9 },
  source: `Weiskopf & Weng, J Am Med Inform Assoc 2013;20:144-151, concordance. ${conditionRules().flatMap(({ sources }) => sources).filter((one, at, all) => all.indexOf(one) === at).join('; ')}.`,
  limits: `A local code system is read as ICD, SNOMED CT or RxNorm where its address says so; drugs are mostly recognised by their names. Sensitivity of the rules: ${conditionRules().map(({ name, accuracy }) => `${name}: ${accuracy.says}`).join(' ')} Deliberately no evidence: ${conditionRules().map(({ name, never }) => `${name}: ${never}`).join(' ')} Who was never measured or treated here is not seen; text is not read.`,
  weight: 'important',
  async find(desk) {
    await gatherEvidence(desk);
    const [nothing] = await desk.database.rows<{ n: number }>('SELECT count(*) AS n FROM graded');
    if ((nothing?.n ?? 0) === 0) return [];
    const [readable] = desk.types.includes('Condition') ? await desk.database.rows<{ n: number }>(`SELECT count(*) AS n FROM "said_Condition" WHERE len(list_filter(keys, lambda key: regexp_matches(key, '^http://(hl7.org/fhir/sid/icd-|snomed.info/sct)'))) > 0`) : [];
    // Where no diagnosis is in a system the rules can read, nobody can be told to lack a code.
    if ((readable?.n ?? 0) === 0)
      return [{ check: 'L01', element: null, resource: 'Condition', unit: whole, n: nothing!.n, k: null, rate: null, low: null, high: null, threshold: null, tier: 'important', verdict: 'not-measurable', says: `${count(nothing!.n)} patients have evidence of a condition, but no diagnosis of the export is in ICD or SNOMED CT, so whether they are coded cannot be told.`, figures: {}, rows: [] }];
    const tallies = await desk.database.rows<{ rule: string; grade: string; n: number; k: number }>('SELECT rule, grade, count(*) AS n, count(*) FILTER (coded) AS k FROM graded GROUP BY rule, grade');
    const findings: Finding[] = [];
    for (const rule of conditionRules()) {
      const mine = tallies.filter((tally) => tally.rule === rule.id);
      const counted = gradeNames.slice(0, gradeNames.indexOf(rule.counts) + 1);
      if (mine.every(({ grade }) => !counted.some((one) => one === grade))) continue;
      const figures = Object.fromEntries(gradeNames.flatMap((grade) => {
        const found = mine.find((tally) => tally.grade === grade);
        return [[grade, found?.n ?? 0], [`${grade}Coded`, found?.k ?? 0]];
      }));
      const rows = `SELECT p, u, coded AS k, NOT coded AS wrong, file, line, a, grade AS b FROM graded WHERE rule = ${quote(rule.id)} AND grade IN (${counted.map(quote).join(', ')})`;
      findings.push(...(await lookAtRows(desk, {
        check: codedVersusTrue, resource: `Condition: ${rule.id}`, name: rule.name, rows, are: `patients with ${rule.counts === 'definite' ? 'definite' : `at least ${rule.counts}`} evidence have a code`,
        says: ({ a, b }) => `No code for ${rule.name.toLowerCase()}; ${b}: ${a}.`, adds: rule.accuracy.says, figures, rowsAtMost: maxWorkList, fewest: smallestUnit, keep: true,
      })));
    }
    return findings;
  },
};
