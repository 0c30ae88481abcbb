// Who works in the synthetic hospitals, and who may sign in to the demo?
import type { Role } from '../../src/tools/base/endpoint.ts';
import { hospitals, type Department, type Hospital } from '../hospitals.ts';
import { personName } from '../export/names.ts';
import { stream } from '../random.ts';

export interface DemoAccount {
  email: string;
  name: string;
  roles: Role[];
  vendor: string | null;
}

const account = (email: string, name: string, role: Role, vendor: string | null = null): DemoAccount => ({ email: `${email}@ocotillo.example`, name, roles: [role], vendor });

/** The people of the demo: one for each role, a second of governance, and an owner for each deployment. The administrator is whoever installed it. */
export const demoAccounts = {
  governance: account('ingrid.halvorsen', 'Dr. Ingrid Halvorsen', 'governance'),
  office: account('elliot.park', 'Elliot Park', 'governance'),
  sepsisOwner: account('maya.okafor', 'Dr. Maya Okafor', 'clinical-owner'),
  scribeOwner: account('tomas.rivera', 'Dr. Tomás Rivera', 'clinical-owner'),
  authorizationOwner: account('helen.ostrow', 'Dr. Helen Ostrow', 'clinical-owner'),
  manager: account('ruth.delgado', 'Ruth Delgado', 'manager'),
  clinician: account('sam.whitehorse', 'Sam Whitehorse', 'clinician'),
  dataEngineer: account('priya.raman', 'Priya Raman', 'data-engineer'),
  finance: account('martin.oyelaran', 'Martin Oyelaran', 'finance'),
  safety: account('noor.haddad', 'Noor Haddad', 'safety-officer'),
  vendor: account('vendor', 'Casey Lindgren, Meridian Clinical AI', 'vendor', 'Meridian Clinical AI'),
  auditor: account('auditor', 'Jo Feldman, surveyor', 'auditor'),
} as const satisfies Record<string, DemoAccount>;
export type DemoPerson = keyof typeof demoAccounts;

/** The password of all demo accounts unless another is handed in. For demonstrations only: everybody can read it here. */
export const demoPassword = 'ocotillo demo only';

interface Post {
  job: string;
  /** How many in a department, by its size. */
  count: (department: Department) => number;
}

const posts: readonly Post[] = [
  { job: 'Attending physician', count: (department) => department.attendings },
  { job: 'Registered nurse', count: (department) => (department.kind === 'clinic' ? department.attendings : department.attendings * 2 - 2) },
  { job: 'Nurse manager', count: () => 1 },
  { job: 'Pharmacist', count: (department) => (department.kind === 'icu' || department.kind === 'ward' ? 1 : 0) },
  { job: 'Medical assistant', count: (department) => (department.kind === 'clinic' ? 4 : 0) },
  { job: 'Authorization specialist', count: (department) => (department.kind === 'clinic' ? 3 : 0) },
  { job: 'Unit clerk', count: (department) => (department.kind === 'clinic' ? 0 : 1) },
];

const headers = ['userName', 'givenName', 'familyName', 'email', 'job', 'leads', 'facility', 'unit', 'startsOn', 'active'] as const;

/** The roster as a CSV file (RFC 4180): some 300 people by hospital and department, and those who sign in to the demo. */
export function rosterCsv(seed: string): string {
  const rows: string[][] = [];
  const seen = new Set<string>();
  const add = (given: string, family: string, job: string, leads: boolean, hospital: Hospital | null, department: Department | null, startsOn: string, email?: string) => {
    let userName = email?.split('@')[0] ?? ascii(`${given}.${family}`);
    for (let number = 2; seen.has(userName); number++) userName = `${ascii(`${given}.${family}`)}${number}`;
    seen.add(userName);
    rows.push([userName, given, family, email ?? `${userName}@ocotillo.example`, job, leads ? 'yes' : 'no', hospital?.slug ?? '', department?.slug ?? '', startsOn, 'yes']);
  };
  const named = new Set<string>();
  const university = hospitals[0]!;
  const at = (slug: string) => university.departments.find((department) => department.slug === slug)!;
  add('Ingrid', 'Halvorsen', 'Chief medical information officer', false, university, null, '2017-09-01', demoAccounts.governance.email);
  add('Elliot', 'Park', 'AI governance officer', false, university, null, '2023-04-01', demoAccounts.office.email);
  add('Maya', 'Okafor', 'Attending physician', true, university, at('medicine'), '2016-07-01', demoAccounts.sepsisOwner.email);
  add('Tomás', 'Rivera', 'Attending physician', true, university, at('clinic'), '2014-03-01', demoAccounts.scribeOwner.email);
  add('Helen', 'Ostrow', 'Physician advisor', false, university, at('clinic'), '2019-01-15', demoAccounts.authorizationOwner.email);
  add('Ruth', 'Delgado', 'Director of nursing operations', true, university, at('medicine'), '2012-05-01', demoAccounts.manager.email);
  add('Sam', 'Whitehorse', 'Registered nurse', false, university, at('medicine'), '2021-08-16', demoAccounts.clinician.email);
  add('Priya', 'Raman', 'Data engineer', false, university, null, '2022-02-01', demoAccounts.dataEngineer.email);
  add('Martin', 'Oyelaran', 'Chief financial officer', false, university, null, '2018-10-01', demoAccounts.finance.email);
  add('Noor', 'Haddad', 'Patient safety officer', false, university, null, '2020-06-01', demoAccounts.safety.email);
  for (const hospital of hospitals)
    for (const department of hospital.departments)
      for (const post of posts)
        for (let number = 1; number <= post.count(department); number++) {
          const random = stream(seed, 'roster', hospital.slug, department.slug, post.job, number);
          const sex = random.chance(0.62) ? 'female' : 'male';
          // A roster on which every third person is called like another would not be believed.
          let name = personName(random, sex);
          for (let tries = 0; named.has(`${name.given} ${name.family}`) && tries < 30; tries++) name = personName(random, sex);
          named.add(`${name.given} ${name.family}`);
          const startsOn = `${random.integer(2008, 2026)}-${String(random.integer(1, 9)).padStart(2, '0')}-${random.chance(0.5) ? '01' : '15'}`;
          add(name.given, name.family, post.job, post.job === 'Nurse manager', hospital, department, startsOn);
        }
  return `${[headers, ...rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

const ascii = (name: string) => name.normalize('NFD').replace(/[^a-zA-Z.]/g, '').toLowerCase();
const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
