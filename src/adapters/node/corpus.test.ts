import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { CorpusReading, CorpusType } from '../../ports/workspace.ts';
import { corpusReader } from './corpus.ts';
import { resolvedPath } from './resolved-path.ts';
import { hashTree } from './tree-hash.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'benchgate-corpus-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

const emptyFolder = Symbol('empty folder');
type Content = string | Buffer | { readonly link: string } | { readonly exec: string } | typeof emptyFolder;

function project(entries: Readonly<Record<string, Content>> = {}): string {
  const root = join(scratch, `p${++count}`);
  mkdirSync(root);
  for (const [path, content] of Object.entries(entries)) put(root, path, content);
  return root;
}

function put(root: string, path: string, content: Content): void {
  const place = join(root, path);
  mkdirSync(dirname(place), { recursive: true });
  if (content === emptyFolder) mkdirSync(place, { recursive: true });
  else if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(place, content);
  else if ('link' in content) symlinkSync(content.link, place);
  else {
    writeFileSync(place, content.exec);
    chmodSync(place, 0o755);
  }
}

interface Golden {
  readonly id: string;
  readonly corpus_path: string | null;
  readonly corpus_type: string;
  readonly dirs: readonly string[];
  readonly files: Readonly<Record<string, { readonly utf8?: string; readonly hex?: string; readonly base64?: string }>>;
  readonly symlinks: Readonly<Record<string, string>>;
  readonly hash: string | null;
  readonly hash_error?: string;
}

const goldenPath = join(import.meta.dirname, '../../../../shared/golden/benchstone.json');
const isRequired = process.env['BENCHGATE_REQUIRE_ALL'] === '1';

describe.skipIf(!existsSync(goldenPath) && !isRequired)('golden corpus cases of benchstone', () => {
  const cases = existsSync(goldenPath)
    ? (JSON.parse(readFileSync(goldenPath, 'utf8')) as { corpus: Golden[] }).corpus
    : [];

  it('are there', () => expect(cases.length).toBeGreaterThan(0));

  // `tree` is Benchgate's own and unknown to benchstone.
  it.each(cases.filter((golden) => golden.corpus_type !== 'tree'))('$id $corpus_type $corpus_path', async (golden) => {
    const root = project();
    for (const folder of golden.dirs) put(root, folder, emptyFolder);
    for (const [path, { utf8, hex, base64 }] of Object.entries(golden.files)) {
      put(root, path, utf8 ?? (hex === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(hex, 'hex')));
    }
    for (const [path, link] of Object.entries(golden.symlinks)) put(root, path, { link });
    const reading = await corpusReader.read(root, golden.corpus_path ?? '.', golden.corpus_type as CorpusType);
    expect(reading.status === 'hashed' ? reading.hash : null).toBe(golden.hash);
    if (reading.status === 'hashed') return;
    // benchstone's sentence, without its name for the benchmark; ours may add to it.
    const sentence = (golden.hash_error ?? '')
      .replace("CorpusError: benchmark 'B': ", '')
      .replaceAll('<PROJECT>', root);
    expect(reading.detail).toContain(sentence.split('. Set ')[0]);
  });
});

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`;

describe('bytes and spec', () => {
  const read = async (root: string, path: string, type: CorpusType): Promise<string> => {
    const reading = await corpusReader.read(root, path, type);
    return reading.status === 'hashed' ? reading.hash : reading.status;
  };
  const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

  it('follows links to files, folders and the spec itself, and out of the project', async () => {
    const outside = project({ 'data/corpus_spec.toml': 'x', file: 'y' });
    const root = project({
      'c/corpus_spec.toml': { link: '../spec.toml' },
      'spec.toml': 'spec',
      far: { link: join(outside, 'data') },
      near: { link: `${outside}/data/../file` },
    });
    expect(await read(root, 'c', 'spec')).toBe(hashOf('spec'));
    expect(await read(root, 'far', 'spec')).toBe(hashOf('x'));
    expect(await read(root, 'near', 'bytes')).toBe(hashOf('y'));
    expect(await read(root, join(outside, 'file'), 'bytes')).toBe(hashOf('y'));
    expect(await read(root, 'c/', 'spec')).toBe(hashOf('spec'));
    expect(await read(root, 'spec.toml/', 'bytes')).toBe(hashOf('spec'));
  });

  it('takes `..` behind a link from where the link leads', async () => {
    const root = project({ 'deep/a/real/x': 'x', 'deep/a/file': 'inner', file: 'outer', ln: { link: 'deep/a/real' } });
    expect(await read(root, 'ln/../file', 'bytes')).toBe(hashOf('inner'));
    expect(await read(root, 'absent/../file', 'bytes')).toBe(hashOf('outer'));
  });

  it.each([
    ['a loop of links', { a: { link: 'b' }, b: { link: 'a' } }, 'a', 'bytes', 'unusable'],
    ['a loop around the spec', { 'c/corpus_spec.toml': { link: 'corpus_spec.toml' } }, 'c', 'spec', 'unusable'],
    ['a folder as bytes', { 'c/x': 'x' }, 'c', 'bytes', 'unusable'],
    ['a file as tree', { c: 'x' }, 'c', 'tree', 'unusable'],
    ['a path through a file', { c: 'x' }, 'c/d', 'bytes', 'missing'],
    ['nothing as tree', {}, 'c', 'tree', 'missing'],
    ['a NUL in the path', {}, 'a\0b', 'bytes', 'unusable'],
    ['a device', { c: { link: '/dev/null' } }, 'c', 'bytes', 'unusable'],
    ['a pointer of git-lfs', { c: pointer }, 'c', 'bytes', 'unusable'],
    ['a pointer as spec', { 'c/corpus_spec.toml': pointer }, 'c', 'spec', 'unusable'],
    ['a pointer in a tree', { 'c/deep/x': pointer }, 'c', 'tree', 'unusable'],
  ] as const)('%s', async (_name, entries, path, type, expected) => {
    expect(await read(project(entries), path, type)).toBe(expected);
  });

  it('says what to do about a pointer, and hashes what only begins like one', async () => {
    const reading = await corpusReader.read(project({ c: pointer }), 'c', 'bytes');
    expect(reading).toMatchObject({ status: 'unusable', detail: expect.stringContaining('git lfs pull') as string });
    const long = pointer.padEnd(1024, 'x');
    expect(await read(project({ c: long }), 'c', 'bytes')).toBe(hashOf(long));
  });

  it('hashes files larger than a piece', async () => {
    const big = Buffer.alloc(3_500_000, 'abc');
    expect(await read(project({ c: big }), 'c', 'bytes')).toBe(
      `sha256:${createHash('sha256').update(big).digest('hex')}`,
    );
  });

  it('a FIFO does not block', async () => {
    const root = project();
    execFileSync('mkfifo', [join(root, 'c')]);
    expect(await read(root, 'c', 'bytes')).toBe('unusable');
  });
});

describe('tree', () => {
  const sample = {
    'a.txt': 'a',
    'b/c.txt': 'c',
    'b/run': { exec: 'x' },
    'b/ln': { link: '../a.txt' },
    empty: emptyFolder,
  } as const;
  const treeOf = (root: string): Promise<CorpusReading> => corpusReader.read(root, '.', 'tree');

  it('is what the comment in tree-hash.ts says', async () => {
    const hash = createHash('sha256').update('benchgate tree 1\n');
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    const entry = (type: string, path: string, content: Buffer): void => {
      for (const bytes of [Buffer.from(path), content]) {
        const length = Buffer.alloc(8);
        length.writeUInt32BE(bytes.length, 4);
        hash.update(
          bytes === content ? Buffer.concat([length, bytes]) : Buffer.concat([Buffer.from(type), length, bytes]),
        );
      }
    };
    entry('f', 'a.txt', digest('a'));
    entry('f', 'b/c.txt', digest('c'));
    entry('l', 'b/ln', Buffer.from('../a.txt'));
    entry('x', 'b/run', digest('x'));
    entry('d', 'empty', Buffer.alloc(0));
    expect(await hashTree(project(sample))).toBe(hash.digest('hex'));
  });

  it('depends neither on the order of creation, nor times, nor other permissions, nor .git, nor the place', async () => {
    const one = project(sample);
    const two = project(Object.fromEntries(Object.entries(sample).reverse()));
    utimesSync(join(two, 'a.txt'), 1, 1);
    chmodSync(join(two, 'a.txt'), 0o666);
    chmodSync(join(two, 'b/run'), 0o700);
    chmodSync(join(two, 'b'), 0o700);
    put(two, '.git', 'gitdir: elsewhere');
    put(two, 'b/.git/HEAD', 'x');
    put(two, 'empty/.git/HEAD', 'x');
    expect(await treeOf(two)).toEqual({ ...(await treeOf(one)), path: two });
  });

  const changes: readonly (readonly [string, (root: string) => void])[] = [
    ['content', (root) => put(root, 'a.txt', 'b')],
    ['a new file', (root) => put(root, 'z', '')],
    ['a file removed', (root) => unlinkSync(join(root, 'b/c.txt'))],
    ['a new empty folder', (root) => put(root, 'b/new', emptyFolder)],
    ['an empty folder filled', (root) => put(root, 'empty/x', '')],
    ['executable', (root) => chmodSync(join(root, 'a.txt'), 0o744)],
    ['not executable', (root) => chmodSync(join(root, 'b/run'), 0o655)],
    ['renamed', (root) => execFileSync('mv', [join(root, 'a.txt'), join(root, 'a2.txt')])],
    ['moved', (root) => execFileSync('mv', [join(root, 'b/c.txt'), join(root, 'c.txt')])],
    ['a link aimed elsewhere', (root) => execFileSync('ln', ['-sfn', 'c.txt', join(root, 'b/ln')])],
    [
      'a link replaced by a file with its text',
      (root) => {
        unlinkSync(join(root, 'b/ln'));
        put(root, 'b/ln', '../a.txt');
      },
    ],
    ['.gitignore', (root) => put(root, '.gitignore', '')],
  ];

  it.each(changes)('%s changes it', async (_name, change) => {
    const root = project(sample);
    const before = await hashTree(root);
    change(root);
    expect(await hashTree(root)).not.toBe(before);
  });

  it('no two different trees share a hash (random small trees)', async () => {
    const path = fc.constantFrom('a', 'ab', 'c/a', 'c/ab', 'c-a', 'd/e/f', 'd/e-f', 'é');
    const tree = fc.dictionary(path, fc.constantFrom('', 'a', 'ab', emptyFolder), { maxKeys: 4 });
    const seen = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(tree, async (shape) => {
        const root = project(shape);
        const lines = Object.entries(shape).map(([name, content]) => `${name}: ${JSON.stringify(content) ?? 'folder'}`);
        const canonical = lines.toSorted().join('; ');
        const hash = await hashTree(root);
        expect(seen.get(hash) ?? canonical).toBe(canonical);
        seen.set(hash, canonical);
      }),
      { numRuns: 60 },
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });

  const unusable: readonly (readonly [string, (root: string) => void, RegExp])[] = [
    ['a link out of the root', (root) => put(root, 'b/x', { link: '../../outside' }), /b\/x leads out/],
    [
      'a link out by way of another',
      (root) => (put(root, 'up', { link: '..' }), put(root, 'x', { link: 'up/y' })),
      /leads out/,
    ],
    ['an absolute link', (root) => put(root, 'x', { link: join(root, 'a.txt') }), /absolute/],
    ['a loop', (root) => put(root, 'x', { link: 'x' }), /loop/],
    ['a FIFO', (root) => execFileSync('mkfifo', [join(root, 'x')]), /neither file/],
  ];
  it.each(unusable)('%s is unusable', async (_name, change, detail) => {
    const root = project(sample);
    change(root);
    expect(await treeOf(root)).toMatchObject({ status: 'unusable', detail: expect.stringMatching(detail) as string });
  });

  it('a link to its own root and a dangling one inside are fine', async () => {
    const root = project({ 'b/top': { link: '..' }, x: { link: 'absent' } });
    expect((await treeOf(root)).status).toBe('hashed');
  });

  it.runIf(process.platform === 'linux')('takes names that are not UTF-8 apart', async () => {
    const [one, two] = [project(), project()];
    writeFileSync(Buffer.concat([Buffer.from(`${one}/`), Buffer.from([0xe9])]), 'x');
    writeFileSync(Buffer.concat([Buffer.from(`${two}/`), Buffer.from([0xe8])]), 'x');
    expect(await hashTree(one)).not.toBe(await hashTree(two));
  });

  // Root may read everything, so there is nothing to try as root.
  if (process.getuid?.() !== 0) {
    it('what may not be read is unusable', async () => {
      const root = project({ 'b/x': 'x' });
      chmodSync(join(root, 'b'), 0);
      expect((await treeOf(root)).status).toBe('unusable');
      chmodSync(join(root, 'b'), 0o700);
    });
  }
});

it('resolves like Python', async ({ skip }) => {
  const python = ['-c', 'import sys,pathlib\nfor a in sys.argv[2:]: print((pathlib.Path(sys.argv[1])/a).resolve())'];
  const root = project({
    'd/e/f': 'x',
    l1: { link: 'd/e' },
    l2: { link: 'l1/../g' },
    l3: { link: '/nowhere/./x/..' },
    l4: { link: 'd/e/f' },
  });
  const paths = [
    '.',
    '',
    'l1',
    'l1/f',
    'l1/..',
    'l2',
    'l2/../x',
    'l3',
    'l3/y',
    'l4/..',
    'l4/../f',
    'd//e/./f/',
    'q/../../z',
    '/etc/../tmp',
    '../..',
  ];
  const ran = spawnSync('python3', [...python, root, ...paths], { encoding: 'utf8' });
  if (!isRequired) skip(ran.error !== undefined, 'no python3 here');
  const expected = ran.stdout.trimEnd().split('\n');
  expect(await Promise.all(paths.map((path) => resolvedPath(root, path)))).toEqual(expected);
});
