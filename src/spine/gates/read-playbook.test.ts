// Does the shipped playbook hold every criterion of the five steps, and is a broken one refused with its line?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../tools/base/problem.ts';
import { conditionsOf, criteriaOn, pathNames } from './model.ts';
import { fiveStep, playbookFolder, readPlaybook } from './read-playbook.ts';

const text = readFileSync(join(playbookFolder(), 'five-step.yaml'), 'utf8');
const book = fiveStep();

/** Runs `work` and gives back the Problem it must throw. */
function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    return error as Problem;
  }
  throw new Error('it was not refused');
}

describe('the five-step playbook', () => {
  test('has every criterion of requirements §2, in order', () => {
    const upTo = (gate: string, n: number) => Array.from({ length: n }, (_, i) => `${gate}.${i + 1}`);
    expect(book.gates.map((gate) => gate.id)).toEqual(['G0', 'G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'GX']);
    const wanted = { G0: 11, G1: 12, G2: 12, G3: 12, G4: 12, G5: 11, G6: 8, GX: 18 } as Record<string, number>;
    for (const gate of book.gates) expect(gate.criteria.map((one) => one.id)).toEqual(upTo(gate.id.slice(1), wanted[gate.id] ?? 0));
  });

  test('marks the core and the safety criteria as requirements §2 does', () => {
    const on = (pick: 'core' | 'safety') => book.gates.filter((gate) => !gate.anyTime).flatMap((gate) => gate.criteria.filter((one) => one[pick]).map((one) => one.id));
    expect(on('core')).toEqual(['0.1', '0.2', '0.5', '0.6', '0.10', '1.1', '1.4', '1.5', '1.8', '1.11', '2.1', '2.3', '2.4', '2.5', '2.10', '3.1', '3.2', '3.4', '3.6', '3.7', '3.9', '4.1', '4.7', '4.10', '5.2', '5.3', '5.6', '6.1', '6.2', '6.6']);
    expect(on('safety')).toEqual(['1.4', '1.5', '1.6', '1.9', '2.1', '2.2', '2.4', '2.5', '2.8', '2.10', '2.11', '3.1', '3.7', '3.10', '3.11', '4.2', '4.7', '4.8', '4.10', '5.2', '5.6', '5.10', '6.4']);
  });

  test('keeps core criteria on every path, safety criteria on the fast track, and each path inside the longer one', () => {
    for (const gate of book.gates) {
      const on = Object.fromEntries(pathNames.map((path) => [path, criteriaOn(gate, path).map((one) => one.id)])) as Record<string, string[]>;
      const core = gate.criteria.filter((one) => one.core).map((one) => one.id);
      expect(on['registration-only']).toEqual(expect.arrayContaining(core));
      expect(on['fast-track']).toEqual(expect.arrayContaining(on['registration-only'] ?? []));
      expect(on['full']).toEqual(gate.criteria.map((one) => one.id));
      expect(on['fast-track']).toEqual(expect.arrayContaining(gate.criteria.filter((one) => one.safety).map((one) => one.id)));
    }
  });

  test('judges a safety criterion on an interval, or says that the count is complete', () => {
    for (const condition of book.gates.flatMap((gate) => gate.criteria).filter((one) => one.safety).flatMap(conditionsOf))
      if (!condition.exact && !condition.needs.present) expect(['proportion', 'points'], condition.measure).toContain(book.measures[condition.measure]?.unit);
  });

  test('carries the numbers of the articles', () => {
    const needs = (id: string) => conditionsOf(book.gates.flatMap((gate) => gate.criteria).find((one) => one.id === id)!).map((one) => one.needs);
    expect(needs('1.1')).toEqual([{ atLeast: 40 }, { atLeast: 3 }, { atLeast: 2 }]);
    expect(needs('1.4')).toEqual([{ atLeast: 100 }, { equals: 1 }, { atMost: 2 }]);
    expect(needs('1.5')).toEqual([{ atLeast: 0.95 }, { atMost: 0.1 }]);
    expect(needs('2.1')).toEqual([{ atLeast: 0.999 }]);
    expect(needs('5.5')).toEqual([{ atLeast: 0.3 }, { atLeast: 0.6 }, { atLeast: 0.8 }]);
  });
});

describe('a playbook that is none', () => {
  const swap = (from: string, to: string) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };
  const lineOf = (within: string, word: string) => within.slice(0, within.indexOf(word)).split('\n').length;

  test('names line and column of an unknown field inside a condition', () => {
    const broken = swap('needs: { atLeast: 8 } }', 'neads: { atLeast: 8 } }');
    const problem = problemOf(() => readPlaybook(broken, 'mine.yaml'));
    expect(problem.kind).toBe('unprocessable');
    expect(problem.details.some((one) => one.file === 'mine.yaml' && one.line === lineOf(broken, 'neads') && one.says.includes('column'))).toBe(true);
    expect(problem.details.map((one) => one.says).join('\n')).toContain('neads');
  });

  test.each([
    ['two words in one line', 'needs: { atLeast: 8 } }', 'needs: { atLeast: 8, atMost: 9 } }', 'exactly one of'],
    ['a measure nobody declares', 'measure: deployments.problem-cost,', 'measure: deployments.problem-coast,', 'deployments.problem-coast is not among'],
    ['an id twice', "id: '0.2'", "id: '0.1'", 'stands here twice'],
    ['a criterion in another gate', "id: '0.2'", "id: '1.99'", 'does not belong to G0'],
    ['an article that is not there', "articles: ['003'], tag: R, note: 'Article 003 asks", "articles: ['009'], tag: R, note: 'Article 003 asks", '000 to 004'],
    ['a number from elsewhere without its source', "source: { articles: [], tag: X, note: 'Duke Health algorithm-based clinical decision support (ABCDS) oversight: tiers by output, role in the decision, severity, autonomy and population.' }", 'source: { articles: [], tag: X }', 'names its source'],
    ['a tab', 'gates:\n  - id: G0', 'gates:\n\t- id: G0', 'line'],
    ['another document', 'attending: playbook/1', 'attending: charter/1', 'playbook/1'],
  ])('refuses %s', (_, from, to, says) => {
    const problem = problemOf(() => readPlaybook(swap(from, to)));
    expect(problem.details.map((one) => one.says).join('\n')).toContain(says);
    expect(problem.details.every((one) => (one.line ?? 0) >= 1)).toBe(true);
  });

  test.each(['', 'just words', '[]', '42', '\u0000'])('refuses %j', (other) => {
    expect(problemOf(() => readPlaybook(other)).details.length).toBeGreaterThan(0);
  });
});
