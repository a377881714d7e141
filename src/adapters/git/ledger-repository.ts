import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../../domain/errors.ts';
import type { Git, GitProcess, GitResult, GitRunOptions } from './git-command.ts';
import { consolidate } from './ledger-packs.ts';
import { isPartialCopy, packFolder } from './ledger-partial.ts';

/** The bare repository that holds the local copy of the branch, and the names of its refs. */
export interface LedgerRepository {
  readonly directory: string;
  readonly branchRef: string;
  /** The newest commit of the remote's branch that was ever seen here. It only moves forward. */
  readonly seenRef: string;
  readonly run: (args: readonly string[], options?: GitRunOptions) => Promise<GitResult>;
  readonly start: (args: readonly string[]) => GitProcess;
  /** Creates the repository when it is not there; safe in several processes at once. Throws INPUT_OUTPUT. */
  readonly ensure: () => Promise<void>;
  /** Whether the repository's files mention the branch, readable or not. */
  readonly namesBranch: () => Promise<boolean>;
  /** Whether contents may be missing here that the remote has. */
  readonly isPartial: () => Promise<boolean>;
  /** Hands over a new, empty repository on the same disk and removes it afterwards. Throws INPUT_OUTPUT. */
  readonly withEmpty: <Result>(work: (empty: LedgerRepository) => Promise<Result>) => Promise<Result>;
  /** Packs objects when there are many, and removes what stopped processes left. */
  readonly maintain: () => Promise<void>;
}

const dayMilliseconds = 86_400_000;

/**
 * No hooks of the person's configuration; a lock is waited for, as it is held for milliseconds; a log never looks into
 * files, which may not be here.
 */
const settings = [
  'core.hooksPath=/dev/null',
  'core.filesRefLockTimeout=250',
  'core.packedRefsTimeout=5000',
  'log.follow=false',
];

/** Below the repository's folder, for what a download is put into first. */
const downloadPrefix = 'benchgate-download-';

/** Binds git to the repository at an absolute path. Nothing is created before `ensure`. */
export function createLedgerRepository(git: Git, directory: string, branch: string): LedgerRepository {
  const prefix = [`--git-dir=${directory}`, '--no-replace-objects', ...settings.flatMap((setting) => ['-c', setting])];
  const run = (args: readonly string[], options: GitRunOptions = {}): Promise<GitResult> =>
    git.run([...prefix, ...args], { ...options, cwd: directory });
  let ready: Promise<void> | null = null;
  return {
    directory,
    branchRef: `refs/heads/${branch}`,
    seenRef: `refs/benchgate/remote/${branch}`,
    run,
    start: (args) => git.start([...prefix, ...args], { cwd: directory }),
    ensure: async () => {
      ready ??= create(git, directory, branch);
      try {
        await ready;
      } catch (error) {
        ready = null;
        throw error;
      }
    },
    namesBranch: async () => {
      const packed = await readFile(join(directory, 'packed-refs'), 'utf8').catch(() => '');
      return packed.includes(` refs/heads/${branch}\n`) || isFile(join(directory, 'refs/heads', branch));
    },
    isPartial: () => isPartialCopy(directory),
    withEmpty: async (work) => {
      await removeOld(directory, downloadPrefix);
      const empty = createLedgerRepository(git, join(directory, downloadPrefix + randomUUID()), branch);
      try {
        await empty.ensure();
        return await work(empty);
      } finally {
        await rm(empty.directory, { recursive: true, force: true, maxRetries: 3 });
      }
    },
    maintain: async () => {
      await removeOld(directory, 'fast_import_crash_');
      if (await isPartialCopy(directory)) {
        await removeOld(packFolder(directory), 'tmp_');
        await consolidate({ directory, run });
        return;
      }
      // Checks a count and returns; the packing goes on in the background. Not needed for anything to be right.
      await run(['gc', '--auto', '--quiet'], { allowFailure: [1, 128, 255] });
    },
  };
}

/**
 * A half-made repository is never seen under the final name: it is made beside it and renamed, which fails when
 * another process was first.
 */
async function create(git: Git, directory: string, branch: string): Promise<void> {
  if (await isRepository(directory)) return;
  const parent = dirname(directory);
  const marker = `${basename(directory)}.creating-`;
  const temporary = join(parent, marker + randomUUID());
  try {
    await mkdir(parent, { recursive: true });
    await removeOld(parent, marker);
    const how = ['--quiet', '--bare', '--template=', '--object-format=sha1', `--initial-branch=${branch}`];
    await git.run(['init', ...how, temporary], { cwd: parent });
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (await isRepository(directory)) return;
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === undefined || error instanceof EnvironmentError) throw error;
    if (code === 'ENOSPC') {
      throw new EnvironmentError('DISK_FULL', 'The disk is full', {
        place: directory,
        nextStep: 'Free some space and run the command again.',
        cause: error,
      });
    }
    throw new EnvironmentError('INPUT_OUTPUT', `The ledger's folder can't be made (${code})`, {
      place: directory,
      nextStep: 'Make the folder writable; if something else is in it, move that away.',
      cause: error,
    });
  }
}

function isRepository(directory: string): Promise<boolean> {
  return isFile(join(directory, 'HEAD'));
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}

/** Leftovers of stopped processes: everything below the folder that has the prefix and is older than a day. */
async function removeOld(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > dayMilliseconds)
      await rm(path, { recursive: true, force: true });
  }
}
