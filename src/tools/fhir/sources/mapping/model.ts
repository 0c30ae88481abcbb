// Which words does a mapping need: what each column of a hospital's own tables means?
import { z } from 'zod';
import { tableTypes } from '../tables/record-fields.ts';

const column = z.string().min(1).describe('The name of a column, as in the header; case does not matter.');

export const textFrom = z.union([
  column,
  z.strictObject({ column, values: z.record(z.string(), z.string()).optional().describe('What each value of the column means.'), otherwise: z.string().optional().describe('What every other value means; without it a value stays what it is.') }),
  z.strictObject({ constant: z.string() }),
  z.strictObject({ join: z.array(column).min(2).describe('Several columns make one text, such as a key.'), with: z.string().default('-') }),
]);
export type TextFrom = z.infer<typeof textFrom>;

export const timeFrom = z.union([
  column,
  z.strictObject({ column, format: z.string().optional().describe('How it is written, in the letters of strptime: `%m/%d/%Y %H:%M`. Without it: ISO 8601.'), zone: z.string().optional().describe("Where times say no zone; the mapping's zone without it.") }),
  z.strictObject({
    offset: column.describe('A number: how long after the anchor.'),
    unit: z.enum(['seconds', 'minutes', 'hours', 'days']).default('minutes'),
    from: z.string().describe('The name of an anchor.'),
    key: column.optional().describe("The column that names the anchor's row; without it the one that is called as the anchor's key."),
  }),
  z.strictObject({ constant: z.string() }),
]);
export type TimeFrom = z.infer<typeof timeFrom>;

const coding = z.strictObject({ system: z.string().min(1), code: z.coerce.string().min(1), display: z.string().optional() });
export type Coding = z.infer<typeof coding>;

export const codeFrom = z.union([
  column.describe('A column of free text: what it says is no code.'),
  z.strictObject({
    column,
    system: z.string().optional().describe('The code system of the column; without it a value that `map` does not have is text.'),
    systems: z.array(z.strictObject({ like: z.string().describe('A regular expression the code fits.'), system: z.string() })).optional().describe('Where a column mixes systems: the first that fits counts.'),
    split: z.string().min(1).optional().describe('What stands between several codes in one field.'),
    map: z.record(z.string(), coding).optional().describe('What each value of the column means.'),
    display: column.optional().describe('A column with the words for it.'),
  }),
  z.strictObject({ constant: coding }),
]);
export type CodeFrom = z.infer<typeof codeFrom>;

const wide = z.strictObject({
  column,
  code: coding,
  unit: z.string().optional().describe('UCUM.'),
  category: z.string().optional(),
});

export const anchor = z.strictObject({
  file: z.string(),
  key: column,
  at: z.union([
    column,
    z.strictObject({ column, format: z.string().optional(), zone: z.string().optional() }),
    z.strictObject({ constant: z.string() }),
    z.strictObject({
      year: column,
      clock: column.optional(),
      offset: column.optional().describe('How many minutes after the anchor that clock time is; without it clock and anchor are the same moment. With it, stays that share the clock keep their order.'),
    }).describe('Only the year, and perhaps a time of day, are known: the first of January stands for the day.'),
  ]),
});

export const mappedRecord = z
  .strictObject({
    file: z.string().min(1).describe('The file without its ending, or with it; `*` stands for any letters, so that parts are read together.'),
    resource: z.enum(tableTypes),
    optional: z.boolean().default(false).describe('The file may be missing: then a notice says so, and what it would hold is not there.'),
    where: z.strictObject({ column, in: z.array(z.string()).optional(), notIn: z.array(z.string()).optional() }).optional().describe('Only these rows; without a list: those where the column is filled.'),
    distinct: z.boolean().default(false).describe('The rows of one id are one record: its first row counts, with the earliest time and the latest end.'),
    id: textFrom.optional().describe('Without it the place in the file is the id.'),
    subject: textFrom.optional().describe('The patient. Without it: the patient of the encounter.'),
    encounter: textFrom.optional(),
    time: timeFrom.optional(),
    end: timeFrom.optional(),
    recorded: timeFrom.optional().describe('When it came on record, from which delays are measured.'),
    code: codeFrom.optional(),
    columns: z.array(wide).min(1).optional().describe('A wide table: each of these columns is an Observation of its own.'),
    value: textFrom.optional(),
    unit: textFrom.optional().describe('UCUM; translate others with `values`.'),
    text: textFrom.optional().describe('A value in words.'),
    low: textFrom.optional(),
    high: textFrom.optional(),
    status: textFrom.optional(),
    category: textFrom.optional(),
    class: textFrom.optional().describe('Of an encounter: IMP, EMER, AMB.'),
    facility: textFrom.optional().describe('The hospital. Of an encounter.'),
    facilityName: textFrom.optional(),
    department: textFrom.optional(),
    departmentName: textFrom.optional(),
    moves: z.strictObject({ file: z.string(), encounter: textFrom, department: textFrom, departmentName: textFrom.optional(), time: timeFrom.optional(), end: timeFrom.optional() }).optional().describe('A file with one row per department an encounter was in.'),
    clinician: textFrom.optional(),
    identifier: textFrom.optional(),
    name: textFrom.optional(),
    gender: textFrom.optional(),
    birthDate: timeFrom.optional(),
    age: z.strictObject({ column, at: timeFrom }).optional().describe('Age in years at a time, where no birth date is known; `> 89` counts as 90.'),
    deceased: timeFrom.optional(),
    title: textFrom.optional(),
    note: textFrom.optional().describe('The text of a note.'),
    dose: textFrom.optional(),
    route: textFrom.optional(),
  })
  .refine(({ columns, resource }) => columns === undefined || resource === 'Observation', { message: 'only Observations come from wide tables', path: ['columns'] });
export type MappedRecord = z.infer<typeof mappedRecord>;

export const mapping = z
  .strictObject({
    attending: z.literal('mapping/1'),
    zone: z.string().default('UTC').describe('For times that say none: UTC, an offset such as -07:00, or a name such as America/Phoenix.'),
    anchors: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), anchor).default({}).describe('Moments that offsets count from.'),
    records: z.array(mappedRecord).min(1),
  })
  .meta({ title: 'Attending mapping', description: "What the columns of a hospital's own tables mean: mapping.yaml beside the data, or --mapping FILE." });
export type Mapping = z.infer<typeof mapping>;

/** `mapping.schema.json`: JSON Schema 2020-12 of a mapping. */
export const mappingJsonSchema = () => z.toJSONSchema(mapping, { target: 'draft-2020-12', io: 'input', reused: 'ref' });
