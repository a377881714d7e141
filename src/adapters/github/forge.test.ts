import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startGitHttpServer } from '../../../fixtures/servers/git-http.ts';
import { type ForgeScene, refusalOf, startForgeScene, valueOf } from '../../../fixtures/servers/github-forge.ts';
import type { CheckContent } from '../../ports/forge.ts';

const run = promisify(execFile);
const sha = (digit: string): string => digit.repeat(40);

let scene: ForgeScene;
beforeEach(async () => {
  scene = await startForgeScene();
});
afterEach(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.github.close();
});

const content = (annotations: number): CheckContent => ({
  title: 'Two benchmarks',
  summary: 'One is **slower**',
  text: null,
  annotations: Array.from({ length: annotations }, (_, index) => ({
    path: 'bench/manifest.toml',
    line: index + 1,
    level: 'warning',
    message: `message ${index}`,
    title: 'slower',
  })),
});

describe('pull requests', () => {
  test('pullRequest() tells one of the repository from a fork', async () => {
    const { forge, github } = scene;
    github.state.addPullRequest({ headSha: sha('1'), labels: ['bench', 'deep'], baseRef: 'release', author: 'anna' });
    github.state.addPullRequest({ headSha: sha('2'), headRepository: 'stranger/tools', state: 'closed' });
    github.state.addPullRequest({ headSha: sha('3'), headRepository: null });
    expect(valueOf(await forge.pullRequest(1))).toEqual({
      number: 1,
      state: 'open',
      headSha: sha('1'),
      headRepository: 'octo/tools',
      baseRef: 'release',
      fork: false,
      author: 'anna',
      labels: ['bench', 'deep'],
    });
    expect(valueOf(await forge.pullRequest(2))).toMatchObject({
      state: 'closed',
      fork: true,
      headRepository: 'stranger/tools',
    });
    expect(valueOf(await forge.pullRequest(3))).toMatchObject({ fork: true, headRepository: null });
  });

  test('pullRequestsAt() finds open ones by commit and by branch, only where the head is at the commit', async () => {
    const { forge, github } = scene;
    const { addPullRequest } = github.state;
    addPullRequest({ headSha: sha('1') });
    addPullRequest({ headSha: sha('1'), state: 'closed' });
    addPullRequest({ headSha: sha('2'), commits: [sha('1')] });
    addPullRequest({ headSha: sha('1'), headRepository: 'stranger/tools', headRef: 'fast' });
    addPullRequest({ headSha: sha('3'), headRepository: 'stranger/tools', headRef: 'fast' });
    addPullRequest({ headSha: sha('1'), headRepository: null });
    const numbers = async (commit: string, head: string | null): Promise<number[]> =>
      valueOf(await forge.pullRequestsAt(commit, head)).map(({ number }) => number);
    expect(await numbers(sha('1'), null)).toEqual([1, 4, 6]);
    expect(await numbers(sha('1'), 'stranger:fast')).toEqual([1, 4, 6]);
    expect(await numbers(sha('3'), 'stranger:fast')).toEqual([5]);
    expect(await numbers(sha('9'), 'stranger:fast')).toEqual([]);
    expect(await numbers(sha('9'), null)).toEqual([]);
  });

  test('pullRequestsAt() uses the branch when the commit is not known to the repository', async () => {
    const { forge, github } = scene;
    github.state.addPullRequest({ headSha: sha('4'), headRepository: 'stranger/tools', headRef: 'fast' });
    github.script('repos/list-pull-requests-associated-with-commit', { status: 422 });
    expect(valueOf(await forge.pullRequestsAt(sha('4'), 'stranger:fast'))).toMatchObject([{ number: 1, fork: true }]);
  });

  test('pullRequestsAt() does not take a refused half for an empty one', async () => {
    const { forge, github } = scene;
    github.state.addPullRequest({ headSha: sha('4') });
    github.script('repos/list-pull-requests-associated-with-commit', { status: 403 });
    expect(refusalOf(await forge.pullRequestsAt(sha('4'), 'octo:topic'))).toMatchObject({ kind: 'forbidden' });
    github.script('pulls/list', { status: 404 });
    expect(refusalOf(await forge.pullRequestsAt(sha('4'), 'octo:topic'))).toMatchObject({ kind: 'missing' });
  });

  test('pullRequestsAt() reads all pages', async () => {
    const { forge, github } = scene;
    for (let count = 0; count < 130; count += 1)
      github.state.addPullRequest({ headSha: count === 3 ? sha('7') : sha('8'), headRef: 'same' });
    expect(valueOf(await forge.pullRequestsAt(sha('7'), 'octo:same')).map(({ number }) => number)).toEqual([4]);
    expect(valueOf(await forge.pullRequestsAt(sha('8'), null))).toHaveLength(129);
  });
});

describe('checks', () => {
  test('startCheck() leaves one in progress on the commit', async () => {
    const { forge, github } = scene;
    const id = valueOf(await forge.startCheck('benchgate', sha('1'), 'https://example.org/run'));
    expect(github.state.checks).toMatchObject([
      { id, name: 'benchgate', headSha: sha('1'), status: 'in_progress', detailsUrl: 'https://example.org/run' },
    ]);
    expect(valueOf(await forge.checkConclusion(id))).toBeNull();
  });

  test('completeCheck() sends all annotations, 50 at a time', async () => {
    const { forge, github } = scene;
    const id = valueOf(await forge.startCheck('benchgate', sha('1'), 'https://example.org/run'));
    const { url } = valueOf(await forge.completeCheck(id, 'failure', content(120)));
    expect(url).toContain(`/runs/${id}`);
    const [check] = github.state.checks;
    expect(check).toMatchObject({ status: 'completed', conclusion: 'failure', title: 'Two benchmarks' });
    expect(check?.annotations.map(({ start_line: line }) => line)).toEqual(
      Array.from({ length: 120 }, (_, index) => index + 1),
    );
    expect(github.requests.filter(({ operation }) => operation === 'checks/update')).toHaveLength(3);
    expect(valueOf(await forge.checkConclusion(id))).toBe('failure');
  });

  test('completeCheck() says when further annotations did not come through', async () => {
    const { forge, github } = scene;
    const id = valueOf(await forge.startCheck('benchgate', sha('1'), 'https://example.org/run'));
    github.script('checks/update', { status: 500 }, { skip: 1 });
    const answer = await forge.completeCheck(id, 'action_required', content(60));
    expect(refusalOf(answer)).toMatchObject({
      kind: 'unavailable',
      status: 500,
      detail: expect.stringContaining('annotations from 51 to a check that is completed'),
    });
    expect(github.state.checks).toMatchObject([{ conclusion: 'action_required', annotations: { length: 50 } }]);
  });

  test.each([1, 2, 3])('startCheck() makes one check when %i answers are lost', async (times) => {
    const { forge, github } = scene;
    github.script('checks/create', { status: 502 }, { times: times - 1 });
    github.script('checks/create', { status: 502 }, { carriedOut: true });
    const id = valueOf(await forge.startCheck('benchgate', sha('1'), 'https://example.org/run'));
    expect(github.state.checks.map((check) => check.id)).toEqual([id]);
  });
});

describe('commits', () => {
  test('mergeBase() compares commits and branches', async () => {
    const { forge, github } = scene;
    const git = await github.git();
    const root = (await git.commit('main')) ?? '';
    const tree = (await git.writeTree(null, [])) ?? '';
    const left = (await git.writeCommit(tree, [root], 'left', 'anna')) ?? '';
    const right = (await git.writeCommit(tree, [root], 'right', 'anna')) ?? '';
    const orphan = (await git.writeCommit(tree, [], 'orphan', 'anna')) ?? '';
    await git.run(['update-ref', 'refs/heads/feature/left', left]);
    expect(valueOf(await forge.mergeBase('feature/left', right))).toBe(root);
    expect(valueOf(await forge.mergeBase(left, left))).toBe(left);
    expect(valueOf(await forge.mergeBase(left, orphan))).toBeNull();
    expect(refusalOf(await forge.mergeBase('nowhere', left))).toMatchObject({ kind: 'missing', status: 404 });
  });

  test('commitFiles() makes a branch and adds to it, and git fetches it byte for byte', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'forge-'));
    const bare = join(folder, 'tools.git');
    await run('git', ['init', '--quiet', '--bare', bare]);
    const repositories = [{ owner: 'octo', name: 'tools', repositoryPath: bare }] as const;
    const other = await startForgeScene({ repositories });
    const served = await startGitHttpServer({ root: folder, token: 'token' });
    try {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const files = [{ path: 'runs/2026-11/1.jsonl', bytes }];
      const change = { branch: 'bench-data', parent: null, message: 'One run', files };
      expect(refusalOf(await other.forge.commitFiles(change))).toMatchObject({ kind: 'conflict', status: 409 });
      const git = await other.github.git();
      const tree = (await git.writeTree(null, [])) ?? '';
      await git.run(['update-ref', 'refs/heads/main', (await git.writeCommit(tree, [], 'start', 'anna')) ?? '']);
      const first = valueOf(await other.forge.commitFiles(change));
      const more = [
        { path: 'runs/2026-11/2.jsonl', bytes: Buffer.from('{"number":2}\n') },
        { path: 'empty', bytes: new Uint8Array() },
      ];
      const second = valueOf(
        await other.forge.commitFiles({ ...change, parent: first, message: 'Line\n\nText', files: more }),
      );
      const clone = join(folder, 'clone');
      await run('git', ['clone', '--quiet', '-b', 'bench-data', `${served.urlWithToken}/tools.git`, clone]);
      const { stdout: log } = await run('git', ['-C', clone, 'log', '--format=%H %P %s']);
      expect(log).toBe(`${second} ${first} Line\n${first}  One run\n`);
      const { stdout: names } = await run('git', ['-C', clone, 'ls-files']);
      expect(names.split('\n')).toEqual(['empty', 'runs/2026-11/1.jsonl', 'runs/2026-11/2.jsonl', '']);
      const shown = await run('git', ['-C', clone, 'show', 'HEAD:runs/2026-11/1.jsonl'], { encoding: 'buffer' });
      expect(shown.stdout).toEqual(Buffer.from(bytes));
      expect(other.github.violations).toEqual([]);
    } finally {
      await served.close();
      await other.github.close();
      rmSync(folder, { recursive: true });
    }
  });

  const files = [{ path: 'a.jsonl', bytes: Buffer.from('{}\n') }];
  const writes = (): string[] =>
    scene.github.requests.filter(({ method }) => method !== 'GET').map(({ operation }) => operation);

  test('commitFiles() writes nothing when the branch is elsewhere', async () => {
    const { forge, github } = scene;
    const main = (await (await github.git()).commit('main')) ?? '';
    const change = { branch: 'main', message: 'x', files };
    for (const parent of [null, sha('1')])
      expect(refusalOf(await forge.commitFiles({ ...change, parent }))).toMatchObject({ kind: 'conflict' });
    const gone = await forge.commitFiles({ ...change, branch: 'gone', parent: main });
    expect(refusalOf(gone)).toMatchObject({ kind: 'conflict', detail: expect.stringContaining('is at nothing') });
    expect(writes()).toEqual([]);
  });

  test('commitFiles() is a conflict when another writer was faster', async () => {
    const { forge, github } = scene;
    const git = await github.git();
    const main = (await git.commit('main')) ?? '';
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((path) =>
        forge.commitFiles({ branch: 'main', parent: main, message: path, files: [{ path, bytes: Buffer.from(path) }] }),
      ),
    );
    const kinds = results.map((result) => (result.ok ? 'ok' : result.refusal.kind)).sort((a, b) => a.localeCompare(b));
    expect(kinds).toEqual(['conflict', 'conflict', 'conflict', 'ok']);
    expect(await git.commit('main')).toBe(valueOf(results.find(({ ok }) => ok)!));
    const made = await Promise.all(
      ['a', 'b'].map((path) => forge.commitFiles({ branch: 'new', parent: null, message: path, files })),
    );
    expect(made.map((result) => (result.ok ? 'ok' : result.refusal.kind)).sort((a, b) => a.localeCompare(b))).toEqual([
      'conflict',
      'ok',
    ]);
  });

  test.each([['git/update-ref', true] as const, ['git/create-ref', false] as const])(
    'commitFiles() succeeds when the answer of %s is lost',
    async (operation, hasParent) => {
      const { forge, github } = scene;
      const git = await github.git();
      const parent = hasParent ? await git.commit('main') : null;
      github.script(operation, 'reset', { carriedOut: true });
      const branch = hasParent ? 'main' : 'bench-data';
      const commit = valueOf(await forge.commitFiles({ branch, parent, message: 'x', files }));
      expect(await git.commit(branch)).toBe(commit);
    },
  );

  test('commitFiles() calls a rule of the repository rejected, not a conflict', async () => {
    const { forge, github } = scene;
    const parent = await (await github.git()).commit('main');
    const body = { message: 'Repository rule violations found\n\nCommits must have verified signatures.' };
    for (const status of [409, 422]) {
      github.script('git/update-ref', { status, body });
      const answer = await forge.commitFiles({ branch: 'main', parent, message: 'x', files });
      expect(refusalOf(answer)).toMatchObject({ kind: 'rejected', status });
    }
  });
});

test('works below the base path of an Enterprise Server', async () => {
  const tokens = { token: { login: 'octo-bot', permissions: { issues: 'write' } } } as const;
  const enterprise = await startForgeScene({ basePath: '/api/v3', tokens });
  try {
    enterprise.github.state.addPullRequest({ headSha: sha('1') });
    enterprise.github.state.addComment({ issue: 1, body: 'by another' });
    valueOf(await enterprise.forge.createComment(1, 'hello'));
    expect(valueOf(await enterprise.forge.comments(1)).map(({ isOurs }) => isOurs)).toEqual([false, true]);
    expect(enterprise.github.requests.map(({ path }) => path)).toContain('/api/graphql');
    expect(enterprise.github.violations).toEqual([]);
  } finally {
    await enterprise.github.close();
  }
});
