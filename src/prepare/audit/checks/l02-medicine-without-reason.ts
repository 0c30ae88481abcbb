// L02: who takes a medicine that is given for one condition, without a code for it?
import { quote } from '../../../tools/fhir/fhir.ts';
import type { Check } from '../check.ts';
import { codedSet, findingSet, gatherEvidence, unlessSet } from '../evidence.ts';
import { conditionRules, isMeasured } from '../knowledge.ts';
import { lookAtRows } from '../look-at-rows.ts';
import { smallestUnit } from '../judging.ts';
import type { Finding } from '../model.ts';

const indicated = conditionRules().flatMap((rule) => Object.entries(rule.findings).flatMap(([id, finding]) => (!isMeasured(finding) && finding.indicates ? [{ rule, id, finding }] : [])));

export const medicineWithoutReason: Check = {
  id: 'L02',
  name: 'Medicine without its reason',
  asks: 'Of the patients with a medicine that is given for one condition, how many have a code for the condition?',
  family: 'agreement',
  about: 'resource',
  formula: `For ${indicated.map(({ finding, rule }) => `${finding.says} (${rule.name.toLowerCase()})`).join('; ')}. n: patients with the medicine. k: those with a condition on record that carries a code of it, or of what else explains the medicine.`,
  threshold: { bound: 'at-least', value: 0.9 },
  source: 'Weiskopf & Weng, J Am Med Inform Assoc 2013;20:144-151, concordance; Wei et al., J Am Med Inform Assoc 2013;20:954-961 (medication and indication). The medicines are in knowledge/conditions.',
  limits: 'Only medicines that are hardly given for anything else; uses outside the label exist. An order need not have been taken.',
  weight: 'important',
  async find(desk) {
    await gatherEvidence(desk);
    const findings: Finding[] = [];
    for (const { rule, id, finding } of indicated)
      findings.push(...(await lookAtRows(desk, {
        check: medicineWithoutReason, resource: `Condition: ${rule.id}`, name: `Patients with ${finding.says}`, are: `have a code for ${rule.name.toLowerCase()}`, fewest: smallestUnit, keep: true,
        rows: `SELECT p, u, has AS k, NOT has AS wrong, (spot // 10000000000)::INTEGER AS file, (spot % 10000000000)::INTEGER AS line, NULL AS a, NULL AS b FROM (SELECT g.*, EXISTS (SELECT 1 FROM problem x JOIN known k ON k.type = 'Condition' AND k.s IN (${quote(codedSet(rule))}, ${quote(unlessSet(rule))}) AND k.c = x.c WHERE x.p = g.p AND x.stands) AS has FROM piece g WHERE g.s = ${quote(findingSet(rule, id))} AND g.p IN (SELECT key FROM member WHERE kind = 'patient'))`,
        says: () => `Has ${finding.says}, and no code for ${rule.name.toLowerCase()}.`,
      })));
    return findings;
  },
};
