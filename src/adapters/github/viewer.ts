import type { Answer } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import type { Task } from './refusals.ts';

/** Whose name the job's own token writes under; it may not ask who it is. */
const jobLogin = 'github-actions[bot]';

const task: Task = {
  doing: 'ask whose token this is',
  permission: 'pull-requests: read',
  access: 'read',
  repeat: 'always',
};

/** GraphQL's address beside that of REST; an Enterprise Server has it at `/api/graphql`. */
function graphqlUrl(apiUrl: string): string {
  const base = apiUrl.replace(/\/+$/, '');
  return base.endsWith('/api/v3') ? base.replace(/v3$/, 'graphql') : `${base}/graphql`;
}

/**
 * Login that our comments are written under. Asked once, until it is known. GraphQL answers for every kind of token,
 * `GET /user` only for those of people; when both say that they will not tell, the token is the job's.
 */
export function createViewer(client: Client): () => Promise<Answer<string>> {
  let known: string | undefined;
  const ask = async (): Promise<Answer<string>> => {
    const viewer = await client.call(
      task,
      (octokit, request) =>
        octokit.request(`POST ${graphqlUrl(client.apiUrl)}`, { query: '{ viewer { login } }', request }),
      (body: { data?: { viewer?: { login?: unknown } } }) => body.data?.viewer?.login,
    );
    if (viewer.ok && typeof viewer.value === 'string') return { ok: true, value: viewer.value };
    const user = await client.call(
      task,
      (octokit, request) => octokit.rest.users.getAuthenticated({ request }),
      ({ login }) => login,
    );
    if (user.ok) return user;
    const failed = [viewer, user].find((one) => !one.ok && isPassing(one.refusal.kind));
    return failed === undefined || failed.ok ? { ok: true, value: jobLogin } : failed;
  };
  return async () => {
    if (known !== undefined) return { ok: true, value: known };
    const answer = await ask();
    if (answer.ok) known = answer.value;
    return answer;
  };
}

/** A guess while the service is disturbed would take our own comment for a stranger's and post a second one. */
function isPassing(kind: string): boolean {
  return kind === 'limited' || kind === 'unavailable' || kind === 'no_token';
}
