import { existsSync, lstatSync } from 'node:fs';
import type { DirtyReason } from '../../domain/provenance.ts';
import { exactText, placeOf } from './byte-path.ts';
import { differingFiles } from './flagged-files.ts';
import type { GitRun } from './git-run.ts';
import { type IndexEntry, parseListing, parseStatus, type StatusEntry } from './porcelain.ts';
import { isKeptSubmodule } from './submodule-folder.ts';

/** What one work tree's files look like beside its head; submodules are work trees of their own. */
export interface TreeReading {
  readonly top: string;
  /** Null before the first commit. */
  readonly sha: string | null;
  readonly branch: string | null;
  /** By byte string (porcelain.ts); without what is inside submodules. */
  readonly dirty: ReadonlyMap<string, DirtyReason>;
  readonly submodules: ReadonlyMap<string, TreeReading>;
}

export type BindGit = (top: string) => GitRun;

// With `dirty`, status compares a submodule's commit and doesn't enter it, which would run git with configuration that
// measured code may have put there.
const statusArguments = [
  'status',
  '--porcelain=v2',
  '-z',
  '--branch',
  '--no-ahead-behind',
  '--no-renames',
  '--untracked-files=all',
  '--ignore-submodules=dirty',
];

// Flags and submodules of the index, and what only .gitignore files may hide: neither .git/info/exclude nor the
// person's own list of ignored names (core.excludesFile) counts, since neither is part of the commit.
const listArguments = ['ls-files', '-v', '--stage', '--cached', '--others', '-z', '--exclude-per-directory=.gitignore'];

function reasonOf(entry: StatusEntry): DirtyReason {
  if (entry.kind !== 'ordinary') return entry.kind;
  if (entry.submodule !== null) return 'submodule';
  return entry.changed ? 'modified' : 'staged';
}

interface SubmoduleReading {
  readonly entry: IndexEntry;
  readonly reading: TreeReading | 'uninitialised' | 'foreign';
}

async function readSubmodule(
  bind: BindGit,
  top: string,
  commonFolder: string,
  entry: IndexEntry,
): Promise<SubmoduleReading> {
  const isInitialised = lstatSync(placeOf(top, `${entry.path}/.git`), { throwIfNoEntry: false }) !== undefined;
  if (!isInitialised) return { entry, reading: 'uninitialised' };
  const name = exactText(entry.path);
  const folder = `${top}/${name}`;
  if (name === null || !(await isKeptSubmodule(folder, commonFolder))) return { entry, reading: 'foreign' };
  // The folder as work tree, whatever the git folder's configuration says: `.git` may lead to another submodule's.
  const inside: BindGit = (place) => (args, options) => bind(place)([`--work-tree=${place}`, ...args], options);
  return { entry, reading: await readTree(inside, folder, commonFolder) };
}

/**
 * Reads a work tree with two processes at once (`status`, `ls-files`); only flagged files and submodules cost more.
 * Submodules are read like the tree itself instead of by `git submodule status`, a shell script that takes longer than
 * all of this and believes flags and excludes inside. A submodule counts as uninitialised only where .gitmodules
 * exists: an entry without one can't be initialised by anybody. One whose git folder is not kept in `commonFolder`
 * (submodule-folder.ts), or whose path can't be a working folder, differs, unread.
 */
export async function readTree(bind: BindGit, top: string, commonFolder: string): Promise<TreeReading> {
  const run = bind(top);
  const [statusOutput, listOutput] = await Promise.all([run(statusArguments), run(listArguments)]);
  const status = parseStatus(statusOutput.stdout);
  const listing = parseListing(listOutput.stdout);
  const [differing, submodules] = await Promise.all([
    listing.flagged.length > 0 ? differingFiles(run, top, listing.flagged) : [],
    Promise.all(listing.submodules.map((entry) => readSubmodule(bind, top, commonFolder, entry))),
  ]);

  const dirty = new Map(status.entries.map((entry) => [entry.path, reasonOf(entry)]));
  const add = (path: string, reason: DirtyReason): void => void (dirty.has(path) || dirty.set(path, reason));
  for (const path of listing.untracked) add(path, 'excluded_locally');
  for (const { path, flag } of differing) add(path, flag === 'skip_worktree' ? 'skip_worktree' : 'assume_unchanged');

  const readings = new Map<string, TreeReading>();
  for (const { entry, reading } of submodules) {
    if (reading === 'uninitialised') {
      const isLeftOut = entry.flag === 'skip_worktree';
      if (!isLeftOut && existsSync(`${top}/.gitmodules`)) add(entry.path, 'submodule_uninitialised');
    } else if (reading === 'foreign') add(entry.path, 'submodule');
    else {
      readings.set(entry.path, reading);
      if (reading.sha !== entry.sha) add(entry.path, 'submodule');
    }
  }
  return { top, sha: status.sha, branch: status.branch, dirty, submodules: readings };
}
