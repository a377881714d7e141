import { EnvironmentError, UsageError } from '../domain/errors.ts';
import type { ForgeEvent } from '../domain/event.ts';
import { type Ci, ciProjectOptions } from './ci.ts';
import type { Project } from './project.ts';
import { type EventRevisions, eventRevisions } from './revisions.ts';
import type { RulesRequest } from './rules.ts';

/**
 * Head and base of the event; the input `baseline` chooses the base where the head's own rules decide. Throws USAGE (64) where
 * the base's do: what is compared with is what decides there. Throws what eventRevisions throws.
 */
export async function ciRevisions(ci: Ci, project: Project): Promise<EventRevisions> {
  const { baseline } = ci.options;
  const revisions = await eventRevisions(project.repository, ci.forge, ci.event);
  if (baseline === null) return revisions;
  if (revisions.rulesFrom === 'base') {
    throw new UsageError('USAGE', `the input \`baseline\` is not to be used on the event ${ci.event.name}`, {
      place: 'with: baseline',
      nextStep: 'leave it out: a change is compared with the revision that it started from, and judged by its rules',
    });
  }
  const known = await project.repository.resolve(baseline);
  const sha = known?.sha ?? baseline;
  if (known === null && !(await project.repository.fetchCommit(baseline))) {
    throw new EnvironmentError(
      'REVISION_MISSING',
      `the input \`baseline\` names no commit that can be had: ${baseline}`,
      {
        place: 'with: baseline',
        nextStep: 'give a full commit hash, or check out with `fetch-depth: 0`',
      },
    );
  }
  return { ...revisions, base: { sha, how: `input baseline: ${baseline}` } };
}

/** The base's rules, unless a maintainer's label on the pull request lets the change bring its own. */
export async function baseRules(ci: Ci): Promise<Extract<RulesRequest, { from: 'base' }>> {
  const { event, forge } = ci;
  const number = event.pullRequest?.number ?? queuedPullRequest(event.ref);
  const live = number === null ? null : await forge.pullRequest(number);
  // The payload's labels are as old as the event; a job that is run again must see today's.
  const labels = live?.ok === true ? live.value.labels : (event.pullRequest?.labels ?? null);
  return {
    from: 'base',
    ledger: ciProjectOptions(ci),
    labels,
    freshLabels: freshLabels(event, labels ?? []),
    takesLabels: event.pullRequest?.fork !== true,
    workflowPath: event.run.workflowPath,
  };
}

/**
 * Labels that were given to exactly this head, by somebody other than its author (the repository's owner may approve their own):
 * the one that the event is about. After a push, also one while it was closed, whatever is there was given to other code. A
 * pull request in the merge queue has passed its own checks with the labels that it has.
 */
function freshLabels(event: ForgeEvent, present: readonly string[]): readonly string[] {
  const { kind, action, label, sender, pullRequest } = event;
  if (kind === 'merge_group') return present;
  if (action !== 'labeled' || label === null || pullRequest === null) return [];
  const isOwnLabel = sender === null || sender === pullRequest.author;
  return isOwnLabel && !pullRequest.authorIsOwner ? [] : [label];
}

/** Number of the pull request that a merge queue's branch is for, as GitHub names it; null for another branch. */
function queuedPullRequest(ref: string): number | null {
  const number = /^refs\/heads\/gh-readonly-queue\/.+\/pr-(\d+)-[0-9a-f]{40}$/.exec(ref)?.[1];
  return number === undefined ? null : Number(number);
}
