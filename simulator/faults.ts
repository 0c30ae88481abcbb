// Which faults are planted in the synthetic export, and which check must name each of them?

/** A fault as real hospitals have them. The tests count each in the output; a later test holds the audit to naming it. */
export interface Fault {
  id: string;
  /** The slug of the hospital. */
  hospital: string;
  /** The slug of the department; null: the whole hospital. */
  department: string | null;
  resource: string;
  /** What a reader of the export would find. */
  says: string;
  /** The share of the matching records that carry the fault. */
  share: number;
  /** The check of the audit catalogue that must name it; null: a check of a later part of the audit. */
  check: string | null;
  /** The further checks that see it too. */
  also?: readonly string[];
  /** Where the fault has a beginning or a day: the part of the study period that has passed by then, 0-1. */
  at?: number;
  /** How long it goes on after that, as a part of the study period; without it one day, or for good where the text says so. */
  lasts?: number;
}

const one = <const F extends Fault>(fault: F): F => fault;

export const faults = [
  one({
    id: 'silent-administrations',
    hospital: 'rio-seco-community-hospital',
    department: null,
    resource: 'MedicationAdministration',
    says: 'The medication administration feed has been silent since an interface upgrade; orders go on.',
    share: 1,
    check: 'C06',
    also: ['C02'],
    at: 0.55,
  }),
  one({
    id: 'local-temperature',
    hospital: 'mesa-alta-regional-hospital',
    department: null,
    resource: 'Observation',
    says: 'Temperatures carry a code of the monitor maker and no LOINC, so to the model this hospital never takes one.',
    share: 1,
    check: 'C07',
    also: ['C02', 'C04', 'C05'],
  }),
  one({
    id: 'lactate-mg-dl',
    hospital: 'mesa-alta-regional-hospital',
    department: 'emergency',
    resource: 'Observation',
    says: 'The point-of-care analyser reports lactate in mg/dL (factor 9.008); the model reads mmol/L.',
    share: 0.45,
    check: 'F08',
  }),
  one({
    id: 'lactate-mislabelled',
    hospital: 'mesa-alta-regional-hospital',
    department: 'emergency',
    resource: 'Observation',
    says: 'Lactate values of the same analyser are in mg/dL, but say mmol/L.',
    share: 0.6,
    check: 'P01',
  }),
  one({
    id: 'lactate-not-drawn',
    hospital: 'rio-seco-community-hospital',
    department: null,
    resource: 'Observation',
    says: 'Lactate is missing for most inpatients: the reflex order was never built here.',
    share: 0.6,
    check: 'C02',
    also: ['C05', 'V01'],
  }),
  one({
    id: 'free-text-problems',
    hospital: 'mesa-alta-regional-hospital',
    department: 'medicine',
    resource: 'Condition',
    says: 'Problem list entries are free text without a code.',
    share: 0.7,
    check: 'C04',
  }),
  one({
    id: 'late-vitals',
    hospital: 'ocotillo-university-hospital',
    department: 'surgery',
    resource: 'Observation',
    says: 'Vital signs are charted on paper and entered at the end of the shift, 3 to 10 hours later.',
    share: 0.85,
    check: 'T01',
  }),
  one({
    id: 'duplicate-ids',
    hospital: 'rio-seco-community-hospital',
    department: null,
    resource: 'Encounter',
    says: 'On one day the interface sent every encounter twice: the same resource, the same id.',
    share: 1,
    check: 'D01',
    at: 0.3,
  }),
  one({
    id: 'duplicate-vitals',
    hospital: 'rio-seco-community-hospital',
    department: null,
    resource: 'Observation',
    says: 'For two weeks vital signs came over the old and the new interface, the same values under two ids.',
    share: 1,
    check: 'D02',
    at: 0.7,
    lasts: 0.08,
  }),
  one({
    id: 'end-before-start',
    hospital: 'ocotillo-university-hospital',
    department: 'medicine',
    resource: 'Encounter',
    says: 'Discharge before admission: the end of the stay lost its date in a conversion.',
    share: 0.3,
    check: 'P03',
  }),
  one({
    id: 'dangling-encounters',
    hospital: 'rio-seco-community-hospital',
    department: null,
    resource: 'Observation',
    says: 'Observations refer to encounters that were merged away and are not in the export.',
    share: 0.1,
    check: 'F10',
  }),
  one({
    id: 'dangling-requesters',
    hospital: 'mesa-alta-regional-hospital',
    department: null,
    resource: 'MedicationRequest',
    says: 'Orders refer to prescribers who were deleted when they left.',
    share: 0.25,
    check: 'F10',
  }),
  one({
    id: 'placeholder-999',
    hospital: 'ocotillo-university-hospital',
    department: 'intensive-care',
    resource: 'Observation',
    says: 'The monitor writes 999 for a heart rate it could not read.',
    share: 0.06,
    check: 'C03',
  }),
  one({
    id: 'impossible-dates',
    hospital: 'mesa-alta-regional-hospital',
    department: null,
    resource: 'Condition',
    says: 'Onset dates that no calendar has, such as 2026-02-30.',
    share: 0.3,
    check: 'F07',
  }),
  one({
    id: 'uncoded-diabetes',
    hospital: 'rio-seco-community-hospital',
    department: null,
    resource: 'Condition',
    says: 'Patients with HbA1c of 6.5 % and more and metformin have no diabetes on the problem list.',
    share: 0.45,
    check: 'L01',
  }),
  one({
    id: 'templated-notes',
    hospital: 'ocotillo-university-hospital',
    department: 'medicine',
    resource: 'DocumentReference',
    says: 'Six of ten notes are the department template with next to nothing added.',
    share: 0.6,
    check: 'U04',
  }),
  one({
    id: 'copied-notes',
    hospital: 'mesa-alta-regional-hospital',
    department: 'oncology',
    resource: 'DocumentReference',
    says: 'Most of the daily notes are the note of the day before with a line changed.',
    share: 0.85,
    check: 'U03',
  }),
  one({
    id: 'stale-history',
    hospital: 'rio-seco-community-hospital',
    department: 'medicine',
    resource: 'DocumentReference',
    says: 'Who comes for the fourth time or more gets the history of the first visit pasted into every note: three encounters stale and older.',
    share: 1,
    check: 'U07',
  }),
  one({
    id: 'consults-elsewhere',
    hospital: 'mesa-alta-regional-hospital',
    department: null,
    resource: 'DocumentReference',
    says: 'Consult notes are routed to another system; the export has the entry without the text.',
    share: 0.9,
    check: 'U02',
  }),
] as const;

export type FaultId = (typeof faults)[number]['id'];
export const faultOf = (id: FaultId): Fault => faults.find((fault) => fault.id === id)!;
