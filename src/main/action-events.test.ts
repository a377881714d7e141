import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../fixtures/action-outcome.ts';
import { createStage, exactManifest, projectFiles, type Stage } from '../../fixtures/action-stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await createStage();
});
afterEach(() => stage.close());

const bot = 'github-actions[bot]';
const passed = {
  code: 0,
  verdict: 'PASS',
  conclusion: 'success',
  exitCode: 0,
  regressions: [],
  improvements: [],
  summary: expect.stringMatching(/^## ✅ Benchgate: 1 passed · widgets · /) as string,
  faults: [],
};
const failed = {
  code: 1,
  verdict: 'FAIL',
  conclusion: 'failure',
  exitCode: 1,
  regressions: ['cost'],
  improvements: [],
  summary: expect.stringMatching(/^## ❌ Benchgate: 1 of 1 failed · widgets · /) as string,
  faults: [],
};
const check = (headSha: string, conclusion: string) => ({
  name: 'Benchgate',
  headSha,
  status: 'completed',
  conclusion,
});
const sticky = (symbol: string, issue = 7) => ({
  issue,
  author: bot,
  headline: expect.stringMatching(new RegExp(`^## ${symbol} `)) as string,
});
const tip = (): Promise<string> => stage.inBare('rev-parse', 'refs/heads/main');

describe('a push', () => {
  it('to the default branch compares with the first parent, has a check and no comment', async () => {
    const before = await tip();
    const head = await stage.commit(before, { 'src/cost': '120\n' }, 'refs/heads/main');
    const result = await stage.run('push-default-branch', { head, before }, { workspace: await stage.checkout(head) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      ...failed,
      comments: [],
      checks: [check(head, 'failure')],
      runs: [{ refClass: 'default_branch', head, base: before, merge: null, experiments: ['cost'] }],
    });
    expect(result.summary).toContain('first parent');
    expect(result.outputs['comment-url']).toBe('');
  });

  it('to another branch is recorded as no commit of the default branch', async () => {
    const before = await tip();
    const head = await stage.commit(before, { 'src/cost': '101\n' }, 'refs/heads/faster');
    const result = await stage.run('push-branch', { head, before }, { workspace: await stage.checkout(head) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      ...passed,
      comments: [],
      checks: [check(head, 'success')],
      runs: [{ refClass: 'local', head, base: before, merge: null }],
    });
  });

  it('of the first commit of all has nothing to compare with, and says so', async () => {
    const head = await tip();
    const result = await stage.run('push-default-branch', { head }, { workspace: await stage.checkout(head) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 0,
      verdict: 'NO_BASELINE',
      conclusion: 'neutral',
      exitCode: 2,
      checks: [check(head, 'neutral')],
      faults: [],
    });
  });

  it('that deleted a branch is refused with what to write instead', async () => {
    const result = await stage.run('push-deleted-branch', {}, { workspace: await stage.checkout(await tip()) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      exitCode: 64,
      checks: [],
      runs: [],
      faults: [],
    });
    expect(result.annotations).toMatchObject([
      { level: 'error', message: expect.stringContaining('deleted') as string },
    ]);
  });
});

describe('a pull request of the same repository', () => {
  it('that passes gets a comment, a check, a summary and a record', async () => {
    const change = await stage.change({ 'src/cost': '101\n' });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      ...passed,
      comments: [sticky('✅')],
      checks: [check(change.head, 'success')],
      runs: [{ refClass: 'pull_request', head: change.head, base: change.base, merge: change.merge }],
    });
    expect(result.outputs['comment-url']).toMatch(/\/pull\/7#issuecomment-\d+$/);
    expect(result.outputs['ledger-head']).toBe(await stage.inBare('rev-parse', 'refs/heads/bench-data'));
  });

  it('that regresses and is then mended has one comment, which says resolved', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    const first = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(await outcomeOf(stage, first)).toMatchObject({
      ...failed,
      comments: [sticky('❌')],
      checks: [check(change.head, 'failure')],
    });

    const mended = await stage.pushTo(change, { 'src/cost': '100\n' });
    const environment = { GITHUB_RUN_ID: '7300500701' };
    const workspace = await stage.checkout(mended.merge);
    const second = await stage.run('pull-request-synchronize', mended, { workspace, environment });
    expect(await outcomeOf(stage, second)).toMatchObject({
      ...passed,
      summary: expect.stringContaining('1 passed') as string,
      comments: [{ ...sticky('✅'), headline: expect.stringContaining('✅ resolved: 1 passed') as string }],
      checks: [check(change.head, 'failure'), check(mended.head, 'success')],
      runs: [
        { head: change.head, merge: change.merge },
        { head: mended.head, merge: mended.merge },
      ],
    });
    expect(second.outputs['comment-url']).toBe(first.outputs['comment-url']);
  });

  it('that gets better says which benchmark did', async () => {
    const change = await stage.change({ 'src/cost': '60\n' });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      ...passed,
      improvements: ['cost'],
      comments: [sticky('✅')],
    });
  });

  it('checked out at its head is compared with the merge base that the API knows', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    await stage.commit(change.base, { 'src/cost': '119\n' }, 'refs/heads/main');
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.head) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      ...failed,
      comments: [sticky('❌')],
      checks: [check(change.head, 'failure')],
      runs: [{ refClass: 'pull_request', head: change.head, base: change.base, merge: null }],
    });
    expect(result.summary).toContain('merge base with main');
    expect(stage.github.requests.map(({ operation }) => operation)).toContain('repos/compare-commits-with-basehead');
  });

  it('is compared with the parent of the merge commit, not with what the payload calls the base', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    const base = await stage.commit(change.base, { 'src/other': 'moved on\n' }, 'refs/heads/main');
    const merge = await stage.commit(base, {}, 'refs/pull/7/merge', change.head);
    const result = await stage.run(
      'pull-request-opened',
      { ...change, merge },
      { workspace: await stage.checkout(merge) },
    );
    expect(await outcomeOf(stage, result)).toMatchObject({ ...failed, runs: [{ head: change.head, base, merge }] });
  });

  it('that was switched to something else is no evidence for the event', async () => {
    const change = await stage.change({ 'src/cost': '101\n' });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.base) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      conclusion: 'failure',
      exitCode: 69,
      checks: [check(change.head, 'failure')],
      runs: [],
      faults: [],
    });
  });
});

describe('the manifest of a pull request', () => {
  const second = exactManifest.slice(exactManifest.indexOf('[[benchmarks]]')).replace('"cost"', '"size"');

  it('that introduces the gate is neutral and leaves the step green', async () => {
    const { 'bench/manifest.toml': manifest, ...others } = projectFiles;
    await stage.close();
    stage = await createStage({ files: others });
    const change = await stage.change({ 'bench/manifest.toml': manifest ?? '' });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 0,
      verdict: 'NO_BASELINE',
      conclusion: 'neutral',
      exitCode: 2,
      regressions: [],
      comments: [sticky('⚪')],
      checks: [check(change.head, 'neutral')],
      faults: [],
    });
    expect(stage.github.state.comments[0]?.body).toContain('gate introduced');
  });

  it('that adds a benchmark has it reported as new', async () => {
    const change = await stage.change({ 'bench/manifest.toml': `${exactManifest}\n${second}` });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 0,
      conclusion: 'neutral',
      verdict: 'NO_BASELINE',
      exitCode: 2,
      comments: [sticky('⚪')],
      runs: [{ experiments: ['cost'] }],
      faults: [],
    });
    const body = stage.github.state.comments[0]?.body ?? '';
    expect(body).toMatch(/Added, not in the base \(1\):\*\* `size`/);
    expect(body).toContain('new in this change');
  });

  it('that removes a benchmark has it reported and judged all the same', async () => {
    await stage.close();
    stage = await createStage({ files: { ...projectFiles, 'bench/manifest.toml': `${exactManifest}\n${second}` } });
    const change = await stage.change({ 'bench/manifest.toml': exactManifest, 'src/cost': '130\n' });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'FAIL',
      conclusion: 'failure',
      regressions: ['cost', 'size'],
      runs: [{ experiments: ['cost', 'size'] }],
      faults: [],
    });
    expect(stage.github.state.comments[0]?.body).toMatch(/Removed, only in the base \(1\):\*\* `size`/);
  });
});

describe('other events', () => {
  it('a merge group is compared with its own base and has a check on its head', async () => {
    const base = await tip();
    const head = await stage.commit(base, { 'src/cost': '120\n' }, 'refs/heads/gh-readonly-queue/main/pr-7');
    const result = await stage.run('merge-group', { head, base }, { workspace: await stage.checkout(head) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      ...failed,
      comments: [],
      checks: [check(head, 'failure')],
      runs: [{ refClass: 'pull_request', head, base, merge: null }],
    });
    expect(result.summary).toContain('base of the merge group');
  });

  it('a workspace without a repository gets the revision of the event', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = join(stage.root, 'empty');
    mkdirSync(workspace);
    const result = await stage.run('pull-request-opened', change, { workspace });
    expect(result.log).toContain('the workspace held no repository');
    expect(await outcomeOf(stage, result)).toMatchObject({
      ...failed,
      runs: [{ head: change.head, base: change.base, merge: change.merge }],
    });
  });

  it.each(['pull-request-target', 'issue-comment'] as const)('%s brings no code to measure', async (event) => {
    const base = await tip();
    const result = await stage.run(event, { base }, { workspace: await stage.checkout(base) });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      exitCode: 69,
      comments: [],
      checks: [],
      runs: [],
      faults: [],
    });
    expect(result.summary).toContain(event === 'issue-comment' ? 'issue_comment' : 'pull_request_target');
  });
});
