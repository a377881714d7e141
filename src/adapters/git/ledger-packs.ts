import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitResult, GitRunOptions } from './git-command.ts';
import { packFolder } from './ledger-partial.ts';

/** What packing needs of a repository. */
interface PackedRepository {
  readonly directory: string;
  readonly run: (args: readonly string[], options?: GitRunOptions) => Promise<GitResult>;
}

/** Git's own limits (`gc.autoPackLimit`, `gc.auto`). */
const mostPacks = 50;
const mostLooseObjects = 6700;
const dayMilliseconds = 86_400_000;

/**
 * Puts all objects of a copy without contents into one pack when there are many packs or loose objects. It stands in for
 * `git gc`, which takes what the remote is known to have for replaceable and, before 2.48, removes own commits of that
 * kind after two weeks. Nothing is ever dropped here, so several processes may do it at once. Throws GIT_FAILED or DISK_FULL.
 */
export async function consolidate(repository: PackedRepository): Promise<void> {
  const folder = packFolder(repository.directory);
  const old = await removablePacks(folder);
  if (old.length <= mostPacks && !(await hasManyLooseObjects(repository.directory))) return;
  const objects = await repository.run([
    'cat-file',
    '--batch-all-objects',
    '--unordered',
    '--batch-check=%(objectname)',
  ]);
  const packing = ['-c', 'pack.packSizeLimit=0', 'pack-objects', '--quiet', '--non-empty', '--delta-base-offset'];
  const packed = await repository.run([...packing, join(folder, 'pack')], { input: objects.stdout });
  const made = `pack-${packed.stdout.toString('latin1').trim()}`;
  // Marked before the marks of the others go: at no moment does the copy pass for a complete one.
  await writeFile(join(folder, `${made}.promisor`), '');
  for (const name of old) if (name !== made) await removePack(folder, name);
  await repository.run(['prune-packed', '--quiet']);
}

/** Moves the packs of one repository into another on the same disk. Git sees a pack once its index is there. */
export async function movePacks(from: string, to: string): Promise<void> {
  const names = await readdir(packFolder(from));
  const rank = (name: string): number => (name.endsWith('.idx') ? 1 : 0);
  const movable = names.filter((name) => /^pack-[0-9a-f]+\.(pack|idx|rev)$/.test(name));
  for (const name of movable.sort((one, other) => rank(one) - rank(other))) {
    await rename(join(packFolder(from), name), join(packFolder(to), name));
  }
}

/** Names of finished packs that no running fetch holds; what a stopped one held is free after a day. */
async function removablePacks(folder: string): Promise<string[]> {
  const names = new Set(await readdir(folder));
  const packs: string[] = [];
  for (const file of names) {
    const name = file.replace(/\.idx$/, '');
    if (name === file) continue;
    if (!names.has(`${name}.keep`) || (await isOld(join(folder, `${name}.keep`)))) packs.push(name);
  }
  return packs;
}

/** The index goes first: without it git no longer looks for the pack. A pack that is held open somewhere stays. */
async function removePack(folder: string, name: string): Promise<void> {
  for (const extension of ['idx', 'rev', 'keep', 'pack', 'promisor']) {
    try {
      await rm(join(folder, `${name}.${extension}`), { force: true });
    } catch {
      return;
    }
  }
}

/** Estimated from one of the 256 folders, as git does. */
async function hasManyLooseObjects(directory: string): Promise<boolean> {
  const names = await readdir(join(directory, 'objects/17')).catch(() => []);
  return names.length > mostLooseObjects / 256;
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > dayMilliseconds;
}
