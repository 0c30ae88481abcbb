// Is a roster imported whole or not at all, with every mistake named by line?
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { entries } from '../ledger/ledger.ts';
import { readCsv } from '../../tools/base/csv.ts';
import * as api from './model.ts';
import { readRoster } from './roster.ts';
import { furnish, openHospital } from './test-hospital.ts';

const house = await openHospital();
beforeAll(() => furnish(house));
const bring = (csv: string, more: object = {}) => house.call(api.importPeople, { body: { csv, ...more } });
const everybody = (query: object = {}) => house.call(api.listPeople, { query: { limit: 500, active: 'all', ...query } });

const header = 'Employee ID,First name,Last name,E-mail,Job title,Manager,Site,Department,Start date,Active';
const roster = [
  header,
  'u1,Ann,Müller,ann@example.org,Registered nurse,no,North Hospital,MED-1,2024-01-15,yes',
  'u2,Bo,"O\'Neil, jr",bo@example.org,Physician,yes,north,med-1,,',
  'u3,Cy,Ångström,,,,Organization/north,ICU,,no',
].join('\r\n');

describe('reading CSV', () => {
  test('any cells written by the rules are read back', () => {
    // The reader trims cells and leaves blank lines out; what is left must come back as it was, whatever the separator.
    const cell = fc.string({ unit: fc.constantFrom('a', 'Ü', '"', ',', ';', '\n', ' ', '1') }).map((text) => text.trim());
    const row = fc.tuple(fc.constant('x'), cell, cell);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'), (rows, separator, end) => {
        const head = ['h1', 'h2', 'h3'];
        const text = [head, ...rows].map((cells) => cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(separator)).join(end);
        expect(readCsv(text).rows.map((one) => one.cells)).toEqual([head, ...rows]);
      }),
    );
  });
  test('lines are counted in the file, quoted line ends included', () => {
    expect(readCsv('\uFEFFa;b\n"x\ny";1\n\nz;2').rows).toEqual([{ line: 1, cells: ['a', 'b'] }, { line: 2, cells: ['x\ny', '1'] }, { line: 5, cells: ['z', '2'] }]);
  });
  test('a quote that is never closed is named where it opens', () => {
    expect(readRoster(`${header}\nu1,"Ann,B`, {}).errors).toMatchObject([{ line: 2, says: expect.stringContaining('never closed') }]);
  });
});

describe('importing a roster', () => {
  test('a dry run says what would happen and does nothing', async () => {
    const report = await bring(roster, { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, imported: false, id: null, rows: 3, added: 3, errorCount: 0, headers: { userName: 'Employee ID', unit: 'Department' } });
    expect((await everybody()).items).toEqual([]);
  });

  test('one wrong line keeps all the others out, and every mistake is named', async () => {
    const wrong = `${roster}\nu1,Di,Doe,not-an-address,,maybe,Nowhere,,2026-02-30,yes\nu5,Ed\n`;
    const report = await bring(wrong);
    expect(report.imported).toBe(false);
    expect(report.errors.map(({ line, field }) => [line, field])).toEqual([[5, 'email'], [5, 'startsOn'], [5, 'leads'], [5, 'userName'], [6, null], [6, 'familyName']]);
    expect((await everybody()).items).toEqual([]);
  });

  test('unknown places are errors unless they may be added', async () => {
    const elsewhere = `${header}\nu9,Flo,Fox,,,,West Clinic,Day Ward,,`;
    expect((await bring(elsewhere)).errors).toMatchObject([{ line: 2, field: 'facility' }]);
    expect(await bring(elsewhere, { newPlaces: 'add', dryRun: true })).toMatchObject({ added: 1, newPlaces: ['West Clinic', 'West Clinic / Day Ward'] });
    expect((await house.call(api.listFacilities, {})).items).toHaveLength(2);
    expect(await bring(elsewhere, { newPlaces: 'add' })).toMatchObject({ imported: true });
    expect((await everybody({ q: 'flo' })).items).toMatchObject([{ facility: 'west-clinic', unit: 'day-ward' }]);
  });

  test('names of places, accents and quotes are understood', async () => {
    expect(await bring(roster)).toMatchObject({ imported: true, added: 3, changed: 0 });
    const { items } = await everybody({ facility: 'north' });
    expect(items.map((one) => [one.familyName, one.unit, one.leads, one.active])).toEqual([['Ångström', 'icu', false, false], ['Müller', 'med-1', false, true], ["O'Neil, jr", 'med-1', true, true]]);
  });

  test('the same file again changes nothing; a changed line changes one person', async () => {
    expect(await bring(roster)).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
    const before = (await everybody({ q: 'muller' })).items[0]!;
    expect(await bring(roster.replace('u1,Ann,Müller', 'U1,Ann,Meyer'))).toMatchObject({ added: 0, changed: 1, unchanged: 2 });
    expect((await everybody({ q: 'meyer' })).items).toMatchObject([{ id: before.id, userName: 'u1' }]);
    expect((await everybody({ q: 'muller' })).items).toEqual([]);
  });

  test('who is no longer listed is deactivated only where that is asked for', async () => {
    house.clock.pass(1_000);
    const shorter = roster.split('\r\n').slice(0, 2).join('\n');
    expect(await bring(shorter)).toMatchObject({ deactivated: 0 });
    expect(await bring(shorter, { missing: 'deactivate' })).toMatchObject({ deactivated: 2, imported: true });
    expect((await everybody({ active: 'yes' })).items.map((one) => one.userName)).toEqual(['u1']);
  });

  test('columns with other names are mapped by hand, and a column that is not there is named', async () => {
    const odd = 'Kennung;Vorname;Nachname\nk1;Uta;Ulm';
    expect((await bring(odd)).errors.map((one) => one.field)).toEqual(['userName', 'givenName', 'familyName']);
    const headers = { userName: 'Kennung', givenName: 'Vorname', familyName: 'Nachname' };
    expect(await bring(odd, { headers, dryRun: true })).toMatchObject({ added: 1, errorCount: 0 });
    expect((await bring(odd, { headers: { ...headers, email: 'Post' } })).errors).toMatchObject([{ line: 1, field: 'email', says: 'There is no column `Post`; the file has `Kennung`, `Vorname`, `Nachname`.' }]);
    expect((await bring('')).errors).toHaveLength(1);
  });

  test('the ledger hears of it in numbers, not in names', async () => {
    const { items } = await entries(house.db, { kind: 'roster.imported' });
    expect(items[0]!.body).toMatchObject({ rows: 1, deactivated: 2 });
    expect(JSON.stringify(items)).not.toMatch(/Meyer|Müller|example\.org/);
  });
});

describe('a hospital of 30,000', () => {
  test('is imported, paged through without loss, and searched', async () => {
    const count = 30_000;
    const lines = Array.from({ length: count }, (_, i) => `n${i},Given${i % 700},Family${i % 4_000},n${i}@example.org,Nurse,,north,${i % 2 ? 'med-1' : 'med-2'},,`);
    const report = await bring([header, ...lines].join('\n'));
    expect(report).toMatchObject({ imported: true, added: count, errorCount: 0 });
    const seen = new Set<string>();
    let after: string | undefined;
    do {
      const page = await house.call(api.listPeople, { query: { limit: 500, facility: 'north', q: 'family39', ...(after && { after }) } });
      page.items.forEach((one) => seen.add(one.id));
      after = page.next ?? undefined;
    } while (after);
    const matching = Array.from({ length: count }, (_, i) => `family${i % 4_000}`).filter((name) => name.startsWith('family39')).length;
    expect(seen.size).toBe(matching);
    expect((await house.call(api.listPeople, { query: { q: 'n29999 given' } })).items.map((one) => one.userName)).toEqual(['n29999']);
    expect((await house.call(api.listUnits, { query: { facility: 'north' } })).items.find((one) => one.slug === 'med-2')?.people).toBe(count / 2);
    expect((await house.call(api.listUnits, { query: { facility: 'north' } })).items.find((one) => one.slug === 'icu')?.people).toBeNull();
  }, 120_000);
});
