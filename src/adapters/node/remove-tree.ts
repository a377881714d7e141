import { chmodSync, lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './file-errors.ts';

/** Gives every folder below (never a link's target) its owner's permissions back. */
async function unlock(folder: string): Promise<void> {
  const status = await lstat(folder).catch(() => null);
  if (!status?.isDirectory()) return;
  if ((status.mode & 0o700) !== 0o700) await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await unlock(join(folder, entry.name));
  }
}

/**
 * Removes a file, link or folder with everything below; nothing there is fine. Links are removed, never followed.
 * Folders made read-only are made writable first. Throws the system's error when something stays.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 2, retryDelay: 20 });
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    await unlock(path);
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** Removes what is inside a folder, as above, and keeps the folder. Throws ENOTDIR when it is a link or none. */
export async function emptyFolder(folder: string): Promise<void> {
  const status = lstatSync(folder);
  if (!status.isDirectory()) throw Object.assign(new Error(`not a folder: ${folder}`), { code: 'ENOTDIR' });
  if ((status.mode & 0o700) !== 0o700) chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeTree(path);
    else unlinkSync(path);
  }
}
