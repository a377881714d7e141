import type { Answer, Forge, Refusal } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import type { Task } from './refusals.ts';

type Change = Parameters<Forge['commitFiles']>[0];

const read: Task = {
  doing: 'read the branch',
  access: 'read',
  repeat: 'always',
  permission: 'contents: read',
};

/** Objects have no effect until a branch points to them, so writing one again does no harm. */
function write(doing: string): Task {
  return { doing, access: 'write', repeat: 'always', permission: 'contents: write' };
}

function conflict(status: number | null, detail: string): Answer<never> {
  const refusal: Refusal = { kind: 'conflict', status, detail, permission: null };
  return { ok: false, refusal };
}

function readSha({ sha }: { readonly sha: string }): string {
  if (typeof sha !== 'string') throw new TypeError('an object without a name');
  return sha;
}

/** Commits through the Git Data API: no clone and no work tree, and GitHub signs them. */
export function createCommits(client: Client): Pick<Forge, 'mergeBase' | 'commitFiles'> {
  const { owner, repo } = client;

  /** Null when the branch does not exist, as in a repository without commits (409). */
  const tipOf = async (branch: string): Promise<Answer<string | null>> => {
    const tip = await client.call(
      { ...read, doing: `read branch ${branch}` },
      (octokit, request) => octokit.rest.git.getRef({ owner, repo, ref: `heads/${branch}`, request }),
      ({ object }) => readSha(object),
    );
    return !tip.ok && (tip.refusal.kind === 'missing' || tip.refusal.kind === 'conflict')
      ? { ok: true, value: null }
      : tip;
  };

  /** The tree of the parent with the files in it. */
  const writeTree = async ({ parent, files }: Change): Promise<Answer<string>> => {
    const tree: { path: string; mode: '100644'; type: 'blob'; sha: string }[] = [];
    for (const { path, bytes } of files) {
      const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
      const blob = await client.call(
        write(`store ${path}`),
        (octokit, request) => octokit.rest.git.createBlob({ owner, repo, content, encoding: 'base64', request }),
        readSha,
      );
      if (!blob.ok) return blob;
      tree.push({ path, mode: '100644', type: 'blob', sha: blob.value });
    }
    let base: string | null = null;
    if (parent !== null) {
      const commit = await client.call(
        { ...read, doing: `read commit ${parent}` },
        (octokit, request) => octokit.rest.git.getCommit({ owner, repo, commit_sha: parent, request }),
        (data) => readSha(data.tree),
      );
      if (!commit.ok) return commit;
      base = commit.value;
    }
    return client.call(
      write('store a tree'),
      (octokit, request) =>
        octokit.rest.git.createTree({ owner, repo, tree, ...(base === null ? {} : { base_tree: base }), request }),
      readSha,
    );
  };

  const moveBranch = async ({ branch, parent }: Change, sha: string): Promise<Answer<string>> => {
    const moved =
      parent === null
        ? await client.call(
            write(`create branch ${branch}`),
            (octokit, request) =>
              octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha, request }),
            () => sha,
          )
        : await client.call(
            write(`move branch ${branch}`),
            (octokit, request) =>
              octokit.rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha, force: false, request }),
            () => sha,
          );
    if (moved.ok || moved.refusal.kind !== 'rejected') return moved;
    if (!/fast[- ]forward|already exists|does not exist/i.test(moved.refusal.detail)) return moved;
    // A first try whose answer was lost may have moved it, so that the second is refused.
    const tip = await tipOf(branch);
    if (tip.ok && tip.value === sha) return { ok: true, value: sha };
    return conflict(moved.refusal.status, moved.refusal.detail);
  };

  return {
    mergeBase: async (base, head) => {
      const answer = await client.call(
        { ...read, doing: `compare ${base} with ${head}` },
        (octokit, request) =>
          octokit.rest.repos.compareCommitsWithBasehead({
            owner,
            repo,
            basehead: `${base}...${head}`,
            per_page: 1,
            request,
          }),
        (data): string | null => readSha(data.merge_base_commit),
      );
      const isNone =
        !answer.ok && answer.refusal.kind === 'missing' && /no common ancestor/i.test(answer.refusal.detail);
      return isNone ? { ok: true, value: null } : answer;
    },
    commitFiles: async (change) => {
      const { branch, parent, message } = change;
      const tip = await tipOf(branch);
      if (!tip.ok) return tip;
      if (tip.value !== parent)
        return conflict(null, `Branch ${branch} is at ${tip.value ?? 'nothing'}, not at ${parent ?? 'nothing'}`);
      const tree = await writeTree(change);
      if (!tree.ok) return tree;
      const commit = await client.call(
        write('store a commit'),
        (octokit, request) =>
          octokit.rest.git.createCommit({
            owner,
            repo,
            message,
            tree: tree.value,
            parents: parent === null ? [] : [parent],
            request,
          }),
        readSha,
      );
      return commit.ok ? moveBranch(change, commit.value) : commit;
    },
  };
}
