import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Revision } from '../../domain/provenance.ts';
import type { Repository, Worktree, Worktrees } from '../../ports/repository.ts';
import { fileError } from '../node/file-errors.ts';
import { ownIdentity, type ProcessIdentity } from '../node/process-identity.ts';
import { removeTree } from '../node/remove-tree.ts';
import type { Git } from './git-command.ts';
import { bindGit } from './git-run.ts';
import { printable } from './printable.ts';
import { type WorktreeCommands, worktreeCommands } from './worktree-commands.ts';
import { completeCheckout } from './worktree-content.ts';

export interface WorktreesOptions {
  readonly git: Git;
  readonly repository: Repository;
  /** Outside the project; created when missing. */
  readonly temporaryRoot: string;
  readonly isProcessAlive: (identity: ProcessIdentity) => boolean;
  /** Gets a sentence, without control characters, for everything that went wrong without stopping the work. */
  readonly log: (text: string) => void;
}

const ownerFile = 'owner';
const foreignSeconds = 7 * 24 * 3600;

function ownerText({ pid, startTime, host }: ProcessIdentity): string {
  return `benchgate ${pid} ${startTime} ${host}`;
}

function parseOwner(text: string | null): ProcessIdentity | null {
  const found = /^benchgate (\d+) (\S+) (\S+)$/.exec(text?.trim() ?? '');
  return found === null ? null : { pid: Number(found[1]), startTime: found[2] ?? '-', host: found[3] ?? '' };
}

/** The number in `benchgate-base-<pid>-<token>`; null for folders that are not ours. */
function pidOf(folder: string): number | null {
  const found = /^benchgate-base-(\d+)-[0-9a-f]{32}$/.exec(basename(folder));
  return found === null ? null : Number(found[1]);
}

/** Whoever made the folder is gone. One of another machine or container is given up after a week. */
async function isLeftover(folder: string, lockReason: string | null, options: WorktreesOptions): Promise<boolean> {
  const pid = pidOf(folder);
  if (pid === null) return false;
  const text = await readFile(join(folder, ownerFile), 'utf8').catch(() => lockReason);
  const own = ownIdentity();
  const owner = parseOwner(text) ?? { pid, startTime: '-', host: own.host };
  if (owner.host === own.host) return !options.isProcessAlive(owner);
  const status = await stat(folder).catch(() => null);
  return status === null || Date.now() - status.mtimeMs > foreignSeconds * 1000;
}

async function removeLeftovers(commands: WorktreeCommands, root: string, options: WorktreesOptions): Promise<void> {
  const registered = (await commands.list()).filter(({ path }) => pidOf(dirname(path)) !== null);
  const reasons = new Map(registered.map(({ path, lockReason }) => [dirname(path), lockReason]));
  const names = await readdir(root);
  const folders = new Set([...names.map((name) => join(root, name)), ...reasons.keys()]);
  for (const folder of folders) {
    try {
      if (!(await isLeftover(folder, reasons.get(folder) ?? null, options))) continue;
      await removeTree(folder);
      if (reasons.has(folder)) await commands.remove(join(folder, 'tree'));
    } catch (error) {
      options.log(`a leftover of a killed run stays at ${folder}: ${messageOf(error)}`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function untrackedIn(git: Git, path: string): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--others', '--directory', '--no-empty-directory'];
  const { stdout } = await bindGit(git, path, [path])(args);
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((name) => name !== '');
}

async function open(revision: Revision, options: WorktreesOptions): Promise<Worktree> {
  const { git, repository, log } = options;
  await mkdir(options.temporaryRoot, { recursive: true, mode: 0o700 });
  const root = await realpath(options.temporaryRoot);
  const commands = await worktreeCommands(git, repository.top);
  await removeLeftovers(commands, root, options);

  const owner = ownIdentity();
  const folder = join(root, `benchgate-base-${owner.pid}-${randomBytes(16).toString('hex')}`);
  const path = join(folder, 'tree');
  const remove = async (): Promise<void> => {
    for (const step of [() => removeTree(folder), () => commands.remove(path)]) {
      await step().catch((error: unknown) =>
        log(`the checkout at ${path} was not removed completely: ${messageOf(error)}`),
      );
    }
  };
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= remove());

  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, ownerFile), ownerText(owner), { mode: 0o600 });
  try {
    await commands.add(path, revision.sha, ownerText(owner));
    const address = (await repository.remoteUrl('origin')) ?? repository.top;
    await completeCheckout(git, path, { address, modules: join(repository.gitDirectory, 'modules') }, log);
  } catch (error) {
    await close();
    throw error;
  }
  return { path, revision, close, untracked: () => untrackedIn(git, path) };
}

/**
 * Checkouts of other revisions in `<temporaryRoot>/benchgate-base-<pid>-<token>/tree`, registered with the project's
 * repository and locked. A file beside the tree (and the lock's reason) says which process made it, so that what a
 * killed run left behind is removed by the next one: exactly its own folder and registration, never `git worktree
 * prune`, which would drop the person's work trees on disks that are not mounted right now. `close` never throws; what
 * it could not remove is logged and tried again by the next run. `open` throws GIT_FAILED, DISK_FULL or INPUT_OUTPUT.
 */
export function createWorktrees(given: WorktreesOptions): Worktrees {
  const options: WorktreesOptions = { ...given, log: (text) => given.log(printable(text)) };
  return {
    open: async (revision) => {
      try {
        return await open(revision, options);
      } catch (error) {
        throw fileError(error, 'check out the base in', options.temporaryRoot);
      }
    },
  };
}
