// I02: are name, birth date and gender there, in a form people have them?
import { list, rawOf } from '../plan.ts';
import { jsonAt, textAt } from '../cells.ts';
import type { Check } from '../check.ts';
import { lookAtRows } from '../look-at-rows.ts';
import { placeholderDates, placeholderTexts } from '../placeholders.ts';

export const demographics: Check = {
  id: 'I02',
  name: 'Demographics',
  asks: 'Does every patient have a name, a full birth date and a gender, written as people have them?',
  family: 'identity',
  about: 'export',
  formula: 'n: Patient resources. k: those with a family and a given name (two letters or more, no digits, no placeholder), a birth date to the day that is no filler, and a gender.',
  threshold: { bound: 'at-least', value: 0.98 },
  source: 'Requirement class "demographic" of a data prerequisite review; Grannis et al., J Am Med Inform Assoc 2019;26:447-456 (standardized demographics improve matching); ONC, Patient Demographic Data Quality Framework, 2017.',
  limits: 'Names of one letter exist. Newborns often wait for a name. In a de-identified export the check fails by design, which is right: the model will see names where it runs.',
  weight: 'important',
  async find(desk) {
    const columns = desk.wanted['Patient'] ?? [];
    const [names, birth, gender] = [jsonAt('name', columns), textAt('birthDate', columns), textAt('gender', columns)];
    if (!desk.types.includes('Patient') || names === null || birth === null || gender === null) return [];
    const isName = (text: string) => `coalesce(length(trim(${text})) >= 2 AND NOT regexp_matches(${text}, '\\d') AND NOT list_contains(${list(placeholderTexts)}, lower(trim(${text}))), false)`;
    const family = `json_extract_string(${names}, '$[0].family')`;
    const given = `json_extract_string(${names}, '$[0].given[0]')`;
    const wrong = `concat_ws(', ', CASE WHEN NOT ${isName(family)} THEN 'family name' END, CASE WHEN NOT ${isName(given)} THEN 'given name' END, CASE WHEN ${birth} IS NULL OR length(${birth}) <> 10 OR at_(${birth}) IS NULL OR list_contains(${list(placeholderDates)}, ${birth}) THEN 'birth date' END, CASE WHEN ${gender} IS NULL OR ${gender} = '' THEN 'gender' END)`;
    return lookAtRows(desk, {
      check: demographics, resource: 'Patient', name: 'Patients', are: 'have name, birth date and gender as people have them', perFacility: false, keep: true,
      rows: `SELECT who.p, NULL::INTEGER AS u, r.wrong = '' AS k, NOT k AS wrong, r.file, r.line, r.wrong AS a, NULL AS b FROM (SELECT id, _file AS file, _line AS line, ${wrong} AS wrong FROM ${rawOf('Patient')}) r LEFT JOIN who ON who.id = r.id`,
      says: ({ a }) => `Missing or not as people have it: ${a}.`,
    });
  },
};
