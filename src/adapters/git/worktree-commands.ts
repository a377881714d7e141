import { EnvironmentError } from '../../domain/errors.ts';
import { type Git, maskCredentials } from './git-command.ts';

export interface Registration {
  readonly path: string;
  /** Why it is locked; null when it is not. */
  readonly lockReason: string | null;
}

export interface WorktreeCommands {
  /** A detached checkout, locked so that `git worktree prune` and gc leave it alone. */
  readonly add: (path: string, sha: string, lockReason: string) => Promise<void>;
  /** Forgets a work tree whose folder may be gone already, locked or not. */
  readonly remove: (path: string) => Promise<void>;
  readonly list: () => Promise<readonly Registration[]>;
}

// The project's hooks don't run in a checkout nobody works in, and LFS content is brought in later
// (worktree-content.ts): a smudge filter that can't download would fail the whole checkout.
const settings = (top: string): string[] => [
  `safe.directory=${top}`,
  'core.hooksPath=/dev/null',
  'filter.lfs.smudge=',
  'filter.lfs.process=',
  'filter.lfs.clean=',
  'filter.lfs.required=false',
];

/** Another process of git makes or removes a registration at this moment; git does not lock that folder. */
const halfMade = /failed to read .*worktrees\/.*(commondir|gitdir|HEAD)/;
const mostTries = 6;

async function persistently(command: () => Promise<string>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await command();
    } catch (error) {
      if (attempt === mostTries || !halfMade.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
    }
  }
}

/** Variables that simple-git refuses to be given; none matters to `git worktree`. */
const guarded = /^(?:git_.*|editor|pager|prefix|ssh_askpass|visual)$/i;

/** Reads `git worktree list --porcelain`. */
export function parseRegistrations(output: string): readonly Registration[] {
  return output.split('\n\n').flatMap((block) => {
    const lines = block.split('\n');
    const path = lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length);
    const lock = lines.find((line) => line === 'locked' || line.startsWith('locked '));
    return path === undefined ? [] : [{ path, lockReason: lock?.slice('locked '.length) ?? null }];
  });
}

/**
 * `git worktree` by way of simple-git, with the program and search path of all other commands, but without any GIT_
 * variable (no foreign GIT_DIR or index gets in), which suits these commands: they work on local files and need no
 * credentials.
 */
export async function worktreeCommands({ program }: Git, top: string): Promise<WorktreeCommands> {
  const { simpleGit } = await import('simple-git');
  const git = simpleGit({
    baseDir: top,
    binary: program.executable,
    config: settings(top),
    // The program's path comes from git-program.ts and may hold any character.
    unsafe: { allowUnsafeHooksPath: true, allowUnsafeFilter: true, allowUnsafeCustomBinary: true },
  }).env(Object.fromEntries(Object.entries(program.environment).filter(([key]) => !guarded.test(key))));
  const run = async (...args: readonly string[]): Promise<string> => {
    try {
      return await persistently(() => git.raw(['worktree', ...args]));
    } catch (error) {
      const text = maskCredentials(error instanceof Error ? error.message : String(error)).trim();
      const isFull = /No space left on device/i.test(text);
      throw new EnvironmentError(isFull ? 'DISK_FULL' : 'GIT_FAILED', `git worktree ${args[0]} failed: ${text}`, {
        place: top,
        nextStep: isFull ? 'free some space and run again' : 'run the command by hand to see what git objects to',
        cause: error,
      });
    }
  };
  return {
    add: async (path, sha, reason) => {
      await run('add', '--detach', '--lock', '--reason', reason, path, sha);
    },
    remove: async (path) => {
      await run('remove', '--force', '--force', path);
    },
    list: async () => parseRegistrations(await run('list', '--porcelain')),
  };
}
