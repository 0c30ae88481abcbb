// Is it said first when nobody of the charter's population is in the export?
import { describe, expect, it } from 'vitest';
import { dataSection } from '../../spine/deployments/model.ts';
import { emptyPopulation } from './absent.ts';
import type { AuditDocument } from './model.ts';

const { parse } = dataSection;
const summary = (patients: number, encounters: number) => ({ patients, encounters, from: '2110-04-16', to: '2201-12-12' }) as AuditDocument['summary'];
const data = parse({ population: { encounterClasses: ['IMP'], from: '2026-01-01' } });

describe('an empty population', () => {
  it('is named with what the charter asks and what the export holds', () => {
    const [absence] = emptyPopulation(data, summary(0, 0), 637);
    expect(absence!.what).toBe("Nobody of the charter's population is in the export: none of its 637 encounters is of class IMP from 2026-01-01; the export runs from 2110-04-16 to 2201-12-12");
    expect(absence!.means).toMatch(/data\.population/);
  });
  it('is no finding where somebody belongs to it, or where the export has no encounters at all', () => {
    expect(emptyPopulation(data, summary(1, 1), 637)).toEqual([]);
    expect(emptyPopulation(data, summary(0, 0), 0)).toEqual([]);
  });
});
