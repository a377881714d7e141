// The build must give the same bytes wherever it runs, and say so when dist/ does not hold them.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { build, differences, write } from './build.mjs';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const base = realpathSync(mkdtempSync(join(tmpdir(), 'benchgate-build-')));
afterAll(() => rmSync(base, { recursive: true }));

const project = {
  'package.json': JSON.stringify({ name: 'p', version: '1.2.3', type: 'module' }),
  'src/main/cli.ts':
    "import { say } from './say.ts';\nconst { z } = await import('zod/mini');\nsay(z.string().parse('cli'));",
  'src/main/benchgate.ts': "export { say } from './say.ts';",
  'src/main/say.ts':
    'declare const __BENCHGATE_VERSION__: string;\nexport const say = (a: string) => console.log(a, __BENCHGATE_VERSION__);',
  'src/manifest/json-schema.ts': "export const manifestJsonSchema = (): unknown => ({ type: 'object' });",
  'src/assets/drivers/run.py': 'print(1)\r\n',
  'src/assets/drivers/__pycache__/run.pyc': 'x',
};

function place(folder, files, modulesFolder = modules) {
  const root = join(base, folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  if (!existsSync(join(root, 'node_modules'))) symlinkSync(modulesFolder, join(root, 'node_modules'));
  return root;
}

describe('a build', () => {
  test('has the entries that exist, chunks by content, assets as they are, the schema and the notices', async () => {
    const notes = [];
    const files = await build(place('one', project), (text) => notes.push(text));
    const paths = [...files.keys()].map((path) => path.replace(/-[A-Z0-9]{8}\.js$/, '-HASH.js'));
    expect([...new Set(paths)].sort()).toEqual([
      'THIRD_PARTY_NOTICES.txt',
      'assets/drivers/run.py',
      'assets/manifest.schema.json',
      'benchgate.js',
      'chunks/chunk-HASH.js',
      'chunks/mini-HASH.js',
      'cli.js',
    ]);
    expect(files.get('assets/drivers/run.py').bytes.toString()).toBe('print(1)\r\n');
    expect(files.get('cli.js').bytes.toString()).toMatch(/^#!\/usr\/bin\/env node\nimport/);
    expect(files.get('cli.js').executable).toBe(true);
    expect(files.get('benchgate.js').bytes.toString()).toMatch(/^import/);
    expect(files.get('THIRD_PARTY_NOTICES.txt').bytes.toString()).toMatch(/\nzod 4\.\d+\.\d+\nMIT\n\nMIT License/);
    expect(notes).toEqual(['src/main/action.ts does not exist: no index.js']);
  });

  test('gives the same bytes in another folder, whatever its depth', async () => {
    const one = await build(place('one', project));
    const root = place('two/deeper/still', project, '/nowhere');
    rmSync(join(root, 'node_modules'));
    for (const name of ['zod', 'esbuild'])
      cpSync(join(modules, name), join(root, 'node_modules', name), { recursive: true });
    const two = await build(root);
    expect([...two.keys()]).toEqual([...one.keys()]);
    for (const [path, { bytes }] of one) {
      expect(two.get(path).bytes.equals(bytes), path).toBe(true);
      expect(bytes.includes(base), path).toBe(false);
    }
  });
});

describe('dist', () => {
  const outdir = join(base, 'dist');
  let files;
  beforeEach(async () => {
    files ??= await build(place('one', project));
    write(files, outdir);
  });

  test('is the same after a build, and stale files are gone', () => {
    mkdirSync(join(outdir, 'chunks/old'), { recursive: true });
    writeFileSync(join(outdir, 'chunks/old/chunk.js'), '');
    expect(differences(files, outdir)).toEqual(['stale    chunks/old/chunk.js']);
    write(files, outdir);
    expect(differences(files, outdir)).toEqual([]);
    expect(existsSync(join(outdir, 'chunks/old'))).toBe(false);
  });

  test('every kind of difference is named', () => {
    rmSync(join(outdir, 'benchgate.js'));
    writeFileSync(join(outdir, 'assets/drivers/run.py'), 'print(1)\n');
    chmodSync(join(outdir, 'cli.js'), 0o644);
    expect(differences(files, outdir)).toEqual([
      'differs  assets/drivers/run.py',
      'missing  benchgate.js',
      'mode     cli.js',
    ]);
  });
});

describe('licences', () => {
  const modulesWith = (name, manifest, files) => {
    const folder = join('licences', name);
    const inside = {
      'index.js': 'export default 1;',
      'package.json': JSON.stringify({ name: 'dep', version: '1.0.0', type: 'module', main: 'index.js', ...manifest }),
      ...files,
    };
    const placed = Object.entries(inside).map(([path, text]) => [`node_modules/dep/${path}`, text]);
    return place(folder, {
      'package.json': '{"version":"1.0.0"}',
      'src/main/cli.ts': "import a from 'dep'; console.log(a);",
      ...Object.fromEntries(placed),
    });
  };
  const LICENSE = 'the text';

  test.each([
    ['missing text', { license: 'MIT' }, {}, 'dep 1.0.0: no licence text'],
    ['copyleft', { license: 'GPL-3.0-only' }, { LICENSE }, "dep 1.0.0: licence 'GPL-3.0-only' is not on the list"],
    ['no licence', {}, { LICENSE }, "dep 1.0.0: licence '' is not on the list"],
    ['both of two', { license: 'MIT AND GPL-2.0' }, { LICENSE }, 'is not on the list'],
  ])('%s stops the build', async (name, manifest, files, sentence) => {
    await expect(build(modulesWith(name, manifest, files))).rejects.toThrow(sentence);
  });

  test.each([
    ['either of two', { license: '(GPL-2.0 OR MIT)' }, { 'licence.md': 'the text' }],
    [
      'both are fine',
      { license: '(Apache-2.0 AND BSD-3-Clause)' },
      { 'LICENSE.txt': 'the text', NOTICE: 'the notice' },
    ],
  ])('%s is shipped', async (name, manifest, files) => {
    const built = await build(modulesWith(name, manifest, files));
    const text = built.get('THIRD_PARTY_NOTICES.txt').bytes.toString();
    for (const part of Object.values(files)) expect(text).toContain(part);
  });
});
