import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../../domain/errors.ts';
import { type Git, GitFailure } from './git-command.ts';

/**
 * Makes a folder without a repository a clone at one commit: nothing but that commit's tree, no hooks, no credentials kept.
 * Files that are there stay. False when there is a repository already. Throws REVISION_MISSING (69).
 */
export async function fetchCheckout(
  git: Git,
  { folder, address, sha }: { readonly folder: string; readonly address: string; readonly sha: string },
): Promise<boolean> {
  if (existsSync(join(folder, '.git'))) return false;
  await mkdir(folder, { recursive: true });
  const quiet = ['-c', 'core.hooksPath=/dev/null', '-c', 'init.defaultBranch=main', '-c', `safe.directory=${folder}`];
  // LFS content would be fetched from wherever the checked out tree says.
  for (const setting of ['smudge=', 'process=', 'clean=', 'required=false']) quiet.push('-c', `filter.lfs.${setting}`);
  const run = (...args: readonly string[]) => git.run([...quiet, ...args], { cwd: folder });
  try {
    await run('init', '--quiet', '--template=');
    await run('remote', 'add', '--', 'origin', address);
    await run('fetch', '--quiet', '--no-tags', '--depth=1', '--no-recurse-submodules', '--', 'origin', sha);
    await run('checkout', '--quiet', '--detach', sha);
    return true;
  } catch (error) {
    // Half a clone would pass for a repository in a later step.
    await rm(join(folder, '.git'), { recursive: true, force: true });
    if (!(error instanceof GitFailure)) throw error;
    throw new EnvironmentError('REVISION_MISSING', `the event's revision could not be fetched: ${error.stderr}`, {
      place: `${address} ${sha}`,
      nextStep: 'give the job `permissions: contents: read`, or use actions/checkout with `persist-credentials: false`',
      cause: error,
    });
  }
}
