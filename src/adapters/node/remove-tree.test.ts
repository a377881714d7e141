import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyFolder, removeTree } from './remove-tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remove-tree-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Folders in one another, made with relative paths as measured code does, the last with a file and a link. */
function nest(name: string, levels: number, mode = '755'): void {
  const script = `import os, sys
name, levels, mode, outside = sys.argv[1], int(sys.argv[2]), int(sys.argv[3], 8), sys.argv[4]
above = []
for level in range(levels):
    os.mkdir(name)
    above.append(os.open(".", os.O_RDONLY))
    os.chdir(name)
    if mode == 0o755: os.mkdir("beside")
open("file", "w").close()
os.symlink(outside, "link")
if mode != 0o755:
    for level in reversed(above):
        os.fchdir(level)
        os.chmod(name, mode)
        os.close(level)
`;
  const outside = join(folder, 'outside');
  const args = ['-c', script, name, String(levels), mode, outside];
  const { status, stderr } = spawnSync('python3', args, { cwd: join(folder, 'top'), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

it.each([
  ['long names', 'n'.repeat(200), 60, '755'],
  ['many levels', 'dd', 1500, '755'],
  ['names that are more bytes than characters', 'ü'.repeat(120), 60, '755'],
  ['folders without permissions', 'n'.repeat(200), 60, '000'],
])('removes %s', async (_name, name, levels, mode) => {
  for (const folderName of ['top', 'outside']) mkdirSync(join(folder, folderName));
  writeFileSync(join(folder, 'outside', 'kept'), '');
  nest(name, levels, mode);
  await emptyFolder(join(folder, 'top'));
  expect(readdirSync(join(folder, 'top'))).toEqual([]);
  nest(name, levels, mode);
  await removeTree(join(folder, 'top'));
  expect(readdirSync(folder)).toEqual(['outside']);
  expect(existsSync(join(folder, 'outside', 'kept'))).toBe(true);
});

it.runIf(process.platform === 'linux')('removes names that are not UTF-8', async () => {
  mkdirSync(join(folder, 'top'));
  const script = 'import os; open(b"a\\xff", "w").close(); os.makedirs(b"b\\xfe/c\\xfe")';
  spawnSync('python3', ['-c', script], { cwd: join(folder, 'top') });
  expect(readdirSync(join(folder, 'top'))).toHaveLength(2);
  await emptyFolder(join(folder, 'top'));
  expect(readdirSync(join(folder, 'top'))).toEqual([]);
});
