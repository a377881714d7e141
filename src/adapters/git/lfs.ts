import { lstatSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { DirtyPath } from '../../domain/provenance.ts';
import { withRegularFile } from '../node/regular-file.ts';
import { placeOf } from './byte-path.ts';
import type { GitRun } from './git-run.ts';
import { isLfsPointer, lfsPointerLimit } from './lfs-pointer.ts';
import { shown } from './porcelain.ts';

/** A shorter file can't hold the three lines of a pointer. */
const leastPointerBytes = 60;

async function isPointer(place: Buffer): Promise<boolean> {
  const status = lstatSync(place, { throwIfNoEntry: false });
  if (!status?.isFile() || status.size < leastPointerBytes || status.size >= lfsPointerLimit) return false;
  const content = await withRegularFile(place, 'refuse', (file) => file.readFile());
  return content !== null && isLfsPointer(content);
}

/** Whether any of the files is a pointer on disk. */
export async function arePointers(places: readonly Buffer[]): Promise<boolean> {
  for (const place of places) if (await isPointer(place)) return true;
  return false;
}

/**
 * Tracked files below the folder (submodules included) that are git-lfs pointers on disk. Whether an attribute asks for
 * LFS does not matter: a pointer is never what a benchmark wants to read. Empty for a folder outside the work tree.
 */
export async function findLfsPointers(run: GitRun, top: string, folder: string): Promise<readonly DirtyPath[]> {
  const below = relative(top, resolve(top, folder));
  if (below.startsWith('..') || isAbsolute(below)) return [];
  const { stdout } = await run(['ls-files', '-z', '--recurse-submodules', '--', `:(top,literal)${below}`]);
  const found: DirtyPath[] = [];
  for (const path of new Set(stdout.toString('latin1').split('\0'))) {
    if (path === '') continue;
    if (await isPointer(placeOf(top, path))) found.push({ path: shown(path), reason: 'lfs_pointer' });
  }
  return found;
}
