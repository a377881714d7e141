import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A copy without contents: all commits and trees, and those files that were read. Git calls it a partial clone and marks
 * the packs that leave something out. Nothing about it is in the repository's configuration: a git process that is not
 * told of the remote says that an object is missing, instead of asking the remote for it, one request for each.
 */

/** Exists in the arguments of single git processes only. */
export const partialRemoteName = 'benchgate-ledger';

/** Where the copy's marked packs came from. The remote is named, as git would put an address into the configuration. */
export function partialSettings(address: string): readonly string[] {
  const remote = `remote.${partialRemoteName}`;
  return [`${remote}.url=${address}`, `${remote}.promisor=true`, `${remote}.partialclonefilter=blob:none`].flatMap(
    (setting) => ['-c', setting],
  );
}

/** Whether an address is reached by HTTP or ssh: the others are on this machine, where leaving out gains nothing. */
export function isServed(address: string): boolean {
  if (/^(https?|ssh|git\+ssh|ssh\+git):\/\//i.test(address)) return true;
  // `host:path`; one letter is a drive, two colons name a helper of git.
  return /^[^/:\\-][^/:\\]+:(?!:|\/\/)/.test(address);
}

/** Whether something may be missing here that is at the remote. */
export async function isPartialCopy(directory: string): Promise<boolean> {
  return (await markedPacks(directory)).length > 0;
}

/** The marks of packs that leave something out, as paths. */
export async function markedPacks(directory: string): Promise<readonly string[]> {
  const folder = packFolder(directory);
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.promisor')).map((name) => join(folder, name));
}

export function packFolder(directory: string): string {
  return join(directory, 'objects/pack');
}
