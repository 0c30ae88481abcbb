// How much harm can this AI do, by what it does and not by what it is called?
import type { Charter } from './charter.ts';

/** 0: no patient is touched by it. 1 (low) to 4 (highest): the categories I-IV of the IMDRF framework, raised by autonomy. */
export type RiskTier = 0 | 1 | 2 | 3 | 4;

const situations = ['none', 'minor', 'serious', 'death'] as const;

/** IMDRF category by significance of the information (row) and state of the situation: not serious, serious, critical. */
const categories = { informs: [1, 1, 2], recommends: [1, 2, 3], acts: [2, 3, 4] } as const;

/**
 * The risk tier from the structured facts of a charter, and the sentences that lead to it.
 *
 * The grid is that of IMDRF/SaMD WG/N12 FINAL:2014, "Software as a Medical Device: Possible Framework for Risk
 * Categorization": treat or diagnose ("acts"), drive ("recommends") or inform, against a critical ("death"), serious or
 * non-serious situation; a fragile population makes the situation one step worse. Two steps are the house's own: where
 * no human decides or confirms, the tier rises by one, and purely administrative output with no harm is tier 0.
 */
export function riskTier(risk: Charter['risk']): { tier: RiskTier; because: string[] } {
  if (risk.output === 'administrative' && risk.severityIfWrong === 'none') return { tier: 0, because: ['It is administrative, and a wrong output harms no patient.'] };
  const because: string[] = [];
  const harm = situations.indexOf(risk.severityIfWrong);
  const state = Math.min(2, Math.max(0, harm - 1) + (risk.vulnerable ? 1 : 0));
  if (risk.vulnerable) because.push('Its patients are vulnerable, which counts as one step worse.');
  const output = risk.output === 'administrative' ? 'informs' : risk.output;
  const category = categories[output][state] ?? 4;
  because.unshift(`It ${output} in a ${['non-serious', 'serious', 'critical'][state]} situation: category ${['I', 'II', 'III', 'IV'][category - 1]} of IMDRF N12.`);
  const unattended = risk.autonomy === 'autonomous' || risk.autonomy === 'human-can-stop';
  if (unattended) because.push('No human decides or confirms before it takes effect: one tier higher.');
  return { tier: Math.min(4, category + (unattended ? 1 : 0)) as RiskTier, because };
}
