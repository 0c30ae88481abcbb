// How far has the sepsis alert come? Its intake is done, and gate G1 is blocked by what the data audit finds.
import { from, shareLine } from './evidence.ts';
import type { DemoDeployment } from './plan.ts';

export const sepsisAlert: DemoDeployment = {
  slug: 'sepsis-alert',
  title: 'Sepsis alert for inpatients',
  product: { slug: 'meridian-sepsis-watch', name: 'Meridian Sepsis Watch', vendor: 'Meridian Clinical AI', kind: 'alert', class: 'clinical', version: '3.2.0', releasedOn: '2026-05-18', notes: 'Threshold moved from 0.42 to 0.38.' },
  owner: 'sepsisOwner',
  hoursPerWeek: 6,
  path: 'full',
  begunDaysAgo: 11,
  locks: ['problem', 'owner', 'risk', 'decision', 'data', 'claims'],
  attested: [
    ...from('Task diary of week 44, scans', 'manager', 'Collected from the four wards, entered by the unit clerks.', ['readiness.diary-weeks', 1], shareLine('readiness.diary-coverage', 171, 204)),
    ...from('AI inventory 2026-10', 'governance', 'One other pilot is open on these wards.', ['readiness.unadopted-initiatives', 1], ['readiness.overlapping-unused', 0]),
    ...from('Readiness answers 2026-11-05', 'governance', 'Answered by physicians, nurses, pharmacy and IT.', ['readiness.roles-answered', 4, { n: 31 }], ['readiness.completion-minutes', 4.2, { n: 31 }], ['readiness.lowest-dimension', 0.4, { n: 31 }]),
    ...from('Concern survey 2026-11', 'manager', 'Sent to everybody on the roster of the four wards.', shareLine('readiness.concern-response', 118, 201)),
    ...from('Shadowing log, weeks 1-2', 'manager', 'Nine timed sessions on two shifts.', ['workflow.shadowing-hours', 26.5], ['workflow.shadowing-roles', 4], ['workflow.shadowing-shifts', 2], ['workflow.observed-cases', 14], shareLine('workflow.actionable-share', 11, 14)),
    ...from('Purchase questions, signed 2026-11-09', 'governance', 'Answered by the owner with finance.', ['readiness.purchase-minimum', 1], ['readiness.vendor-floors-broken', 0]),
    ...from('Hazard workshop minutes 2026-11-13', 'safety', 'Eleven hazards, two of them not scored yet.', ['incidents.workshop-roles', 5], ['incidents.hazards-unscored', 2], ['incidents.top-hazards-uncontrolled', 0]),
  ],
  decisions: [
    {
      gate: 'G0',
      outcome: 'approve',
      reason: 'Decided on 2026-11-12, and entered here: the problem is measured, its cost is computed, and the owner has accepted with protected hours. The design phase may begin.',
      waivers: [],
      contingencies: [],
    },
  ],
  stage: 'design',
  mode: 'shadow',
};
