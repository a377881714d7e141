import type { Forge, PullRequest } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import type { Task } from './refusals.ts';

interface PullRequestData {
  readonly number: number;
  readonly state: string;
  readonly user: { readonly login: string } | null;
  readonly labels: readonly { readonly name?: string | undefined }[];
  readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
  readonly base: { readonly ref: string; readonly repo: { readonly full_name: string } };
}

function task(doing: string): Task {
  return { doing, access: 'read', repeat: 'always', permission: 'pull-requests: read' };
}

/** A pull request whose head repository is gone counts as a fork's: nothing says that it was ours. Throws TypeError. */
function read({ number, state, user, labels, head, base }: PullRequestData): PullRequest {
  if (typeof number !== 'number' || typeof head.sha !== 'string') throw new TypeError('not a pull request');
  const headRepository = head.repo?.full_name ?? null;
  return {
    number,
    state: state === 'open' ? 'open' : 'closed',
    headSha: head.sha,
    headRepository,
    baseRef: base.ref,
    fork: headRepository?.toLowerCase() !== base.repo.full_name.toLowerCase(),
    author: user?.login ?? 'ghost',
    labels: labels.flatMap(({ name }) => name ?? []),
  };
}

/** Pull requests of the repository. */
export function createPullRequests(client: Client): Pick<Forge, 'pullRequest' | 'pullRequestsAt'> {
  const { owner, repo } = client;
  return {
    pullRequest: (number) =>
      client.call(
        task(`read pull request ${number}`),
        (octokit, request) => octokit.rest.pulls.get({ owner, repo, pull_number: number, request }),
        read,
      ),
    pullRequestsAt: async (headSha, head) => {
      const doing = task(`find the pull request of ${headSha}`);
      const byCommit = await client.pages(
        doing,
        (octokit, page) =>
          octokit.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: headSha, ...page }),
        (data) => data.map(read),
      );
      // 422: the repository has no such commit, so no pull request has it as its head either.
      if (!byCommit.ok && byCommit.refusal.status !== 422) return byCommit;
      const found = byCommit.ok ? [...byCommit.value] : [];
      if (head !== null) {
        const byBranch = await client.pages(
          doing,
          (octokit, page) => octokit.rest.pulls.list({ owner, repo, head, state: 'open', ...page }),
          (data) => data.map(read),
        );
        if (!byBranch.ok) return byBranch;
        found.push(...byBranch.value);
      }
      const numbered = new Map(found.map((pull) => [pull.number, pull]));
      const here = [...numbered.values()].filter((pull) => pull.state === 'open' && pull.headSha === headSha);
      return { ok: true, value: here.sort((first, second) => first.number - second.number) };
    },
  };
}
