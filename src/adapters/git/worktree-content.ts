import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../domain/errors.ts';
import { exactText, placeOf } from './byte-path.ts';
import type { Git } from './git-command.ts';
import { bindGit, type GitRun } from './git-run.ts';
import { arePointers } from './lfs.ts';
import { parseListing } from './porcelain.ts';
import { isLocalAddress, isSafeSubmoduleName, submoduleAddress } from './submodule-address.ts';

interface Submodule {
  readonly name: string;
  readonly path: string;
  readonly address: string;
  readonly sha: string;
}

/** Where a work tree comes from: the address its relative submodule addresses start at, and what git keeps of them. */
interface Origin {
  readonly address: string;
  /** Folder with the git folders of the project's own submodules. */
  readonly modules: string;
}

async function submodulesOf(run: GitRun, tree: string): Promise<readonly Submodule[]> {
  if (!existsSync(join(tree, '.gitmodules'))) return [];
  const pattern = '^submodule\\..*\\.(path|url)$';
  const [config, listing] = await Promise.all([
    run(['config', '-z', '--file', '.gitmodules', '--get-regexp', pattern], { allowFailure: [1] }),
    run(['ls-files', '-v', '--stage', '-z']),
  ]);
  const values = new Map<string, string>();
  for (const record of config.stdout.toString().split('\0')) {
    const [key = '', value = ''] = record.split('\n');
    values.set(key, value);
  }
  const nameOf = new Map<string, string>();
  for (const [key, value] of values) if (key.endsWith('.path')) nameOf.set(value, key.slice(10, -5));
  return parseListing(listing.stdout).submodules.flatMap(({ path, sha }) => {
    const place = exactText(path);
    const name = place === null ? undefined : nameOf.get(place);
    const address = name === undefined ? undefined : values.get(`submodule.${name}.url`);
    if (place === null || name === undefined || address === undefined) return [];
    if (!isSafeSubmoduleName(name)) throw unsafeName(tree, name);
    return [{ name, path: place, address, sha }];
  });
}

function unsafeName(tree: string, name: string): EnvironmentError {
  return new EnvironmentError(
    'GIT_FAILED',
    `.gitmodules has a submodule whose name is no name: ${JSON.stringify(name)}`,
    {
      place: join(tree, '.gitmodules'),
      nextStep: 'give the submodule a name without `..`, `=`, control characters and a slash at its start',
    },
  );
}

async function hasCommit(run: GitRun, gitFolder: string, sha: string): Promise<boolean> {
  if (!existsSync(gitFolder)) return false;
  const args = [`--git-dir=${gitFolder}`, 'cat-file', '-e', `${sha}^{commit}`];
  return (await run(args, { allowFailure: [1, 128] })).exitCode === 0;
}

/**
 * Checks one submodule out. When the project's own clone of it has the commit, it is copied from there, without network
 * or credentials. The address is given on the command line: `--init` would write it into the configuration that the
 * work tree shares with the project. Since CVE-2022-39253 git refuses local paths for submodules, so that a repository
 * from elsewhere can't have local files copied; they are allowed (`protocol.file.allow`) for the project's own clone of
 * the submodule, and where the project itself comes from a local path or from nowhere, so that both are trusted alike.
 */
async function updateSubmodule(run: GitRun, submodule: Submodule, origin: Origin): Promise<Origin> {
  const { name, path, sha } = submodule;
  const address = submoduleAddress(origin.address, submodule.address);
  const kept = join(origin.modules, name);
  const isKept = await hasCommit(run, kept, sha);
  const settings = [
    'core.hooksPath=/dev/null',
    `submodule.${name}.active=true`,
    `submodule.${name}.url=${isKept ? kept : address}`,
    ...(isKept || isLocalAddress(origin.address) ? ['protocol.file.allow=always'] : []),
    ...skipSmudge,
  ];
  await run([...settings.flatMap((setting) => ['-c', setting]), 'submodule', '--quiet', 'update', '--', path]);
  return { address, modules: join(kept, 'modules') };
}

const skipSmudge = ['filter.lfs.smudge=', 'filter.lfs.process=', 'filter.lfs.clean=', 'filter.lfs.required=false'];

const lfsFilters = [
  'filter.lfs.clean=git-lfs clean -- %f',
  'filter.lfs.smudge=git-lfs smudge -- %f',
  'filter.lfs.process=git-lfs filter-process',
  'filter.lfs.required=true',
].flatMap((setting) => ['-c', setting]);

/**
 * Replaces pointers by content where attributes ask for git-lfs and it is installed: from the project's own store
 * first, then from the server. What can't be had stays a pointer and is logged; the caller decides whether it matters.
 */
async function bringLfsContent(run: GitRun, tree: string, log: (text: string) => void): Promise<void> {
  const listed = await run(['ls-files', '-z', '--', ':(attr:filter=lfs)']);
  const paths = listed.stdout
    .toString('latin1')
    .split('\0')
    .filter((path) => path !== '');
  const stillPointers = (): Promise<boolean> => arePointers(paths.map((path) => placeOf(tree, path)));
  if (paths.length === 0 || !(await stillPointers())) return;
  const { exitCode } = await run(['lfs', 'version'], { allowFailure: [1, 127] });
  if (exitCode !== 0) return log(`${tree} has git-lfs files, but git-lfs is not installed: they stay pointers`);
  const failures = [1, 2, 127, 128];
  await run([...lfsFilters, 'lfs', 'checkout'], { allowFailure: failures });
  if (!(await stillPointers())) return;
  const pulled = await run([...lfsFilters, 'lfs', 'pull'], { allowFailure: failures });
  if (await stillPointers()) log(`git-lfs could not bring every file of ${tree}: ${pulled.stderr.trim()}`);
}

/**
 * Completes a fresh checkout: submodules at every depth, and LFS content. Throws GIT_FAILED when a submodule can't be
 * had.
 */
export async function completeCheckout(
  git: Git,
  tree: string,
  origin: Origin,
  log: (text: string) => void,
): Promise<void> {
  const run = bindGit(git, tree, [tree]);
  for (const submodule of await submodulesOf(run, tree)) {
    const below = await updateSubmodule(run, submodule, origin);
    await completeCheckout(git, join(tree, submodule.path), below, log);
  }
  await bringLfsContent(run, tree, log);
}
