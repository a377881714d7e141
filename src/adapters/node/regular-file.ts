import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isAbsent, systemCode } from './file-errors.ts';

const followingNone = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
const unopenable = new Set(['ELOOP', 'ENXIO', 'ENODEV', 'EISDIR']);

function isNoFile(error: unknown): boolean {
  return isAbsent(error) || unopenable.has(systemCode(error) ?? '');
}

/**
 * Runs `use` on an opened regular file and closes it. Null when there is none: nothing at the path, or a folder, FIFO,
 * socket or device (left by measured code, a FIFO would otherwise block the reader for ever). `links: 'refuse'` counts
 * a symbolic link as none, too. Throws the system's error for everything else.
 */
export async function withRegularFile<T>(
  path: string | Buffer,
  links: 'follow' | 'refuse',
  use: (handle: FileHandle, status: Stats) => Promise<T>,
): Promise<T | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, links === 'refuse' ? followingNone : followingNone & ~constants.O_NOFOLLOW);
  } catch (error) {
    if (isNoFile(error)) return null;
    throw error;
  }
  try {
    const status = await handle.stat();
    return status.isFile() ? await use(handle, status) : null;
  } finally {
    await handle.close();
  }
}

/** The same at once, without the event loop: ten times faster for small files. Never follows a symbolic link. */
function withRegularFileSync<T>(path: string | Buffer, use: (descriptor: number, status: Stats) => T): T | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, followingNone);
  } catch (error) {
    if (isNoFile(error)) return null;
    throw error;
  }
  try {
    const status = fstatSync(descriptor);
    return status.isFile() ? use(descriptor, status) : null;
  } finally {
    closeSync(descriptor);
  }
}

/** The content of a small file, `larger` when it is over the limit, null when there is none (as above). */
export function readSmallFile(
  path: string | Buffer,
  limitBytes: number,
): { readonly content: Buffer; readonly mode: number } | 'larger' | null {
  return withRegularFileSync(path, (descriptor, { size, mode }) =>
    size > limitBytes ? 'larger' : { content: readFileSync(descriptor), mode },
  );
}

const largestPiece = 1 << 20;
const smallestPiece = 1 << 12;

/** Content in pieces of up to 1 MiB; a piece is only valid until the next one is asked for. The size is a hint. */
export async function* pieces(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(largestPiece, Math.max(smallestPiece, size + 1)));
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** SHA-256 of what is left to read, in constant memory. */
export async function hashOf(handle: FileHandle, { size }: Stats): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of pieces(handle, size)) hash.update(piece);
  return hash.digest();
}

export function tooLarge(path: string, limitBytes: number): RangeError {
  return new RangeError(`${path} is larger than ${limitBytes} bytes`);
}

/**
 * The content of a regular file, read synchronously; null when there is none (as above). Throws RangeError once more
 * than the limit has been read, whatever size was announced.
 */
export function readRegularFile(path: string, limitBytes: number): Buffer | null {
  return withRegularFileSync(path, (descriptor, { size }) => {
    if (size > limitBytes) throw tooLarge(path, limitBytes);
    const parts: Buffer[] = [];
    for (let total = 0; ; ) {
      const piece = Buffer.allocUnsafe(Math.min(largestPiece, Math.max(smallestPiece, size + 1 - total)));
      const bytesRead = readSync(descriptor, piece, 0, piece.length, null);
      if (bytesRead === 0) return Buffer.concat(parts);
      total += bytesRead;
      if (total > limitBytes) throw tooLarge(path, limitBytes);
      parts.push(piece.subarray(0, bytesRead));
    }
  });
}
