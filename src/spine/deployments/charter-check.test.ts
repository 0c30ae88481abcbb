// Does the check find what is wrong in a charter, at its line, in words that help?
import { describe, expect, test } from 'vitest';
import { checkText, checkValue, passes } from './charter-check.ts';
import { charterExample } from './charter-example.ts';
import { fhirWords } from './charter-fhir.ts';

const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;
const broken = (from: string, to: string) => {
  expect(charterExample).toContain(from);
  return charterExample.replace(from, to);
};

describe('the check of a charter', () => {
  test('the example passes without a word', () => {
    const check = checkText(charterExample, fhirWords);
    expect(check.problems).toEqual([]);
    expect(passes(check)).toBe(true);
  });

  test('JSON is read as well, and says the same', () => {
    const { charter } = checkText(charterExample, fhirWords);
    expect(checkText(JSON.stringify(charter), fhirWords)).toEqual({ charter, problems: [], dataOnly: false });
    expect(checkValue(charter, fhirWords)).toEqual({ charter, problems: [], dataOnly: false });
  });

  test.each([
    ['an unknown resource', 'resource: Observation\n      path', 'resource: Observaton\n      path', 'Observaton', 'perhaps `Observation`'],
    ['a resource of another FHIR release', 'resource: Observation\n      path', 'resource: Citation\n      path', 'Citation', 'FHIR R4 has no resource `Citation`'],
    ['an id given twice', 'id: lactate', 'id: heart-rate # again', 'heart-rate # again', 'is there twice'],
    ['a path that cannot be read', 'path: value.ofType(Quantity).value\n      codes: [{ system: "http://loinc.org", code: 8867-4', 'path: value.ofType(Quantity.value\n      codes: [{ system: "http://loinc.org", code: 8867-4', 'ofType(Quantity.value', 'no path the audit can read'],
    ['a function the audit does not know', 'path: value.ofType(Quantity).value\n      codes: [{ system: "http://loinc.org", code: 8867-4', 'path: value.conjure()\n      codes: [{ system: "http://loinc.org", code: 8867-4', 'conjure', 'no path the audit can read'],
    ['an unknown field', 'hoursPerWeek: 6', 'hoursPerWek: 6', 'hoursPerWek', 'no field `hoursPerWek`'],
    ['a day that does not exist', 'signed: 2026-10-01', 'signed: 2026-02-30', '2026-02-30', 'a calendar day that exists'],
    ['a wrong choice', 'tier: critical', 'tier: vital', 'tier: vital', 'not one of its values'],
    ['a number as text', 'hoursPerWeek: 6', 'hoursPerWeek: six', 'six', 'should be a number, and is the text "six"'],
    ['a share above one', 'threshold: 0.6', 'threshold: 60', 'threshold: 60', 'the most is 1'],
    ['a floor above the claim', 'floor: 0.75', 'floor: 0.95', '0.95', 'better than the promised one'],
    ['a range upside down', 'low: 20, high: 300', 'low: 300, high: 20', 'low: 300', 'from 300 down to 20'],
    ['a cost that is not its product', 'quantity: 96', 'quantity: 9', 'minor: 124800000', 'The quantity times the unit value'],
    ['two currencies', 'firstYear: { minor: 30000000, currency: USD }', 'firstYear: { minor: 30000000, currency: EUR }', '- { line: Licence', 'cannot be summed'],
    ['a metric nobody registered', 'metric: hours-to-antibiotic', 'metric: hours-lost', 'hours-lost', 'No adoption or value metric'],
    ['a tab', '  hoursPerWeek: 6', '\thoursPerWeek: 6', 'hoursPerWeek', ''],
    ['a key given twice', '  hoursPerWeek: 6', '  hoursPerWeek: 6\n  hoursPerWeek: 7', 'hoursPerWeek: 7', 'there twice'],
    ['a contract that ends before it begins', 'ends: 2028-09-30', 'ends: 2020-09-30', '2020-09-30', 'lies before the beginning'],
    ['a service level without a number', ', atLeast: 0.75, owner', ', owner', '- { id: sensitivity, metric: Sensitivity per month', 'cannot be kept or broken'],
  ])('%s is found at its line', (_name, from, to, marker, says) => {
    const text = broken(from, to);
    const check = checkText(text, fhirWords);
    const found = check.problems.filter((problem) => problem.severity === 'error' && problem.says.includes(says));
    expect(found.map((problem) => problem.line)).toContain(lineOf(text, marker));
    expect(found.every((problem) => problem.next.length > 10 && problem.column !== null)).toBe(true);
    expect(passes(check)).toBe(false);
  });

  test('a missing field is named where it should stand', () => {
    const [problem] = checkText(broken('  moment: The nurse', '  # moment: The nurse'), fhirWords).problems;
    expect(problem).toMatchObject({ path: 'decision.moment', says: '`moment` is missing in `decision`.' });
  });

  test.each([['', 1], ['just words', 1], ['[1, 2', 1], ['\u0000\u0001binary', 1], ['a: *nothing', 1]])('%j is refused in words', (text, line) => {
    const check = checkText(text, fhirWords);
    expect(check.charter).toBeNull();
    expect(check.problems[0]?.line).toBe(line);
    expect(check.problems[0]?.says).not.toBe('');
  });

  test('text that cannot be stored is refused where it stands, in YAML and in JSON', () => {
    const { charter } = checkText(charterExample, fhirWords);
    expect(checkValue({ ...charter, title: 'half \ud800' }, fhirWords).problems).toMatchObject([{ path: 'title' }]);
    expect(checkText(broken('title: Sepsis', 'title: "nul \\0" # Sepsis'), fhirWords).problems).toMatchObject([{ path: 'title', line: 5 }]);
    expect(checkText(broken('title: Sepsis', 'title: \0Sepsis'), fhirWords).problems).toMatchObject([{ line: 5 }]);
  });

  test('a few lines cannot unfold into gigabytes', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`).join('\n')}\n`;
    expect(checkText(bomb, fhirWords).problems[0]?.says).toMatch(/cannot be read/);
  });

  test('a data section alone is enough for an audit and no charter', () => {
    const text = `attending: charter/1\n\n${charterExample.slice(charterExample.indexOf('data:'), charterExample.indexOf('pilot:'))}`;
    const check = checkText(text, fhirWords);
    expect(check).toEqual({ charter: null, dataOnly: true, problems: [] });
    expect(passes(check)).toBe(false);
    const wrong = text.replace('id: lactate', 'id: heart-rate # again');
    expect(checkText(wrong, fhirWords).problems).toMatchObject([{ path: 'data.elements[1].id', line: lineOf(wrong, 'heart-rate # again') }]);
  });

  test('what is left open is a warning, not a refusal', () => {
    const check = checkText(broken('  hoursPerWeek: 6\n', ''), fhirWords);
    expect(check.problems).toMatchObject([{ severity: 'warning', path: 'owner.hoursPerWeek' }]);
    expect(passes(check)).toBe(true);
  });
});
