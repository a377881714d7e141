import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bundlesIn, clear } from '../../fixtures/action-fork.ts';
import type { ActionResult } from '../../fixtures/action-runner.ts';
import {
  createStage,
  exactManifest,
  projectFiles,
  type Stage,
  type StageChange,
  type StageRun,
} from '../../fixtures/action-stage.ts';

/** One run divided among jobs: measured by `run`, each in a clone of its own, judged and recorded once by `report`. */

const entry = exactManifest.slice(exactManifest.indexOf('[[benchmarks]]'));
const exactly = (name: string) => entry.replace('"cost"', `"${name}"`).replace('src/cost', `src/${name}`);
const names = ['a', 'b', 'c', 'd'];
const four = {
  ...projectFiles,
  'bench/manifest.toml': exactManifest.replace(entry, names.map(exactly).join('\n')),
  ...Object.fromEntries(names.map((name) => [`src/${name}`, '100\n'])),
};

let stage: Stage;
let change: StageChange;
let folders = 0;
const open = async (files: Readonly<Record<string, string>> = four) => {
  stage = await createStage({ files });
};
afterEach(async () => {
  expect(stage.github.violations).toEqual([]);
  await stage.close();
});

const newFolder = () => join(stage.root, `bundles-${folders++}`);
const event = 'pull-request-opened';

/** A job that measures its part of the plan in a fresh clone. */
async function run(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  more: StageRun = {},
  of: StageChange = change,
): Promise<ActionResult> {
  const workspace = await stage.checkout(of.merge);
  return stage.run(event, of, {
    workspace,
    ...more,
    inputs: { command: 'run', 'artifact-dir': folder, ...inputs },
  });
}

const judge = (folder: string, more: StageRun = {}) =>
  stage.run(event, change, { ...more, inputs: { command: 'report', 'artifact-dir': folder, ...more.inputs } });

const thirds = async (folder: string, of: StageChange = change) => {
  for (const part of [1, 2, 3]) expect((await run(folder, { shard: `${part}/3` }, {}, of)).code).toBe(0);
};

interface Verdict {
  readonly experiment: string;
  readonly kind: string;
  readonly label: string | null;
  readonly reason: string;
}

const reportOf = (result: ActionResult) =>
  JSON.parse(readFileSync(result.outputs['report-json'] ?? '', 'utf8')) as { readonly verdicts: readonly Verdict[] };
const comments = () => stage.github.state.comments;
const lastCheck = () => stage.github.state.checks.at(-1);

async function expectInvalid(result: ActionResult, says: RegExp) {
  expect(result.log).toMatch(says);
  expect(result.outputs).toMatchObject({ verdict: 'INVALID', conclusion: 'failure', 'exit-code': '65' });
  expect(reportOf(result).verdicts.map(({ kind }) => kind)).toEqual(names.map(() => 'INVALID'));
  expect(result.code).toBe(1);
  expect(comments()).toMatchObject([{ issue: 7, body: expect.stringContaining('INVALID') }]);
  expect(lastCheck()).toMatchObject({ headSha: change.head, conclusion: 'failure' });
  expect(await stage.ledger()).toEqual([]);
}

describe('shards of one plan', () => {
  it('give one ledger file each, one comment and the verdicts of an undivided run, whichever way they are numbered', async () => {
    await open();
    change = await stage.change({ 'src/a': '120\n', 'src/c': '90\n' });
    const folder = newFolder();
    await thirds(folder);
    expect(Object.keys(bundlesIn(folder))).toHaveLength(3);
    expect(stage.github.state).toMatchObject({ comments: [], checks: [] });
    expect(await stage.ledger()).toEqual([]);

    const merged = await judge(folder);
    expect(merged.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure', regressions: '["a"]' });
    expect(merged.code).toBe(1);
    expect(comments()).toMatchObject([{ issue: 7 }]);
    const ledger = await stage.ledger();
    expect(ledger).toHaveLength(3);
    expect(ledger.flatMap((text) => text.trimEnd().split('\n'))).toHaveLength(16);
    expect(merged.outputs['ledger-head']).toMatch(/^[0-9a-f]{40}$/);
    const expected = reportOf(merged).verdicts;
    expect(expected.map(({ kind }) => kind)).toEqual(['FAIL', 'PASS', 'PASS', 'PASS']);

    // The same bundles again: another attempt of the publishing job.
    const before = comments()[0]?.id;
    const again = await judge(folder, { environment: { GITHUB_RUN_ATTEMPT: '2' } });
    expect(again.outputs).toMatchObject({ verdict: 'FAIL', regressions: '["a"]' });
    expect(await stage.ledger()).toEqual(ledger);
    expect(comments().map(({ id }) => id)).toEqual([before]);
    expect(reportOf(again).verdicts).toEqual(expected);

    // A ledger of its own for each of the other ways.
    const byMatrix = newFolder();
    for (const jobIndex of [0, 1, 2]) {
      await run(byMatrix, { shard: 'auto' }, { strategy: { jobIndex, jobTotal: 3 } });
    }
    expect(Object.keys(bundlesIn(byMatrix))).toEqual(Object.keys(bundlesIn(folder)));
    const whole = newFolder();
    await run(whole, {});
    for (const other of [byMatrix, whole]) {
      await stage.inBare('update-ref', '-d', 'refs/heads/bench-data');
      clear(stage);
      expect(reportOf(await judge(other)).verdicts).toEqual(expected);
      expect(await stage.ledger()).toHaveLength(other === whole ? 1 : 3);
    }
    await stage.inBare('update-ref', '-d', 'refs/heads/bench-data');
    const gate = await stage.run(event, change, { workspace: await stage.checkout(change.merge) });
    expect(reportOf(gate).verdicts).toEqual(expected);
  }, 90_000);

  it('of which one is missing make everything INVALID', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n' });
    const folder = newFolder();
    for (const part of [1, 3]) await run(folder, { shard: `${part}/3` });
    await expectInvalid(await judge(folder), /1 shard missing: 2\/3/);
  });

  it('that all are missing make everything INVALID', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n' });
    const folder = newFolder();
    mkdirSync(folder);
    await expectInvalid(await judge(folder), /there is no bundle/);
  });

  it('of which one is there twice make everything INVALID', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n' });
    const folder = newFolder();
    await thirds(folder);
    copyFileSync(join(folder, 'shard-2-of-3.bundle.jsonl'), join(folder, 'copy.bundle.jsonl'));
    await expectInvalid(await judge(folder), /are both shard 2\/3/);
  });

  it('of which one measured another choice of benchmarks make everything INVALID', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n' });
    const folder = newFolder();
    for (const part of [1, 2]) await run(folder, { shard: `${part}/3` });
    await run(folder, { shard: '3/3', only: 'a, b' });
    await expectInvalid(await judge(folder), /another plan/);
  });

  it('that all measured less than the plan make everything INVALID', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n' });
    const folder = newFolder();
    for (const part of [1, 2]) await run(folder, { shard: `${part}/2`, only: 'a, b' });
    await expectInvalid(await judge(folder), /another plan|benchmarks were left out/);
  });

  it('of two commits make everything INVALID', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n' });
    const folder = newFolder();
    for (const part of [1, 2]) await run(folder, { shard: `${part}/3` });
    change = await stage.pushTo(change, { 'src/a': '91\n' });
    await run(folder, { shard: '3/3' });
    await expectInvalid(await judge(folder), /another head, base or merge/);
  });

  it('of an older commit make everything INVALID', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n' });
    const folder = newFolder();
    await thirds(folder);
    change = await stage.pushTo(change, { 'src/a': '300\n' });
    await expectInvalid(await judge(folder), /another revision/);
  });

  it('may be measured again one by one', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n', 'src/b': '120\n' });
    const folder = newFolder();
    for (const part of [1, 3]) await run(folder, { shard: `${part}/3` });
    await run(folder, { shard: '2/3' }, { environment: { GITHUB_RUN_ATTEMPT: '2' } });
    const result = await judge(folder, { environment: { GITHUB_RUN_ATTEMPT: '2' } });
    expect(result.outputs).toMatchObject({ verdict: 'FAIL', regressions: '["b"]' });
    expect(await stage.ledger()).toHaveLength(3);
  });

  it('fit where main has moved on since the change was made', async () => {
    await open();
    const first = await stage.change({ 'src/a': '120\n' });
    const base = await stage.commit(first.base, { 'bench/more': 'x\n', 'src/d': '50\n' }, 'refs/heads/main');
    change = { ...first, base, merge: await stage.commit(base, {}, 'refs/pull/7/merge', first.head) };
    const folder = newFolder();
    await thirds(folder);
    const result = await judge(folder);
    expect(result.outputs).toMatchObject({ verdict: 'FAIL', regressions: '["a"]' });
    expect(comments()[0]?.body).not.toContain('edits how it is judged');
  });

  it('by an impossible number are refused', async () => {
    await open();
    change = await stage.change({ 'src/a': '90\n' });
    for (const inputs of [{ shard: '4/3' }, { shard: '0/3' }, { shard: '2' }]) {
      const result = await run(newFolder(), inputs);
      expect(result.outputs).toMatchObject({ verdict: 'ERROR', 'exit-code': '64' });
      expect(result.code).toBe(1);
    }
  });
});

describe('a FAIL that another job confirms', () => {
  const timed = {
    'bench/manifest.toml': `[project]
name = "widgets"

[[benchmarks]]
name = "slow"
command = "sh bench/run.sh"
metric = "wall_seconds"
min_pairs = 6
max_pairs = 20
`,
    'bench/run.sh': '. src/code.sh\n',
    'src/code.sh': 'sleep 0.01\n',
  };

  it('is named in the output, measured afresh and then confirmed; until then it is unconfirmed and a failure', async () => {
    await open(timed);
    change = await stage.change({ 'src/code.sh': 'sleep 0.06\n' });
    const folder = newFolder();
    const measured = await run(folder, { confirm: 'elsewhere' });
    expect(measured.outputs).toMatchObject({ confirm: 'slow' });
    expect(measured.code).toBe(0);

    const alone = newFolder();
    mkdirSync(alone);
    for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(alone, name));
    const unconfirmed = await judge(alone);
    expect(unconfirmed.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure', regressions: '["slow"]' });
    expect(reportOf(unconfirmed).verdicts).toMatchObject([{ kind: 'FAIL', label: 'unconfirmed' }]);
    expect(unconfirmed.code).toBe(1);
    const first = await stage.ledger();
    expect(first).toHaveLength(1);

    const confirming = await run(folder, { confirm: 'only' }, { environment: { GITHUB_JOB: 'confirm' } });
    expect(confirming.code).toBe(0);
    expect(Object.keys(bundlesIn(folder)).filter((name) => name.startsWith('confirm-'))).toHaveLength(1);
    const confirmed = await judge(folder);
    expect(reportOf(confirmed).verdicts).toMatchObject([{ kind: 'FAIL', label: 'confirmed_fresh_job' }]);
    expect(confirmed.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure' });
    expect(comments()[0]?.body).toContain('in another job');
    // What was reported before is not written, or counted, again.
    expect(await stage.ledger()).toEqual([...first, expect.stringContaining('"purpose":"confirm"')]);

    // A confirmation without what it confirms is no evidence.
    const [confirmation = ''] = Object.keys(bundlesIn(folder)).filter((name) => name.startsWith('confirm-'));
    const lonely = newFolder();
    mkdirSync(lonely);
    renameSync(join(folder, confirmation), join(lonely, confirmation));
    expect((await judge(lonely)).outputs).toMatchObject({ verdict: 'INVALID', conclusion: 'failure' });
  }, 90_000);

  it('has nothing to confirm where nothing looked worse', async () => {
    await open(timed);
    change = await stage.change({ 'src/other': 'x\n' });
    const folder = newFolder();
    expect((await run(folder, { confirm: 'elsewhere' })).outputs).toMatchObject({ confirm: '' });
    const confirming = await run(folder, { confirm: 'only' }, { environment: { GITHUB_JOB: 'confirm' } });
    expect(confirming.log).toContain('no bundle asks for a confirmation');
    expect(confirming.code).toBe(0);
    expect(Object.keys(bundlesIn(folder))).toHaveLength(1);
  });
});
