import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { access, cp, mkdir, mkdtemp, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Files } from '../../ports/workspace.ts';
import { fileError } from './file-errors.ts';
import { readRegularFile, withRegularFile } from './regular-file.ts';
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

function writeScratch(path: string, content: string): void {
  const flags =
    constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(path, flags, 0o644);
  try {
    const bytes = Buffer.from(content);
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
  } finally {
    closeSync(descriptor);
  }
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * The machine's file system. Everything that is not a regular file (folder, FIFO, device) reads as absent; `readBytes`,
 * which reads what measured code wrote, takes a symbolic link for absent, too. Errors are EnvironmentError: DISK_FULL
 * when space or quota is exhausted, else INPUT_OUTPUT.
 * `write` replaces a symbolic link instead of writing through it. What a trial needs (`readBytes`, `writeScratch`,
 * `emptyFolder`) is done synchronously: a thread pool costs ten times as much as these files do.
 */
export const nodeFiles: Files = {
  readText: (path) => attempt('read', path, () => withRegularFile(path, 'follow', (handle) => handle.readFile('utf8'))),
  readBytes: (path, limitBytes) => attempt('read', path, async () => readRegularFile(path, limitBytes)),
  exists: async (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  write: (path, content, mode) => attempt('write', path, () => write(path, content, mode)),
  writeScratch: (path, content) => attempt('write', path, async () => writeScratch(path, content)),
  ensureFolder: (path) =>
    attempt('create', path, async () => void (await mkdir(path, { recursive: true, mode: 0o700 }))),
  emptyFolder: (path) => attempt('empty', path, () => emptyFolder(path)),
  remove: (path) => attempt('remove', path, () => removeTree(path)),
  temporaryFolder: (prefix) =>
    attempt('create a folder in', tmpdir(), async () => mkdtemp(join(await realpath(tmpdir()), prefix))),
  list: (folder) => attempt('list', folder, () => listFiles(folder)),
  copyTree: (from, to) =>
    attempt('copy', from, () =>
      cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE }),
    ),
};
