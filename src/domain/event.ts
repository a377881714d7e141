/** What happened at the forge that made this job run: facts of the runner, never of a contributor's artifact. */

export type EventKind =
  | 'push'
  | 'pull_request'
  | 'merge_group'
  | 'schedule'
  | 'workflow_dispatch'
  | 'workflow_run'
  | 'other';

export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

export interface PullRequestEvent {
  readonly number: number;
  readonly headSha: string;
  /** Owner and name of where the head branch lives; null when that repository is gone. */
  readonly headRepository: string | null;
  /** The head lives in another repository. */
  readonly fork: boolean;
  readonly baseRef: string;
  readonly author: string;
  /** The author owns the repository. */
  readonly authorIsOwner: boolean;
  /** As they were when the event was sent. */
  readonly labels: readonly string[];
  readonly draft: boolean;
}

/** The run that a `workflow_run` event tells of. */
export interface TriggeringRun {
  readonly id: number;
  readonly attempt: number;
  readonly event: string;
  readonly conclusion: string | null;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly headRepository: string | null;
  readonly fork: boolean;
}

export interface ForgeEvent {
  readonly kind: EventKind;
  /** The event's own name, for messages. */
  readonly name: string;
  /** `opened`, `synchronize`, `labeled` …; null for events without one. */
  readonly action: string | null;
  /** Who caused the event; null when the payload does not say. */
  readonly sender: string | null;
  /** The label that `labeled` and `unlabeled` are about. */
  readonly label: string | null;
  readonly repository: RepositoryName;
  /** GITHUB_SHA: for a pull request the merge commit of refs/pull/N/merge. */
  readonly sha: string;
  readonly ref: string;
  readonly defaultBranch: string | null;
  readonly actor: string | null;
  readonly pullRequest: PullRequestEvent | null;
  readonly mergeGroup: { readonly baseSha: string; readonly headSha: string; readonly baseRef: string } | null;
  readonly triggeringRun: TriggeringRun | null;
  /** `before` of a push; null for a new branch and other events. */
  readonly before: string | null;
  /** Without the secrets of the repository: a pull request from a fork, or one that Dependabot opened. */
  readonly withoutSecrets: boolean;
  readonly run: {
    readonly id: string;
    readonly attempt: number;
    readonly job: string;
    readonly step: string;
    readonly workflowPath: string | null;
  };
  /** Where a person sees the run. */
  readonly runUrl: string;
  readonly serverUrl: string;
  readonly apiUrl: string;
}
