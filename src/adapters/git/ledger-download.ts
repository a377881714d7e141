import { rm } from 'node:fs/promises';
import { movePacks } from './ledger-packs.ts';
import { markedPacks } from './ledger-partial.ts';
import type { LedgerRepository } from './ledger-repository.ts';

/**
 * Makes a copy without contents a complete one by downloading the whole branch: for servers that leave contents out and
 * then do not give single ones. False when that does not bring the objects in either.
 */
export async function downloadAll(
  repository: LedgerRepository,
  remote: string,
  oids: readonly string[],
): Promise<boolean> {
  // Another process may add a pack without contents meanwhile; its mark stays.
  const marks = await markedPacks(repository.directory);
  const downloaded = await repository.withEmpty(async (empty) => {
    const options = ['--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules'];
    const { exitCode } = await empty.run(
      ['-c', 'fetch.unpackLimit=1', 'fetch', ...options, '--', remote, `${empty.branchRef}:${empty.branchRef}`],
      { allowFailure: [1, 128] },
    );
    if (exitCode !== 0) return false;
    await movePacks(empty.directory, repository.directory);
    return true;
  });
  if (!downloaded) return false;
  const input = oids.map((oid) => `${oid}\n`).join('');
  const { stdout } = await repository.run(['cat-file', '--batch-check'], { input });
  if (stdout.toString('latin1').includes(' missing\n')) return false;
  for (const mark of marks) await rm(mark, { force: true });
  return true;
}
