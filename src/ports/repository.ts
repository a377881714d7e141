import type { DirtyPath, Revision, TreeState } from '../domain/provenance.ts';

/** The project's git repository, read only. Every method throws EnvironmentError when git itself fails. */
export interface Repository {
  /** Absolute, symbolic links resolved. */
  readonly top: string;
  /** Absolute path of the (common) git folder. */
  readonly gitDirectory: string;
  /** Head and branch (null when detached) when the repository was opened; costs nothing. */
  readonly head: Revision;
  readonly branch: string | null;
  /** Head, branch and everything that makes the tree differ from its head. `ignored` are globs of accepted paths. */
  readonly state: (ignored: readonly string[]) => Promise<TreeState>;
  /** The commit a name means; null when it is not in this clone. */
  readonly resolve: (name: string) => Promise<Revision | null>;
  /** First parent, or null for a root commit; throws REVISION_MISSING when history is cut off there (shallow clone). */
  readonly firstParent: (sha: string) => Promise<Revision | null>;
  /** Parents as they are stored, also where a shallow clone ends; empty for a root commit and for one that is not here. */
  readonly parents: (sha: string) => Promise<readonly string[]>;
  /** Paths (relative to the top) of the files below a folder at a commit. */
  readonly filesBelow: (sha: string, folder: string) => Promise<readonly string[]>;
  /** What differs between two commits at paths; the diff is cut at the limit. */
  readonly changes: (
    from: string,
    to: string,
    paths: readonly string[],
    limitCharacters: number,
  ) => Promise<{ readonly paths: readonly string[]; readonly diff: string }>;
  /**
   * The head with another commit's content at the paths: a commit on no branch, or the head itself when they agree there.
   * Writes to the object store only.
   */
  readonly graft: (head: Revision, donor: string, paths: readonly string[]) => Promise<Revision>;
  readonly mergeBase: (first: string, second: string) => Promise<Revision | null>;
  /** `origin/main` or whatever the remote's head names; null when unknown. */
  readonly defaultBranch: () => Promise<string | null>;
  /** Text of a file at a revision; null when it does not exist there. `path` is relative to the top, with `/`. */
  readonly fileAt: (sha: string, path: string) => Promise<string | null>;
  /** Fetch address of a remote; null when there is none of that name. */
  readonly remoteUrl: (name: string) => Promise<string | null>;
  /** Everything that differs from the head, untracked and binary content included, as bytes. */
  readonly diff: () => Promise<Uint8Array>;
  /** Tries to bring a commit in from the remote; false when that fails. */
  readonly fetchCommit: (sha: string) => Promise<boolean>;
  /** LFS pointers below the folder that should have been content. */
  readonly lfsPointers: (folder: string) => Promise<readonly DirtyPath[]>;
}

export interface Worktree {
  /** Files and folders (ending in `/`) that git does not track, ignored ones included; relative, folders as a whole. */
  readonly untracked: () => Promise<readonly string[]>;
  /** Absolute path of a temporary checkout. */
  readonly path: string;
  readonly revision: Revision;
  /** Removes the checkout and its registration; safe to call twice. */
  readonly close: () => Promise<void>;
}

export interface Worktrees {
  /** A detached checkout with submodules and LFS content; leftovers of killed runs are removed first. */
  readonly open: (revision: Revision) => Promise<Worktree>;
}
