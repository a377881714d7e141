import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStage, exactManifest, type Stage } from '../../fixtures/action-stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await createStage();
});
afterEach(() => stage.close());

describe('the action on a pull request of the same repository', () => {
  it('fails the step, comments, writes check, summary, outputs and ledger for a regression', async () => {
    const change = await stage.change({ 'src/cost': '120\n' });
    const workspace = await stage.checkout(change.merge);
    const result = await stage.run('pull-request-opened', change, { workspace });
    expect(result.log).toContain('FAIL');
    expect(result.code).toBe(1);
    expect(result.outputs).toMatchObject({
      verdict: 'FAIL',
      conclusion: 'failure',
      'exit-code': '1',
      regressions: '["cost"]',
    });
    expect(stage.github.state.comments.map(({ issue }) => issue)).toEqual([7]);
    expect(stage.github.state.comments[0]?.body).toContain('❌');
    expect(stage.github.state.checks).toMatchObject([
      { headSha: change.head, status: 'completed', conclusion: 'failure' },
    ]);
    expect(result.summary).toContain('cost');
    expect(await stage.ledger()).toHaveLength(1);
    expect(stage.github.violations).toEqual([]);
  });

  it('judges by the base’s rules when the change edits them, and says so', async () => {
    const change = await stage.change({
      'src/cost': '120\n',
      'bench/manifest.toml': exactManifest.replace('minimize', 'maximize').replace('0.05', '9'),
    });
    const workspace = await stage.checkout(change.merge);
    const result = await stage.run('pull-request-opened', change, { workspace });
    expect(result.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure' });
    expect(stage.github.state.comments[0]?.body).toContain('bench/manifest.toml');
    expect(result.code).toBe(1);
  });
});
