// Is the arm sticky and fairly drawn, and does every change that shows more ask for a second person?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { armOf, drawn, holdOut } from './arms.ts';
import { needsApproval, policy, policyFaults, type Policy } from './policy.ts';

const of = (changes: object): Policy => policy.parse({ mode: 'live', ...changes });
const secret = Buffer.from('a secret of the house');
const rule = (changes: object = {}) => ({ id: 'on-antibiotics', says: 'Already on antibiotics', when: 'before', condition: 'true', owner: 'Dr. A', expires: '2027-01-01', ...changes });

describe('an arm', () => {
  it('is the same for the same one, and its share is what was asked', () => {
    const staged = of({ mode: 'staged', arms: [{ id: 'shown', shows: true, share: 0.3 }, { id: 'silent', shows: false, share: 0.5 }] });
    const counts: Record<string, number> = {};
    for (let i = 0; i < 20_000; i++) {
      const { arm, shows } = armOf(staged, secret, 'dep_1', `enc_${i}`);
      expect(armOf(staged, secret, 'dep_1', `enc_${i}`)).toEqual({ arm, shows });
      expect(shows).toBe(arm === 'shown');
      counts[arm!] = (counts[arm!] ?? 0) + 1;
    }
    // Four standard deviations of a binomial share of 20,000: 0.0130 at 0.3, 0.0141 at 0.5.
    expect(counts['shown']! / 20_000).toBeCloseTo(0.3, 1);
    expect(Math.abs(counts['shown']! / 20_000 - 0.3)).toBeLessThan(0.013);
    expect(Math.abs(counts['silent']! / 20_000 - 0.5)).toBeLessThan(0.0142);
    expect(counts[holdOut]).toBeGreaterThan(0);
  });
  it('keeps its people when the last one that shows grows', () => {
    const small = of({ arms: [{ id: 'shown', shows: true, share: 0.2 }] });
    const large = of({ arms: [{ id: 'shown', shows: true, share: 0.6 }] });
    fc.assert(fc.property(fc.string(), (whom) => void (armOf(small, secret, 'd', whom).shows && expect(armOf(large, secret, 'd', whom).shows).toBe(true))));
  });
  it('is drawn anew for another deployment', () => {
    const same = Array.from({ length: 400 }, (_, i) => drawn(secret, 'arm a', `e${i}`) < 0.5 === drawn(secret, 'arm b', `e${i}`) < 0.5).filter(Boolean).length;
    expect(Math.abs(same - 200)).toBeLessThan(60);
  });
  it('shows everybody in live and nobody in staged where there are none', () => {
    expect(armOf(of({}), secret, 'd', 'x').shows).toBe(true);
    expect(armOf(of({ mode: 'staged' }), secret, 'd', 'x').shows).toBe(false);
  });
});

describe('a second person', () => {
  it('is asked for whatever shows more or guards less', () => {
    const before = of({ mode: 'staged', arms: [{ id: 'arm-a', shows: true, share: 0.2 }], rules: [rule()], only: { facilities: ['north'] }, budget: { perEncounter: 2 }, repeat: { withinMinutes: 60 } });
    const then = (changes: object) => needsApproval(before, policy.parse({ ...before, ...changes }));
    expect(then({})).toEqual([]);
    expect(then({ mode: 'live' })).toEqual(['the mode becomes live']);
    expect(then({ arms: [{ id: 'arm-a', shows: true, share: 0.3 }] })).toEqual(['more are drawn to see it']);
    expect(then({ arms: [{ id: 'arm-b', shows: false, share: 0.2 }, { id: 'arm-a', shows: true, share: 0.2 }] })).toEqual(['others are drawn to see it']);
    expect(then({ arms: [{ id: 'arm-b', shows: false, share: 0.1 }, { id: 'arm-a', shows: true, share: 0.1 }] })).toEqual([]);
    expect(needsApproval(of({ repeat: { withinMinutes: 60, by: 'patient' } }), of({ repeat: { withinMinutes: 60, by: 'encounter' } }))).toEqual(['repeats are shown in another encounter']);
    expect(needsApproval(of({ failure: { lint: 'drop-all' } }), of({}))).toEqual(['cards beside a broken one are shown']);
    expect(then({ only: { facilities: ['north', 'south'] } })).toEqual(['it is shown in more places']);
    expect(then({ only: {} })).toEqual(['it is shown in more places']);
    expect(then({ rules: [] })).toEqual(['the rule on-antibiotics goes']);
    expect(then({ rules: [rule({ showAnyway: 0.5 })] })).toEqual(['the rule on-antibiotics changes']);
    expect(then({ budget: {} })).toEqual(['the budget grows']);
    expect(then({ repeat: null })).toEqual(['repeats are shown sooner']);
    expect(then({ human: { criticalNeedsReason: false } })).toHaveLength(1);
    expect(then({ failure: { ledger: 'show-and-flag' } })).toEqual(['outputs would be shown without a record']);
  });
  it('is not asked to stop or to narrow', () => {
    const before = of({ arms: [{ id: 'arm-a', shows: true, share: 0.5 }] });
    for (const mode of ['off', 'shadow', 'suspended', 'staged']) expect(needsApproval(before, policy.parse({ ...before, mode }))).toEqual([]);
    expect(needsApproval(before, policy.parse({ ...before, arms: [{ id: 'arm-a', shows: true, share: 0.1 }] }))).toEqual([]);
  });
  it('is asked before anything is shown at all', () => expect(needsApproval(of({ mode: 'shadow' }), of({ mode: 'live' }))).toEqual(['the mode becomes live']));
});

describe('a policy', () => {
  it('is told what is wrong as a whole', () => {
    expect(policyFaults(of({ arms: [{ id: 'arm-a', shows: true, share: 0.7 }, { id: 'arm-a', shows: true, share: 0.6 }] }), '2026-11-21').map(({ path }) => path)).toEqual(['arms', 'arms']);
    expect(policyFaults(of({ rules: [rule({ expires: '2026-01-01' })] }), '2026-11-21')).toEqual([{ path: 'rules[0].expires', says: 'the rule on-antibiotics ended on 2026-01-01' }]);
    expect(policyFaults(of({ mode: 'staged' }), '2026-11-21')).toHaveLength(1);
  });
});
