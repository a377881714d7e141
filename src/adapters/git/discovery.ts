import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../../domain/errors.ts';
import type { Revision } from '../../domain/provenance.ts';
import { exactText } from './byte-path.ts';
import type { Git } from './git-command.ts';
import { bindGit, type GitRun } from './git-run.ts';
import { parseListing } from './porcelain.ts';
import { isKeptSubmodule } from './submodule-folder.ts';

export interface Discovery {
  readonly top: string;
  /** The folder that all linked work trees share. */
  readonly commonFolder: string;
  readonly head: Revision;
  /** Null when the head is detached. */
  readonly branch: string | null;
  /** Work trees owned by somebody else that git is told to read nevertheless. */
  readonly trusted: readonly string[];
}

const question = [
  'rev-parse',
  '--path-format=absolute',
  '--show-toplevel',
  '--git-common-dir',
  'HEAD',
  'HEAD^{tree}',
  '--symbolic-full-name',
  'HEAD',
];

function notARepository(directory: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError('NOT_A_REPOSITORY', `${directory} is not inside a git work tree`, {
    place: directory,
    nextStep:
      'run inside a clone; in a workflow use actions/checkout, with git installed (without git it unpacks an archive)',
    cause,
  });
}

/** An old git prints an option it does not know as if it were an answer. */
function tooOld(): EnvironmentError {
  return new EnvironmentError('GIT_MISSING', 'this git is older than 2.31', { nextStep: 'install a later git' });
}

/** There is nothing yet under which a result could be recorded. */
export function noCommit(top: string): EnvironmentError {
  return new EnvironmentError('NO_COMMIT', `${top} has no commit yet`, {
    place: top,
    nextStep: 'commit the project first: results are recorded under the commit that they measure',
  });
}

/** The nearest folder upwards that holds a `.git`, or null. */
function walkUp(directory: string): string | null {
  if (existsSync(join(directory, '.git'))) return directory;
  const parent = dirname(directory);
  return parent === directory ? null : walkUp(parent);
}

async function commonFolderOf(run: GitRun): Promise<string> {
  const { stdout } = await run(['rev-parse', '--path-format=absolute', '--git-common-dir']);
  return stdout.toString().replace(/\n$/, '');
}

/** The top and every submodule below that is entered at all: ownership is checked for each. */
async function withSubmodules(git: Git, top: string, commonFolder: string | null = null): Promise<string[]> {
  const run = bindGit(git, top, [top]);
  const common = commonFolder ?? (await commonFolderOf(run));
  const { stdout } = await run(['ls-files', '-v', '--stage', '-z']);
  const names = parseListing(stdout).submodules.map((entry) => exactText(entry.path));
  const below = names.filter((name) => name !== null).map((name) => join(top, name));
  const found = await Promise.all(
    below.map(async (folder) => ((await isKeptSubmodule(folder, common)) ? withSubmodules(git, folder, common) : [])),
  );
  return [top, ...found.flat()];
}

/**
 * Finds the repository around a folder. When git refuses because somebody else owns it (container jobs), it is asked
 * again with `safe.directory` set to exactly this work tree and its submodules, for these calls only: no configuration
 * is written, and Benchgate runs the project's code anyhow. Throws NOT_A_REPOSITORY or NO_COMMIT.
 */
export async function discover(git: Git, directory: string): Promise<Discovery> {
  const start = await realpath(directory).catch((error: unknown) => {
    throw notARepository(directory, error);
  });
  let trusted: readonly string[] = [];
  let answer = await bindGit(git, start, trusted)(question, { allowFailure: [128] });
  const owned = walkUp(start);
  if (answer.exitCode !== 0 && owned !== null && /dubious ownership|safe\.directory/.test(answer.stderr)) {
    trusted = await withSubmodules(git, owned);
    answer = await bindGit(git, start, trusted)(question, { allowFailure: [128] });
  }
  const [top = '', commonFolder = '', sha = '', tree = '', ref = ''] = answer.stdout.toString().split('\n');
  if (top.startsWith('--path-format')) throw tooOld();
  const isInside = start === top || start.startsWith(top === '/' ? top : `${top}/`);
  if (top === '' || commonFolder === '' || !isInside) throw notARepository(directory, answer.stderr);
  if (!/^[0-9a-f]{40,64}$/.test(sha)) {
    throw noCommit(top);
  }
  if (answer.exitCode !== 0) {
    throw new EnvironmentError('REVISION_MISSING', `the objects of HEAD (${sha}) are not in ${commonFolder}`, {
      place: top,
      nextStep: 'the clone is damaged: run `git fsck`, or clone again',
      cause: answer.stderr,
    });
  }
  return { top, commonFolder, head: { sha, tree }, branch: /^refs\/heads\/(.+)$/.exec(ref)?.[1] ?? null, trusted };
}
