// What does a complete charter look like, to begin from?

/** A charter in YAML that passes the check. Its numbers are an example's, not a recommendation. */
export const charterExample = `# The charter of one deployment: what was promised before anyone saw a result.
# Check it with: attending charter check FILE
attending: charter/1
deployment: sepsis-alert
title: Sepsis early warning on the wards

problem:
  statement: Sepsis is recognised late on the wards; antibiotics come hours after the first signs.
  metric: hours-to-antibiotic
  cost: # quantity times unit value; all money in minor units (cents)
    perYear: { minor: 124800000, currency: USD }
    computedFrom: 96 late cases a year times 13,000 USD of added stay
    quantity: 96
    unitValue: { minor: 1300000, currency: USD }
    low: { minor: 90000000, currency: USD }
    high: { minor: 160000000, currency: USD }
  cause: process-design
  boughtBecause: bottleneck

owner:
  clinical: { name: Dr. Ada Example, email: ada@example.org, role: Lead of hospital medicine }
  hoursPerWeek: 6
  authority: May change who is paged, when, and may have the alert stopped.
  escalation: { name: Dr. Bo Example, role: Chief medical officer }

product: { name: Sepsis Watch, vendor: Example Analytics, version: "2.3.0", kind: alert, class: clinical }

risk:
  output: recommends
  severityIfWrong: death
  autonomy: human-decides
  population: Adult inpatients

decision:
  moment: The nurse's vital-sign round, before the next dose of anything is due
  who: Ward nurse, then the covering physician
  actionWindowMinutes: 60
  eligible: Inpatient encounters of adults on the wards of this charter
  suppressWhen: [Already on antibiotics, Comfort care only]
  outputs:
    - id: high
      name: High risk of sepsis
      action: Draw lactate and cultures, call the physician
      owner: Ward nurse
      escalation: Rapid-response team after 30 minutes
      critical: true

units:
  - { facility: north, departments: [med-1, med-2] }

data:
  population: { encounterClasses: [IMP] }
  elements:
    - id: heart-rate
      name: Heart rate
      resource: Observation
      path: value.ofType(Quantity).value
      codes: [{ system: "http://loinc.org", code: 8867-4, display: Heart rate }]
      per: encounter
      window: { anchor: encounter-start, after: P1D }
      tier: critical
      units: ["/min"]
      range: { low: 20, high: 300 }
    - id: lactate
      name: Lactate
      resource: Observation
      path: value.ofType(Quantity).value
      codes: [{ system: "http://loinc.org", code: 2524-7, display: Lactate }]
      per: encounter
      window: { anchor: encounter-start, after: P2D }
      tier: important
      threshold: 0.6 # ordered on suspicion, so it is rightly absent in many
      units: [mmol/L]
  noteTypes:
    - { name: Nursing note, codes: [{ system: "http://loinc.org", code: 34746-8 }], tier: important }

pilot:
  criteria:
    - Sensitivity for sepsis within 6 h is at least 0.75 at the lower bound
    - At most 6 alerts per 100 patient days
    - Use stays at 90 % or more of the pilot's level through ten unplugged working days
  minimumCases: 200
  unpluggedDays: 10
  retained: 0.9
  silentRunWeeks: 4

claims:
  - { id: sensitivity, metric: Sensitivity for sepsis within 6 h, value: 0.86, floor: 0.75, maxDrop: 0.15, source: "Vendor's validation report, table 4" }

sla:
  - { id: sensitivity, metric: Sensitivity per month, measure: performance.sensitivity, atLeast: 0.75, owner: Example Analytics }

adoption:
  - { id: sustained-use, name: Nurses with the alert opened in half of their eligible encounters, unit: proportion, better: higher, kind: adoption, target: 0.78 }

value:
  - id: hours-to-antibiotic
    name: Hours from first sign to antibiotic
    unit: hours
    better: lower
    kind: outcome
    baseline: { value: 5.2, n: 412, from: 2025-10-01, to: 2026-09-30, points: 52, source: Chart review by quality management }
    target: 3
  - id: icu-days
    name: ICU days per sepsis case
    unit: days
    better: lower
    kind: financial
    baseline: { value: 4.1, n: 412, from: 2025-10-01, to: 2026-09-30, points: 52, source: Finance data warehouse }
    trackedByFinance: true

costs:
  - { line: Licence, component: model, firstYear: { minor: 20000000, currency: USD } }
  - { line: Interfaces and hosting, component: infrastructure, firstYear: { minor: 15000000, currency: USD } }
  - { line: Training and change, component: training, firstYear: { minor: 20000000, currency: USD } }
  - { line: Operations team, component: operations, firstYear: { minor: 45000000, currency: USD } }
  - { line: Reserve, component: contingency, firstYear: { minor: 30000000, currency: USD } }

training:
  exposuresBeforePilot: 2
  exposuresBeforeGoLive: 3
  formats: [live-demo, hands-on]

safety:
  acknowledgeMinutes: 15
  stopMinutes: 30
  reviewBusinessDays: 5
  fallback: The early warning score on paper
  subgroups: [{ attribute: Sex, maxGap: 0.1 }, { attribute: Age over 75, maxGap: 0.1 }]

governance:
  committee:
    - { name: Dr. Ada Example, constituency: clinical-leadership }
    - { name: Cy Example, constituency: it }
    - { name: Di Example, constituency: operations }
    - { name: Ed Example, role: Ward nurse, constituency: end-user }
  monitor: { name: Fay Example, role: Data scientist }
  validator: { name: Dr. Ada Example }
  cadence: { rollout: weekly, rampUp: monthly, mature: quarterly }

rollout:
  sustainedUse: 0.78
  rescueBelow: 0.35

contract:
  signed: 2026-10-01
  ends: 2028-09-30
  clauses:
    sla: { text: Sensitivity at least 0.75 per month, where: § 7.1 }
    guarantee: { text: Half of the fee is returned when it is missed in two months running, where: § 7.3 }
    exit: { text: "Ninety days, with all data", where: § 12 }
    materialChange: { text: Thirty days' notice of any change of the model, where: § 5 }
`;
