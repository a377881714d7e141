import { createHash } from 'node:crypto';
import { readdir, readlink } from 'node:fs/promises';
import { isAbsolute, sep } from 'node:path';
import { isLfsPointer } from '../git/lfs-pointer.ts';
import { hashOf, readSmallFile, withRegularFile } from './regular-file.ts';
import { resolvedPath } from './resolved-path.ts';

/*
 * The `tree` hash (docs/manifest.md quotes this)
 *
 *   "sha256:" + hex of SHA-256 over the 17 bytes "benchgate tree 1\n", then one entry after the other:
 *     type      1 byte: `f` file, `x` file its owner may execute, `l` symbolic link, `d` empty folder
 *     path      length in bytes (8 bytes, big-endian), then the bytes; relative to the root, `/` between names
 *     content   length in bytes (8 bytes, big-endian), then the bytes: of f and x the 32 bytes of the SHA-256 of the
 *               file, of l the link's text, of d nothing
 *   Entries are sorted by the bytes of their path. Folders count only when they are empty.
 *
 * It depends on names, content, links and the owner's executable bit; not on git, times, owners, other permissions, or
 * the order of creation. An entry named `.git` (a submodule's file, a clone's folder) is skipped wherever it stands:
 * what is inside changes with every git command and differs between two checkouts of one commit.
 * Unusable, because the hash could not vouch for them: FIFOs, sockets and devices, absolute symbolic links (they differ
 * between machines), links whose target lies outside the root, and git-lfs pointers in place of content.
 */
const header = 'benchgate tree 1\n';

/** Why a tree can't be hashed; the message names the entry. */
export class UnusableTree extends Error {}

type Entry = { readonly type: 'f' | 'x' | 'l' | 'd'; readonly path: Buffer; readonly content: Buffer };

const slash = Buffer.from('/');
const gitName = Buffer.from('.git');
const parallel = 8;
const smallBytes = 1 << 16;

function frame(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

interface HashedFile {
  readonly digest: Buffer;
  /** By its owner. */
  readonly isExecutable: boolean;
}

/**
 * Hashes a regular file in constant memory. Null when there is none; a pointer of git-lfs is reported, not hashed.
 */
export async function hashFile(path: string | Buffer): Promise<HashedFile | 'lfs_pointer' | null> {
  const small = readSmallFile(path, smallBytes);
  if (small === null) return null;
  if (small !== 'larger') {
    if (isLfsPointer(small.content)) return 'lfs_pointer';
    const digest = createHash('sha256').update(small.content).digest();
    return { digest, isExecutable: isExecutable(small) };
  }
  return withRegularFile(path, 'refuse', async (handle, status) => ({
    digest: await hashOf(handle, status),
    isExecutable: isExecutable(status),
  }));
}

function isExecutable({ mode }: { readonly mode: number }): boolean {
  return (mode & 0o100) !== 0;
}

async function readFileEntry(root: Buffer, path: Buffer): Promise<Entry> {
  const content = await hashFile(Buffer.concat([root, path]));
  if (content === null) throw new UnusableTree(`${path.toString()} changed while it was read`);
  if (content === 'lfs_pointer') throw new UnusableTree(`${path.toString()} is a git-lfs pointer, not the content`);
  return { type: content.isExecutable ? 'x' : 'f', path, content: content.digest };
}

async function readLink(root: Buffer, path: Buffer): Promise<Entry> {
  const content = await readlink(Buffer.concat([root, path]), { encoding: 'buffer' });
  const target = content.toString();
  const inside = root.toString();
  if (isAbsolute(target)) throw new UnusableTree(`${path.toString()} is an absolute symbolic link to ${target}`);
  const folder = path.subarray(0, path.lastIndexOf(slash) + 1).toString();
  const resolved = await resolvedPath(inside + folder, target);
  if (resolved === null) throw new UnusableTree(`${path.toString()} is part of a loop of symbolic links`);
  if (!(resolved + sep).startsWith(inside))
    throw new UnusableTree(`${path.toString()} leads out of the tree to ${target}`);
  return { type: 'l', path, content };
}

/** Everything below, as jobs still to be done, so that file contents are read in parallel. */
async function collect(root: Buffer, folder: Buffer, jobs: (() => Promise<Entry>)[]): Promise<void> {
  const found = await readdir(Buffer.concat([root, folder]), { encoding: 'buffer', withFileTypes: true });
  const kept = found.filter(({ name }) => !name.equals(gitName));
  if (kept.length === 0 && folder.length > 0) {
    const path = folder.subarray(0, -1);
    jobs.push(() => Promise.resolve({ type: 'd', path, content: Buffer.alloc(0) }));
  }
  for (const entry of kept) {
    const path = Buffer.concat([folder, entry.name]);
    if (entry.isDirectory()) await collect(root, Buffer.concat([path, slash]), jobs);
    else if (entry.isFile()) jobs.push(() => readFileEntry(root, path));
    else if (entry.isSymbolicLink()) jobs.push(() => readLink(root, path));
    else throw new UnusableTree(`${path.toString()} is neither file, folder nor symbolic link`);
  }
}

/**
 * Hex of the hash described above. `root` is absolute with its links resolved. Throws UnusableTree, or the system's
 * error.
 */
export async function hashTree(root: string): Promise<string> {
  const jobs: (() => Promise<Entry>)[] = [];
  const base = Buffer.from(root.endsWith('/') ? root : `${root}/`);
  await collect(base, Buffer.alloc(0), jobs);
  const entries: Entry[] = [];
  const queue = jobs.values();
  const work = async (): Promise<void> => {
    for (const job of queue) entries.push(await job());
  };
  await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, work));
  entries.sort((first, second) => Buffer.compare(first.path, second.path));
  const hash = createHash('sha256').update(header);
  for (const { type, path, content } of entries) {
    hash.update(type).update(frame(path.length)).update(path).update(frame(content.length)).update(content);
  }
  return hash.digest('hex');
}
