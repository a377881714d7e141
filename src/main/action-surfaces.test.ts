import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../fixtures/action-outcome.ts';
import { createStage, exactManifest, projectFiles, type Stage } from '../../fixtures/action-stage.ts';

let stage: Stage;
afterEach(() => stage.close());

describe('what is shown where', () => {
  it('nothing is shown where everything is switched off; verdict, record and outputs stay', async () => {
    stage = await createStage();
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = await stage.checkout(change.merge);
    const inputs = { comment: 'never', check: 'false', summary: 'false', annotations: 'false' };
    const result = await stage.run('pull-request-opened', change, { workspace, inputs });
    expect(await outcomeOf(stage, result)).toMatchObject({
      code: 1,
      verdict: 'FAIL',
      regressions: ['cost'],
      comments: [],
      checks: [],
      summary: '',
      runs: [{ head: change.head }],
      faults: [],
    });
    expect(result.annotations).toEqual([]);
    expect(stage.github.requests.map(({ operation }) => operation).filter((name) => name !== 'pulls/get')).toEqual([]);
  });

  it('annotations are at the line that declares the benchmark, in the step and in the check', async () => {
    stage = await createStage();
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = await stage.checkout(change.merge);
    const inputs = { 'check-name': 'Speed' };
    const result = await stage.run('pull-request-opened', change, { workspace, inputs });
    const line = exactManifest.split('\n').indexOf('[[benchmarks]]') + 1;
    expect(result.annotations).toMatchObject([
      { level: 'error', properties: { title: 'FAIL: cost', file: 'bench/manifest.toml', line: String(line) } },
    ]);
    expect(stage.github.state.checks).toMatchObject([
      { name: 'Speed', annotations: [{ path: 'bench/manifest.toml', start_line: line, annotation_level: 'failure' }] },
    ]);
    expect(stage.github.violations).toEqual([]);
  });

  it('each project of a repository has a comment of its own', async () => {
    const nested = Object.entries(projectFiles).flatMap(([path, text]) => [
      [`first/${path}`, text.replace('"widgets"', '"first"')],
      [`second/${path}`, text.replace('"widgets"', '"second"')],
    ]);
    stage = await createStage({ files: Object.fromEntries(nested) as Record<string, string> });
    const change = await stage.change({ 'first/src/cost': '120\n' });
    const judge = async (folder: string, name: string) => {
      const workspace = await stage.checkout(change.merge);
      const inputs = { 'project-dir': folder, 'check-name': name };
      return outcomeOf(stage, await stage.run('pull-request-opened', change, { workspace, inputs }));
    };
    expect(await judge('first', 'first')).toMatchObject({ verdict: 'FAIL', faults: [] });
    expect(await judge('second', 'second')).toMatchObject({ verdict: 'PASS', faults: [] });
    // The same folder in other words is the same project.
    const outcome = await judge('./first/', 'first');
    expect(outcome).toMatchObject({ verdict: 'FAIL', runs: [{}, {}, {}], faults: [] });
    expect(outcome.comments.map(({ headline }) => headline.slice(0, 4))).toEqual(['## ❌', '## ✅']);
  });
});

describe('what is compared with what', () => {
  it('baseline: the revision asked for, and the report says so', async () => {
    stage = await createStage();
    const old = await stage.inBare('rev-parse', 'refs/heads/main');
    const parent = await stage.commit(old, { 'src/cost': '118\n' }, 'refs/heads/main');
    const head = await stage.commit(parent, { 'src/cost': '120\n' }, 'refs/heads/main');
    const workspace = await stage.checkout(head);
    const inputs = { baseline: old };
    const result = await stage.run('push-default-branch', { head, before: parent }, { workspace, inputs });
    expect(await outcomeOf(stage, result)).toMatchObject({ verdict: 'FAIL', runs: [{ head, base: old }], faults: [] });
    expect(result.summary).toContain('input baseline');
  });

  it('only: what is named is measured, and a wrong name is an error that lists the right ones', async () => {
    const second = exactManifest.slice(exactManifest.indexOf('[[benchmarks]]')).replace('"cost"', '"size"');
    stage = await createStage({ files: { ...projectFiles, 'bench/manifest.toml': `${exactManifest}\n${second}` } });
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = await stage.checkout(change.merge);
    const judge = (only: string) => stage.run('pull-request-opened', change, { workspace, inputs: { only } });
    expect(await outcomeOf(stage, await judge('size'))).toMatchObject({
      verdict: 'FAIL',
      regressions: ['size'],
      runs: [{ experiments: ['size'] }],
      faults: [],
    });
    const wrong = await judge('sise');
    expect(await outcomeOf(stage, wrong)).toMatchObject({ code: 1, verdict: 'ERROR', exitCode: 64, faults: [] });
    expect(wrong.log).toContain('cost, size');
  });

  it('allow-dirty-paths: what a build leaves behind is let be, anything else is refused', async () => {
    stage = await createStage();
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = await stage.checkout(change.merge);
    writeFileSync(`${workspace}/left-over.txt`, 'by a step before');
    const judge = (inputs: Readonly<Record<string, string>>) =>
      stage.run('pull-request-opened', change, { workspace, inputs });
    const refused = await judge({});
    expect(await outcomeOf(stage, refused)).toMatchObject({
      code: 1,
      verdict: 'ERROR',
      exitCode: 65,
      runs: [],
      faults: [],
    });
    expect(refused.summary).toContain('left');
    const accepted = await judge({ 'allow-dirty-paths': '*.log\nleft-*.txt' });
    expect(await outcomeOf(stage, accepted)).toMatchObject({ verdict: 'FAIL', runs: [{}], faults: [] });
  });
});
