import type { Conclusion } from '../domain/verdict.ts';

/** The service that hosts the repository: pull requests, comments, checks, artifacts. Bound to one repository. */

/**
 * Why the service did not do something. `forbidden` names the permission that would have allowed it; `limited` is a primary
 * or secondary rate limit; `rejected` means it understood and refused (422); `unavailable` is a 5xx, a timeout or no
 * connection, after retries.
 */
export interface Refusal {
  readonly kind: 'no_token' | 'forbidden' | 'missing' | 'conflict' | 'rejected' | 'limited' | 'unavailable';
  /** Status of the answer; null when there was none. */
  readonly status: number | null;
  /** One line for a person, without credentials. */
  readonly detail: string;
  /** As written in a workflow, such as `pull-requests: write`; null when no permission would help. */
  readonly permission: string | null;
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly headSha: string;
  /** `owner/name`; null when it is gone. */
  readonly headRepository: string | null;
  readonly baseRef: string;
  readonly fork: boolean;
  readonly author: string;
  readonly labels: readonly string[];
}

export interface Comment {
  readonly id: number;
  readonly body: string;
  /** Written by whoever this token belongs to. */
  readonly isOurs: boolean;
  readonly url: string;
}

export interface CheckContent {
  readonly title: string;
  readonly summary: string;
  readonly text: string | null;
  /** At most 50; `line` from 1. */
  readonly annotations: readonly {
    readonly path: string;
    readonly line: number;
    readonly level: 'failure' | 'warning' | 'notice';
    readonly message: string;
    readonly title: string;
  }[];
}

export type CheckConclusion = Conclusion | 'action_required' | 'skipped' | 'cancelled';

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly expired: boolean;
}

export interface ArtifactFile {
  /** Relative, with `/`, without `..`; checked. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ArtifactLimits {
  readonly archiveBytes: number;
  readonly files: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
}

/** No method throws for what the service answers; every refusal is a value. */
export interface Forge {
  readonly pullRequest: (number: number) => Promise<Answer<PullRequest>>;
  /** Open pull requests whose head is at this commit, forks included; all pages. `head` is `owner:branch` when known. */
  readonly pullRequestsAt: (headSha: string, head: string | null) => Promise<Answer<readonly PullRequest[]>>;
  /** All pages, oldest first. */
  readonly comments: (pullRequest: number) => Promise<Answer<readonly Comment[]>>;
  readonly createComment: (pullRequest: number, body: string) => Promise<Answer<Comment>>;
  readonly updateComment: (id: number, body: string) => Promise<Answer<Comment>>;
  /** Returns the id of a check run in progress. */
  readonly startCheck: (name: string, headSha: string, detailsUrl: string) => Promise<Answer<number>>;
  readonly completeCheck: (
    id: number,
    conclusion: CheckConclusion,
    content: CheckContent,
  ) => Promise<Answer<{ readonly url: string }>>;
  /** Conclusion of a check run; `null` while it is not completed. */
  readonly checkConclusion: (id: number) => Promise<Answer<string | null>>;
  readonly artifacts: (runId: number) => Promise<Answer<readonly Artifact[]>>;
  /** The files of an artifact's archive within the limits; `rejected` for one that breaks them or has a hostile path. */
  readonly artifactFiles: (artifact: Artifact, limits: ArtifactLimits) => Promise<Answer<readonly ArtifactFile[]>>;
  /** Best common ancestor of two commits or branches; null when there is none. */
  readonly mergeBase: (base: string, head: string) => Promise<Answer<string | null>>;
  /**
   * Puts a commit with more files on a branch through the Git Data API, without force: `conflict` when the branch is not at
   * `parent` (null: when it exists). Returns the commit.
   */
  readonly commitFiles: (change: {
    readonly branch: string;
    readonly parent: string | null;
    readonly message: string;
    readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  }) => Promise<Answer<string>>;
}
