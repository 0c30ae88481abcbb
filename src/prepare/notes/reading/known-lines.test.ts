// Does a line whose record is written without parsing it say what the parser says of it?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCutting, type Resource } from './cutting.ts';
import { packed } from './heads.ts';
import { knownLines, type ReadDocument } from './known-lines.ts';
import { documentOf } from './resources.ts';

const read: ReadDocument = (resource, contents, place) => {
  const type = resource['resourceType'];
  if ((type !== 'DocumentReference' && type !== 'DiagnosticReport') || resource['status'] === 'entered-in-error') return null;
  const said = documentOf(resource, type, place, contents);
  return said === null || said.subject === null ? null : { subject: said.subject, head: said.head, text: said.found.text };
};

const long = 'Denies chest pain. '.repeat(20);
const documentWith = ({ text = long, ...more }: { text?: string | Buffer; [key: string]: unknown } = {}): Record<string, unknown> => ({
  resourceType: 'DocumentReference', id: 'n1', meta: { versionId: '3', lastUpdated: '2026-03-04T05:06:07Z' }, status: 'current', type: { coding: [{ system: 'http://loinc.org', code: '11506-3', display: 'Progress note' }] },
  subject: { reference: 'Patient/p1', display: 'Somebody' }, date: '2026-03-04T05:06:07Z', author: [{ reference: 'Practitioner/d1' }], custodian: { reference: 'Organization/o1' },
  content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: Buffer.from(text).toString('base64'), size: 12, title: 'x', creation: '2026-03-04T04:06:07.000+00:00' } }],
  context: { encounter: [{ reference: 'Encounter/e1' }], period: { start: '2026-03-03T00:00:00Z' } }, ...more,
});
const lineOf = (document: unknown): Buffer => Buffer.from(JSON.stringify(document));

/** What the record of a line must be: key, head and text, as the store writes them; undefined: the line is no document. */
function parsed(line: Buffer, file: number, row: number): Buffer | undefined {
  const { resource, contents } = parseCutting(line);
  const said = read(resource, contents, { file, line: row });
  return said?.text?.bytes ? Buffer.concat([Buffer.from(said.subject + packed(said.head)), said.text.bytes]) : undefined;
}

/** Whether the line is read without the parser; then it must say the same. */
function isKnown(lines: ReturnType<typeof knownLines>, document: unknown, row = 7): boolean {
  const line = lineOf(document);
  const record = lines.read(line, 3, row);
  if (record) expect(Buffer.from(record.subarray(12)).equals(parsed(line, 3, row) ?? Buffer.alloc(0))).toBe(true);
  return record !== null;
}

function learned(document: unknown): ReturnType<typeof knownLines> {
  const lines = knownLines(read);
  lines.learn(lineOf(document));
  return lines;
}

it('writes the record of a line that differs in its values only', () => {
  const lines = learned(documentWith());
  expect(isKnown(lines, documentWith())).toBe(true);
  expect(isKnown(lines, documentWith({ id: 'another-id.7', subject: { reference: 'Patient/p-2', display: 'Else' }, date: '2024-12-31T23:59:59Z', author: [{ reference: 'Practitioner/d2' }], text: `${long}and more, 5 µg – “quoted”.` }), 123_456_789)).toBe(true);
  expect(isKnown(lines, documentWith({ type: { coding: [{ system: 'http://loinc.org', code: '18842-5', display: 'Discharge summary' }] }, meta: { versionId: '11', lastUpdated: '2026-03-05T00:00:00Z' }, context: { encounter: [{ reference: 'Encounter/e2' }], period: { start: '2020-02-28T00:00:00Z' } } }))).toBe(true);
  for (const length of [2, 3, 4, 5, 300, 301, 302, 5000]) expect(isKnown(lines, documentWith({ text: 'Words '.repeat(1000).slice(0, length) }))).toBe(true);
});

it('leaves to the parser what needs more than copying', () => {
  const lines = learned(documentWith());
  const others: Record<string, Record<string, unknown>> = {
    'another status': { status: 'superseded' }, 'in error': { status: 'entered-in-error' }, 'another key': { identifier: [] },
    'an absolute address': { subject: { reference: 'https://fhir.example/Patient/p1', display: 'Somebody' } }, 'another type of reference': { custodian: { reference: 'Location/o1' } }, 'a version': { context: { encounter: [{ reference: 'Encounter/e1/_history/2' }], period: { start: '2026-03-03T00:00:00Z' } } },
    'a day that does not exist': { date: '2026-02-30T05:06:07Z' }, 'the 29th of February': { date: '2026-02-29T05:06:07Z' }, 'a zone': { date: '2026-03-04T05:06:07+01:00' }, 'an hour that does not exist': { date: '2026-03-04T25:06:07Z' },
    'an escape': { id: 'a"b' }, 'letters beyond ASCII': { id: 'ä' }, 'a long id': { id: 'x'.repeat(200) }, 'no id': { id: '' },
    'a PDF': { text: `%PDF-1.4 ${long}` }, markup: { text: `<html>${long}` }, RTF: { text: `{\\rtf1 ${long}}` }, 'a picture': { text: `GIF89a${long}` }, blank: { text: ' '.repeat(400) }, zeros: { text: `a\u0000${long}` }, 'no text': { text: '' },
    'windows-1252': { text: Buffer.from(`${long} 5 \xb5g`, 'latin1') }, 'encoded twice': { text: `${long} donâ€™t` }, 'and again': { text: `${long} FÃ\u00bcr` }, 'letters that were lost': { text: `${long} \ufffd` }, 'a byte order mark': { text: `\ufeff${long}` }, surrogates: { text: Buffer.concat([Buffer.from(long), Buffer.from([0xed, 0xa0, 0x80])]) },
  };
  for (const [name, more] of Object.entries(others)) expect([name, isKnown(lines, documentWith(more))]).toEqual([name, false]);
  const data = (as: (base64: string) => string): Record<string, unknown> => JSON.parse(JSON.stringify(documentWith()), (key, value: unknown) => (key === 'data' ? as(value as string) : value)) as Record<string, unknown>;
  for (const broken of [(one: string) => one.slice(0, -1), (one: string) => `${one.slice(0, 100)} ${one.slice(100)}`, (one: string) => one.replace('R', '-'), (one: string) => `${one}=`, () => '====']) expect(isKnown(lines, data(broken))).toBe(false);
  expect(lines.read(Buffer.from(`${lineOf(documentWith()).toString()} `), 0, 1)).toBe(null);
  expect(isKnown(lines, documentWith())).toBe(true);
});

it('makes no form where the content is no plain text, and knows UTF-8 only where nothing else is promised', () => {
  const html = (contentType: string) => ({ ...documentWith(), content: [{ attachment: { contentType, data: Buffer.from(long).toString('base64') } }] });
  expect(isKnown(learned(html('text/html')), html('text/html'))).toBe(false);
  const latin = (text: string) => ({ ...documentWith(), content: [{ attachment: { contentType: 'text/plain; charset=iso-8859-1', data: Buffer.from(text).toString('base64') } }] });
  expect(isKnown(learned(latin(long)), latin(long))).toBe(true);
  expect(isKnown(learned(latin(long)), latin(`${long}ä`))).toBe(false);
  expect(isKnown(learned(html('text/plain')), html('text/html'))).toBe(false);
});

it('says of any lines what the parser says', () => {
  const word = fc.constantFrom('a', 'Patient/1', 'Practitioner/d-2', 'current', 'entered-in-error', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.678Z', '2026-01-31', 'x/y/z', 'urn:uuid:1', '@0', '', 'é');
  const text = fc.constantFrom(long, `${long}more`, `${long}µ`, `<p>${long}`);
  const document = fc.record({
    resourceType: fc.constantFrom('DocumentReference', 'DiagnosticReport'), id: word, status: word, date: word, issued: word, language: word, pages: fc.nat(100), code: fc.record({ text: word }), type: fc.record({ text: word, coding: fc.array(fc.record({ system: word, code: word }), { maxLength: 2 }) }, { requiredKeys: ['coding'] }),
    subject: fc.record({ reference: word }), author: fc.array(fc.record({ reference: word, display: word }), { maxLength: 2 }), custodian: fc.record({ reference: word }), relatesTo: fc.array(fc.record({ code: fc.constantFrom('replaces', 'appends'), target: fc.record({ reference: word }) }), { maxLength: 1 }),
    data: text,
  }, { requiredKeys: ['resourceType', 'data', 'subject', 'code', 'type'] });
  const shaped = document.map(({ data, ...rest }): Resource => ({ ...rest, [rest.resourceType === 'DocumentReference' ? 'content' : 'presentedForm']: rest.resourceType === 'DocumentReference' ? [{ attachment: { data: Buffer.from(data).toString('base64') } }] : [{ data: Buffer.from(data).toString('base64') }] } as Resource));
  let known = 0;
  fc.assert(fc.property(fc.array(shaped, { minLength: 4, maxLength: 12 }), (documents) => {
    const lines = knownLines(read);
    for (const one of [...documents, ...documents]) {
      if (isKnown(lines, one)) known++;
      else lines.learn(lineOf(one));
    }
  }), { numRuns: 40 });
  expect(known).toBeGreaterThan(30);
});
