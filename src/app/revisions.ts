import { EnvironmentError } from '../domain/errors.ts';
import type { ForgeEvent } from '../domain/event.ts';
import type { Forge } from '../ports/forge.ts';
import type { Repository } from '../ports/repository.ts';
import type { Subject } from './prepare.ts';

/** What an event asks to be measured, against what, and by whose rules. */
export interface EventRevisions {
  readonly subject: Subject;
  /** Null where nothing comes before: a root commit. */
  readonly base: { readonly sha: string; readonly how: string } | null;
  readonly rulesFrom: 'base' | 'head';
}

const noSecretsHere = 'the event comes without the secrets of the repository';

/**
 * Settles head and base of an event from git, fetching what is missing. The base of a pull request is never what its payload
 * says, which may be long out of date: it is the first parent of the merge commit that was checked out, or the merge base
 * where the head itself was. Throws REVISION_MISSING (69) naming what is missing, and for events without code to measure.
 */
export async function eventRevisions(repository: Repository, forge: Forge, event: ForgeEvent): Promise<EventRevisions> {
  const head = repository.head.sha;
  const parents = await repository.parents(head);
  const withoutSecrets = event.withoutSecrets ? noSecretsHere : null;
  switch (event.kind) {
    case 'pull_request': {
      const change = event.pullRequest;
      if (change === null) throw noRevision(event, 'the payload names no pull request');
      const refClass = change.fork ? ('fork' as const) : ('pull_request' as const);
      const subject = { headSha: change.headSha, refClass, withoutSecrets };
      const [first, second] = parents;
      if (head !== change.headSha && parents.length === 2 && second === change.headSha && first !== undefined) {
        const base = {
          sha: await fetched(repository, first),
          how: `tip of ${change.baseRef} that the merge commit has`,
        };
        return { subject: { ...subject, merge: head }, base, rulesFrom: 'base' };
      }
      if (head !== change.headSha) throw moved(event, head, change.headSha);
      const sha = await forkPoint(repository, forge, change.baseRef, head);
      const base = { sha: await fetched(repository, sha), how: `merge base with ${change.baseRef}` };
      return { subject: { ...subject, merge: null }, base, rulesFrom: 'base' };
    }
    case 'merge_group': {
      const group = event.mergeGroup;
      if (group === null) throw noRevision(event, 'the payload names no merge group');
      if (head !== group.headSha) throw moved(event, head, group.headSha);
      const subject = { headSha: head, merge: null, refClass: 'pull_request' as const, withoutSecrets };
      const base = { sha: await fetched(repository, group.baseSha), how: `base of the merge group` };
      return { subject, base, rulesFrom: 'base' };
    }
    case 'push':
    case 'schedule':
    case 'workflow_dispatch': {
      if (event.kind === 'push' && head !== event.sha) throw moved(event, head, event.sha);
      const isDefault = event.defaultBranch !== null && event.ref === `refs/heads/${event.defaultBranch}`;
      const refClass = isDefault ? ('default_branch' as const) : ('local' as const);
      const subject = { headSha: head, merge: null, refClass, withoutSecrets };
      const [first] = parents;
      const base = first === undefined ? null : { sha: await fetched(repository, first), how: 'first parent' };
      return { subject, base, rulesFrom: 'head' };
    }
    case 'workflow_run':
    case 'other':
      throw noRevision(event, 'it brings no code that may be measured');
  }
}

/** The commit, once it is in the clone. Throws REVISION_MISSING (69). */
async function fetched(repository: Repository, sha: string): Promise<string> {
  if (await repository.fetchCommit(sha)) return sha;
  throw new EnvironmentError('REVISION_MISSING', `the base commit ${sha} could not be fetched`, {
    place: repository.top,
    nextStep:
      'give the job `permissions: contents: read` and the action its github-token, or check out with `fetch-depth: 0`',
  });
}

/** Common ancestor of a head and a branch, by the forge where the clone is too shallow to know. */
async function forkPoint(repository: Repository, forge: Forge, branch: string, head: string): Promise<string> {
  const answer = await forge.mergeBase(branch, head);
  if (answer.ok && answer.value !== null) return answer.value;
  const tip = (await repository.resolve(`refs/remotes/origin/${branch}`))?.sha ?? null;
  const local = tip === null ? null : await repository.mergeBase(tip, head);
  if (local !== null) return local.sha;
  const why = answer.ok ? 'they have no common ancestor' : answer.refusal.detail;
  throw new EnvironmentError('REVISION_MISSING', `the merge base of the head and ${branch} is not known: ${why}`, {
    place: head,
    nextStep:
      'check out the merge commit (the default of actions/checkout) or `fetch-depth: 0`, or give the action a github-token',
  });
}

function moved(event: ForgeEvent, found: string, expected: string): EnvironmentError {
  return new EnvironmentError(
    'REVISION_MISSING',
    `the work tree is at ${found.slice(0, 10)}, which is not what the event ${event.name} is about (${expected.slice(0, 10)})`,
    {
      place: 'GITHUB_WORKSPACE',
      nextStep: 'check out without `ref`, or the head of the pull request; do not switch or commit before this step',
    },
  );
}

function noRevision(event: ForgeEvent, why: string): EnvironmentError {
  const isTarget = event.name === 'pull_request_target';
  return new EnvironmentError('REVISION_MISSING', `nothing can be measured on the event ${event.name}: ${why}`, {
    place: 'GITHUB_EVENT_NAME',
    nextStep: isTarget
      ? 'use `on: pull_request`: pull_request_target hands the repository’s secrets to a stranger’s code'
      : 'use pull_request, push, merge_group, schedule or workflow_dispatch; on workflow_run use `command: report`',
  });
}
