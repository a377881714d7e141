import { afterEach, describe, expect, it } from 'vitest';
import { forkChange, publicStage, report } from '../../fixtures/action-fork.ts';
import { createStage, exactManifest, projectFiles, type Stage } from '../../fixtures/action-stage.ts';

let stage: Stage;
afterEach(() => stage.close());

const second = exactManifest.slice(exactManifest.indexOf('[[benchmarks]]')).replaceAll('cost', 'size');
const twoBenchmarks = {
  ...projectFiles,
  'bench/manifest.toml': `${exactManifest}\n${second}`,
  'src/size': '7\n',
};
const sigma = `[[benchmarks]]
name = "speed"
entry_point = "src/speed"
tier = "performance"
metric_direction = "minimize"
promotion_sigma = 2.0
repetitions = 2
baseline_seeds = [1, 2]
`;

describe('inputs on a pull request', () => {
  it('can’t choose what the change is compared with', async () => {
    stage = await createStage();
    const lax = exactManifest.replace('0.05', '9');
    const change = await stage.change({ 'src/cost': '500\n', 'bench/manifest.toml': lax });
    const inputs = { baseline: change.head };
    const result = await stage.run('pull-request-opened', change, {
      workspace: await stage.checkout(change.merge),
      inputs,
    });
    expect(result.outputs).toMatchObject({ verdict: 'ERROR', 'exit-code': '64' });
    expect(result.log).toContain('`baseline` is not to be used on the event pull_request');
    expect(result.code).toBe(1);
    expect(await stage.ledger()).toEqual([]);
  });

  it('can’t hide a benchmark: what is left out is named and leaves the run open', async () => {
    stage = await createStage({ files: twoBenchmarks });
    const change = await stage.change({ 'src/cost': '900\n' });
    const result = await stage.run('pull-request-opened', change, {
      workspace: await stage.checkout(change.merge),
      inputs: { only: 'size' },
    });
    expect(result.outputs).toMatchObject({ verdict: 'SKIPPED', conclusion: 'neutral' });
    expect(stage.github.state.comments[0]?.body).toContain('cost');
    expect(result.log).toContain('left out by the input `only`');
  });
});

describe('a benchmark with a stored baseline', () => {
  it('that a change points a new project at judges nothing there', async () => {
    const files = { ...projectFiles, 'bench/manifest.toml': `${exactManifest}\n${sigma}`, 'src/speed': '100\n' };
    stage = await createStage({ files });
    const base = await stage.inBare('rev-parse', 'refs/heads/main');
    const workspace = await stage.checkout(base);
    await stage.run('push-default-branch', { head: base }, { workspace });
    const copy = Object.fromEntries(Object.entries(files).map(([path, text]) => [`x/${path}`, text]));
    const change = await stage.change({ ...copy, 'x/src/speed': '1\n' });
    const result = await stage.run('pull-request-opened', change, {
      workspace: await stage.checkout(change.merge),
      inputs: { 'project-dir': 'x' },
    });
    expect(result.outputs).toMatchObject({ verdict: 'NO_BASELINE', conclusion: 'neutral' });
    expect(result.log).toContain('gate introduced');
  });

  it('that a change drops with its code is broken evidence, however politely it fails', async () => {
    const files = {
      ...projectFiles,
      'bench/manifest.toml': `${exactManifest}\n${sigma}`,
      'src/speed': '100\n',
      'bench/run.sh': `if [ -e "$1" ]; then printf '{"status":"ok","metric":%s}' "$(cat "$1")" > "$2"
else printf '{"status":"error","message":"gone"}' > "$2"; fi\n`,
    };
    stage = await createStage({ files });
    const change = await stage.change({ 'src/speed': null, 'bench/manifest.toml': exactManifest });
    const base = await stage.inBare('rev-parse', 'refs/heads/main');
    await stage.run('push-default-branch', { head: base }, { workspace: await stage.checkout(base) });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(result.outputs).toMatchObject({ verdict: 'INVALID', conclusion: 'failure' });
    expect(result.code).toBe(1);
  });
});

describe('project.setup on a pull request', () => {
  const withSetup = (setup: string) => exactManifest.replace('\n\n[[', `\nsetup = "${setup}"\n\n[[`);

  it('may install below the harness', async () => {
    const manifest = withSetup('mkdir -p bench/node_modules && echo x > bench/node_modules/x');
    stage = await createStage({
      files: { ...projectFiles, 'bench/manifest.toml': manifest, '.gitignore': 'node_modules/\n' },
    });
    const change = await stage.change({ 'src/cost': '101\n' });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(result.outputs).toMatchObject({ verdict: 'PASS' });
  });

  it('may leave what the step allows to be dirty', async () => {
    const files = { ...projectFiles, 'bench/manifest.toml': withSetup('echo x > out.txt') };
    stage = await createStage({ files });
    const change = await stage.change({ 'src/cost': '101\n' });
    const workspace = await stage.checkout(change.merge);
    const allowed = await stage.run('pull-request-opened', change, {
      workspace,
      inputs: { 'allow-dirty-paths': 'out.txt' },
    });
    expect(allowed.outputs).toMatchObject({ verdict: 'PASS' });
    const refused = await stage.run('pull-request-opened', change, { workspace });
    expect(refused.outputs).toMatchObject({ verdict: 'ERROR', 'exit-code': '65' });
  });

  it('is each side’s own, also when a maintainer approved the new rules', async () => {
    const manifest = withSetup('test -f old-build').concat('\n[policy]\ngate_change = "label:benchgate: accept"\n');
    stage = await createStage({ files: { ...projectFiles, 'bench/manifest.toml': manifest, 'old-build': '' } });
    const change = await stage.change(
      { 'old-build': null, 'new-build': '', 'bench/manifest.toml': manifest.replace('old-build', 'new-build') },
      { labels: ['benchgate: accept'] },
    );
    const result = await stage.run('pull-request-labeled', change, {
      workspace: await stage.checkout(change.merge),
      editPayload: (payload) => ({ ...payload, sender: { login: 'reviewer' } }),
    });
    expect(result.outputs).toMatchObject({ verdict: 'PASS' });
    expect(result.log).toContain('judged by the new rules');
  });
});

describe('a pull request into another branch than the default one', () => {
  it('has a check of its own name, which can’t stand in for the required one', async () => {
    stage = await createStage();
    const change = await stage.change({ 'src/cost': '101\n' });
    const result = await stage.run('pull-request-opened', change, {
      workspace: await stage.checkout(change.merge),
      editPayload: (payload) => {
        const given = payload['pull_request'] as { readonly base: object };
        return { ...payload, pull_request: { ...given, base: { ...given.base, ref: 'old' } } };
      },
    });
    expect(result.outputs).toMatchObject({ verdict: 'PASS' });
    expect(stage.github.state.checks).toMatchObject([{ name: 'Benchgate (old)', conclusion: 'success' }]);
  });

  it('of a fork whose run can’t be judged fails under that name only', async () => {
    stage = await createStage(publicStage);
    const change = await forkChange(stage, { 'src/cost': '101\n' });
    change.pullRequest.baseRef = 'old';
    const result = await report(stage, change);
    expect(result.outputs).toMatchObject({ verdict: 'INVALID', 'exit-code': '65' });
    expect(stage.github.state.checks).toMatchObject([{ name: 'Benchgate (old)', conclusion: 'failure' }]);
  });
});
