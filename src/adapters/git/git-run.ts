import type { Git, GitResult } from './git-command.ts';

export interface RunOptions {
  readonly input?: Uint8Array | string;
  readonly allowFailure?: readonly number[];
}

/** Git bound to one work tree: working folder and configuration are set already. */
export type GitRun = (args: readonly string[], options?: RunOptions) => Promise<GitResult>;

const windows = process.platform === 'win32';

/**
 * Configuration for commands that decide whether a tree is clean. The person's or the project's own would make them
 * look away: at untracked files, mode bits, links, changed times (`trustctime`), what a monitor or a cache leaves out,
 * and submodules; their own attributes may rewrite what is compared. Mode bits and links mean nothing on Windows,
 * letter case only on Linux.
 */
const watchful = [
  'core.quotePath=false',
  `core.fileMode=${!windows}`,
  ...(windows ? [] : ['core.symlinks=true']),
  ...(process.platform === 'linux' ? ['core.ignoreCase=false'] : []),
  'core.trustctime=true',
  'core.checkStat=default',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.attributesFile=/dev/null',
  'status.showUntrackedFiles=all',
].flatMap((setting) => ['-c', setting]);

/**
 * `trusted` are work trees that belong to somebody else and are read nevertheless (`safe.directory`, these calls only).
 */
export function bindGit(git: Git, cwd: string, trusted: readonly string[]): GitRun {
  const settings = [...trusted.flatMap((folder) => ['-c', `safe.directory=${folder}`]), ...watchful];
  return (args, options) => git.run(['--no-optional-locks', ...settings, ...args], { ...options, cwd });
}
