// Are real archives unpacked whole, and hostile ones not at all?
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Problem } from '../../../base/problem.ts';
import { filesBelow } from '../../files-below.ts';
import { openSource } from '../sources.ts';
import { safePath } from './entry.ts';
import { archiveKind, unpackArchive } from './unpack.ts';

const root = mkdtempSync(join(tmpdir(), 'attending-archives-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let number = 0;
/** Is this program on the machine? */
const there = (program: string) => spawnSync(program, ['--version']).status === 0;
const fresh = () => join(root, `out-${++number}`);
const here = (name: string, bytes: Uint8Array) => {
  const path = join(root, name);
  writeFileSync(path, bytes);
  return path;
};

interface Piece { name: string; body?: Buffer | string; type?: string; link?: string; method?: number; flags?: number; crc?: number; size?: number; mode?: number; offset?: number }
const bodyOf = ({ body = '' }: Piece) => Buffer.from(body as string);

/** A tar as POSIX writes it. */
function tar(pieces: readonly Piece[], { end = true } = {}): Buffer {
  const blocks = pieces.flatMap((piece) => {
    const head = Buffer.alloc(512);
    const body = bodyOf(piece);
    head.write(piece.name.slice(0, 100), 0);
    head.write('0000644\0', 100);
    head.write(`${(piece.size ?? body.length).toString(8).padStart(11, '0')}\0`, 124);
    head.write('14524140000\0', 136);
    head.write('        ', 148);
    head.write(piece.type ?? '0', 156);
    head.write(piece.link ?? '', 157);
    head.write('ustar\0' + '00', 257);
    head.write(`${head.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
    return [head, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, ...(end ? [Buffer.alloc(1024)] : [])]);
}
const pax = (records: Record<string, string>): Piece => ({
  name: 'pax', type: 'x',
  body: Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(rest) + 1;
    while (`${length}`.length + Buffer.byteLength(rest) !== length) length = `${length}`.length + Buffer.byteLength(rest);
    return `${length}${rest}`;
  }).join(''),
});

/** A zip as PKWARE writes it. */
function zip(pieces: readonly Piece[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const piece of pieces) {
    const body = bodyOf(piece);
    const method = piece.method ?? 8;
    const packed = method === 8 ? deflateRawSync(body) : body;
    const name = Buffer.from(piece.name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central[5] = 3;
    central.writeUInt16LE(piece.flags ?? 0x800, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt16LE(0x5cd9, 14);
    central.writeUInt32LE(piece.crc ?? crc32(body), 16);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(piece.size ?? body.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(((piece.mode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(piece.offset ?? at, 42);
    parts.push(local, name, packed);
    directory.push(central, name);
    at += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(pieces.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}

const contents = async (folder: string) => Object.fromEntries((await filesBelow(folder, undefined)).map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
const problem = async (work: Promise<unknown>) => work.then(() => { throw new Error('was taken'); }, (error: unknown) => { if (error instanceof Problem) return error; throw error; });

describe('what is packed comes out', () => {
  test('any files in a tar, a tar.gz and a zip', async () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_ü][A-Za-z0-9_ .ü-]{0,20}[a-z]$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 3000 })), { minLength: 1, maxLength: 8, selector: ([one]) => one.toLowerCase() }), fc.constantFrom('tar', 'tar.gz', 'zip', 'stored'), async (files, kind) => {
        const pieces = files.map(([one, bytes]) => ({ name: `folder/${one}`, body: Buffer.from(bytes), method: kind === 'stored' ? 0 : 8 }));
        const packed = kind === 'tar' ? tar(pieces) : kind === 'tar.gz' ? gzipSync(tar(pieces)) : zip(pieces);
        const out = fresh();
        const got = await unpackArchive(here('any', packed), out);
        expect(got).toMatchObject({ files: files.length, bytes: files.reduce((sum, [, { length }]) => sum + length, 0), notices: [] });
        for (const [one, bytes] of files) expect(readFileSync(join(out, 'folder', one)).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test.skipIf(!there('tar'))('what tar writes itself: long names, pax, times', async () => {
    const long = `${'deep/'.repeat(20)}${'n'.repeat(120)}.ndjson`;
    const from = join(root, 'export');
    mkdirSync(join(from, 'deep/'.repeat(20)), { recursive: true });
    writeFileSync(join(from, long), '{"resourceType":"Patient","id":"1"}\n');
    writeFileSync(join(from, 'Encounter.ndjson'), 'x'.repeat(100_000));
    for (const format of ['gnu', 'pax', 'ustar', 'v7'] as const) {
      const path = join(root, `${format}.tar.gz`);
      // The old forms have no room for long names: tar leaves those out and says so.
      try {
        execFileSync('tar', ['--format', format, '-czf', path, '-C', from, '.'], { stdio: 'ignore' });
      } catch {
        if (format === 'gnu' || format === 'pax') throw new Error(`tar cannot write ${format}`);
      }
      expect(await archiveKind(path)).toBe('tar.gz');
      const out = fresh();
      await unpackArchive(path, out);
      expect(statSync(join(out, 'Encounter.ndjson')).size).toBe(100_000);
      expect(Math.abs(statSync(join(out, 'Encounter.ndjson')).mtimeMs - statSync(join(from, 'Encounter.ndjson')).mtimeMs)).toBeLessThan(1001);
      if (format === 'gnu' || format === 'pax') expect(existsSync(join(out, long))).toBe(true);
    }
  });

  test.skipIf(!there('python3'))('what python writes: ZIP64 and a comment', async () => {
    const path = join(root, 'python.zip');
    execFileSync('python3', ['-c', `
import zipfile, sys
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
    with z.open(zipfile.ZipInfo('Patient.ndjson'), 'w', force_zip64=True) as f: f.write(b'{"resourceType":"Patient","id":"1"}\\n')
    z.writestr('Encounter.ndjson', 'x' * 100000)
    z.comment = b'a comment'
`, path]);
    const out = fresh();
    await unpackArchive(path, out);
    expect(await contents(out)).toEqual({ 'Patient.ndjson': '{"resourceType":"Patient","id":"1"}\n', 'Encounter.ndjson': 'x'.repeat(100_000) });
  });

  test('one packed file is no archive', async () => {
    expect(await archiveKind(here('Patient.ndjson.gz', gzipSync('{"resourceType":"Patient"}\n'.repeat(100))))).toBeUndefined();
    expect(await archiveKind(here('empty', Buffer.alloc(0)))).toBeUndefined();
    expect(await archiveKind(here('zeros', Buffer.alloc(2048)))).toBeUndefined();
  });
});

describe('what is hostile does not', () => {
  const names = ['../escaped', 'a/../../escaped', '/tmp/escaped', '..\\escaped', 'C:\\escaped', 'C:escaped', 'a\0b', `${'x/'.repeat(40)}y`, 'n'.repeat(300), '.', '..'];
  test.each(names)('a name that leads elsewhere is left out and told: %j', async (name) => {
    for (const bytes of [tar([pax({ path: name.includes('\0') ? 'a\u0001b' : name }), { name: 'x', body: 'evil' }, { name: 'good', body: 'good' }]), zip([{ name: name.includes('\0') ? 'a\u0001b' : name, body: 'evil' }, { name: 'good', body: 'good' }])]) {
      const out = join(fresh(), 'inside');
      const got = await unpackArchive(here('evil', bytes), out);
      expect(await contents(out)).toEqual({ good: 'good' });
      expect(readdirSync(join(out, '..'))).toEqual(['inside']);
      expect(got.notices).toHaveLength(1);
    }
  });

  test('any name gives a path inside, or none', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom('..', '.', '/', '\\', 'a', 'C:', '')).map((parts) => parts.join('/'))), (name) => {
      const safe = safePath(name);
      if ('path' in safe) expect(safe.path.split('/').every((part) => part !== '..' && part !== '.' && part !== '')).toBe(true);
    }));
  });

  test('links, devices and a second file of the same name are never made', async () => {
    const out = fresh();
    const { notices } = await unpackArchive(here('links.tar', tar([{ name: 'etc', type: '2', link: '/etc' }, { name: 'etc/passwd', body: 'not over the link' }, { name: 'hard', type: '1', link: '/etc/passwd' }, { name: 'null', type: '3' }, { name: 'A', body: 'first' }, { name: 'a', body: 'second' }])), out);
    expect(await contents(out)).toEqual({ 'etc/passwd': 'not over the link', A: 'first' });
    expect(notices.map((one) => one.split(': ')[1])).toEqual(['it is a link.', 'it is a link.', 'it is no file.', 'its name comes twice.']);
    const zipped = fresh();
    expect((await unpackArchive(here('links.zip', zip([{ name: 'etc', body: '/etc', mode: 0o120777 }, { name: 'good', body: 'good' }])), zipped)).notices).toHaveLength(1);
    expect(await contents(zipped)).toEqual({ good: 'good' });
  });

  test('a bomb is stopped at the limit, packed once or by files that share their bytes', async () => {
    const zeros = Buffer.alloc(20_000_000);
    for (const [name, bytes] of [['bomb.zip', zip([{ name: 'zeros', body: zeros }])], ['bomb.tar.gz', gzipSync(tar([{ name: 'zeros', body: zeros }]))]] as const) {
      const out = fresh();
      expect(await problem(unpackArchive(here(name, bytes), out, { most: 1_000_000 }))).toMatchObject({ kind: 'too-large', message: `The archive ${name} unpacks to more than 1 MB.`, details: [{ file: name }] });
      expect(statSync(join(out, 'zeros')).size).toBeLessThan(2_000_000);
    }
    const shared = zip([{ name: '0', body: 'y'.repeat(300_000) }, ...Array.from({ length: 50 }, (_, i) => ({ name: String(i + 1), body: 'y'.repeat(300_000), offset: 0 }))]);
    expect(await problem(unpackArchive(here('overlap.zip', shared), fresh(), { most: 3_000_000 }))).toMatchObject({ kind: 'too-large' });
    expect(await problem(unpackArchive(here('many.tar', tar(Array.from({ length: 30 }, (_, i) => ({ name: String(i) })))), fresh(), { files: 20 }))).toMatchObject({ kind: 'too-large', message: expect.stringContaining('more than 20 files') });
  });

  test.each([
    ['cut.zip', zip([{ name: 'a', body: 'x'.repeat(5000) }]).subarray(0, 40), /no list of files/],
    ['cut.tar.gz', gzipSync(tar([{ name: 'a', body: Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251)) }])).subarray(0, 600), /is cut off|ends in the middle/],
    ['cut.tar', tar([{ name: 'a', body: 'x'.repeat(5000) }]).subarray(0, 2000), /ends in the middle of "a"/],
    ['sum.tar', Buffer.concat([tar([{ name: 'a', body: 'x' }], { end: false }), Buffer.alloc(512, 7)]), /checksum/],
    ['secret.zip', zip([{ name: 'a', body: 'x', flags: 0x801 }]), /encrypted/],
    ['lzma.zip', zip([{ name: 'a', body: 'x', method: 14 }]), /packed in a way \(14\)/],
    ['crc.zip', zip([{ name: 'a', body: 'x', crc: 1 }]), /CRC-32/],
    ['longer.zip', zip([{ name: 'a', body: 'x'.repeat(500), size: 10 }]), /longer than it says/],
    ['shorter.zip', zip([{ name: 'a', body: 'x', size: 10 }]), /shorter than it says/],
    ['points.zip', zip([{ name: 'a', body: 'x', offset: 7 }]), /points at nothing/],
    ['both.tar', tar([{ name: 'a', body: 'file' }, { name: 'a/b', body: 'below a file' }]), /both a file and a folder/],
    ['nothing.tar', tar([{ name: 'folder/', type: '5' }]), /holds no file/],
  ] as const)('%s is a sentence with the file', async (name, bytes, says) => {
    const found = await problem(unpackArchive(here(name, bytes), fresh()));
    expect(found).toMatchObject({ kind: 'bad-input', message: expect.stringMatching(says), details: [{ file: name }] });
    expect(found.next).not.toBe('');
  });

  test('bytes that were changed anywhere end in a sentence or in files below the folder', async () => {
    for (const whole of [zip([{ name: 'a/b', body: 'x'.repeat(900) }, { name: 'c', body: 'y' }]), gzipSync(tar([{ name: 'a/b', body: 'x'.repeat(900) }, { name: 'c', body: 'y' }])), tar([{ name: 'a/b', body: 'x'.repeat(900) }])])
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
          const bytes = Buffer.from(whole);
          bytes[at] = byte;
          const out = join(fresh(), 'inside');
          await unpackArchive(here('changed', bytes), out).catch((error: unknown) => expect(error).toBeInstanceOf(Problem));
          if (existsSync(join(out, '..'))) expect(readdirSync(join(out, '..'))).toEqual(['inside']);
        }),
        { numRuns: 80 },
      );
  }, 60_000);
});

describe('an export in an archive is read like a folder', () => {
  const patients = '{"resourceType":"Patient","id":"1"}\n{"resourceType":"Patient","id":"2"}\n';
  const read = async (path: string) => {
    const workspace = join(root, 'work');
    const handle = await openSource(path, { workspace, fields: { Patient: [], Encounter: [] } });
    await handle.close();
    return { resources: handle.resources, notices: handle.notices, files: handle.files.map(({ name }) => name).sort(), left: readdirSync(workspace).filter((name) => name.startsWith('unpacked-')), fromCache: handle.fromCache };
  };
  test('alone, as one of several things, and packed within', async () => {
    const packed = zip([{ name: 'export/Patient.ndjson', body: patients }, { name: 'export/Encounter.ndjson.gz', body: gzipSync('{"resourceType":"Encounter","id":"1"}\n') }, { name: '__MACOSX/._x', body: 'x' }]);
    expect(await read(here('whole.zip', packed))).toEqual({ resources: { Patient: 2, Encounter: 1 }, notices: ['whole.zip was unpacked: 2 files, 0.0 MB.'], files: ['export/Encounter.ndjson.gz', 'export/Patient.ndjson'], left: [], fromCache: false });
    // Times travel in the archive, so what was read is read once.
    expect(await read(join(root, 'whole.zip'))).toMatchObject({ fromCache: true });
    const folder = join(root, 'mixed');
    mkdirSync(folder);
    writeFileSync(join(folder, 'Patient.ndjson'), '{"resourceType":"Patient","id":"9"}\n');
    writeFileSync(join(folder, 'first.tar.gz'), gzipSync(tar([{ name: 'Patient.ndjson', body: patients }])));
    expect(await read(folder)).toMatchObject({ resources: { Patient: 3 }, files: ['Patient.ndjson', 'first/Patient.ndjson'] });
  });
  test('a file that is no archive, and one that is damaged, are told', async () => {
    expect(await problem(read(here('Patient.ndjson', Buffer.from(patients))))).toMatchObject({ message: 'This is a file, not a folder.', next: expect.stringContaining('.zip') });
    expect(await problem(read(here('half.zip', zip([{ name: 'a', body: patients }]).subarray(0, 50))))).toMatchObject({ message: expect.stringContaining('half.zip cannot be unpacked') });
    expect(readdirSync(join(root, 'work')).filter((name) => name.startsWith('unpacked-'))).toEqual([]);
  });
});
