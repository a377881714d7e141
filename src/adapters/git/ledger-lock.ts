import { stat } from 'node:fs/promises';
import { EnvironmentError } from '../../domain/errors.ts';
import { GitFailure } from './git-command.ts';

/** A ref's lock is held for milliseconds. */
const staleLockMilliseconds = 30_000;
const contention = /Not updating|but expected|reference already exists|unable to resolve reference/;

/**
 * Returns when a ref could not be moved because another writer moved it or holds its lock. Throws GIT_FAILED for any
 * other reason, and with the lock file's name when a stopped process left it behind.
 */
export async function requireContention(args: readonly string[], exitCode: number, stderr: string): Promise<void> {
  const lock = /Unable to create '([^']+\.lock)': File exists/.exec(stderr)?.[1];
  if (lock !== undefined) {
    const found = await stat(lock).catch(() => null);
    const ageMilliseconds = found === null ? 0 : Date.now() - found.mtimeMs;
    if (ageMilliseconds < staleLockMilliseconds) return;
    throw new EnvironmentError(
      'GIT_FAILED',
      `A stopped process left a lock on the ledger, ${Math.floor(ageMilliseconds / 1000)} seconds old: ${lock}`,
      { place: lock, nextStep: 'If no other Benchgate is writing this ledger, delete that file and run again.' },
    );
  }
  if (!contention.test(stderr)) throw new GitFailure(args, exitCode, stderr);
}
