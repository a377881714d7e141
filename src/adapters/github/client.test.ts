import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ForgeScene, refusalOf, startForgeScene, valueOf } from '../../../fixtures/servers/github-forge.ts';
import { primaryRateLimit, secondaryRateLimit } from '../../../fixtures/servers/github-script.ts';
import type { Answer, Forge } from '../../ports/forge.ts';

const sha = '1'.repeat(40);
const secret = 'ghs_0123456789abcdefSECRET';
const limits = { archiveBytes: 1000, files: 10, fileBytes: 1000, totalBytes: 1000 };
const artifact = { id: 1, name: 'bundle', sizeBytes: 1, expired: false };
const content = { title: 't', summary: 's', text: 'x', annotations: [] };
const change = { branch: 'bench-data', parent: null, message: 'm', files: [{ path: 'a', bytes: new Uint8Array(1) }] };

/** Every method with the operation that it begins with and the permission that it needs. */
const methods: readonly (readonly [
  string,
  (forge: Forge) => Promise<Answer<unknown>>,
  operation: string,
  permission: string,
])[] = [
  ['pullRequest', (forge) => forge.pullRequest(1), 'pulls/get', 'pull-requests: read'],
  [
    'pullRequestsAt',
    (forge) => forge.pullRequestsAt(sha, 'octo:topic'),
    'repos/list-pull-requests-associated-with-commit',
    'pull-requests: read',
  ],
  ['comments', (forge) => forge.comments(1), 'issues/list-comments', 'pull-requests: read'],
  ['createComment', (forge) => forge.createComment(1, 'x'), 'issues/create-comment', 'pull-requests: write'],
  ['updateComment', (forge) => forge.updateComment(1, 'x'), 'issues/update-comment', 'pull-requests: write'],
  ['startCheck', (forge) => forge.startCheck('n', sha, 'https://example.org'), 'checks/create', 'checks: write'],
  ['completeCheck', (forge) => forge.completeCheck(1, 'neutral', content), 'checks/update', 'checks: write'],
  ['checkConclusion', (forge) => forge.checkConclusion(1), 'checks/get', 'checks: read'],
  ['artifacts', (forge) => forge.artifacts(1), 'actions/list-workflow-run-artifacts', 'actions: read'],
  ['artifactFiles', (forge) => forge.artifactFiles(artifact, limits), 'actions/download-artifact', 'actions: read'],
  ['mergeBase', (forge) => forge.mergeBase('main', 'topic'), 'repos/compare-commits-with-basehead', 'contents: read'],
  ['commitFiles', (forge) => forge.commitFiles(change), 'git/get-ref', 'contents: read'],
];
const writes = new Set(['createComment', 'updateComment', 'startCheck', 'completeCheck']);

let scene: ForgeScene;
beforeEach(async () => {
  const nobody = { login: 'github-actions[bot]', permissions: {} };
  const reader = { login: 'github-actions[bot]', permissions: { contents: 'read' } } as const;
  const all = { contents: 'write', pull_requests: 'write', checks: 'write', actions: 'write' } as const;
  scene = await startForgeScene({
    tokens: {
      token: { login: 'github-actions[bot]', permissions: all },
      [secret]: nobody,
      reader,
      elsewhere: { login: 'anna', permissions: all, repositories: [] },
      person: { login: 'anna', permissions: all },
    },
  });
  scene.github.state.addPullRequest({ headSha: sha });
});
afterEach(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.github.close();
});

const count = (operation: string): number =>
  scene.github.requests.filter((request) => request.operation === operation).length;

describe('refusals', () => {
  test.each(methods)('%s() without a token is no_token and asks nothing', async (_, act) => {
    for (const token of [null, '']) {
      const refusal = refusalOf(await act(scene.connect({ token })));
      expect(refusal).toMatchObject({
        kind: 'no_token',
        status: null,
        detail: expect.stringContaining('no GitHub token'),
      });
    }
    expect(scene.github.requests).toEqual([]);
  });

  test.each(methods)(
    '%s() without permission is forbidden and names the permission',
    async (_, act, __, permission) => {
      const refusal = refusalOf(await act(scene.connect({ token: secret })));
      expect(refusal).toMatchObject({ kind: 'forbidden', status: 403, permission });
      expect(refusal.detail).toMatch(/^GitHub answered 403 when asked to .*: Resource not accessible by integration$/);
    },
  );

  test.each(methods)('%s() with a bad token is forbidden, and no permission would help', async (_, act) => {
    const refusal = refusalOf(await act(scene.connect({ token: 'ghp_wrongwrongwrong' })));
    expect(refusal).toMatchObject({ kind: 'forbidden', status: 401, permission: null });
  });

  test.each(methods)('%s() on a repository out of sight is missing', async (name, act, _, permission) => {
    const answer = await act(scene.connect({ token: 'elsewhere' }));
    // The branch is not there, and the write that follows is refused.
    const expected = name === 'commitFiles' ? 'contents: write' : writes.has(name) ? permission : null;
    expect(refusalOf(answer)).toMatchObject({ kind: 'missing', status: 404, permission: expected });
  });

  test.each(methods)('%s() says what kind of refusal an answer is', async (name, act, operation) => {
    const { forge, github } = scene;
    const kinds = { 400: 'rejected', 409: 'conflict', 410: 'missing', 422: 'rejected', 451: 'rejected' } as const;
    for (const [status, kind] of Object.entries(kinds)) {
      const isRead = (name === 'pullRequestsAt' && status === '422') || (name === 'commitFiles' && status !== '422');
      if (isRead) continue;
      github.script(operation, {
        status: Number(status),
        body: { message: 'No\nway', errors: ['first', { message: 'second' }] },
      });
      const refusal = refusalOf(await act(forge));
      expect(refusal).toMatchObject({ kind, status: Number(status) });
      expect(refusal.detail).toContain('No way: first: second');
    }
  });

  test.each(methods)(
    '%s() is unavailable after 5xx, resets and silence, and never throws',
    async (_, act, operation) => {
      const { github, connect } = scene;
      const forge = connect({ requestTimeoutMilliseconds: 100 });
      for (const answer of [{ status: 500 }, { status: 503, body: '<html>\u001b[31m' }, 'reset', 'hang'] as const) {
        github.script(operation, answer, { times: 4 });
        const status = typeof answer === 'object' ? answer.status : null;
        expect(refusalOf(await act(forge))).toMatchObject({ kind: 'unavailable', status, permission: null });
        github.script('*', { status: 200 }, { times: 0 });
        while (count(operation) % 4 !== 0) await act(forge);
      }
    },
  );

  test.each(methods)('%s() is unavailable for an answer of another shape', async (name, act, operation) => {
    const { forge, github } = scene;
    for (const body of [null, 'text', [], {}, { head: null }, [null]] as const) {
      github.script(operation, { status: 200, body }, { times: 8 });
      const answer = await act(forge);
      // A list may well be empty.
      if (answer.ok) expect(answer.value).toEqual([]);
      else expect(answer.refusal.kind).toBe(name === 'artifactFiles' ? 'rejected' : 'unavailable');
    }
  });

  test('commitFiles() with a token that only reads names the permission to write', async () => {
    const refusal = refusalOf(await scene.connect({ token: 'reader' }).commitFiles(change));
    expect(refusal).toMatchObject({ kind: 'forbidden', status: 403, permission: 'contents: write' });
  });

  test("startCheck() with a person's token says what GitHub says", async () => {
    const forge = scene.connect({ token: 'person' });
    const refusal = refusalOf(await forge.startCheck('n', sha, 'https://example.org'));
    expect(refusal).toMatchObject({ kind: 'forbidden', permission: 'checks: write' });
    expect(refusal.detail).toContain('You must authenticate via a GitHub App.');
  });

  test('no detail shows a token, and each is one line without control characters', async () => {
    const { connect, github } = scene;
    const message = `Denied for ${secret}\n\u001b[31mred \u202e ghp_abcdefabcdef github_pat_11AA_bb ${'long '.repeat(99)}`;
    github.script('pulls/get', { status: 403, body: { message } });
    const { detail } = refusalOf(await connect({ token: secret }).pullRequest(1));
    expect(detail).toContain('Denied for *** \\u001b[31mred \\u202e *** *** long');
    expect(detail).toHaveLength(300);
  });
});

describe('repeating', () => {
  test('a read is repeated three times with growing waits', async () => {
    const { forge, github, waits } = scene;
    github.script('pulls/get', { status: 502 }, { times: 3 });
    expect(valueOf(await forge.pullRequest(1)).number).toBe(1);
    expect(waits).toEqual([250, 500, 1000]);
    github.script('pulls/get', 'reset', { times: 4 });
    expect(refusalOf(await forge.pullRequest(1)).kind).toBe('unavailable');
    expect(count('pulls/get')).toBe(8);
  });

  test.each(['cut', 'reset', 'hang'] as const)('a read is repeated when its answer is lost (%s)', async (answer) => {
    scene.github.script('pulls/get', answer);
    expect(valueOf(await scene.connect({ requestTimeoutMilliseconds: 300 }).pullRequest(1)).number).toBe(1);
  });

  test('an update is repeated, as it does the same again', async () => {
    const { forge, github } = scene;
    const { id } = github.state.addComment({ issue: 1, body: 'old', author: 'github-actions[bot]' });
    github.script('issues/update-comment', { status: 500 }, { carriedOut: true });
    expect(valueOf(await forge.updateComment(id, 'new'))).toMatchObject({ body: 'new', isOurs: true });
  });

  test('a secondary rate limit is waited for as long as it says', async () => {
    const { forge, github, waits } = scene;
    github.script('pulls/get', secondaryRateLimit(7), { times: 2 });
    expect(valueOf(await forge.pullRequest(1)).number).toBe(1);
    expect(waits).toEqual([7000, 7000]);
    github.script('pulls/get', secondaryRateLimit());
    expect(valueOf(await forge.pullRequest(1)).number).toBe(1);
    expect(waits.slice(2)).toEqual([250]);
  });

  test('waits of more than 30 s together are not begun', async () => {
    const { forge, github, waits } = scene;
    github.script('pulls/get', secondaryRateLimit(16), { times: 2 });
    const refusal = refusalOf(await forge.pullRequest(1));
    expect(refusal).toMatchObject({ kind: 'limited', status: 403, permission: null });
    expect(refusal.detail).toContain('secondary rate limit');
    expect(refusal.detail).toContain('(free again in 16 s)');
    expect(waits).toEqual([16_000]);
  });

  test.each([403, 429] as const)('a primary rate limit (%i) is waited for only when it ends soon', async (status) => {
    const { forge, github, waits } = scene;
    github.script('pulls/get', primaryRateLimit(3, status));
    expect(valueOf(await forge.pullRequest(1)).number).toBe(1);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(1000);
    expect(waits[0]).toBeLessThanOrEqual(4000);
    github.script('pulls/get', primaryRateLimit(2000, status));
    expect(refusalOf(await forge.pullRequest(1))).toMatchObject({ kind: 'limited', status });
    expect(count('pulls/get')).toBe(3);
  });

  test.each(methods)('%s() takes a rate limit for no missing permission', async (_, act, operation) => {
    scene.github.script(operation, primaryRateLimit(3600), { times: 4 });
    expect(refusalOf(await act(scene.forge))).toMatchObject({ kind: 'limited', permission: null });
  });

  test('a create is repeated when no connection was made', async () => {
    const other = await startForgeScene();
    await other.github.close();
    const { waits } = other;
    const refusal = refusalOf(await other.forge.createComment(1, 'x'));
    expect(refusal).toMatchObject({ kind: 'unavailable', status: null });
    expect(refusal.detail).toContain('ECONNREFUSED');
    expect(waits.slice(0, 3)).toEqual([250, 500, 1000]);
  });
});

describe('stopping', () => {
  test('an abort ends a request and a wait at once, and nothing is asked afterwards', async () => {
    const { github, connect } = scene;
    const never = new Promise<void>(() => undefined);
    for (const answer of ['hang', secondaryRateLimit(20)] as const) {
      github.script('pulls/get', answer);
      const stop = new AbortController();
      const forge = connect({ signal: stop.signal, sleep: () => never });
      const pending = forge.pullRequest(1);
      setTimeout(() => stop.abort(), 200);
      const refusal = refusalOf(await pending);
      expect(refusal).toMatchObject({ kind: 'unavailable', detail: expect.stringContaining('Benchgate was stopped') });
      const asked = github.requests.length;
      expect(refusalOf(await forge.comments(1)).kind).toBe('unavailable');
      expect(github.requests).toHaveLength(asked);
    }
  });
});

test('a process that speaks to a disturbed GitHub prints nothing of its own', async () => {
  const { github } = scene;
  const headers = { deprecation: 'true', sunset: 'soon' };
  github.script('pulls/get', { status: 404, headers });
  github.script('issues/list-comments', { status: 200, headers, body: [] });
  const forge = new URL('forge.ts', import.meta.url).href;
  const program = `
    import { createForge } from ${JSON.stringify(forge)};
    const forge = createForge({
      token: 'token', apiUrl: ${JSON.stringify(github.url)}, repository: { owner: 'octo', name: 'tools' },
      sleep: async () => {}, random: () => 0, userAgent: 'benchgate/test', signal: new AbortController().signal,
    });
    const [pull, comments] = [await forge.pullRequest(1), await forge.comments(1)];
    process.stdout.write(JSON.stringify([pull.refusal?.kind, comments.ok]));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', program]);
  const output: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (output[name] += String(chunk)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ ...output, code }).toEqual({ stdout: '["missing",true]', stderr: '', code: 0 });
});
