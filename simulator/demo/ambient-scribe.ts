// How far has the ambient scribe come? It has passed G0 and G1 and gathers its evidence for G2.
import { from, shareLine } from './evidence.ts';
import type { DemoDeployment } from './plan.ts';

export const ambientScribe: DemoDeployment = {
  slug: 'ambient-scribe',
  title: 'Ambient scribe for clinic visits',
  product: { slug: 'hearken-scribe', name: 'Hearken Scribe', vendor: 'Hearken Health', kind: 'scribe', class: 'administrative', version: '2026.10', releasedOn: '2026-10-02', notes: null },
  owner: 'scribeOwner',
  hoursPerWeek: 5,
  path: 'full',
  begunDaysAgo: 74,
  locks: ['problem', 'owner', 'risk', 'decision', 'data', 'pilot', 'claims', 'adoption', 'value'],
  attested: [
    ...from('Task diary of week 36', 'manager', 'Kept in all three clinics.', ['readiness.diary-weeks', 1], shareLine('readiness.diary-coverage', 96, 110)),
    ...from('AI inventory 2026-09', 'governance', 'A dictation subscription is in full use.', ['readiness.unadopted-initiatives', 0], ['readiness.overlapping-unused', 0.2]),
    ...from('Readiness answers 2026-09-10', 'governance', 'Answered by clinicians, assistants, managers and IT.', ['readiness.roles-answered', 4, { n: 27 }], ['readiness.completion-minutes', 3.8, { n: 27 }], ['readiness.lowest-dimension', 0.5, { n: 27 }]),
    ...from('Concern survey 2026-09', 'manager', 'Sent to the clinics.', shareLine('readiness.concern-response', 61, 98)),
    ...from('Shadowing log, weeks 1-4', 'manager', 'Sixteen timed sessions in three clinics.', ['workflow.shadowing-hours', 43], ['workflow.shadowing-roles', 4], ['workflow.shadowing-shifts', 2], ['workflow.observed-cases', 34], shareLine('workflow.actionable-share', 31, 34)),
    ...from('Process map, before and after', 'manager', 'Rework of notes before and after the shorter template.', ['workflow.exception-rate', 0.18, { n: 160 }], ['workflow.exception-change', -0.07, { n: 160 }]),
    ...from('Design tests 2026-09-24', 'scribeOwner', 'Seven clinicians read drafts of their own visits before the contract was signed.', ['workflow.design-test-clinicians', 7], ['workflow.tests-before-training', 1]),
    ...from('Hazard workshop minutes 2026-09-29', 'safety', 'Nine hazards, all with a control.', ['incidents.workshop-roles', 4], ['incidents.hazards-unscored', 0], ['incidents.top-hazards-uncontrolled', 0]),
    ...from('Concern register 2026-10', 'manager', 'All answered within fourteen days.', shareLine('workforce.concerns-answered', 23, 23)),
    ...from('Purchase questions, signed 2026-08-12', 'governance', 'Each has a number behind it.', ['readiness.purchase-minimum', 1], ['readiness.vendor-floors-broken', 0]),
    ...from('Pre-build checklist 2026-10', 'governance', 'Six of eight are proven.', ['readiness.checklist-red', 0], ['readiness.checklist-proven', 6]),
    // Toward G2: a start, not all of it.
    ...from('Recording log, 7 days', 'dataEngineer', 'Drafts on the server held against the drafts the maker billed.', shareLine('ledger.log-completeness', 4_318, 4_324)),
    ...from('Suspend drill 2026-11-12', 'safety', 'Unannounced, on a Thursday morning.', ['incidents.suspend-acknowledge-minutes', 9], ['incidents.suspend-stop-minutes', 38], ['incidents.drill-review-days', 3]),
    ...from('Committee minutes, September to November', 'governance', 'Ten of eleven meetings were held.', ['governance.constituencies', 4], shareLine('governance.meetings-held', 10, 11), ['governance.decision-latency', 5]),
    ...from('Silent run, week 3', 'dataEngineer', 'Drafts were made and read by nobody but two reviewers.', ['performance.silent-weeks', 3]),
  ],
  decisions: [
    { gate: 'G0', outcome: 'approve', reason: 'Decided on 2026-09-14, before Attending was put in, and entered here: the time is measured by week, the owner has protected hours, and nothing owned already does the same.', waivers: [], contingencies: [] },
    {
      gate: 'G1',
      outcome: 'approve',
      reason: 'Decided on 2026-10-12, and entered here with the audit repeated: the workflow is observed, the fields the scribe reads are complete in all three clinics, and the hazards have controls.',
      waivers: [
        { criterion: '1.4', reason: 'This is the demo hospital: its export is synthetic, so no audit can show production data. With real data there is no such waiver.', forDays: 120 },
        // Asked for only where the export is too small to decide it.
        { criterion: '1.6', reason: 'The export has too few clinic notes to be sure of their text; the notes audit is repeated with a longer period.', forDays: 60 },
        { criterion: '1.5', reason: 'One clinic has too few visits in the export to be sure; the audit is repeated with a longer period.', forDays: 60 },
      ],
      contingencies: [],
    },
  ],
  stage: 'infrastructure',
  mode: 'shadow',
};
