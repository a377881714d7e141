import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { array, assert, asyncProperty, integer, record, stringMatching, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ZipEntry, zipOf } from '../../../fixtures/servers/github-archive.ts';
import { readArchive } from './archive.ts';

const limits = { archiveBytes: 1_000_000, files: 4, fileBytes: 1000, totalBytes: 2000 };
const symlink = 0o120_777;
const regular = 0o100_644;
const folder = 0o040_755;

async function fault(entries: readonly ZipEntry[], claimedEntries?: number): Promise<string> {
  const extraction = await readArchive(zipOf(entries, claimedEntries), limits);
  if (extraction.ok) throw new Error(`Accepted ${extraction.files.map(({ path }) => path).join(' ')}`);
  return extraction.fault;
}

async function contents(archive: Uint8Array): Promise<Record<string, string>> {
  const extraction = await readArchive(archive, limits);
  if (!extraction.ok) throw new Error(extraction.fault);
  return Object.fromEntries(extraction.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));
}

describe('readArchive() reads', () => {
  test('packed and stored files, and leaves out folders', async () => {
    const archive = zipOf([
      { name: 'logs/', mode: folder, dosAttributes: 0x10 },
      { name: 'logs/a.txt', bytes: 'one', mode: regular },
      { name: 'logs/größe.txt', bytes: 'two', stored: true },
      { name: 'empty' },
      { name: '..hidden..', bytes: 'x' },
    ]);
    expect(await contents(archive)).toEqual({
      'logs/a.txt': 'one',
      'logs/größe.txt': 'two',
      empty: '',
      '..hidden..': 'x',
    });
    expect(await contents(zipOf([]))).toEqual({});
  });

  test("what Python's zipfile writes, streamed or not", async () => {
    const place = mkdtempSync(join(tmpdir(), 'archive-'));
    const program = `
import sys, zipfile, io
for name, unseekable in (('plain.zip', False), ('streamed.zip', True)):
    out = io.BytesIO()
    if unseekable:
        class Pipe:
            def write(self, data): return out.write(data)
            def flush(self): pass
        target = Pipe()
    else:
        target = out
    with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('bundle/records.jsonl', '{}\\n' * 100)
        archive.writestr(zipfile.ZipInfo('bundle/empty/'), '')
    open(sys.argv[1] + '/' + name, 'wb').write(out.getvalue())
`;
    try {
      await promisify(execFile)('python3', ['-c', program, place]);
      for (const name of ['plain.zip', 'streamed.zip'])
        expect(await contents(readFileSync(join(place, name)))).toEqual({ 'bundle/records.jsonl': '{}\n'.repeat(100) });
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('any files within the limits, byte for byte', async () => {
    const file = record({
      name: stringMatching(/^[a-j]{1,9}$/),
      bytes: uint8Array({ maxLength: 400 }),
    });
    await assert(
      asyncProperty(array(file, { maxLength: 4 }), async (files) => {
        const named = files.map(({ name, bytes }, index) => ({ name: `${index}/${name}`, bytes }));
        const extraction = await readArchive(zipOf(named), limits);
        expect(extraction).toEqual({ ok: true, files: named.map(({ name, bytes }) => ({ path: name, bytes })) });
      }),
    );
  });
});

describe('readArchive() refuses', () => {
  test.each([
    '/etc/passwd',
    '../up',
    'a/../../up',
    'a/..',
    './a',
    'a/./b',
    'a//b',
    'a\\b',
    '..\\up',
    'C:/windows',
    'c:x',
    'stream:ads',
    'a\0b',
    'a\nb',
    '\u001b[2J',
    'a\u009b',
    '',
    '/',
    'x/'.repeat(600).slice(0, -1),
  ])('the path %j', async (name) => {
    expect(await fault([{ name, bytes: 'x' }])).toMatch(/path|invalid characters/);
  });

  test('a name that is not text', async () => {
    expect(await fault([{ name: Buffer.from([0x61, 0xff, 0xfe]), bytes: 'x' }])).toContain('not an acceptable path');
  });

  test('a name that hides behind another in an extra field', async () => {
    const hidden = Buffer.from('../up');
    const extra = Buffer.concat([Buffer.alloc(9), hidden]);
    extra.writeUInt16LE(0x7075, 0);
    extra.writeUInt16LE(5 + hidden.length, 2);
    extra.writeUInt8(1, 4);
    const { crc32 } = await import('node:zlib');
    extra.writeUInt32LE(crc32('good'), 5);
    expect(await fault([{ name: 'good', bytes: 'x', extra }])).toContain('invalid relative path');
  });

  test.each([symlink, 0o010_644, 0o020_644, 0o060_644, 0o140_755, folder])('a file of mode %o', async (mode) => {
    expect(await fault([{ name: 'link', bytes: '/etc/passwd', mode }])).toContain('is not a regular file');
  });

  test('folders with content, files with the mark of a folder, folders that are links', async () => {
    expect(await fault([{ name: 'a/', bytes: 'x' }])).toContain('folder with content');
    expect(await fault([{ name: 'a', dosAttributes: 0x10 }])).toContain('not a regular file');
    expect(await fault([{ name: 'a/', mode: symlink }])).toContain('not a regular file');
  });

  test.each([
    ['a', 'a'],
    ['a', 'A'],
    ['Straße', 'STRAßE'],
    ['\u00e9', 'e\u0301'],
    ['a/', 'a'],
  ])('the names %j and %j together', async (first, second) => {
    expect(await fault([{ name: first }, { name: second }])).toContain('more than once');
  });

  test.each([
    ['a', 'a/b'],
    ['a/b/c', 'A/B'],
  ])('%j and %j, of which one is a file and a folder', async (first, second) => {
    expect(await fault([{ name: first }, { name: second }])).toContain('is a file and a folder');
  });

  test.each([0x1, 0x40, 0x2000])('entries with the mark of encryption %i', async (flags) => {
    expect(await fault([{ name: 'a', bytes: 'x', claims: { flags } }])).toContain('encrypt');
  });

  test.each([1, 9, 12, 14, 93, 99])('the packing method %i', async (method) => {
    expect(await fault([{ name: 'a', bytes: 'x', claims: { method } }])).toContain('does not read');
  });

  test('more bytes than allowed: of the archive, of a file, together', async () => {
    const tight = { ...limits, archiveBytes: 100 };
    const archive = zipOf([{ name: 'a', bytes: 'x'.repeat(100), stored: true }]);
    expect(await readArchive(archive, tight)).toMatchObject({
      fault: 'The archive is larger than the 100 bytes allowed',
    });
    expect(await fault([{ name: 'a', bytes: 'x'.repeat(1001) }])).toBe('"a" is larger than the 1000 bytes allowed');
    const three = ['a', 'b', 'c'].map((name) => ({ name, bytes: 'x'.repeat(700) }));
    expect(await fault(three)).toBe('The content of the archive is larger than the 2000 bytes allowed');
  });

  test('more files or folders than allowed', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `file${index}`);
    expect(await fault(names.slice(0, 5).map((name) => ({ name })))).toContain('more than the 4 files');
    expect(await fault(names.map((name) => ({ name: `${name}/` })))).toContain('more than the 4 files');
    expect(await fault([{ name: 'a' }], 65_535)).toContain('more than the 4 files');
  });

  test('files that inflate to more or less than the directory says', async () => {
    expect(await fault([{ name: 'a', bytes: 'x'.repeat(900), claims: { size: 10 } }])).toContain('damaged');
    expect(await fault([{ name: 'a', bytes: 'x'.repeat(9), claims: { size: 10 } }])).toContain('damaged');
    expect(await fault([{ name: 'a', bytes: 'xy', claims: { checksum: 1 } }])).toContain('damaged');
    expect(await fault([{ name: 'a', bytes: 'xy', packed: Buffer.from('junk') }])).toContain('damaged');
    expect(await fault([{ name: 'a', bytes: 'xy', stored: true, claims: { packedSize: 3 } }])).toContain('damaged');
    expect(await fault([{ name: 'a', bytes: 'xy', claims: { packedSize: 99_999 } }])).toContain('overlap');
    expect(await fault([{ name: 'a', bytes: 'xy', claims: { offset: 0xffff_fff0 } }])).toContain('damaged');
  });

  test('a bomb that claims to be small, in little time and memory', async () => {
    const packed = deflateRawSync(Buffer.alloc(200_000_000), { level: 1 });
    const bomb = zipOf([{ name: 'a', packed, claims: { size: 500 } }]);
    const started = process.hrtime.bigint();
    const before = process.memoryUsage.rss();
    expect(await readArchive(bomb, limits)).toMatchObject({ fault: '"a" is larger than the 1000 bytes allowed' });
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000);
  });

  test('entries that share the bytes of one', async () => {
    const empties = Buffer.from([0, 0, 0, 0xff, 0xff]);
    const packed = Buffer.concat([...Array.from({ length: 1000 }, () => empties), Buffer.from([3, 0])]);
    const shared = { bytes: '', packed: Buffer.alloc(0), claims: { packedSize: packed.length, offset: 0 } };
    expect(
      await fault([
        { name: 'a', packed },
        { name: 'b', ...shared },
        { name: 'c', ...shared },
      ]),
    ).toContain('overlap at "b"');
  });

  test('bytes changed anywhere, or says what is there; it never throws or hangs', async () => {
    const original = zipOf([
      { name: 'dir/', mode: folder },
      { name: 'dir/a.jsonl', bytes: '{"a":1}\n'.repeat(20), mode: regular },
      { name: 'b', bytes: 'text', stored: true },
    ]);
    const change = record({ at: integer({ min: 0, max: original.length - 1 }), to: integer({ min: 0, max: 255 }) });
    await assert(
      asyncProperty(array(change, { maxLength: 6 }), integer({ min: 0, max: 40 }), async (changes, cut) => {
        const bytes = Buffer.from(original);
        for (const { at, to } of changes) bytes[at] = to;
        const extraction = await readArchive(bytes.subarray(0, bytes.length - cut), limits);
        const files = extraction.ok ? extraction.files : [];
        if (!extraction.ok) expect(extraction.fault.length).toBeLessThanOrEqual(300);
        for (const { path } of files) expect(path).toMatch(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\:]+$/);
      }),
      { numRuns: 500 },
    );
  });
});
