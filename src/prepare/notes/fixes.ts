// What should be repaired first, so that a model can trust the notes?
import { isWhole } from './check.ts';
import type { Finding, Fix } from './model.ts';

const todos: Record<string, string> = {
  U01: 'Ask the export for text: plain, HTML or RTF, in the charset it names. Read the named documents.',
  U02: 'Find the system that keeps these notes and have its text sent with the export.',
  U03: 'Look at the stalest chains in the copy-forward view with the department, and agree what may be carried forward. Until then tell the model which text is copied, or leave it out.',
  U04: 'Shorten the template with its users, and mask its fixed text before the model reads it.',
  U07: 'Show the department its stale chains; ask that what is carried forward is dated.',
  U08: 'Have both charts of each row read by somebody who may correct them.',
  U09: 'Have the named statements read beside the data; copied statements about the present should be taken out of what the model reads.',
  U10: 'Ask for the text itself (Attachment.data, or the Binary beside it).',
  U11: 'Export these again with what they point at, each once.',
  U13: 'Have time and author sent with each document.',
};

/** Blocking first, then by weight and size. A facility or department stands for itself; single types only where they are routed elsewhere. */
export function fixesOf(findings: readonly Finding[]): Fix[] {
  const weight = { critical: 0, important: 1, context: 2 };
  const affected = ({ n, k, bound }: Finding): number | null => (k === null ? n : bound === 'at-least' ? n - k : k);
  // A hospital that is the whole export, or a department that is all of its hospital, says nothing a second time.
  const wider = new Set(findings.filter(({ unit }) => unit.department === null && unit.type === null).map(({ check, unit, n, k, rate }) => JSON.stringify([check, unit.facility, n, k, rate])));
  const again = ({ check, unit, n, k, rate }: Finding) => unit.type === null && !isWhole(unit) && (wider.has(JSON.stringify([check, null, n, k, rate])) || (unit.department !== null && wider.has(JSON.stringify([check, unit.facility, n, k, rate]))));
  return findings
    .filter((finding) => !again(finding))
    .filter(({ check, verdict, unit, tier }) => todos[check] !== undefined && (verdict === 'not-met' || (verdict === 'undecided' && tier === 'critical')) && (unit.type === null || check === 'U02'))
    .map((finding) => ({ finding, blocks: finding.tier === 'critical' && isWhole(finding.unit) }))
    .sort((a, b) => Number(b.blocks) - Number(a.blocks) || weight[a.finding.tier] - weight[b.finding.tier] || (a.finding.check < b.finding.check ? -1 : a.finding.check > b.finding.check ? 1 : 0) || (affected(b.finding) ?? 0) - (affected(a.finding) ?? 0))
    .slice(0, 60)
    .map(({ finding, blocks }, at) => ({ rank: at + 1, check: finding.check, unit: finding.unit, blocks, affected: affected(finding), says: finding.says, todo: todos[finding.check]! }));
}
