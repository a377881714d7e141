import { randomUUID } from 'node:crypto';
import { chmodSync, type Dirent, lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { chmod, lstat, readdir, rename, rm } from 'node:fs/promises';
import { systemCode } from './file-errors.ts';

/** Linux takes paths up to 4095 bytes, macOS up to 1023; one name has up to 255. */
const pathBytes = 700;

/** Names are bytes: one that is not UTF-8 would not be found again. */
function below(folder: Buffer, name: Buffer | string): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), Buffer.from(name)]);
}

async function entriesOf(folder: Buffer): Promise<Dirent<Buffer>[]> {
  return readdir(folder, { withFileTypes: true, encoding: 'buffer' });
}

/**
 * Gives every folder below (never a link's target) its owner's permissions back, and moves folders that lie so deep that
 * their path is too long for the system up to the top: measured code gets as deep as it likes with relative paths.
 */
async function loosen(top: Buffer): Promise<void> {
  const status = await lstat(top).catch(() => null);
  if (!status?.isDirectory()) return;
  const token = randomUUID();
  const waiting = [top];
  let moved = 0;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (((await lstat(folder)).mode & 0o700) !== 0o700) await chmod(folder, 0o700);
    for (const entry of await entriesOf(folder)) {
      if (!entry.isDirectory()) continue;
      const path = below(folder, entry.name);
      if (path.length <= top.length + pathBytes) {
        waiting.push(path);
        continue;
      }
      // The folder itself is changed by a move, in its entry `..`.
      if (((await lstat(path)).mode & 0o700) !== 0o700) await chmod(path, 0o700);
      const flat = below(top, `${token}-${moved++}`);
      await rename(path, flat);
      waiting.push(flat);
    }
  }
}

async function remove(path: Buffer): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 2, retryDelay: 20 });
  } catch (error) {
    if (!['EACCES', 'EPERM', 'ENAMETOOLONG'].includes(systemCode(error) ?? '')) throw error;
    await loosen(path);
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/**
 * Removes a file, link or folder with everything below, however deep; nothing there is fine. Links are removed, never
 * followed. Folders made read-only are made writable first. Throws the system's error when something stays.
 */
export async function removeTree(path: string): Promise<void> {
  await remove(Buffer.from(path));
}

/** Removes what is inside a folder, as above, and keeps the folder. Throws ENOTDIR when it is a link or none. */
export async function emptyFolder(folder: string): Promise<void> {
  const status = lstatSync(folder);
  if (!status.isDirectory()) throw Object.assign(new Error(`not a folder: ${folder}`), { code: 'ENOTDIR' });
  if ((status.mode & 0o700) !== 0o700) chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const path = below(Buffer.from(folder), entry.name);
    if (entry.isDirectory()) await remove(path);
    else unlinkSync(path);
  }
}
