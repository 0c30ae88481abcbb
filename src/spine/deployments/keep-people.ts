// How is the roster listed, searched and imported?
import { createHash } from 'node:crypto';
import { canonical } from '../../tools/base/canonical.ts';
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import type { Db } from '../../tools/server/database.ts';
import { cursorOf, pageOf, readCursor } from './cursor.ts';
import { kinds } from './entry-kinds.ts';
import { facilityCalled, fold, slugFrom } from './find-place.ts';
import { requireFacility, requireUnit } from './keep-places.ts';
import type { RosterField, RosterPerson, RosterReport } from './people.ts';
import * as records from './records.ts';
import { placeLines, readRoster, type PlacedLine, type WantedPlace } from './roster.ts';

export const rosterPersonOf = (row: records.ShownPerson): RosterPerson => ({
  id: row.id, userName: row.user_name, givenName: row.given_name, familyName: row.family_name, email: row.email, job: row.job, leads: row.leads,
  facility: row.facility, unit: row.unit, startsOn: row.starts_on, active: row.active, source: row.source, updatedAt: row.updated_at,
});

/** The columns people are sorted and searched by, from their names. */
export const searchable = (person: { userName: string; givenName: string; familyName: string; email: string | null }) => ({
  sort_name: fold(`${person.familyName} ${person.givenName}`),
  search_text: fold([person.givenName, person.familyName, person.userName, person.email ?? ''].join(' ')).replace(/[^\p{L}\p{N}]+/gu, ' '),
});

interface PeopleQuery { q?: string | undefined; facility?: string | undefined; unit?: string | undefined; active: 'yes' | 'no' | 'all'; after?: string | undefined; limit: number }

export async function people(house: House, { q = '', facility, unit, active, after, limit }: PeopleQuery) {
  const words = fold(q).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (unit && !facility) throw new Problem('bad-input', 'Units are named within a facility.', 'Give `facility` too.', [{ path: 'facility', says: 'missing' }]);
  const facilityId = facility && (await requireFacility(house, facility)).id;
  const unitId = facility && unit && (await requireUnit(house, facility, unit)).row.id;
  const rows = await records.personRows(house.db, { words, facilityId, unitId, active }, readCursor(after, 2), limit + 1);
  return pageOf(rows, limit, rosterPersonOf, (row) => cursorOf(row.sort_name, row.id));
}

export async function person(house: House, id: string): Promise<RosterPerson> {
  const row = await records.personById(house.db, id);
  if (!row) throw new Problem('not-found', 'There is no such person on the roster.', 'Search at /api/v1/deployments/people?q=….');
  return rosterPersonOf(row);
}

interface ImportRequest {
  csv: string; file: string; headers: Partial<Record<RosterField, string>>; dryRun: boolean; missing: 'keep' | 'deactivate'; newPlaces: 'refuse' | 'add';
}

/** All rows or none. A dry run says exactly what the import would do, because it does the same work and takes it back. */
export async function importPeople(house: House, caller: Caller, asked: ImportRequest): Promise<RosterReport> {
  const read = readRoster(asked.csv, asked.headers);
  let report: RosterReport | undefined;
  try {
    await house.db.transaction().execute(async (tx) => {
      await records.holdRoster(tx);
      report = await importInto(tx);
      if (asked.dryRun || report.errorCount > 0) throw takeBack;
    });
  } catch (error) {
    if (error !== takeBack) throw error;
  }
  return report!;

  async function importInto(tx: Parameters<House['remember']>[0]): Promise<RosterReport> {
    const at = house.clock.now();
    const first = placeLines(read.lines, await records.allPlaces(tx), asked.newPlaces === 'add');
    const errors = [...read.errors, ...first.errors].sort((a, b) => a.line - b.line);
    const answer = (counts: Partial<RosterReport>): RosterReport => ({
      id: null, dryRun: asked.dryRun, imported: false, headers: read.headers, ignoredHeaders: read.ignoredHeaders, rows: read.rows, added: 0, changed: 0, unchanged: 0, deactivated: 0,
      newPlaces: first.wanted.map((place) => (place.unit === null ? place.facility : `${place.facility} / ${place.unit}`)), errors: errors.slice(0, 500), errorCount: errors.length, ...counts,
    });
    if (errors.length > 0) return answer({});
    await addWanted(tx, first.wanted, at);
    const { placed } = first.wanted.length === 0 ? first : placeLines(read.lines, await records.allPlaces(tx), false);
    const { rows, ...counts } = compare(await records.everyPerson(tx), placed, asked.missing, at);
    await records.writePeople(tx, rows);
    if (asked.dryRun) return answer(counts);
    const id = newId('imp', at);
    const sha256 = createHash('sha256').update(asked.csv).digest('hex');
    const { added, changed, deactivated } = counts;
    await records.insertImport(tx, { id, at, by_id: caller.id, file: asked.file, sha256, rows: read.rows, added, changed, deactivated });
    await house.remember(tx, { kind: kinds.rosterImported.kind, by: caller, at, about: `roster-import/${id}`, body: { sha256, rows: read.rows, added, changed, deactivated, newPlaces: first.wanted.length } });
    return answer({ ...counts, id, imported: true });
  }
}
const takeBack = new Error('nothing is kept of this');

async function addWanted(db: Db, wanted: readonly WantedPlace[], at: string) {
  for (const { facility, unit, slug } of wanted.toSorted((a, b) => Number(a.unit !== null) - Number(b.unit !== null))) {
    const places = await records.allPlaces(db);
    const above = facilityCalled(places, facility);
    if (unit === null) {
      await records.insertFacility(db, { id: newId('fac', at), slug: free(slug, places.facilities), name: facility, aliases: [], updated_at: at });
    } else if (above) {
      const beside = places.units.filter((one) => one.facility_id === above.id);
      await records.insertUnit(db, { id: newId('unit', at), facility_id: above.id, slug: free(slug, beside), name: unit, aliases: [], updated_at: at });
    }
  }
}

/** The slug, or the slug with the first number nobody has. */
const free = (slug: string, taken: readonly { slug: string }[]): string => {
  let [made, n] = [slug, 1];
  while (taken.some((place) => place.slug === made)) made = slugFrom(`${slug.slice(0, 60)} ${++n}`);
  return made;
};

function compare(before: readonly records.PersonRow[], lines: readonly PlacedLine[], missing: 'keep' | 'deactivate', at: string) {
  const known = new Map(before.map((row) => [row.user_name.toLowerCase(), row]));
  const rows: records.PersonRow[] = [];
  let [added, changed] = [0, 0];
  for (const line of lines) {
    const was = known.get(line.userName.toLowerCase());
    const said = {
      given_name: line.givenName, family_name: line.familyName, email: line.email, job: line.job, leads: line.leads, facility_id: line.facilityId, unit_id: line.unitId,
      starts_on: line.startsOn, active: line.active, ...searchable({ ...line, userName: was?.user_name ?? line.userName }),
    };
    if (!was) {
      added++;
      rows.push({ id: newId('per', at), user_name: line.userName, external_id: null, display_name: null, ...said, source: 'csv', created_at: at, updated_at: at, removed_at: null });
    } else if (canonical({ ...was, ...said }) !== canonical(was)) {
      changed++;
      rows.push({ ...was, ...said, updated_at: at });
    }
  }
  const listed = new Set(lines.map((line) => line.userName.toLowerCase()));
  const gone = missing === 'keep' ? [] : before.filter((row) => row.source === 'csv' && row.active && !listed.has(row.user_name.toLowerCase()));
  rows.push(...gone.map((row) => ({ ...row, active: false, updated_at: at })));
  return { rows, added, changed, unchanged: lines.length - added - changed, deactivated: gone.length };
}
