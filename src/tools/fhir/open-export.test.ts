// Does every kind of bad input get counted, named and skipped, with nothing else lost?
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openExport, readEvidence, type ExportHandle, type OpenOptions } from './fhir.ts';

const root = mkdtempSync(join(tmpdir(), 'attending-export-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const fields = { Patient: ['gender', 'name'], Observation: ['valueQuantity', 'subject'] };
let count = 0;

/** A fresh folder with these files. */
function folderOf(files: Record<string, string | Buffer>): string {
  const folder = join(root, `export-${++count}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

async function withExport<T>(folder: string, work: (handle: ExportHandle) => Promise<T>, options: Partial<OpenOptions> = {}): Promise<T> {
  const handle = await openExport(folder, { workspace: join(root, `work-${++count}`), fields, ...options });
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

function patient(id: string, more = ''): string {
  return `{"resourceType":"Patient","id":"${id}"${more}}`;
}

function ids(handle: ExportHandle, type = 'Patient'): Promise<{ id: string; line: number }[]> {
  return handle.database.rows(`SELECT id, _line AS line FROM raw_${type} ORDER BY _file, _line`);
}

function fileOf(handle: ExportHandle, name: string) {
  const file = handle.files.find((one) => one.name === name);
  if (!file) throw new Error(`no ${name}`);
  return file;
}

describe('what a folder holds', () => {
  test('any name, plain or gzipped by content, subfolders, several types in one file', async () => {
    const folder = folderOf({
      'all.txt': [patient('a'), '{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/a"}}', patient('b')].join('\n'),
      'deep/part-0001': gzipSync(`${patient('c')}\n`),
      'misnamed.ndjson': gzipSync(`${patient('d')}\n${patient('e')}\n`),
    });
    await withExport(folder, async (handle) => {
      expect(handle.resources).toEqual({ Observation: 1, Patient: 5 });
      expect(handle.files.map(({ name, lines, resources }) => [name, lines, resources])).toEqual([
        ['all.txt', 3, { Patient: 2, Observation: 1 }],
        ['deep/part-0001', 1, { Patient: 1 }],
        ['misnamed.ndjson', 2, { Patient: 2 }],
      ]);
      expect(await ids(handle)).toEqual([
        { id: 'a', line: 1 }, { id: 'b', line: 3 }, { id: 'c', line: 1 }, { id: 'd', line: 1 }, { id: 'e', line: 2 },
      ]);
      expect(await handle.database.rows(`SELECT subject->>'$.reference' AS subject FROM raw_Observation`)).toEqual([{ subject: 'Patient/a' }]);
    });
  });

  test('manifest, log, README and checksums are recognised and left out', async () => {
    const folder = folderOf({
      'Patient.ndjson': patient('a'),
      'manifest.json': JSON.stringify({ transactionTime: '2026-01-01T00:00:00Z', request: 'x', output: [{ type: 'Patient', url: 'x', count: 2 }] }, null, 2),
      'log.ndjson': '{"exportId":"x","timestamp":"2026-01-01T00:00:00Z","eventId":"kickoff","eventDetail":{}}\n',
      'README.md': '# An export', 'SHA256SUMS.txt': 'abc  Patient.ndjson\n',
      'bundle.json': JSON.stringify({ resourceType: 'Bundle', entry: [] }, null, 2),
    });
    await withExport(folder, async (handle) => {
      expect(handle.files.map(({ name }) => name)).toEqual(['Patient.ndjson']);
      expect(Object.fromEntries(handle.ignored.map(({ name, why }) => [name, why]))).toEqual({
        'manifest.json': 'bulk-export manifest', 'log.ndjson': 'bulk-export log',
        'README.md': 'no FHIR resource in its first lines', 'SHA256SUMS.txt': 'no FHIR resource in its first lines',
        'bundle.json': 'one Bundle written over several lines, not NDJSON',
      });
      expect(handle.manifest).toEqual({ name: 'manifest.json', transactionTime: '2026-01-01T00:00:00Z', promised: { Patient: 2 } });
    });
  });

  test('a type that first appears deep in a file of another type keeps its fields', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => patient(`p${index}`));
    many.splice(1500, 0, '{"resourceType":"Observation","id":"late","valueQuantity":{"value":3}}');
    await withExport(folderOf({ 'Patient.ndjson': `${many.join('\n')}\n` }), async (handle) => {
      expect(handle.resources).toEqual({ Observation: 1, Patient: 2000 });
      expect(await handle.database.rows(`SELECT id, valueQuantity, _line AS line FROM raw_Observation`)).toEqual([{ id: 'late', valueQuantity: '{"value":3}', line: 1501 }]);
      expect(fileOf(handle, 'Patient.ndjson')).toMatchObject({ lines: 2001, badLineCount: 0 });
    });
  });

  test('types that were asked for and are absent give empty relations', () =>
    withExport(folderOf({ 'a.ndjson': patient('a') }), async (handle) => {
      expect(await handle.database.rows('SELECT * FROM raw_Observation')).toEqual([]);
      expect(await handle.database.rows('SELECT id, "resourceType" AS type FROM resources')).toEqual([{ id: 'a', type: 'Patient' }]);
    }));

  test.each([
    ['a missing folder', () => join(root, 'nowhere'), 'This folder does not exist.'],
    ['an empty folder', () => folderOf({}), 'The folder is empty.'],
    ['a folder without FHIR', () => folderOf({ 'a.md': 'x' }), 'The folder holds no FHIR NDJSON file.'],
    ['a file instead of a folder', () => join(folderOf({ 'a.ndjson': patient('a') }), 'a.ndjson'), 'This is a file, not a folder.'],
    ['only unusable lines', () => folderOf({ 'a.ndjson': 'nothing\n' }), 'No line of this folder is a FHIR resource.'],
  ])('%s is refused with a sentence', async (_, folder, says) => {
    await expect(openExport(folder(), { workspace: join(root, `work-${++count}`), fields })).rejects.toMatchObject({ name: 'Problem', message: says });
  });

  test('an empty file and an unreadable file are named, the others are read', async () => {
    const folder = folderOf({ 'empty.ndjson': '', 'good.ndjson': patient('a') });
    symlinkSync(join(folder, 'gone'), join(folder, 'dangling.ndjson'));
    await withExport(folder, async (handle) => {
      expect(fileOf(handle, 'empty.ndjson').trouble).toBe('The file is empty.');
      expect(fileOf(handle, 'dangling.ndjson').trouble).toBe('The file cannot be read (ENOENT).');
      expect(handle.resources).toEqual({ Patient: 1 });
    });
  });
});

describe('bad lines', () => {
  const bad: [string, string | Buffer, RegExp][] = [
    ['cut JSON', '{"resourceType":"Patient","id":"x"', /not valid JSON: it ends too early|not valid JSON/],
    ['two objects', `${patient('x')} ${patient('y')}`, /not valid JSON: unexpected character at position 37/],
    ['NaN', '{"resourceType":"Patient","id":"x","multipleBirthInteger":NaN}', /not valid JSON/],
    ['a trailing comma', '{"resourceType":"Patient","id":"x",}', /not valid JSON/],
    ['an array', '[1,2]', /an array, not a JSON object/],
    ['null', 'null', /null, not a JSON object/],
    ['a number', '5', /a number, not a JSON object/],
    ['no resourceType', '{"id":"x"}', /resourceType is missing/],
    ['a number as resourceType', '{"resourceType":5,"id":"x"}', /resourceType is a number, not a string/],
    ['an object as resourceType', '{"resourceType":{"a":1},"id":"x"}', /resourceType is an object/],
    ['an unknown resourceType', '{"resourceType":"Patientt","id":"x"}', /"Patientt" is not a FHIR R4 resource/],
    ['invalid UTF-8', Buffer.from([...Buffer.from('{"resourceType":"Patient","id":"caf'), 0xff, ...Buffer.from('"}')]), /not valid UTF-8 \(near byte \d+\)/],
    ['half a surrogate pair', '{"resourceType":"Patient","id":"\\ud800"}', /half a surrogate pair/],
  ];

  test.each(bad)('%s is counted, named with its line, and its neighbours arrive', async (_, line, reason) => {
    const content = Buffer.concat([Buffer.from(`${patient('before')}\n`), Buffer.from(line), Buffer.from(`\n${patient('after')}\n`)]);
    for (const bytes of [content, gzipSync(content)])
      await withExport(folderOf({ 'a.ndjson': bytes, 'other.ndjson': patient('other') }), async (handle) => {
        const file = fileOf(handle, 'a.ndjson');
        expect(file).toMatchObject({ lines: 3, badLineCount: 1, resources: { Patient: 2 } });
        expect(file.badLines).toHaveLength(1);
        expect(file.badLines[0]).toMatchObject({ line: 2, reason: expect.stringMatching(reason) as string });
        if (/resourceType/.test(reason.source) || /FHIR R4/.test(reason.source)) expect(file.badLines[0]?.path).toBe('resourceType');
        expect(await ids(handle)).toEqual([{ id: 'before', line: 1 }, { id: 'after', line: 3 }, { id: 'other', line: 1 }]);
      });
  });

  test('reasons never quote the content of a line', () =>
    withExport(folderOf({ 'a.ndjson': `${patient('a')}\n{"name": Mustermann}\n` }), async (handle) => {
      expect(JSON.stringify(handle.files)).not.toContain('Mustermann');
    }));

  test('the line number in the middle of a million lines is exact', async () => {
    const folder = folderOf({});
    const file = openSync(join(folder, 'many.ndjson'), 'w');
    for (let block = 0; block < 100; block++) {
      const lines = Array.from({ length: 10_000 }, (_, index) => patient(`p${block * 10_000 + index}`));
      if (block === 61) lines[2344] = '{"resourceType":"Patient","id":';
      writeSync(file, `${lines.join('\n')}\n`);
    }
    closeSync(file);
    await withExport(folder, async (handle) => {
      expect(fileOf(handle, 'many.ndjson')).toMatchObject({ lines: 1_000_000, badLineCount: 1, resources: { Patient: 999_999 } });
      expect(fileOf(handle, 'many.ndjson').badLines[0]?.line).toBe(612_345);
      expect(await handle.database.rows(`SELECT count(*) AS n, count(*) FILTER (id <> 'p' || (_line - 1)) AS wrong FROM raw_Patient`)).toEqual([{ n: 999_999, wrong: 0 }]);
    });
  }, 120_000);

  test('a line of 200 MB is reported and the next ones are read', async () => {
    const folder = folderOf({ 'long.ndjson': `${patient('a')}\n{"resourceType":"Patient","id":"long","text":"` });
    const piece = 'x'.repeat(1024 * 1024);
    for (let megabyte = 0; megabyte < 200; megabyte++) appendFileSync(join(folder, 'long.ndjson'), piece);
    appendFileSync(join(folder, 'long.ndjson'), `"}\n${patient('b')}\n`);
    await withExport(folder, async (handle) => {
      const file = fileOf(handle, 'long.ndjson');
      expect(file).toMatchObject({ lines: 3, badLineCount: 1, resources: { Patient: 2 } });
      expect(file.badLines[0]).toEqual({ line: 2, reason: 'The line is 200 MB long; lines over 16 MB are not read.' });
      expect(await ids(handle)).toEqual([{ id: 'a', line: 1 }, { id: 'b', line: 3 }]);
    });
  }, 60_000);

  test('a line of 5 MB, longer than the usual room, is read like its neighbours', async () => {
    const folder = folderOf({ 'a.ndjson': [patient('a'), patient('b', `,"gender":"${'x'.repeat(5_000_000)}"`), patient('c')].join('\n'), 'b.ndjson': `${patient('d')}\n` });
    await withExport(folder, async (handle) => {
      expect(await ids(handle)).toEqual([{ id: 'a', line: 1 }, { id: 'b', line: 2 }, { id: 'c', line: 3 }, { id: 'd', line: 1 }]);
      expect(await handle.database.rows(`SELECT length("gender"->>'$') AS n FROM raw_Patient WHERE id = 'b'`)).toEqual([{ n: 5_000_000 }]);
      expect(handle.files.map(({ lines, badLineCount }) => [lines, badLineCount])).toEqual([[3, 0], [1, 0]]);
    });
  });

  test('a binary file posing as NDJSON is named, the others are read', async () => {
    let seed = 7;
    const noise = Buffer.from(Array.from({ length: 50_000 }, () => (seed = (seed * 16807) % 2147483647) & 255));
    await withExport(folderOf({ 'picture.ndjson': noise, 'good.ndjson': patient('a') }), async (handle) => {
      const file = fileOf(handle, 'picture.ndjson');
      expect(file.trouble).toBe('No line of this file is a FHIR resource.');
      expect(file.badLineCount).toBe(file.lines - file.blankLines);
      expect(handle.resources).toEqual({ Patient: 1 });
    });
  });

  test('many bad lines are counted in full and listed up to the limit', async () => {
    const lines = Array.from({ length: 2500 }, (_, index) => (index % 2 ? patient(`p${index}`) : '{'));
    await withExport(folderOf({ 'a.ndjson': lines.join('\n') }), async (handle) => {
      expect(fileOf(handle, 'a.ndjson')).toMatchObject({ lines: 2500, badLineCount: 1250, resources: { Patient: 1250 } });
      expect(fileOf(handle, 'a.ndjson').badLines.map(({ line }) => line)).toEqual(Array.from({ length: 1000 }, (_, index) => 2 * index + 1));
    });
  });
});

describe('odd but good lines', () => {
  test('CRLF, byte order mark, blank lines, spaces around, no last line end', async () => {
    const folder = folderOf({
      'crlf.ndjson': `${patient('a')}\r\n${patient('b')}\r\n`,
      'bom.ndjson': `\uFEFF${patient('c')}\n${patient('d')}\n`,
      'blank.ndjson': `\n${patient('e')}\n\n   \n${patient('f')}`,
      'blank.ndjson.gz': gzipSync(`${patient('g')}\n\r\n\n${patient('h')}\n`),
    });
    await withExport(folder, async (handle) => {
      expect(handle.files.map(({ name, lines, blankLines, badLineCount }) => [name, lines, blankLines, badLineCount])).toEqual([
        ['blank.ndjson', 5, 3, 0], ['blank.ndjson.gz', 4, 2, 0], ['bom.ndjson', 2, 0, 0], ['crlf.ndjson', 2, 0, 0],
      ]);
      expect(await ids(handle)).toEqual([
        { id: 'e', line: 2 }, { id: 'f', line: 5 }, { id: 'g', line: 1 }, { id: 'h', line: 4 },
        { id: 'c', line: 1 }, { id: 'd', line: 2 }, { id: 'a', line: 1 }, { id: 'b', line: 2 },
      ]);
    });
  });

  test('duplicate ids both arrive; a text that looks like a forgiven error is no error', () =>
    withExport(folderOf({ 'a.ndjson': `${patient('a', ',"name":[{"text":"NaN,} Infinity,]"}]')}\n${patient('a')}\n` }), async (handle) => {
      expect(fileOf(handle, 'a.ndjson')).toMatchObject({ lines: 2, badLineCount: 0 });
      expect(await ids(handle)).toEqual([{ id: 'a', line: 1 }, { id: 'a', line: 2 }]);
    }));

  test('a decimal of 30 digits arrives, and the evidence shows every digit', async () => {
    const digits = '123456789012345.678901234567890';
    const line = `{"resourceType":"Observation","id":"o","valueQuantity":{"value":${digits}}}`;
    await withExport(folderOf({ 'a.ndjson': `${patient('a')}\n${line}\n` }), async (handle) => {
      expect(await handle.database.rows(`SELECT CAST(valueQuantity->>'$.value' AS DOUBLE) AS value, _line AS line FROM raw_Observation`)).toEqual([{ value: Number(digits), line: 2 }]);
      expect((await readEvidence(handle, 0, [2])).get(2)).toBe(line);
    });
  });
});

describe('damaged gzip', () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => patient(createHash('sha256').update(String(index)).digest('hex')));
  const whole = gzipSync(`${lines.join('\n')}\n`);

  test('of a truncated file the readable part is used and the truncation is said', async () => {
    await withExport(folderOf({ 'cut.ndjson.gz': whole.subarray(0, whole.length >> 1), 'good.ndjson.gz': gzipSync(patient('a')) }), async (handle) => {
      const file = fileOf(handle, 'cut.ndjson.gz');
      expect(file.trouble).toBe('The gzip file is truncated; the part that could be unpacked was read.');
      const read = file.resources['Patient'] ?? 0;
      expect(read).toBeGreaterThan(8000);
      expect(file.lines).toBe(read + file.badLineCount);
      expect(file.badLineCount).toBeLessThanOrEqual(1);
      const rows = await handle.database.rows<{ id: string; line: number }>('SELECT id, _line AS line FROM raw_Patient WHERE _file = 0 ORDER BY _line');
      expect(rows.map(({ id }) => patient(id))).toEqual(lines.slice(0, read));
      expect(handle.resources['Patient']).toBe(read + 1);
    });
  });

  test('a file cut right after a line is still known to be truncated', async () => {
    // the trailer (CRC and length) alone is missing: every line is there, yet nobody can know that it was the last
    await withExport(folderOf({ 'cut.ndjson.gz': whole.subarray(0, whole.length - 8) }), async (handle) => {
      expect(handle.files[0]?.trouble).toMatch(/truncated/);
      expect(handle.resources['Patient']).toBe(20_000);
    });
  });

  test('several gzip members one after the other are one file', async () => {
    await withExport(folderOf({ 'two.ndjson.gz': Buffer.concat([whole, gzipSync(`${patient('last')}\n`)]) }), async (handle) => {
      expect(handle.files[0]).toMatchObject({ lines: 20_001, badLineCount: 0, resources: { Patient: 20_001 } });
      expect(handle.files[0]?.trouble).toBeUndefined();
    });
  });

  test('damage in the middle ends the reading there and is said', async () => {
    const damaged = Buffer.from(whole);
    damaged.fill(0xaa, damaged.length >> 1, (damaged.length >> 1) + 2000);
    await withExport(folderOf({ 'hurt.ndjson.gz': damaged, 'good.ndjson': patient('a') }), async (handle) => {
      expect(fileOf(handle, 'hurt.ndjson.gz').trouble).toMatch(/damaged|truncated/);
      expect(fileOf(handle, 'good.ndjson').resources).toEqual({ Patient: 1 });
    });
  });
});

describe('any mix of lines', () => {
  const good = fc.stringMatching(/^[a-z0-9]{1,8}$/).map((id) => ({ text: patient(id), id }));
  const other = fc.constantFrom('', '  ', '{', '[]', 'null', '{"resourceType":"Nope"}', '{"resourceType":"Patient","id":"x",}', 'é', '"text"').map((text) => ({ text, id: null }));
  test('good lines arrive in order with their line numbers, bad and blank ones are counted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(good, other), { minLength: 1, maxLength: 30 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.boolean(), async (lines, end, last, zip) => {
        const text = lines.map((line) => line.text).join(end) + (last ? end : '');
        const folder = folderOf({ 'a.ndjson': zip ? gzipSync(text) : text, 'z.ndjson': patient('z') });
        await withExport(folder, async (handle) => {
          const expected = lines.flatMap(({ id }, index) => (id === null ? [] : [{ id, line: index + 1 }]));
          expect(await ids(handle)).toEqual([...expected, { id: 'z', line: 1 }]);
          const file = fileOf(handle, 'a.ndjson');
          expect(file.lines).toBe(text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0));
          expect(file.badLineCount).toBe(lines.filter(({ text: one, id }) => id === null && one.trim() !== '').length);
        });
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe('the kept reading', () => {
  test('is used again, not after a change, and not when a field is missing in it', async () => {
    const folder = folderOf({ 'a.ndjson': `${patient('a', ',"gender":"male"')}\n{\n` });
    const workspace = join(root, `work-${++count}`);
    const open = (wanted: Record<string, string[]>) => withExport(folder, async (handle) => [handle.fromCache, handle.files, await handle.database.rows('SELECT * EXCLUDE (_file) FROM raw_Patient')], { workspace, fields: wanted });
    const [first, files, rows] = await open({ Patient: ['gender'] });
    expect(first).toBe(false);
    expect(await open({ Patient: ['gender'] })).toEqual([true, files, rows]);
    expect((await open({ Patient: ['gender', 'birthDate'] }))[0]).toBe(false);
    expect(await open({ Patient: ['gender'] })).toEqual([true, files, rows]);
    const { atime, mtime } = statSync(join(folder, 'a.ndjson'));
    writeFileSync(join(folder, 'a.ndjson'), `${patient('b', ',"gender":"male"')}\n{\n`);
    utimesSync(join(folder, 'a.ndjson'), atime, mtime);
    const [again, , changed] = await open({ Patient: ['gender'] });
    expect([again, changed]).toEqual([false, [{ id: 'b', gender: '"male"', _line: 1 }]]);
  });

  test('two runs at once on one workspace both succeed and leave nothing half-written', async () => {
    const folder = folderOf({ 'a.ndjson': Array.from({ length: 5000 }, (_, index) => patient(`p${index}`)).join('\n') });
    const workspace = join(root, `work-${++count}`);
    const both = await Promise.all([1, 2, 3].map(() => withExport(folder, async (handle) => handle.database.rows('SELECT count(*) AS n FROM raw_Patient'), { workspace })));
    expect(both).toEqual(both.map(() => [{ n: 5000 }]));
    expect(leftovers(workspace)).toEqual([]);
    expect(readdirSync(join(workspace, 'fhir-cache'))).toHaveLength(1);
  });

  test('a stop in the middle leaves nothing half-written', async () => {
    const line = `${patient('a', `,"text":"${'x'.repeat(500)}"`)}\n`;
    const folder = folderOf({ 'a.ndjson': line.repeat(100_000), 'b.ndjson': `{\n${line.repeat(100_000)}` });
    for (const at of ['list', 'load', 'repair'] as const) {
      const workspace = join(root, `work-${++count}`);
      const stop = new AbortController();
      const onProgress = ({ stage }: { stage: string }) => stage === at && stop.abort();
      await expect(openExport(folder, { workspace, fields, signal: stop.signal, onProgress })).rejects.toMatchObject({ name: 'Problem', message: 'Stopped before the end.' });
      expect(leftovers(workspace)).toEqual([]);
    }
  }, 60_000);

  test('the leftovers of a process that died are removed by the next run', async () => {
    const workspace = join(root, `work-${++count}`);
    mkdirSync(join(workspace, 'fhir-cache', '.writing-999999999-abc'), { recursive: true });
    await withExport(folderOf({ 'a.ndjson': patient('a') }), async () => {}, { workspace });
    expect(leftovers(workspace)).toEqual([]);
  });

  /** Can this machine give a small disk? Only as root with mount. */
  const disk = join(root, 'small-disk');
  const mounted = (() => {
    try {
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();
  afterAll(() => {
    if (mounted) execFileSync('umount', [disk], { stdio: 'ignore' });
  });
  test.skipIf(!mounted)('a disk that fills up is said, and the partial cache is removed (needs the right to mount)', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => patient(createHash('sha256').update(String(index)).digest('hex'), `,"name":[{"text":"${createHash('sha512').update(String(index)).digest('hex')}"}]`));
    const good = folderOf({ 'a.ndjson': lines.join('\n') });
    const repaired = folderOf({ 'a.ndjson': `{\n${lines.join('\n')}` });
    for (const folder of [good, repaired]) {
      await expect(openExport(folder, { workspace: disk, fields })).rejects.toMatchObject({ name: 'Problem', message: 'The disk of the workspace is full.' });
      expect(leftovers(disk)).toEqual([]);
    }
  });
});

function leftovers(workspace: string): string[] {
  if (!existsSync(workspace)) return [];
  return (readdirSync(workspace, { recursive: true }) as string[]).filter((one) => /\.writing|\.spill|repaired.*ndjson/.test(one));
}
