import { afterEach, describe, expect, it } from 'vitest';
import { checkText, forkChange, handOver, measure, publicStage, report } from '../../fixtures/action-fork.ts';
import type { ActionResult } from '../../fixtures/action-runner.ts';
import { createStage, exactManifest, projectFiles, type Stage } from '../../fixtures/action-stage.ts';

/** Pull requests without the repository's rights, from the job that measures to the one that publishes. */
let stage: Stage;
const open = async (files: Readonly<Record<string, string>> = {}) => {
  stage = await createStage({ ...publicStage, files: { ...projectFiles, ...files } });
};
afterEach(async () => {
  expect(stage.github.violations).toEqual([]);
  expect(await stage.ledger()).toEqual([]);
  await stage.close();
});

const claims = /ran the contributor's code: claims, not measurements of ours; not recorded/;
const comments = () => stage.github.state.comments;
const checks = () => stage.github.state.checks;
const published = () => [...comments().map(({ body }) => body), ...checks().map(checkText)].join('\n');

/** Both workflows of a fork's pull request. */
async function throughBoth(
  files: Readonly<Record<string, string | null>>,
): Promise<{ readonly head: string; readonly reported: ActionResult }> {
  const change = await forkChange(stage, files);
  const { bundles } = await measure(stage, change);
  handOver(stage, bundles);
  return { head: change.head, reported: await report(stage, change) };
}

describe('a pull request of a fork', () => {
  it.each([
    ['a token that can only read', {}],
    ['no token', { inputs: { 'github-token': '' } }],
  ])('is measured with %s and reported by another workflow: a regression fails', async (_name, run) => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '120\n' });
    const { result, bundles } = await measure(stage, change, run);
    expect(result.log).toContain('4 trials measured');
    expect(result.code).toBe(0);
    expect(Object.keys(bundles)).toEqual(['shard-1-of-1.bundle.jsonl']);
    expect(stage.github.state).toMatchObject({ comments: [], checks: [] });

    handOver(stage, bundles);
    const reported = await report(stage, change);
    expect(reported.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure', regressions: '["cost"]' });
    expect(reported.code).toBe(1);
    expect(comments()).toMatchObject([{ issue: 8, body: expect.stringMatching(claims) }]);
    expect(comments()[0]?.body).toContain('FAIL (claimed)');
    expect(reported.outputs['comment-url']).toContain('/pull/8#');
    expect(checks()).toMatchObject([{ headSha: change.head, status: 'completed', conclusion: 'failure' }]);
    expect(checks().map(checkText).join()).toMatch(claims);
    expect(reported.summary).toMatch(claims);
    expect(reported.outputs['ledger-head']).toBe('');
  });

  it('passes as a claim: neutral, in a clone of main as well as in an empty workspace', async () => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '90\n' });
    const { bundles } = await measure(stage, change);
    handOver(stage, bundles);
    for (const workspace of [await stage.checkout(change.base), undefined]) {
      const reported = await report(stage, change, workspace === undefined ? {} : { workspace });
      expect(reported.outputs).toMatchObject({ verdict: 'PASS', conclusion: 'neutral', regressions: '[]' });
      expect(reported.code).toBe(0);
    }
    expect(checks().map(({ conclusion }) => conclusion)).toEqual(['neutral', 'neutral']);
    expect(comments()).toHaveLength(1);
    expect(published()).toMatch(claims);
    expect(published()).not.toContain('✅ Benchgate');
  });

  it('passes for good where the base’s policy trusts forks', async () => {
    await open({ 'bench/manifest.toml': `${exactManifest}\n[policy]\nforks = "trusted"\n` });
    const { reported } = await throughBoth({ 'src/cost': '90\n' });
    expect(reported.outputs).toMatchObject({ verdict: 'PASS', conclusion: 'success' });
    expect(checks()).toMatchObject([{ conclusion: 'success' }]);
    expect(published()).toMatch(claims);
  });

  it('can’t trust itself, nor choose its rules, and its edit is shown', async () => {
    await open();
    const lax = exactManifest.replace('minimize', 'maximize').replace('0.05', '9');
    const { reported } = await throughBoth({
      'src/cost': '120\n',
      'bench/manifest.toml': `${lax}\n[policy]\nforks = "trusted"\n`,
    });
    expect(reported.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure' });
    expect(reported.code).toBe(1);
    expect(published()).toContain('This change edits how it is judged');
    expect(published()).toContain('`bench/manifest.toml`');
  });

  it('is judged by today’s base and shows only its own edits when main has moved on', async () => {
    await open();
    const before = await stage.inBare('rev-parse', 'refs/heads/main');
    const head = await stage.commit(before, { 'src/cost': '120\n', 'bench/own': 'x\n' }, 'refs/pull/8/head');
    const base = await stage.commit(before, { 'bench/others': 'y\n', 'src/other': 'z\n' }, 'refs/heads/main');
    const merge = await stage.commit(base, {}, 'refs/pull/8/merge', head);
    const pullRequest = stage.github.state.addPullRequest({
      number: 8,
      headSha: head,
      headRef: 'faster',
      headRepository: 'contributor/widgets',
    });
    const change = { base, head, merge, pullRequest };
    const { bundles } = await measure(stage, change);
    handOver(stage, bundles);
    const reported = await report(stage, change);
    expect(reported.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure' });
    expect(published()).toContain('`bench/own`');
    expect(published()).not.toContain('bench/others');
  });

  it('is not judged by a manifest that main does not have any more', async () => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '103\n' });
    const { bundles } = await measure(stage, change);
    handOver(stage, bundles);
    await stage.commit(change.base, { 'bench/manifest.toml': exactManifest.replace('0.05', '0') }, 'refs/heads/main');
    const reported = await report(stage, change);
    expect(reported.outputs).toMatchObject({ verdict: 'INVALID', conclusion: 'failure', 'exit-code': '65' });
    expect(reported.code).toBe(1);
    expect(published()).toContain('run the workflow again');
  });

  it('whose repository was deleted is reported all the same', async () => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '120\n' }, 9);
    change.pullRequest.headRepository = null;
    const { bundles } = await measure(stage, change, { event: 'pull-request-deleted-fork' });
    handOver(stage, bundles);
    const reported = await report(stage, change, {
      editPayload: (payload) => ({
        ...payload,
        workflow_run: { ...(payload['workflow_run'] as object), head_repository: null },
      }),
    });
    expect(reported.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure' });
    expect(comments()).toMatchObject([{ issue: 9, body: expect.stringMatching(claims) }]);
    expect(checks()).toMatchObject([{ headSha: change.head, conclusion: 'failure' }]);
  });

  it.each([
    ['has moved on', (change: { headSha: string }) => Object.assign(change, { headSha: 'd'.repeat(40) })],
    ['was closed', (change: { headSha: string }) => Object.assign(change, { state: 'closed' })],
  ])('that %s meanwhile gets nothing, and the log says so', async (_name, move) => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '120\n' });
    const { bundles } = await measure(stage, change);
    handOver(stage, bundles);
    move(change.pullRequest);
    const reported = await report(stage, change);
    expect(reported.log).toContain(`no open pull request is at ${change.head}`);
    expect(reported.code).toBe(0);
    expect(stage.github.state).toMatchObject({ comments: [], checks: [] });
  });

  it('is told from that of another fork at the same commit', async () => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '120\n' });
    const { bundles } = await measure(stage, change);
    stage.github.state.addPullRequest({ number: 70, headSha: change.head, headRepository: 'somebody/widgets' });
    handOver(stage, bundles);
    expect((await report(stage, change)).outputs).toMatchObject({ verdict: 'FAIL' });
    expect(comments()).toMatchObject([{ issue: 8 }]);
  });

  it('that can’t be told from another one at the same commit is no success', async () => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '120\n' });
    const { bundles } = await measure(stage, change);
    stage.github.state.addPullRequest({ number: 70, headSha: change.head, headRepository: 'contributor/widgets' });
    handOver(stage, bundles);
    const reported = await report(stage, change);
    expect(reported.log).toContain('several open pull requests');
    expect(reported.code).toBe(1);
    expect(comments()).toEqual([]);
    expect(checks()).toMatchObject([{ headSha: change.head, conclusion: 'failure' }]);
  });

  it.each(['nothing', 'an artifact of another kind', 'an artifact without a bundle', 'an expired one'])(
    'whose run handed over %s is INVALID',
    async (what) => {
      await open();
      const change = await forkChange(stage, { 'src/cost': '90\n' });
      if (what === 'an artifact of another kind') handOver(stage, { 'shard-1-of-1.bundle.jsonl': '{}' }, 'coverage');
      if (what === 'an artifact without a bundle') handOver(stage, { 'report.json': '{}' });
      if (what === 'an expired one') {
        handOver(stage, { 'shard-1-of-1.bundle.jsonl': '{}' });
        for (const artifact of stage.github.state.artifacts) artifact.expired = true;
      }
      const reported = await report(stage, change);
      expect(reported.outputs).toMatchObject({ verdict: 'INVALID', conclusion: 'failure', 'exit-code': '65' });
      expect(reported.code).toBe(1);
      expect(comments()).toMatchObject([{ issue: 8, body: expect.stringContaining('handed over no bundle') }]);
      expect(checks()).toMatchObject([{ headSha: change.head, conclusion: 'failure' }]);
    },
  );

  it('skips a benchmark that needs a secret, with the reason', async () => {
    await open({ 'bench/manifest.toml': `${exactManifest}env = ["API_KEY"]\n` });
    const { reported } = await throughBoth({ 'src/cost': '120\n' });
    expect(reported.outputs).toMatchObject({ verdict: 'SKIPPED', conclusion: 'neutral', 'exit-code': '2' });
    expect(reported.code).toBe(0);
    expect(published()).toContain(
      'it needs API_KEY, and jobs for pull requests from forks and from Dependabot get no secrets',
    );
  });

  it('is judged in memory by `command: gate`: claimed, not recorded', async () => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '120\n' });
    for (const [token, refusals] of [
      ['read-only-token', 2],
      ['stage-token', 0],
    ] as const) {
      const workspace = await stage.checkout(change.merge);
      const result = await stage.run('pull-request-fork', change, { workspace, token });
      expect(result.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure', 'ledger-head': '' });
      expect(result.code).toBe(1);
      expect(result.summary).toMatch(claims);
      expect(result.log.match(/was refused/g) ?? []).toHaveLength(refusals);
    }
    expect(comments()).toMatchObject([{ issue: 8, body: expect.stringMatching(claims) }]);
  });
});

it('Dependabot’s pull request goes through the same two workflows: measured by code of ours, not recorded', async () => {
  await open();
  const change = await stage.change({ 'src/cost': '90\n' }, { author: 'dependabot[bot]', number: 10 });
  const { result, bundles } = await measure(stage, change, { event: 'pull-request-dependabot' });
  expect(result.code).toBe(0);
  handOver(stage, bundles);
  const reported = await report(stage, change, { event: 'workflow-run-same-repository' });
  expect(reported.outputs).toMatchObject({ verdict: 'PASS', conclusion: 'success' });
  expect(comments()).toMatchObject([{ issue: 10 }]);
  expect(checks()).toMatchObject([{ headSha: change.head, conclusion: 'success' }]);
});

it('`command: report` says what it needs when it may not read artifacts', async () => {
  await open();
  const change = await forkChange(stage, { 'src/cost': '90\n' });
  const reported = await report(stage, change, { token: 'read-only-token' });
  expect(reported.outputs).toMatchObject({ verdict: 'ERROR', conclusion: 'failure' });
  expect(reported.log).toContain('actions: read');
  expect(reported.code).toBe(1);
});
