/** Which code was measured, and on what. */

export interface Revision {
  /** Full commit hash. */
  readonly sha: string;
  /** Full tree hash: equal for a commit and its squash or amended twin. */
  readonly tree: string;
}

export type DirtyReason =
  | 'modified'
  | 'staged'
  | 'untracked'
  | 'conflicted'
  | 'submodule'
  | 'submodule_uninitialised'
  | 'assume_unchanged'
  | 'skip_worktree'
  | 'excluded_locally'
  | 'lfs_pointer';

export interface DirtyPath {
  readonly path: string;
  readonly reason: DirtyReason;
}

export interface TreeState {
  readonly head: Revision;
  /** Absolute path of the work tree's top folder. */
  readonly top: string;
  /** Branch name, or null when the head is detached (normal in CI). */
  readonly branch: string | null;
  readonly dirty: readonly DirtyPath[];
}

export interface Host {
  readonly platform: string;
  readonly architecture: string;
  readonly cpuModel: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly name: string;
  readonly nodeVersion: string;
}

/** Machines of one class may be compared with the usual caution; across classes a stored baseline is only a hint. */
export function hostClass(host: Host): string {
  return `${host.platform}-${host.architecture}/${host.cpuModel}/${host.cpuCount}`;
}

export type IsolationLevel = 'namespaces' | 'none';

/** How measured code was kept away from secrets and from other repetitions. Shown in every report. */
export interface Isolation {
  readonly level: IsolationLevel;
  /** Tool that provides it, or why there is none. */
  readonly detail: string;
}

/** The sentence every report carries (DESIGN §10). */
export function attestation(isolation: Isolation): string {
  switch (isolation.level) {
    case 'namespaces':
      return `secrets isolated: own process and mount namespace (${isolation.detail})`;
    case 'none':
      return `secrets not isolated: ${isolation.detail}`;
  }
}
