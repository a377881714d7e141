import { UsageError } from '../../domain/errors.ts';
import type { EventKind, ForgeEvent, PullRequestEvent, RepositoryName, TriggeringRun } from '../../domain/event.ts';
import {
  matchingVariable,
  type PayloadPart,
  payloadPart,
  runnerVariable,
  shaVariable,
  unreadableEvent,
} from './event-payload.ts';

// `context` of @actions/github reads the same variables, but at import (115 ms for a bare `node -e`, most of it undici),
// from `process.env`, and types the payload as `any`. So nothing of it is used here, not even its types.

type Environment = Readonly<Record<string, string | undefined>>;

/** `pull_request_target` is none of them: it has the repository's secrets, so nothing may be measured there. */
const kinds: ReadonlySet<string> = new Set<EventKind>([
  'push',
  'pull_request',
  'merge_group',
  'schedule',
  'workflow_dispatch',
  'workflow_run',
]);
const dependabot = 'dependabot[bot]';
const zeros = /^0+$/;

function kindOf(name: string): EventKind {
  const isKind = (text: string): text is EventKind => kinds.has(text);
  return isKind(name) ? name : 'other';
}

function repositoryOf(environment: Environment): RepositoryName {
  const pattern = /^([\w.-]+)\/([\w.-]+)$/;
  const [, owner, name] = pattern.exec(runnerVariable(environment, 'GITHUB_REPOSITORY')) ?? [];
  if (owner === undefined || name === undefined) throw unreadableEvent('GITHUB_REPOSITORY', 'is not owner/name');
  return { owner, name };
}

/** Without a slash at the end. A service that is not GitHub's own (GHES) says its address here; nothing is assumed. */
function addressOf(environment: Environment, name: string): string {
  const text = runnerVariable(environment, name);
  const address = URL.canParse(text) ? new URL(text) : null;
  const isWeb = address !== null && ['http:', 'https:'].includes(address.protocol);
  if (!isWeb || address.username !== '' || address.password !== '' || address.search !== '' || address.hash !== '')
    throw unreadableEvent(name, 'is not the address of a web service');
  return text.replace(/\/+$/, '');
}

/** `owner/repo/.github/workflows/x.yml@refs/…`; null when it is of no such form, as in a service that sets none. */
function workflowPathOf(environment: Environment): string | null {
  return /^[^/]+\/[^/]+\/(.+?\.ya?ml)@/.exec(environment['GITHUB_WORKFLOW_REF'] ?? '')?.[1] ?? null;
}

/** GitHub compares names without case. No head repository: it was deleted, and only a fork can be. */
function isFork(head: string | null, base: string): boolean {
  return head === null || head.toLowerCase() !== base.toLowerCase();
}

function pullRequestOf(payload: PayloadPart): PullRequestEvent {
  const pullRequest = payload.part('pull_request');
  const head = pullRequest.part('head');
  // `base.sha` stays out: it is the tip of the base when the pull request was opened or last pushed, often long gone.
  const base = pullRequest.part('base');
  const headRepository = head.partOrNull('repo')?.text('full_name') ?? null;
  return {
    number: pullRequest.count('number'),
    headSha: head.sha('sha'),
    headRepository,
    fork: isFork(headRepository, base.part('repo').text('full_name')),
    baseRef: base.text('ref'),
    author: pullRequest.part('user').text('login'),
    authorIsOwner: pullRequest.textOrNull('author_association') === 'OWNER',
    labels: pullRequest.parts('labels').map((label) => label.text('name')),
    draft: pullRequest.flag('draft'),
  };
}

function triggeringRunOf(payload: PayloadPart): TriggeringRun {
  const run = payload.part('workflow_run');
  const headRepository = run.partOrNull('head_repository')?.text('full_name') ?? null;
  return {
    id: run.count('id'),
    attempt: run.count('run_attempt'),
    event: run.text('event'),
    conclusion: run.textOrNull('conclusion'),
    headSha: run.sha('head_sha'),
    headBranch: run.textOrNull('head_branch'),
    headRepository,
    fork: isFork(headRepository, run.part('repository').text('full_name')),
  };
}

function mergeGroupOf(payload: PayloadPart): ForgeEvent['mergeGroup'] {
  const group = payload.part('merge_group');
  return { baseSha: group.sha('base_sha'), headSha: group.sha('head_sha'), baseRef: group.text('base_ref') };
}

/** The commit before the push; null for a new branch. Throws UsageError when the push removed the branch. */
function beforePush(payload: PayloadPart, sha: string): string | null {
  if (payload.flag('deleted') || zeros.test(sha) || zeros.test(payload.sha('after'))) {
    throw new UsageError('USAGE', `this push deleted ${payload.text('ref')}: there is no commit to look at`, {
      place: 'deleted',
      nextStep: 'leave such pushes out: give the job `if: ${{ !github.event.deleted }}`',
    });
  }
  const before = payload.sha('before');
  return zeros.test(before) ? null : before;
}

/**
 * The event of this job, from the runner's variables and the parsed JSON of its event file. Throws EnvironmentError
 * (EVENT_UNREADABLE) naming the variable or the field that is missing or of the wrong form, and UsageError for a push
 * that deleted its branch. Fields that the kind does not need are not looked at.
 */
export function readForgeEvent(environment: Environment, payload: unknown): ForgeEvent {
  const name = runnerVariable(environment, 'GITHUB_EVENT_NAME');
  const kind = kindOf(name);
  const fields = payloadPart(payload, 'payload');
  const sha = shaVariable(environment);
  const repository = repositoryOf(environment);
  const actor = environment['GITHUB_ACTOR'] || null;
  const pullRequest = kind === 'pull_request' ? pullRequestOf(fields) : null;
  const serverUrl = addressOf(environment, 'GITHUB_SERVER_URL');
  const id = matchingVariable(environment, 'GITHUB_RUN_ID', /^[1-9]\d*$/, 'a number');
  const attempt = Number(matchingVariable(environment, 'GITHUB_RUN_ATTEMPT', /^[1-9]\d{0,8}$/, 'a number'));
  return {
    kind,
    name,
    action: kind === 'other' ? fields.mention('action') : fields.textOrNull('action'),
    sender: fields.partOrNull('sender')?.textOrNull('login') ?? null,
    label: kind === 'pull_request' ? (fields.partOrNull('label')?.textOrNull('name') ?? null) : null,
    repository,
    sha,
    ref: runnerVariable(environment, 'GITHUB_REF'),
    defaultBranch: fields.partOrNull('repository')?.textOrNull('default_branch') ?? null,
    actor,
    pullRequest,
    mergeGroup: kind === 'merge_group' ? mergeGroupOf(fields) : null,
    triggeringRun: kind === 'workflow_run' ? triggeringRunOf(fields) : null,
    before: kind === 'push' ? beforePush(fields, sha) : null,
    // Who caused the event counts, not who opened the pull request: a run that a person's push started has the secrets.
    withoutSecrets: pullRequest !== null && (pullRequest.fork || actor === dependabot),
    run: {
      id,
      attempt,
      job: runnerVariable(environment, 'GITHUB_JOB'),
      step: runnerVariable(environment, 'GITHUB_ACTION'),
      workflowPath: workflowPathOf(environment),
    },
    runUrl: `${serverUrl}/${repository.owner}/${repository.name}/actions/runs/${id}/attempts/${attempt}`,
    serverUrl,
    apiUrl: addressOf(environment, 'GITHUB_API_URL'),
  };
}
