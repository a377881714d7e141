import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { outcomeOf, readLedger } from '../../fixtures/action-outcome.ts';
import {
  actionDirectory,
  createStage,
  exactManifest,
  projectFiles,
  repositoryName,
  type Stage,
  type StageOptions,
  type StageRun,
  token,
} from '../../fixtures/action-stage.ts';
import type { Level, Scope } from '../../fixtures/servers/github-access.ts';
import { secondaryRateLimit } from '../../fixtures/servers/github-script.ts';

let stage: Stage;
afterEach(() => stage.close());

const bot = 'github-actions[bot]';
const everything = { contents: 'write', pull_requests: 'write', checks: 'write', actions: 'write' } as const;

/** A token that may do less than usual. */
function tokenWith(permissions: Partial<Record<Scope, Level>>): NonNullable<StageOptions['tokens']> {
  return { [token]: { login: bot, permissions: { ...everything, ...permissions } } };
}

/** The stage's pull request with a regression, or without one, and what the action makes of it. */
async function judge(cost: 120 | 101 = 120, run: Partial<StageRun> = {}, files: Readonly<Record<string, string>> = {}) {
  const change = await stage.change({ 'src/cost': `${cost}\n`, ...files });
  const workspace = await stage.checkout(change.merge);
  const result = await stage.run('pull-request-opened', change, { workspace, ...run });
  return { change, workspace, result, outcome: await outcomeOf(stage, result) };
}

const failed = {
  code: 1,
  verdict: 'FAIL',
  conclusion: 'failure',
  exitCode: 1,
  regressions: ['cost'],
  improvements: [],
  summary: expect.stringMatching(/^## ❌ Benchgate: 1 of 1 failed/) as string,
  faults: [],
};
const passed = {
  code: 0,
  verdict: 'PASS',
  conclusion: 'success',
  exitCode: 0,
  summary: expect.stringMatching(/^## ✅ Benchgate: 1 passed/) as string,
  faults: [],
};

describe('a token without a permission', () => {
  it.each(['none', 'read'] as const)('pull-requests: %s: no comment, everything else', async (level) => {
    stage = await createStage({ tokens: tokenWith({ pull_requests: level }) });
    const { change, result, outcome } = await judge();
    expect(outcome).toMatchObject({
      ...failed,
      comments: [],
      checks: [{ headSha: change.head, status: 'completed', conclusion: 'failure' }],
      runs: [{ head: change.head }],
    });
    expect(result.outputs['comment-url']).toBe('');
    expect(result.log).toContain('the comment was refused (403)');
    expect(result.log).toContain('`permissions: pull-requests: write`');
  });

  it('checks: no check run, everything else', async () => {
    stage = await createStage({ tokens: tokenWith({ checks: 'read' }) });
    const { change, result, outcome } = await judge(101);
    expect(outcome).toMatchObject({
      ...passed,
      comments: [{ author: bot }],
      checks: [],
      runs: [{ head: change.head }],
    });
    expect(result.log).toContain('the check run was refused (403)');
    expect(result.log).toContain('`permissions: checks: write`');
    expect(result.post?.code).toBe(0);
  });

  it('for any surface: the whole report is in the summary, even one that was not asked for', async () => {
    stage = await createStage({ tokens: tokenWith({ checks: 'none', pull_requests: 'none' }) });
    const { outcome } = await judge(120, { inputs: { summary: 'false' } });
    expect(outcome).toMatchObject({ ...failed, comments: [], checks: [] });
  });

  // Names that a shell must not take apart.

  it.each([
    [101, passed],
    [120, failed],
  ] as const)('contents: the records of cost %i are kept as a bundle, the verdict stands', async (cost, verdict) => {
    let mayPush = false;
    stage = await createStage({ tokens: tokenWith({ contents: 'read' }), mayPush: () => mayPush });
    const artifacts = join(stage.root, 'the artifacts');
    const inputs = { 'artifact-dir': artifacts };
    const { change, result, outcome } = await judge(cost, { inputs }, { 'bench/notes.md': 'edits the harness\n' });
    expect(outcome).toMatchObject({
      ...verdict,
      exitCode: 69,
      comments: [{ author: bot }],
      checks: [{ headSha: change.head, status: 'completed' }],
      runs: [],
    });
    expect(result.outputs['ledger-head']).toBe('');
    for (const place of [result.log, result.summary, stage.github.state.comments[0]?.body ?? '']) {
      expect(place).toContain('NOT RECORDED');
      expect(place).toContain('contents: write');
    }
    const [, command = ''] = /`(git checkout [^`]* benchgate report [^`]*)`/.exec(result.log) ?? [];
    expect(command).toContain(artifacts);

    // What the log says to do, by somebody who may push, after main has moved on.
    mayPush = true;
    await stage.commit(change.base, { 'src/other': 'later\n' }, 'refs/heads/main');
    const clone = join(stage.root, 'replay');
    await stage.inBare('clone', '--quiet', `${stage.git.urlWithToken}/${repositoryName}.git`, clone);
    await stage.inBare('-C', clone, 'fetch', '--quiet', 'origin', change.merge);
    const script = command.replace(
      'benchgate report',
      `'${process.execPath}' '${join(actionDirectory, 'dist/cli.js')}' report`,
    );
    const environment = { PATH: process.env['PATH'], HOME: stage.root, GIT_CONFIG_NOSYSTEM: '1' };
    const replay = promisify(execFile)('sh', ['-c', script], { cwd: clone, env: environment });
    const { stdout } = await replay.catch((error: { stdout: string; stderr: string }) => error);
    expect(stdout).toContain(verdict.verdict);
    const { runs, faults } = await readLedger(stage);
    expect(faults).toEqual([]);
    expect(runs).toMatchObject([{ head: change.head, merge: change.merge, base: change.base }]);
  });
});

describe('the forge', () => {
  it.each([
    ['503 to everything', { status: 503 }],
    ['a connection that is reset', 'reset'],
  ] as const)('with %s changes no verdict', { timeout: 120_000 }, async (_name, answer) => {
    stage = await createStage();
    stage.github.script('*', answer, { times: Number.POSITIVE_INFINITY });
    const bad = await judge(120);
    expect(bad.outcome).toMatchObject({ ...failed, comments: [], checks: [], runs: [{ head: bad.change.head }] });
    expect(bad.result.log).toContain('the comment was refused');
    expect(bad.result.log).toContain('the check run was refused');
    expect(bad.result.log).not.toContain('permissions:');
  });

  it('that is down does not fail what passes', { timeout: 120_000 }, async () => {
    stage = await createStage();
    stage.github.script('*', { status: 503 }, { times: Number.POSITIVE_INFINITY });
    expect((await judge(101)).outcome).toMatchObject({ ...passed, comments: [], checks: [], runs: [{}] });
  });

  it.each(['checks/create', 'issues/create-comment', 'checks/update', 'pulls/get'])(
    'that limits %s once is asked again',
    async (operation) => {
      stage = await createStage();
      stage.github.script(operation, secondaryRateLimit(1));
      const { change, outcome } = await judge();
      expect(outcome).toMatchObject({
        ...failed,
        comments: [{ author: bot }],
        checks: [{ headSha: change.head, conclusion: 'failure' }],
      });
    },
  );

  it('whose answer to a comment is lost gets no second comment', async () => {
    stage = await createStage();
    stage.github.script('issues/create-comment', 'reset', { carriedOut: true });
    stage.github.script('checks/create', 'cut');
    const { outcome } = await judge();
    expect(outcome).toMatchObject({ ...failed, comments: [{ author: bot }], checks: [{ conclusion: 'failure' }] });
  });

  it.each([
    ['does not know the repository', { [token]: { login: bot, permissions: everything, repositories: [] } }, 404],
    ['does not know the token', { other: { login: bot, permissions: everything } }, 401],
  ])('that %s changes no verdict', async (_name, tokens, status) => {
    stage = await createStage({ tokens });
    const { result, outcome } = await judge();
    expect(outcome).toMatchObject({ ...failed, comments: [], checks: [], runs: [{}] });
    expect(result.log).toContain(`the comment was refused (${status})`);
    expect(result.log).toContain(`the check run was refused (${status})`);
  });
});

describe('without a token', () => {
  const inputs = { 'github-token': '' };

  it('what the checkout may fetch is judged, and the summary shows it', async () => {
    stage = await createStage();
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    const environment = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${stage.git.url}/.extraheader`,
      GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}`,
    };
    const { change, result, outcome } = await judge(120, { inputs, environment });
    expect(outcome).toMatchObject({ ...failed, comments: [], checks: [], runs: [{ head: change.head }] });
    expect(result.log).toContain('the comment was refused (no_token)');
    expect(result.log).toContain('give the action a `github-token`');
    expect(result.log).not.toContain('permissions:');
    expect(stage.github.requests).toEqual([]);
  });

  it('a private repository can’t be judged, and the summary says why', async () => {
    stage = await createStage();
    const { outcome, result } = await judge(120, { inputs });
    expect(outcome).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      conclusion: 'failure',
      exitCode: 69,
      comments: [],
      checks: [],
      runs: [],
      summary: expect.stringContaining('could not find out') as string,
      faults: [],
    });
    expect(result.log).toContain('github-token');
    expect((await readLedger(stage)).commits).toEqual([]);
  });
});

describe('the job summary', () => {
  it.each(['', 'missing', 'folder'])('%j that can’t be written changes no verdict', async (kind) => {
    stage = await createStage();
    const place = kind === '' ? '' : join(stage.root, kind);
    if (kind === 'folder') mkdirSync(place);
    const { change, result, outcome } = await judge(120, { environment: { GITHUB_STEP_SUMMARY: place } });
    expect(outcome).toMatchObject({
      ...failed,
      summary: '',
      comments: [{ author: bot }],
      checks: [{ conclusion: 'failure' }],
      runs: [{ head: change.head }],
    });
    expect(result.log).toContain('the job summary could not be written');
    expect(result.log).toContain('cost');
  });
});

it('a report that is too long for a comment says what was left out, and the summary has it', async () => {
  const entry = exactManifest.slice(exactManifest.indexOf('[[benchmarks]]'));
  // A bar takes six characters where it must not end a cell.
  const names = Array.from({ length: 30 }, (_, index) => `${index}${'|'.repeat(150)}`);
  const entries = names.map((name) => entry.replace('"cost"', JSON.stringify(name)));
  const manifest = `${exactManifest.slice(0, exactManifest.indexOf('[[benchmarks]]'))}${entries.join('\n')}`;
  stage = await createStage({ files: { ...projectFiles, 'bench/manifest.toml': manifest } });
  const notes = 'why this is measured as it is\n'.repeat(800);
  const { result, outcome } = await judge(120, {}, { 'bench/notes.md': notes });
  expect(outcome).toMatchObject({
    code: 1,
    verdict: 'FAIL',
    regressions: names,
    comments: [{ author: bot }],
    checks: [{ status: 'completed', conclusion: 'failure' }],
    runs: [{}],
    faults: [],
  });
  const body = stage.github.state.comments[0]?.body ?? '';
  expect(body.length).toBeLessThanOrEqual(65_536);
  // Not toContain: nobody wants to read the difference.
  expect(body.includes('**Left out for length:** the gate diff')).toBe(true);
  expect(result.summary.includes('Left out for length')).toBe(false);
  expect(result.summary.length).toBeGreaterThan(body.length);
  const shown = stage.github.state.checks[0];
  expect(Buffer.byteLength(shown?.summary ?? '')).toBeLessThanOrEqual(65_535);
  expect(Buffer.byteLength(shown?.text ?? '')).toBeLessThanOrEqual(65_535);
  expect(shown?.annotations).toHaveLength(10);
  expect(shown?.annotations[9]?.message).toContain('21 more');
});
