import { afterEach, describe, expect, it } from 'vitest';
import { type Outcome, outcomeOf, readLedger } from '../../fixtures/action-outcome.ts';
import {
  createStage,
  exactManifest,
  projectFiles,
  type Stage,
  type StageOptions,
  token,
} from '../../fixtures/action-stage.ts';
import { shellProject, sigmaBenchmark } from '../../fixtures/cli-project.ts';

let stage: Stage;
afterEach(() => stage.close());

const tip = (): Promise<string> => stage.inBare('rev-parse', 'refs/heads/main');
let runs = 0;

/** A workflow that a maintainer starts by hand on the tip of main. */
async function dispatch(inputs: Readonly<Record<string, string>>) {
  runs += 1;
  const base = await tip();
  const environment = { GITHUB_RUN_ID: String(7_300_700_000 + runs) };
  return stage.run('workflow-dispatch', { base }, { workspace: await stage.checkout(base), inputs, environment });
}

/** Pushes to main and has the action look at it. */
async function push(files: Readonly<Record<string, string>>, inputs: Readonly<Record<string, string>> = {}) {
  runs += 1;
  const before = await tip();
  const head = await stage.commit(before, files, 'refs/heads/main');
  const environment = { GITHUB_RUN_ID: String(7_300_700_000 + runs) };
  const workspace = await stage.checkout(head);
  return { head, result: await stage.run('push-default-branch', { head, before }, { workspace, inputs, environment }) };
}

/** What a command that has no verdict leaves at the step. */
const done = {
  code: 0,
  verdict: '',
  conclusion: 'success',
  exitCode: 0,
  comments: [],
  checks: [],
  summary: '',
  faults: [],
};

describe('command: nightly', () => {
  it('compares with the last commit that was measured, not with the parent', async () => {
    stage = await createStage();
    await push({ 'src/cost': '101\n' });
    const measured = await push({ 'src/cost': '100\n' });
    const parent = await stage.commit(measured.head, { 'src/cost': '118\n' }, 'refs/heads/main');
    const head = await stage.commit(parent, { 'src/cost': '120\n' }, 'refs/heads/main');
    const workspace = await stage.checkout(head);
    const result = await stage.run('schedule', { base: head }, { workspace, inputs: { command: 'nightly' } });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'FAIL',
      conclusion: 'failure',
      regressions: ['cost'],
      comments: [],
      checks: [{}, {}, { headSha: head, conclusion: 'failure' }],
      runs: [{}, { head: measured.head }, { refClass: 'default_branch', head, base: measured.head }],
      faults: [],
    });
    expect(result.summary).toContain('last commit of the default branch that was measured');
  });

  it('passes over what has the tree of the head', async () => {
    stage = await createStage();
    const other = await push({ 'src/cost': '90\n' });
    const same = await push({ 'src/cost': '100\n' });
    const workspace = await stage.checkout(same.head);
    const result = await stage.run('schedule', { base: same.head }, { workspace, inputs: { command: 'nightly' } });
    expect(await outcomeOf(stage, result)).toMatchObject({
      verdict: 'FAIL',
      runs: [{}, {}, { head: same.head, base: other.head }],
      faults: [],
    });
  });

  it('falls back to the parent while nothing was measured', async () => {
    stage = await createStage();
    const parent = await tip();
    const head = await stage.commit(parent, { 'src/cost': '101\n' }, 'refs/heads/main');
    const workspace = await stage.checkout(head);
    const result = await stage.run('schedule', { base: head }, { workspace, inputs: { command: 'nightly' } });
    expect(await outcomeOf(stage, result)).toMatchObject({
      verdict: 'PASS',
      runs: [{ head, base: parent }],
      faults: [],
    });
  });
});

const correctness = '[[benchmarks]]\nname = "c"\nentry_point = "c"\ntier = "correctness"\nrepetitions = 2\n';
const correctProject = shellProject(correctness, 'cat src/text > "$artifact"; ok 1');
const sigmaProject = shellProject(sigmaBenchmark, 'ok "$(cat src/level).$((seed % 10))"');

describe('started by hand', () => {
  it('reference freeze and replace keep who did it, and pushes are judged by it', async () => {
    stage = await createStage({ files: { ...correctProject, 'src/text': 'one\n' } });
    const head = await tip();
    const frozen = await outcomeOf(stage, await dispatch({ command: 'reference freeze', only: 'c' }));
    expect(frozen).toMatchObject({
      ...done,
      runs: [{ refClass: 'default_branch', head, experiments: ['c'] }],
      events: [{ event: 'reference_frozen', experiment: 'c', actor: 'maintainer', head, replaces: null }],
    });
    const wrong = await push({ 'src/text': 'two\n' });
    expect(await outcomeOf(stage, wrong.result)).toMatchObject({
      code: 1,
      verdict: 'FAIL',
      regressions: ['c'],
      faults: [],
    });
    expect(wrong.result.summary).toContain('two');

    const silent = await dispatch({ command: 'reference replace', only: 'c' });
    expect(await outcomeOf(stage, silent)).toMatchObject({ code: 1, verdict: 'ERROR', exitCode: 64, faults: [] });
    const replaced = await dispatch({ command: 'reference replace', only: 'c', reason: 'counted differently' });
    expect((await outcomeOf(stage, replaced)).events).toMatchObject([
      { event: 'reference_frozen' },
      { event: 'reference_frozen', actor: 'maintainer', reason: 'counted differently', head: wrong.head },
    ]);
    expect(replaced.code).toBe(0);
  });

  it('baseline establish and promote keep who did it', async () => {
    stage = await createStage({ files: { ...sigmaProject, 'src/level': '10' } });
    const first = await tip();
    expect(await outcomeOf(stage, await dispatch({ command: 'baseline establish' }))).toMatchObject({
      ...done,
      runs: [{ refClass: 'default_branch', head: first, experiments: ['t'] }],
      events: [{ event: 'baseline_set', how: 'establish', actor: 'maintainer', head: first }],
    });
    const better = await push({ 'src/level': '5' });
    expect(await outcomeOf(stage, better.result)).toMatchObject({
      code: 0,
      verdict: 'PROMOTE',
      improvements: ['t'],
      events: [{ how: 'establish' }],
      faults: [],
    });
    expect(await outcomeOf(stage, await dispatch({ command: 'promote', only: 't' }))).toMatchObject({
      code: 0,
      verdict: '',
      exitCode: 0,
      runs: [{ head: first }, { head: better.head }],
      events: [
        { how: 'establish', head: first },
        { how: 'promote', actor: 'maintainer', head: better.head, verdict: 'PROMOTE', forced: false },
      ],
      faults: [],
    });
  });

  it('promote against the verdict needs a reason and keeps it', async () => {
    stage = await createStage({ files: { ...sigmaProject, 'src/level': '10' } });
    await dispatch({ command: 'baseline establish' });
    await push({ 'src/level': '30' });
    expect(await outcomeOf(stage, await dispatch({ command: 'promote', only: 't' }))).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      exitCode: 64,
      events: [{ how: 'establish' }],
      faults: [],
    });
    const forced = await dispatch({ command: 'promote', only: 't', reason: 'a correct answer takes longer' });
    expect((await outcomeOf(stage, forced)).events[1]).toMatchObject({
      how: 'promote',
      forced: true,
      verdict: 'REJECT',
      reason: 'a correct answer takes longer',
      actor: 'maintainer',
    });
  });

  it.each([
    { command: 'reference freeze', only: 'c' },
    { command: 'reference replace', only: 'c', reason: 'mine is better' },
    { command: 'baseline establish' },
    { command: 'promote', only: 'c', reason: 'mine is better' },
  ])('$command is refused on a pull request and writes nothing', async (inputs) => {
    stage = await createStage({ files: { ...correctProject, 'src/text': 'one\n' } });
    const change = await stage.change({ 'src/text': 'two\n' });
    const workspace = await stage.checkout(change.merge);
    const result = await stage.run('pull-request-opened', change, { workspace, inputs });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      conclusion: 'failure',
      exitCode: 64,
      comments: [],
      checks: [],
      runs: [],
      events: [],
      faults: [],
    });
    expect(result.log).toContain('workflow_dispatch');
    expect((await readLedger(stage)).commits).toEqual([]);
  });
});

describe('the first push to the default branch', () => {
  it('establishes the baseline that a sigma benchmark has not got, once', async () => {
    stage = await createStage({ files: { ...sigmaProject, 'src/level': '10' } });
    const first = await push({ 'src/level': '11' });
    expect(await outcomeOf(stage, first.result)).toMatchObject({
      code: 0,
      verdict: 'NO_BASELINE',
      conclusion: 'neutral',
      exitCode: 2,
      events: [{ event: 'baseline_set', how: 'establish', head: first.head }],
      faults: [],
    });
    const second = await push({ 'src/level': '12' });
    const outcome = await outcomeOf(stage, second.result);
    expect(outcome).toMatchObject({ code: 1, verdict: 'REJECT', events: [{ head: first.head }], faults: [] });
    expect(outcome.events).toHaveLength(1);
  });
});

describe('a pull request of Dependabot', () => {
  const readOnly: NonNullable<StageOptions['tokens']> = {
    [token]: {
      login: 'github-actions[bot]',
      permissions: { contents: 'read', pull_requests: 'read', checks: 'read', actions: 'read' },
    },
  };
  const secretive = `${exactManifest}\n${exactManifest
    .slice(exactManifest.indexOf('[[benchmarks]]'))
    .replace('"cost"', '"paid"')}env = ["API_KEY"]\n`;

  it('is judged without secrets and without writing, and says what was left out', async () => {
    const files = { ...projectFiles, 'bench/manifest.toml': secretive };
    stage = await createStage({ files, tokens: readOnly, mayPush: () => false });
    const change = await stage.change({ 'src/cost': '101\n' }, { number: 10, author: 'dependabot[bot]' });
    const result = await stage.run('pull-request-dependabot', change, {
      workspace: await stage.checkout(change.merge),
    });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 0,
      verdict: 'SKIPPED',
      conclusion: 'neutral',
      exitCode: 2,
      regressions: [],
      comments: [],
      checks: [],
      runs: [],
      summary: expect.stringMatching(/^## ⚪ Benchgate: 1 of 2 not decided/) as string,
      faults: [],
    });
    expect(result.summary).toMatch(/`paid`.*needs API.?_KEY/);
    expect(result.summary).toContain('not recorded');
    expect(result.log).toContain('pull-requests: write');
    expect((await readLedger(stage)).commits).toEqual([]);
  });

  it('that regresses fails all the same', async () => {
    const files = { ...projectFiles, 'bench/manifest.toml': secretive };
    stage = await createStage({ files, tokens: readOnly, mayPush: () => false });
    const change = await stage.change({ 'src/cost': '120\n' }, { number: 10, author: 'dependabot[bot]' });
    const result = await stage.run('pull-request-dependabot', change, {
      workspace: await stage.checkout(change.merge),
    });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'FAIL',
      conclusion: 'failure',
      regressions: ['cost'],
      runs: [],
      faults: [],
    });
  });

  it('measures a benchmark that needs a secret where the job has it', async () => {
    stage = await createStage({ files: { ...projectFiles, 'bench/manifest.toml': secretive } });
    const change = await stage.change({ 'src/cost': '101\n' }, { number: 10, author: 'dependabot[bot]' });
    const workspace = await stage.checkout(change.merge);
    const environment = { API_KEY: 'dependabot-secret' };
    const result = await stage.run('pull-request-dependabot', change, { workspace, environment });
    expect(await outcomeOf(stage, result)).toMatchObject({ code: 0, verdict: 'PASS', runs: [], faults: [] });
  });
});

describe('inputs', () => {
  it('that are wrong are all named at once, as an error at the step', async () => {
    stage = await createStage();
    const change = await stage.change({});
    const workspace = await stage.checkout(change.merge);
    const inputs = { command: 'judge', comment: 'sometimes', 'time-budget': 'an hour', shard: 'x', manifest: 'a.toml' };
    const environment = { INPUT_COMENT: 'never', INPUT_TOKEN: 'x' };
    const result = await stage.run('pull-request-opened', change, { workspace, inputs, environment });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      conclusion: 'failure',
      exitCode: 64,
      comments: [],
      checks: [],
      runs: [],
      faults: [],
    });
    expect(result.annotations).toMatchObject([{ level: 'error', properties: { title: 'Benchgate: USAGE' } }]);
    const words = ['"coment"', '"token"', '"judge"', '"sometimes"', '"an hour"', '"x"', '"a.toml"', '7 problem'];
    for (const word of words) {
      expect(result.annotations[0]?.message).toContain(word);
      expect(result.log).toContain(word);
    }
  });

  it.each([
    ['failure', 'FAIL', 1],
    ['never', 'FAIL', 0],
    ['undecided', 'PASS', 0],
    ['failure', 'NO_BASELINE', 0],
    ['undecided', 'NO_BASELINE', 1],
    ['never', 'NO_BASELINE', 0],
  ] as const)('fail-on: %s, %s: the step ends with %i, the outputs stay', async (failOn, verdict, code) => {
    stage = await createStage();
    const second = exactManifest.slice(exactManifest.indexOf('[[benchmarks]]')).replace('"cost"', '"size"');
    const change = await stage.change(
      verdict === 'NO_BASELINE'
        ? { 'bench/manifest.toml': `${exactManifest}\n${second}` }
        : { 'src/cost': verdict === 'FAIL' ? '120\n' : '101\n' },
    );
    const workspace = await stage.checkout(change.merge);
    const result = await stage.run('pull-request-opened', change, { workspace, inputs: { 'fail-on': failOn } });
    const expected = {
      FAIL: { conclusion: 'failure', exitCode: 1 },
      PASS: { conclusion: 'success', exitCode: 0 },
      NO_BASELINE: { conclusion: 'neutral', exitCode: 2 },
    }[verdict];
    const outcome: Outcome = await outcomeOf(stage, result);
    expect(outcome).toMatchObject({ code, verdict, ...expected, faults: [] });
    expect(outcome.checks).toMatchObject([{ headSha: change.head, conclusion: expected.conclusion }]);
  });

  it('a wrong manifest fails the step even with fail-on: never: nobody found out anything', async () => {
    stage = await createStage({ files: { ...projectFiles, 'bench/manifest.toml': 'tier = [' } });
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = await stage.checkout(change.merge);
    const result = await stage.run('pull-request-opened', change, { workspace, inputs: { 'fail-on': 'never' } });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      exitCode: 64,
      runs: [],
      faults: [],
    });
  });
});
