// C07: which unit is silent where its peers speak?
import { tierOf, whole, type Check } from '../check.ts';
import { count, independent, percent, share, tidy } from '../judging.ts';
import type { Finding, Threshold } from '../model.ts';

/** After correction for the number of units looked at. */
const unlikely = 0.01;

export const silentFeed: Check = {
  id: 'C07',
  name: 'Silent feed',
  asks: 'Is there a facility or department where the value never comes, though its peers have it?',
  family: 'completeness',
  about: 'element',
  formula: `n: units (facilities; departments) with enough patients or encounters that silence would not be chance. k: those that are not silent. Silent: no patient or encounter has a usable value, and (1 - p)^m < ${unlikely} / units, with m its patients or encounters and p the completeness of its peers.`,
  threshold: { bound: 'at-least', value: 1 },
  source: 'Zero events in m trials: Hanley & Lippman-Hand, JAMA 1983;249:1743-1745; Bonferroni for the number of units.',
  limits: 'A unit may rightly not do it (no lactate in an eye clinic): the unit is named, a person decides. Units too small to tell are left out and counted.',
  weight: 'element',
  find: async ({ elements, completeness }) =>
    elements.flatMap((element): Finding[] => {
      const mine = completeness.filter((finding) => finding.element === element.id && finding.unit.month === null && finding.unit.clinician === null);
      const threshold: Threshold = { bound: 'at-least', value: 1, from: 'default' };
      const tier = tierOf(silentFeed, element);
      const levels = [mine.filter((finding) => finding.unit.facility !== null && finding.unit.department === null), mine.filter((finding) => finding.unit.department !== null)];
      const named: Finding[] = [];
      let judged = 0;
      let small = 0;
      for (const units of levels) {
        const n = units.reduce((sum, finding) => sum + finding.n, 0);
        const k = units.reduce((sum, finding) => sum + (finding.k ?? 0), 0);
        for (const finding of units) {
          const peers = n - finding.n > 0 ? (k - finding.k!) / (n - finding.n) : 0;
          const chance = (1 - peers) ** finding.n;
          if (units.length < 2 || peers === 0 || chance >= unlikely / units.length) {
            if (units.length > 1) small++;
            continue;
          }
          judged++;
          if (finding.k !== 0) continue;
          named.push({
            ...share({
              check: 'C07', element: element.id, resource: element.resource, unit: finding.unit, moments: independent(0, finding.n), threshold: { bound: 'at-least', value: element.threshold, from: 'charter' }, tier, minimumN: 1,
              says: () => `${element.name} is silent in ${finding.unit.department ?? finding.unit.facility}${finding.unit.department ? ` (${finding.unit.facility})` : ''}: none of ${count(finding.n)} ${element.per}s has it, where ${percent(peers)} of its peers' do; by chance that has a probability of ${chance < 1e-12 ? 'less than 10⁻¹²' : chance.toExponential(1)}.`,
              figures: { peers: tidy(peers), chance: tidy(chance) },
              rows: finding.rows,
            }),
            verdict: 'not-met',
          });
        }
      }
      if (levels.flat().length === 0) return [];
      // Whether a unit is silent was tested unit by unit: none silent is met, without an interval over units.
      const overall = share({
        check: 'C07', element: element.id, resource: element.resource, unit: whole, moments: independent(judged - named.length, judged), threshold, tier: judged === 0 ? 'context' : tier, minimumN: 1,
        says: () => (judged === 0 ? `${element.name}: no unit has peers to compare it with, or enough ${element.per}s to tell silence from chance.` : named.length === 0 ? `${element.name}: none of ${count(judged)} units is silent.` : `${element.name}: ${named.length} of ${count(judged)} units are silent: ${named.slice(0, 5).map((finding) => finding.unit.department ?? finding.unit.facility).join(', ')}${named.length > 5 ? ' …' : ''}.`),
        figures: { silent: named.length, tooSmall: small },
      });
      return [{ ...overall, verdict: judged === 0 ? 'not-measurable' : named.length > 0 ? 'not-met' : 'met' }, ...named];
    }),
};
