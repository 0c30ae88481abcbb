// What would this roster file change, and what is wrong in it, line by line?
import { facilityCalled, fold, slugFrom, unitCalled, type Places } from './find-place.ts';
import { readCsv, type CsvRow } from '../../tools/base/csv.ts';
import { rosterFieldNames, rosterFields, type RosterField } from './people.ts';

/** The names HR systems usually give these columns, folded. */
const usual: Record<RosterField, readonly string[]> = {
  userName: ['username', 'user name', 'user', 'login', 'employee id', 'employee number', 'employee no', 'staff id', 'upn', 'personnel number'],
  givenName: ['given name', 'givenname', 'first name', 'firstname', 'forename'],
  familyName: ['family name', 'familyname', 'last name', 'lastname', 'surname'],
  email: ['email', 'e-mail', 'mail', 'email address', 'work email'],
  job: ['job', 'job title', 'title', 'position', 'profession', 'role'],
  leads: ['leads', 'manager', 'is manager', 'lead', 'supervisor'],
  facility: ['facility', 'site', 'hospital', 'campus', 'location'],
  unit: ['unit', 'department', 'dept', 'ward', 'cost center', 'cost centre'],
  startsOn: ['starts on', 'start date', 'hire date', 'hired', 'start'],
  active: ['active', 'enabled', 'employed', 'status'],
};

export interface RosterLine {
  line: number;
  userName: string;
  givenName: string;
  familyName: string;
  email: string | null;
  job: string | null;
  leads: boolean;
  facility: string | null;
  unit: string | null;
  startsOn: string | null;
  active: boolean;
}

export interface RosterError { line: number; field: RosterField | null; says: string }

export interface RosterReading {
  headers: Partial<Record<RosterField, string>>;
  ignoredHeaders: string[];
  lines: RosterLine[];
  rows: number;
  errors: RosterError[];
}

/** Reads a roster; lines with an error are in `errors` and not in `lines`. */
export function readRoster(csv: string, chosen: Partial<Record<RosterField, string>>): RosterReading {
  const { rows: all, unclosed } = readCsv(csv);
  const [head, ...rows] = all;
  const errors: RosterError[] = unclosed === null ? [] : [{ line: unclosed, field: null, says: 'A quote is opened here and never closed.' }];
  if (!head) return { headers: {}, ignoredHeaders: [], lines: [], rows: 0, errors: [{ line: 1, field: null, says: 'The file is empty; its first line should name the columns.' }] };
  const columns = columnsOf(head, chosen, errors);
  const headers = Object.fromEntries([...columns].map(([field, column]) => [field, head.cells[column]])) as RosterReading['headers'];
  const ignoredHeaders = head.cells.filter((_, column) => ![...columns.values()].includes(column));
  if (errors.length > 0) return { headers, ignoredHeaders, lines: [], rows: rows.length, errors };
  const seen = new Map<string, number>();
  const lines: RosterLine[] = [];
  for (const row of rows) {
    const { line, troubles } = readLine(row, columns, head.cells.length);
    const before = seen.get(line.userName.toLowerCase());
    if (before !== undefined && line.userName) troubles.push({ line: row.line, field: 'userName', says: `\`${line.userName}\` stands in line ${before} already.` });
    else seen.set(line.userName.toLowerCase(), row.line);
    if (troubles.length > 0) errors.push(...troubles);
    else lines.push(line);
  }
  return { headers, ignoredHeaders, lines, rows: rows.length, errors };
}

function columnsOf(head: CsvRow, chosen: Partial<Record<RosterField, string>>, errors: RosterError[]): Map<RosterField, number> {
  const names = head.cells.map(fold);
  const columns = new Map<RosterField, number>();
  for (const field of rosterFieldNames) {
    const wanted = chosen[field];
    const column = wanted === undefined ? names.findIndex((name) => name === fold(field) || usual[field].includes(name)) : names.indexOf(fold(wanted));
    if (column >= 0) columns.set(field, column);
    else if (wanted !== undefined) errors.push({ line: head.line, field, says: `There is no column \`${wanted}\`; the file has ${head.cells.map((name) => `\`${name}\``).join(', ')}.` });
    else if (rosterFields[field].must) errors.push({ line: head.line, field, says: `No column is found for ${field}; say in \`headers\` which one it is.` });
  }
  return columns;
}

function readLine(row: CsvRow, columns: Map<RosterField, number>, width: number): { line: RosterLine; troubles: RosterError[] } {
  const troubles: RosterError[] = [];
  const wrong = (field: RosterField | null, says: string) => void troubles.push({ line: row.line, field, says });
  if (row.cells.length !== width) wrong(null, `This line has ${row.cells.length} cells, the first line ${width}.`);
  const text = (field: RosterField): string | null => {
    const cell = row.cells[columns.get(field) ?? -1] ?? '';
    if (cell.length > 200) wrong(field, `${field} is longer than 200 characters.`);
    if (/\p{Cc}|\uFFFD/u.test(cell)) wrong(field, `${field} holds characters that are no text; is the file UTF-8?`);
    return cell === '' ? null : cell;
  };
  const must = (field: RosterField) => text(field) ?? (wrong(field, `${field} is empty.`), '');
  const yes = (field: RosterField, empty: boolean) => {
    const word = fold(text(field) ?? '');
    if (word === '') return empty;
    if (['yes', 'y', 'true', '1', 'active', 'enabled'].includes(word)) return true;
    if (!['no', 'n', 'false', '0', 'inactive', 'disabled'].includes(word)) wrong(field, `${field} is \`${word}\`; it should be yes or no.`);
    return false;
  };
  const email = text('email');
  if (email && !/^[^\s@]+@[^\s@]+$/.test(email)) wrong('email', `\`${email}\` is no e-mail address.`);
  const startsOn = text('startsOn');
  if (startsOn && !isDay(startsOn)) wrong('startsOn', `\`${startsOn}\` is no calendar day; write YYYY-MM-DD.`);
  const line: RosterLine = {
    line: row.line, userName: must('userName'), givenName: must('givenName'), familyName: must('familyName'), email, job: text('job'), leads: yes('leads', false),
    facility: text('facility'), unit: text('unit'), startsOn, active: yes('active', true),
  };
  return { line, troubles };
}

const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

export interface PlacedLine extends RosterLine { facilityId: string | null; unitId: string | null }
export interface WantedPlace { facility: string; unit: string | null; slug: string }

/** Finds the facility and the unit of every line. What nobody knows is an error, or wanted where `add` allows it. */
export function placeLines(lines: readonly RosterLine[], places: Places, add: boolean): { placed: PlacedLine[]; wanted: WantedPlace[]; errors: RosterError[] } {
  const [placed, errors]: [PlacedLine[], RosterError[]] = [[], []];
  const wanted = new Map<string, WantedPlace>();
  const foundBefore = new Map<string, { facilityId: string | null; unitId: string | null } | RosterError>();
  for (const line of lines) {
    const key = JSON.stringify([line.facility, line.unit]);
    const found = foundBefore.get(key) ?? find(line);
    foundBefore.set(key, found);
    if ('says' in found) errors.push({ ...found, line: line.line });
    else placed.push({ ...line, ...found });
  }
  return { placed, wanted: [...wanted.values()], errors };

  function find({ line, facility, unit }: RosterLine): { facilityId: string | null; unitId: string | null } | RosterError {
    const above = facility === null ? null : facilityCalled(places, facility);
    if (facility !== null && !above) {
      if (!add) return { line, field: 'facility', says: `No facility is called \`${facility}\`, or more than one.` };
      want({ facility, unit: null, slug: slugFrom(facility) });
      if (unit !== null) want({ facility, unit, slug: slugFrom(unit) });
      return { facilityId: null, unitId: null };
    }
    if (unit === null) return { facilityId: above?.id ?? null, unitId: null };
    const here = unitCalled(places, above?.id ?? null, unit);
    if (here) return { facilityId: here.facility_id, unitId: here.id };
    if (!add || facility === null) return { line, field: 'unit', says: facility === null ? `No facility is given, and \`${unit}\` names no unit or more than one.` : `\`${facility}\` has no unit called \`${unit}\`, or more than one.` };
    want({ facility, unit, slug: slugFrom(unit) });
    return { facilityId: above!.id, unitId: null };
  }
  function want(place: WantedPlace) {
    wanted.set(JSON.stringify([fold(place.facility), place.unit === null ? null : fold(place.unit)]), place);
  }
}
