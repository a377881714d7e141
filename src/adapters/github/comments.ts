import type { Answer, Comment, Forge } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import type { Task } from './refusals.ts';

interface CommentData {
  readonly id: number;
  readonly body?: string | undefined;
  readonly html_url: string;
  readonly user: { readonly login: string } | null;
}

interface Found {
  readonly id: number;
  readonly body: string;
  readonly url: string;
  /** Null when the account is gone. */
  readonly author: string | null;
}

const maximumTries = 4;

function read({ id, body, html_url: url, user }: CommentData): Found {
  if (typeof id !== 'number') throw new TypeError('a comment without a number');
  return { id, body: body ?? '', url, author: user?.login ?? null };
}

function shown({ id, body, url, author }: Found, login: string | null): Comment {
  return { id, body, url, isOurs: login !== null && author?.toLowerCase() === login.toLowerCase() };
}

/** GitHub may change line ends and the space around a body. */
function essence(body: string): string {
  return body.replaceAll('\r\n', '\n').trim();
}

function task(doing: string, access: 'read' | 'write', repeat: Task['repeat']): Task {
  return { doing, access, repeat, permission: `pull-requests: ${access}` };
}

/** Comments of pull requests. `viewer` is our login. */
export function createComments(
  client: Client,
  viewer: () => Promise<Answer<string>>,
): Pick<Forge, 'comments' | 'createComment' | 'updateComment'> {
  const { owner, repo } = client;

  const comments: Forge['comments'] = async (pullRequest) => {
    const found = await client.pages(
      task(`read the comments of pull request ${pullRequest}`, 'read', 'always'),
      (octokit, page) => octokit.rest.issues.listComments({ owner, repo, issue_number: pullRequest, ...page }),
      (data) => data.map(read),
    );
    if (!found.ok || found.value.length === 0) return found.ok ? { ok: true, value: [] } : found;
    const login = await viewer();
    return login.ok ? { ok: true, value: found.value.map((one) => shown(one, login.value)) } : login;
  };

  const createComment: Forge['createComment'] = async (pullRequest, body) => {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await client.call(
        task(`create a comment on pull request ${pullRequest}`, 'write', 'unsent'),
        (octokit, request) =>
          octokit.rest.issues.createComment({ owner, repo, issue_number: pullRequest, body, request }),
        (data): Comment => ({ ...shown(read(data), null), isOurs: true }),
      );
      if (answer.ok || answer.refusal.kind !== 'unavailable' || attempt + 1 >= maximumTries) return answer;
      // It may be there in spite of the answer.
      await client.pause(attempt);
      const present = await comments(pullRequest);
      if (!present.ok) return answer;
      const ours = present.value.findLast((one) => one.isOurs && essence(one.body) === essence(body));
      if (ours !== undefined) return { ok: true, value: ours };
    }
  };

  const updateComment: Forge['updateComment'] = async (id, body) => {
    const updated = await client.call(
      task('update a comment', 'write', 'always'),
      (octokit, request) => octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body, request }),
      read,
    );
    if (!updated.ok) return updated;
    const login = await viewer();
    return { ok: true, value: shown(updated.value, login.ok ? login.value : null) };
  };

  return { comments, createComment, updateComment };
}
