import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, mkdtemp, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Files } from '../../ports/workspace.ts';
import { fileError, isAbsent } from './file-errors.ts';
import { readUpTo, withRegularFile } from './regular-file.ts';
import { emptyFolder, removeTree } from './remove-tree.ts';

async function attempt<T>(action: string, path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw fileError(error, action, path);
  }
}

async function write(path: string, content: Uint8Array | string, mode: number): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.chmod(mode); // the umask may have taken bits away
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function append(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = await open(path, flags, mode);
  try {
    const { size } = await handle.stat();
    await handle.writeFile(content).catch(async (error: unknown) => {
      await handle.truncate(size).catch(() => undefined);
      throw error;
    });
  } finally {
    await handle.close();
  }
}

/**
 * The machine's file system. Everything that is not a regular file (folder, FIFO, device) reads as absent; `readBytes`,
 * which reads what measured code wrote, takes a symbolic link for absent, too. Errors are EnvironmentError: DISK_FULL
 * when space or quota is exhausted, else INPUT_OUTPUT. `write` replaces a symbolic link instead of writing through it;
 * `append` refuses one, takes its piece back when the disk is full, and expects one writer at a time.
 */
export const nodeFiles: Files = {
  readText: (path) => attempt('read', path, () => withRegularFile(path, 'follow', (handle) => handle.readFile('utf8'))),
  readBytes: (path, limitBytes) =>
    attempt('read', path, () =>
      withRegularFile(path, 'refuse', (handle, status) => readUpTo(handle, status, limitBytes, path)),
    ),
  size: (path) =>
    attempt('read', path, async () => {
      try {
        const status = await stat(path);
        return status.isFile() ? status.size : null;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    }),
  exists: async (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  write: (path, content, mode) => attempt('write', path, () => write(path, content, mode)),
  append: (path, content, mode) => attempt('append to', path, () => append(path, content, mode)),
  resetFolder: (path) =>
    attempt('empty', path, async () => {
      await removeTree(path);
      await mkdir(dirname(path), { recursive: true });
      await mkdir(path, { mode: 0o700 });
    }),
  emptyFolder: (path) => attempt('empty', path, () => emptyFolder(path)),
  remove: (path) => attempt('remove', path, () => removeTree(path)),
  temporaryFolder: (prefix) =>
    attempt('create a folder in', tmpdir(), async () => mkdtemp(join(await realpath(tmpdir()), prefix))),
  copyTree: (from, to) =>
    attempt('copy', from, () =>
      cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE }),
    ),
};
