/** Storage of the ledger. What the bytes mean is the business of `ledger/`; here they are files on a branch. */

export interface LedgerFile {
  readonly path: string;
  readonly text: string;
}

export interface LedgerEntry {
  /** Makes the write idempotent: an entry whose key is on the branch already is not written again. */
  readonly runKey: string;
  /** Builds the paths and contents once the sequence number is known. Contents never depend on it. */
  readonly files: (sequence: number) => readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** First line of the commit message. */
  readonly message: string;
}

export type PushState = 'pushed' | 'no_remote' | 'offline';

export interface Appended {
  readonly sequence: number;
  readonly commit: string;
  /** True when the run key was on the branch already and nothing was written. */
  readonly existed: boolean;
  readonly push: PushState;
}

/** One commit's tree, unchanging while it is read. */
export interface LedgerSnapshot {
  /** Commit, or null when the branch does not exist yet. */
  readonly tip: string | null;
  /** Names (not paths) directly below a folder, sorted; empty when it does not exist. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** Every file below the folders, path order. */
  readonly read: (folders: readonly string[]) => Promise<readonly LedgerFile[]>;
  /** Content of one file, or null. */
  readonly bytes: (path: string) => Promise<Uint8Array | null>;
  /** Throws LEDGER_REWRITTEN (65) when a commit up to this one changed or removed a file; remembers what it checked. */
  readonly requireAdditions: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface LedgerCommit {
  readonly commit: string;
  readonly parents: readonly string[];
  /** Changes against the first parent (or the empty tree): status letter of git, mode, path. */
  readonly changes: readonly { readonly status: string; readonly mode: string; readonly path: string }[];
}

/**
 * Another way to a branch that refuses pushes: a commit with more files on top of `parent` (null: the branch is new). `moved`:
 * the branch is elsewhere by now; otherwise what was in the way, in words.
 */
export type CommitElsewhere = (change: {
  readonly branch: string;
  readonly parent: string | null;
  readonly message: string;
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}) => Promise<
  { readonly kind: 'committed' } | { readonly kind: 'moved' } | { readonly kind: 'refused'; readonly detail: string }
>;

export interface LedgerStore {
  /** Where the branch lives locally, and the remote it is kept in step with. For messages. */
  readonly location: string;
  readonly remote: string | null;
  /** Brings the local copy up to date and opens it. Throws LEDGER_UNREACHABLE (69) when a configured remote can't be read. */
  readonly snapshot: () => Promise<LedgerSnapshot>;
  /** Appends under compare-and-swap, retrying lost races. Throws LEDGER_PUSH_REJECTED or LEDGER_UNREACHABLE (69), DISK_FULL (69). */
  readonly append: (entry: LedgerEntry) => Promise<Appended>;
  /** Every commit from the tip to the root, newest first. */
  readonly commits: () => AsyncIterable<LedgerCommit>;
}
