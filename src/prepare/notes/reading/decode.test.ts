// Does every encoding and format give the text a person would read, and none the text it does not have?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCharacters } from './charset.ts';
import { contentOf, parseCutting } from './cutting.ts';
import { decodeText, fromBase64, longestText } from './decode.ts';
import { htmlText } from './html.ts';
import { deepestGroup, rtfText } from './rtf.ts';
import { readTime } from './times.ts';

const text = (bytes: Buffer, type: string | null = 'text/plain') => decodeText(bytes, type);
const words = (bytes: Buffer, type: string | null = 'text/plain') => text(bytes, type).bytes!.toString('utf8');

describe('charset', () => {
  it('believes valid UTF-8 over any declaration, and says so', () => {
    expect(words(Buffer.from('Größe 5 µg'), 'text/plain; charset=iso-8859-1')).toBe('Größe 5 µg');
    expect(text(Buffer.from('Größe'), 'text/plain; charset=iso-8859-1').charset).toMatch(/is UTF-8/);
    expect(text(Buffer.from('Größe'), 'text/plain; charset=utf-8').charset).toBeNull();
    expect(text(Buffer.from('plain'), 'text/plain; charset=iso-8859-1').charset).toBeNull();
  });
  it('falls back to what is declared, then to windows-1252', () => {
    expect(words(Buffer.from([0x47, 0x72, 0xf6, 0xdf, 0x65]), 'text/plain; charset=iso-8859-1')).toBe('Größe');
    const wrong = text(Buffer.from([0x93, 0x35, 0xb5, 0x67, 0x94]), 'text/plain; charset=utf-8');
    expect(wrong.bytes!.toString()).toBe('“5µg”');
    expect(wrong.charset).toMatch(/says UTF-8 and is not/);
    expect(words(Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]), 'text/plain; charset=shift_jis')).toBe('テスト');
    expect(text(Buffer.from([0xe9]), 'text/plain; charset=klingon').charset).toMatch(/klingon/);
  });
  it('reads UTF-16 with and without a byte order mark', () => {
    expect(words(Buffer.from('\ufeffNote für ß', 'utf16le'))).toBe('Note für ß');
    expect(words(Buffer.from('A note of some length', 'utf16le'))).toBe('A note of some length');
    expect(words(Buffer.from('A note of some length', 'utf16le').swap16())).toBe('A note of some length');
    expect(words(Buffer.from('\ufeffmarked'))).toBe('marked');
  });
  it('names letters encoded twice and letters that were lost', () => {
    expect(readCharacters(Buffer.from('patientâ€™s'), null).trouble).toMatch(/twice/);
    expect(readCharacters(Buffer.from('f\ufffdr'), null).trouble).toMatch(/lost/);
  });
  it('never takes binary for text', () => {
    expect(text(Buffer.from('%PDF-1.7 ...')).why).toBe('pdf');
    expect(text(Buffer.from([0x50, 0x4b, 3, 4, 0, 0])).why).toBe('archive');
    expect(text(Buffer.from([0xff, 0xd8, 0xff, 0xe0])).why).toBe('image');
    expect(text(Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 97) % 256)), 'text/plain').why).toBe('binary');
    expect(text(Buffer.alloc(0)).why).toBe('empty');
    expect(text(Buffer.from('  \n ')).why).toBe('empty');
    expect(text(Buffer.alloc(longestText + 1, 0x61)).why).toBe('too-large');
  });
});

describe('HTML', () => {
  it('shows what a browser shows', () => {
    expect(htmlText('<html><head><title>x</title><style>p{}</style></head><body><h1>Plan</h1><p>BP &lt; 120&nbsp;mmHg &amp; stable<br>T&nbsp;38&#176;C</p><script>alert("<p>no</p>")</script><table><tr><td>Na</td><td>138</td></tr></table></body></html>').trim()).toBe('Plan\nBP < 120 mmHg & stable\nT 38°C\nNa\t138');
  });
  it('keeps text that only looks like markup', () => {
    expect(htmlText('HR < 60 and > 40, 5<6 &unknown; & so')).toBe('HR < 60 and > 40, 5<6 &unknown; & so');
    expect(htmlText('a <b title="x > y">bold</b> word <i')).toBe('a bold word <i');
    expect(htmlText('<pre>  two\n   spaces</pre>').trim()).toBe('two\n   spaces');
    expect(htmlText('<div>a<!-- <p>no</p> --> b</div>').trim()).toBe('a b');
  });
  it('is recognised by content where the type does not say', () => {
    expect(words(Buffer.from('<html><body>Seen <b>today</b></body></html>'), 'text/plain').trim()).toBe('Seen today');
  });
  it('is never longer than its source, whatever comes', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300, unit: fc.constantFrom('<', '>', '&', ';', '"', '=', 'p', 'script', '/', ' ', '\n', '#', '1', '!--', '-->') }), (html) => {
      expect(htmlText(html).length).toBeLessThanOrEqual(html.length);
    }));
  });
});

describe('RTF', () => {
  const rtf = (body: string) => rtfText(Buffer.from(body, 'latin1'));
  it('reads paragraphs, tabs, code pages, Unicode with its fallback, and leaves out what is no text', () => {
    expect(rtf("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset204 Arial Cyr;}}{\\*\\generator Word;}{\\info{\\author Dr X}}\\f0 Gr\\'f6\\'dfe\\tab 5 \\u181?g\\par {\\b bold} text\\~here\\{x\\}\\f1 \\'cf\\'f0\\plain\\par}").text).toBe('Größe\t5 µg\nbold text here{x}Пр\n');
    expect(rtf('{\\rtf1 shown{\\v hidden}\\v secret\\v0  again{\\field{\\*\\fldinst HYPERLINK}{\\fldrslt link}}}').text).toBe('shown againlink');
    expect(rtf('{\\rtf1\\uc2 \\u8217\\\'92\\\'92s {\\pict 010203} end}').text).toBe('’s  end');
    expect(rtf('{\\rtf1 a\\bin5 {{{{{b}').text).toBe('ab');
  });
  it('is a bomb to nobody: depth is bounded, and so are time and memory', () => {
    const deep = rtf(`{\\rtf1 before ${'{'.repeat(2_000_000)}inside`);
    expect(deep.trouble).toMatch(new RegExp(`${deepestGroup} deep`));
    expect(deep.text).toContain('before');
    expect(rtf(`{\\rtf1 ${"\\'41".repeat(500_000)}}`).text.length).toBe(500_000);
    expect(rtf(`{\\rtf1 ${'\\u65?'.repeat(300_000)}}`).text.length).toBe(300_000);
    expect(rtf('{\\rtf1 a\\bin999999999 b}').text).toBe('a');
    expect(rtf('{\\rtf1 cut off').trouble).toMatch(/cut off/);
    expect(decodeText(Buffer.from(`{\\rtf1 ${'{\\*\\x'.repeat(100_000)}`), 'text/plain').trouble).toMatch(/deep/);
  });
});

describe('base64 and cutting', () => {
  it('reads broken base64 as far as it goes and says so', () => {
    const whole = Buffer.from('A note about a patient').toString('base64');
    expect(fromBase64(whole)).toMatchObject({ broken: false });
    expect(fromBase64(whole.slice(0, -5))).toMatchObject({ broken: true });
    expect(fromBase64(`${whole.slice(0, 8)}\n${whole.slice(8)}`)).toMatchObject({ broken: false });
    expect(fromBase64(`${whole.slice(0, 7)}*${whole.slice(8)}`).broken).toBe(true);
  });
  it('cuts the same contents out of a line that a parser finds in it', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 0, maxLength: 900 }), { maxLength: 3 }), fc.string(), (contents, title) => {
        const resource = { resourceType: 'DocumentReference', description: `"data":"${title}`, content: contents.map((bytes) => ({ attachment: { title, data: Buffer.from(bytes).toString('base64') } })) };
        const found = parseCutting(Buffer.from(JSON.stringify(resource)));
        const back = JSON.parse(JSON.stringify(found.resource), (key, value: unknown) => (key === 'data' && typeof value === 'string' ? contentOf(value, found.contents) : value)) as unknown;
        expect(back).toEqual(resource);
      }),
    );
  });
});

describe('times', () => {
  it('reads ISO 8601, and no guesses', () => {
    expect(readTime('2026-03-04T05:06:07+02:00').at).toBe('2026-03-04T03:06:07.000Z');
    expect(readTime('2026-03-04 05:06:07').at).toBe('2026-03-04T05:06:07.000Z');
    expect(readTime('2026-03-04').at).toBe('2026-03-04T00:00:00.000Z');
    expect(readTime('20260304').at).toBe('2026-03-04T00:00:00.000Z');
    expect(readTime('2026').at).toBe('2026-01-01T00:00:00.000Z');
    for (const wrong of ['03/04/2026', '2026-02-30', 'yesterday', '2026-13-01']) expect(readTime(wrong), wrong).toEqual({ at: null, bad: true });
    for (const none of [null, undefined, '', '  ']) expect(readTime(none)).toEqual({ at: null, bad: false });
  });
});
