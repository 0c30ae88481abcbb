// Who works here, and how does the roster come in?
import { z } from 'zod';
import { day, endpoint, instant, page, paging, type Role } from '../../tools/base/endpoint.ts';
import { idOf, slug } from '../../tools/base/id.ts';
import { line } from './plain-text.ts';

const readsPeople: Role[] = ['administrator', 'governance', 'clinical-owner', 'manager', 'data-engineer', 'safety-officer', 'auditor'];
const keepsPeople: Role[] = ['administrator'];

export const rosterPerson = z.strictObject({
  id: idOf('per'),
  userName: z.string(),
  givenName: z.string(),
  familyName: z.string(),
  email: z.string().nullable(),
  job: z.string().nullable().describe('Profession or position, e.g. `Registered nurse`.'),
  leads: z.boolean().describe('Leads the unit: managers are trained before their staff.'),
  facility: slug.nullable(),
  unit: slug.nullable(),
  startsOn: day.nullable(),
  active: z.boolean(),
  source: z.enum(['csv', 'scim']),
  updatedAt: instant,
});
export type RosterPerson = z.infer<typeof rosterPerson>;

/** The fields a roster row may carry, and whether it must. */
export const rosterFields = {
  userName: { must: true, says: 'Sign-in name or employee number; the same one is the same person.' },
  givenName: { must: true, says: 'Given name.' },
  familyName: { must: true, says: 'Family name.' },
  email: { must: false, says: 'Work e-mail address.' },
  job: { must: false, says: 'Profession or position.' },
  leads: { must: false, says: 'yes or no: leads the unit.' },
  facility: { must: false, says: 'Slug, name or alias of a facility.' },
  unit: { must: false, says: 'Slug, name or alias of a unit of that facility.' },
  startsOn: { must: false, says: 'First day at work, YYYY-MM-DD.' },
  active: { must: false, says: 'yes or no; empty means yes.' },
} as const;
export type RosterField = keyof typeof rosterFields;
export const rosterFieldNames = Object.keys(rosterFields) as [RosterField, ...RosterField[]];

export const rosterImport = z.strictObject({
  csv: z.string().describe('The file as text: RFC 4180, the first line holds the headers; comma, semicolon or tab.'),
  file: line(200).default('roster.csv').describe('The name of the file, for the messages.'),
  headers: z
    .partialRecord(z.enum(rosterFieldNames), z.string())
    .default({})
    .describe('Which header of the file holds which field; fields left out are found by their usual names.'),
  dryRun: z.boolean().default(false).describe('Only say what would happen.'),
  missing: z.enum(['keep', 'deactivate']).default('keep').describe('What becomes of people from an earlier CSV who are not in this one.'),
  newPlaces: z.enum(['refuse', 'add']).default('refuse').describe('Facilities and units nobody knows yet: an error, or added.'),
});

export const rosterReport = z.strictObject({
  id: idOf('imp').nullable().describe('The import; null for a dry run and where nothing was imported.'),
  dryRun: z.boolean(),
  imported: z.boolean().describe('All rows, or none: a file with an error changes nothing.'),
  headers: z.partialRecord(z.enum(rosterFieldNames), z.string()),
  ignoredHeaders: z.array(z.string()),
  rows: z.int(),
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  deactivated: z.int(),
  newPlaces: z.array(z.string()),
  errors: z.array(z.strictObject({ line: z.int(), field: z.string().nullable(), says: z.string() })).describe('The first 500.'),
  errorCount: z.int(),
});
export type RosterReport = z.infer<typeof rosterReport>;

export const listPeople = endpoint({
  name: 'deployments.people', method: 'GET', path: '/api/v1/deployments/people',
  says: 'Lists people of the roster by family name, or those whose name, user name or address begins with the words of `q`.',
  who: readsPeople,
  query: z.strictObject({ ...paging, q: z.string().max(200).optional(), facility: slug.optional(), unit: slug.optional().describe('A unit of `facility`.'), active: z.enum(['yes', 'no', 'all']).default('yes') }),
  output: page(rosterPerson),
});
export const getPerson = endpoint({
  name: 'deployments.person', method: 'GET', path: '/api/v1/deployments/people/:person',
  says: 'Shows one person of the roster.', who: readsPeople, params: z.strictObject({ person: idOf('per') }), output: rosterPerson,
});
export const importPeople = endpoint({
  name: 'deployments.import-people', method: 'POST', path: '/api/v1/deployments/people/import',
  says: 'Imports a roster from CSV, all of it or nothing.', who: keepsPeople, body: rosterImport, output: rosterReport,
});
