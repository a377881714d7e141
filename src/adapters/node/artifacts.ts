import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { ArtifactStore } from '../../ports/workspace.ts';
import { fileError } from './file-errors.ts';
import { hashOf, pieces, tooLarge, withRegularFile } from './regular-file.ts';
import { sha256 } from './sha256.ts';

const pattern = /^sha256:([0-9a-f]{64})$/;

/** True when a folder on the way is a symbolic link: measured code may have put it there. */
async function isRedirected(path: string): Promise<boolean> {
  const folder = dirname(normalize(path));
  const real = await realpath(folder).catch(() => folder);
  return real !== folder;
}

/** Copies in constant memory; returns the hex of what was copied. Throws RangeError over the limit. */
async function copyHashing(
  from: FileHandle,
  size: number,
  to: string,
  path: string,
  limitBytes: number,
): Promise<string> {
  const target = await open(to, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let total = 0;
    for await (const piece of pieces(from, size)) {
      total += piece.length;
      if (total > limitBytes) throw tooLarge(path, limitBytes);
      hash.update(piece);
      await target.writeFile(piece);
    }
    await target.sync();
    return hash.digest('hex');
  } finally {
    await target.close();
  }
}

/**
 * Artifacts by content: `<folder>/<first two hex digits>/<hex>`, files 0600, folders 0700. Stored content is checked
 * whenever it is met; what does not match its name counts as absent and is replaced. Only a regular file can be kept: a
 * symbolic link (also in place of a folder on the way), folder, FIFO or device is null like an absent artifact, since
 * measured code could aim it at the reference it must reproduce. `path` must therefore be absolute with its links
 * resolved.
 */
export function createArtifactStore(folder: string): ArtifactStore {
  const placeOf = (hex: string): string => join(folder, hex.slice(0, 2), hex);
  const isStored = async (hex: string): Promise<boolean> =>
    (await withRegularFile(placeOf(hex), 'refuse', hashOf))?.toString('hex') === hex;

  return {
    folder,
    keep: async (path, limitBytes) => {
      const temporary = join(folder, `incoming.${process.pid}.${randomBytes(8).toString('hex')}.tmp`);
      try {
        if (await isRedirected(path)) return null;
        return await withRegularFile(path, 'refuse', async (file, { size }) => {
          if (size > limitBytes) throw tooLarge(path, limitBytes);
          await mkdir(folder, { recursive: true, mode: 0o700 });
          const hex = await copyHashing(file, size, temporary, path, limitBytes);
          if (!(await isStored(hex))) {
            await mkdir(dirname(placeOf(hex)), { recursive: true, mode: 0o700 });
            await rename(temporary, placeOf(hex));
          }
          return `sha256:${hex}`;
        });
      } catch (error) {
        throw fileError(error, 'keep the artifact', path);
      } finally {
        await rm(temporary, { force: true });
      }
    },
    bytes: async (hash) => {
      const hex = pattern.exec(hash)?.[1];
      if (hex === undefined) return null;
      try {
        const content = await withRegularFile(placeOf(hex), 'refuse', (file) => file.readFile());
        return content !== null && sha256(content) === hex ? content : null;
      } catch (error) {
        throw fileError(error, 'read the artifact', placeOf(hex));
      }
    },
  };
}
