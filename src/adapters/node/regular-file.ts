import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isAbsent, systemCode } from './file-errors.ts';

const unopenable = new Set(['ELOOP', 'ENXIO', 'ENODEV', 'EISDIR']);

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
  const noFollow = links === 'refuse' ? constants.O_NOFOLLOW : 0;
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | noFollow);
  } catch (error) {
    if (isAbsent(error) || unopenable.has(systemCode(error) ?? '')) return null;
    throw error;
  }
  try {
    const status = await handle.stat();
    return status.isFile() ? await use(handle, status) : null;
  } finally {
    await handle.close();
  }
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

/** The whole content. Throws RangeError once more than the limit has been read, whatever size was announced. */
export async function readUpTo(handle: FileHandle, { size }: Stats, limitBytes: number, path: string): Promise<Buffer> {
  if (size > limitBytes) throw tooLarge(path, limitBytes);
  const parts: Buffer[] = [];
  let total = 0;
  for await (const piece of pieces(handle, size)) {
    total += piece.length;
    if (total > limitBytes) throw tooLarge(path, limitBytes);
    parts.push(Buffer.from(piece));
  }
  return Buffer.concat(parts, total);
}

export function tooLarge(path: string, limitBytes: number): RangeError {
  return new RangeError(`${path} is larger than ${limitBytes} bytes`);
}
