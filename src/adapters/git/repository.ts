import type { DirtyPath, DirtyReason, TreeState } from '../../domain/provenance.ts';
import type { Repository } from '../../ports/repository.ts';
import { fileError } from '../node/file-errors.ts';
import { acceptedPaths } from './accepted-paths.ts';
import { discover, noCommit } from './discovery.ts';
import type { Git } from './git-command.ts';
import { bindGit, type GitRun } from './git-run.ts';
import { changesBetween, filesBelow, graft, parentsOf } from './graft.ts';
import { findLfsPointers } from './lfs.ts';
import { shown } from './porcelain.ts';
import {
  defaultBranchOf,
  fetchFromOrigin,
  fileAtRevision,
  firstParentOf,
  mergeBaseOf,
  missingRevision,
  resolveRevision,
} from './revisions.ts';
import { treeDiff } from './tree-diff.ts';
import { readTree, type TreeReading } from './tree-state.ts';

/** Dirty paths of a tree and its submodules; what differs inside a submodule is the submodule's fault. */
function* dirtyPaths(tree: TreeReading, prefix = ''): Generator<DirtyPath> {
  for (const [path, reason] of tree.dirty) {
    const seen: DirtyReason = prefix === '' || reason === 'submodule_uninitialised' ? reason : 'submodule';
    yield { path: prefix + shown(path), reason: seen };
  }
  for (const [path, submodule] of tree.submodules) yield* dirtyPaths(submodule, `${prefix}${shown(path)}/`);
}

function byPath(first: DirtyPath, second: DirtyPath): number {
  return first.path < second.path ? -1 : first.path > second.path ? 1 : 0;
}

/** What the file system refused, as an EnvironmentError. */
function reported<T>(work: Promise<T>, top: string): Promise<T> {
  return work.catch((error: unknown) => {
    throw fileError(error, 'compare the files of', top);
  });
}

/**
 * The repository whose work tree the folder is in; a linked work tree and a submodule are repositories like any other.
 * Throws NOT_A_REPOSITORY, NO_COMMIT, REVISION_MISSING (damaged clone) or GIT_MISSING (also for git before 2.31).
 */
export async function openRepository({
  git,
  directory,
}: {
  readonly git: Git;
  readonly directory: string;
}): Promise<Repository> {
  const { top, commonFolder, head, branch, trusted } = await discover(git, directory);
  const bind = (folder: string): GitRun => bindGit(git, folder, trusted);
  const run = bind(top);
  const trees = new Map([[head.sha, head.tree]]);

  /** A commit's tree never changes, so only a head that moved costs a process. */
  const treeOf = async (sha: string): Promise<string> => {
    const known = trees.get(sha);
    if (known !== undefined) return known;
    const revision = await resolveRevision(run, sha);
    if (revision === null) throw missingRevision(sha);
    trees.set(sha, revision.tree);
    return revision.tree;
  };

  const state = async (ignored: readonly string[]): Promise<TreeState> => {
    const tree = await readTree(bind, top, commonFolder);
    const { sha } = tree;
    if (sha === null) throw noCommit(top);
    const isAccepted = acceptedPaths(ignored);
    const dirty = [...dirtyPaths(tree)].filter(({ path }) => !isAccepted(path)).sort(byPath);
    return { head: { sha, tree: await treeOf(sha) }, top, branch: tree.branch, dirty };
  };

  return {
    top,
    gitDirectory: commonFolder,
    head,
    branch,
    state: (ignored) => reported(state(ignored), top),
    resolve: (name) => resolveRevision(run, name),
    firstParent: (sha) => firstParentOf(run, sha),
    parents: (sha) => parentsOf(run, sha),
    filesBelow: (sha, folder) => filesBelow(run, sha, folder),
    changes: (from, to, paths, limitCharacters) => changesBetween(run, from, to, paths, limitCharacters),
    graft: (revision, donor, paths) => graft(run, revision, donor, paths),
    mergeBase: (first, second) => mergeBaseOf(run, first, second),
    defaultBranch: () => defaultBranchOf(run),
    fileAt: (sha, path) => fileAtRevision(run, sha, path),
    remoteUrl: async (name) => {
      const { exitCode, stdout } = await run(['remote', 'get-url', '--', name], { allowFailure: [2] });
      return exitCode === 0 ? stdout.toString().replace(/\n$/, '') : null;
    },
    diff: () =>
      reported(
        readTree(bind, top, commonFolder).then((tree) => treeDiff(bind, tree)),
        top,
      ),
    fetchCommit: (sha) => fetchFromOrigin(run, commonFolder, sha),
    lfsPointers: (folder) => reported(findLfsPointers(run, top, folder), top),
  };
}
