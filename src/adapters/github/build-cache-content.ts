import { cp, lstat, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAbsent, systemCode } from '../node/file-errors.ts';

/** Whether something can be put there: nothing is, or an empty folder. Throws the system's error. */
export async function isVacant(folder: string): Promise<boolean> {
  try {
    return (await lstat(folder)).isDirectory() && (await readdir(folder)).length === 0;
  } catch (error) {
    if (isAbsent(error)) return true;
    throw error;
  }
}

/** A folder itself, not a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() === true;
}

/**
 * The path of an entry below that is neither file, folder nor symbolic link: a device or FIFO has no business in a
 * build's output. Null when there is none. Links are not followed.
 */
export async function strangeEntry(folder: string): Promise<string | null> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const found = await strangeEntry(path);
      if (found !== null) return found;
    } else if (!entry.isFile() && !entry.isSymbolicLink()) return path;
  }
  return null;
}

/** Moves a folder to a vacant place; copies it when that is on another file system. Throws the system's error. */
export async function moveFolder(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    await rmdir(to).catch(() => undefined);
    await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }
}
