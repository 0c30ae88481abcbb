// Which hospitals and departments does the synthetic health system have, and how do they differ?

/** How a department works: what makes its data look different from its neighbour's. */
export interface Department {
  slug: string;
  name: string;
  kind: 'emergency' | 'icu' | 'ward' | 'clinic';
  /** Attending physicians on the department's list. */
  attendings: number;
  /** Hours between two sets of vital signs. */
  vitalsEvery: number;
  /** Share of notes that are the department's template with little added, in an ordinary department. */
  templated: number;
  /** Share of daily notes that begin as yesterday's text. */
  copied: number;
}

export interface Hospital {
  slug: string;
  /** Two letters in ids. */
  code: string;
  name: string;
  city: string;
  /** Its share of the system's patients. */
  share: number;
  /** Some interfaces send local time with its offset instead of UTC. Arizona keeps no daylight saving time. */
  sends: 'utc' | 'local';
  departments: readonly Department[];
}

/** Hours from UTC to the wall clock of all three hospitals (Arizona, all year). */
export const localOffset = -7;

const emergency = (attendings: number): Department => ({ slug: 'emergency', name: 'Emergency Department', kind: 'emergency', attendings, vitalsEvery: 2, templated: 0.1, copied: 0 });
const icu = (attendings: number): Department => ({ slug: 'intensive-care', name: 'Intensive Care Unit', kind: 'icu', attendings, vitalsEvery: 2, templated: 0.15, copied: 0.25 });
const ward = (slug: string, name: string, attendings: number, more: Partial<Department> = {}): Department => ({ slug, name, kind: 'ward', attendings, vitalsEvery: 6, templated: 0.12, copied: 0.15, ...more });
const clinic = (attendings: number): Department => ({ slug: 'clinic', name: 'Outpatient Clinic', kind: 'clinic', attendings, vitalsEvery: 24, templated: 0.15, copied: 0.05 });

/** A fictional health system in Arizona. No such organization exists; any likeness is chance. */
export const system = { slug: 'ocotillo-health', name: 'Ocotillo Health (synthetic)' } as const;

export const hospitals: readonly Hospital[] = [
  {
    slug: 'ocotillo-university-hospital',
    code: 'ou',
    name: 'Ocotillo University Hospital',
    city: 'Ocotillo',
    share: 0.46,
    sends: 'utc',
    departments: [emergency(7), icu(6), ward('medicine', 'General Medicine', 7), ward('surgery', 'General Surgery', 6, { vitalsEvery: 8 }), ward('cardiology', 'Cardiology', 5, { vitalsEvery: 4 }), clinic(8)],
  },
  {
    slug: 'rio-seco-community-hospital',
    code: 'rs',
    name: 'Rio Seco Community Hospital',
    city: 'Rio Seco',
    share: 0.3,
    sends: 'utc',
    departments: [emergency(5), icu(3), ward('medicine', 'Hospital Medicine', 5, { vitalsEvery: 8 }), ward('surgery', 'Surgery', 4, { vitalsEvery: 8 }), clinic(5)],
  },
  {
    slug: 'mesa-alta-regional-hospital',
    code: 'ma',
    name: 'Mesa Alta Regional Hospital',
    city: 'Mesa Alta',
    share: 0.24,
    sends: 'local',
    departments: [emergency(4), icu(3), ward('medicine', 'Internal Medicine', 5), ward('oncology', 'Oncology', 4, { vitalsEvery: 6 }), ward('orthopedics', 'Orthopedics', 3, { vitalsEvery: 8 }), clinic(5)],
  },
];

export const hospitalOf = (slug: string): Hospital => hospitals.find((hospital) => hospital.slug === slug)!;
export const departmentOf = (hospital: Hospital, slug: string): Department => hospital.departments.find((department) => department.slug === slug)!;

/** What the record system calls it: unique in the whole system, as `OU General Medicine`. */
export const departmentName = (hospital: Hospital, department: Department) => `${hospital.code.toUpperCase()} ${department.name}`;

export const organizationId = (hospital: Hospital) => `org-${hospital.code}`;
export const locationId = (hospital: Hospital, department: Department) => `loc-${hospital.code}-${department.slug}`;
export const practitionerId = (hospital: Hospital, department: Department, number: number) => `prac-${hospital.code}-${department.slug}-${number}`;

export const payers = [
  { id: 'org-payer-saguaro', name: 'Saguaro Mutual Health Plan (synthetic)', kind: 'commercial' },
  { id: 'org-payer-federal', name: 'Federal Senior Program (synthetic)', kind: 'senior' },
  { id: 'org-payer-state', name: 'State Access Program (synthetic)', kind: 'state' },
] as const;
