import { afterEach, describe, expect, it } from 'vitest';
import { createStage, type Stage } from '../../fixtures/action-stage.ts';

let stage: Stage;
afterEach(() => stage.close());

describe('the action and a ledger that refuses the push', () => {
  it('writes through the Git Data API instead', async () => {
    stage = await createStage({ mayPush: () => false });
    const change = await stage.change({ 'src/cost': '101\n' });
    const result = await stage.run('pull-request-opened', change, { workspace: await stage.checkout(change.merge) });
    expect(result.outputs).toMatchObject({ verdict: 'PASS', conclusion: 'success', 'exit-code': '0' });
    expect(await stage.ledger()).toHaveLength(1);
    expect(result.outputs['ledger-head']).toBe(await stage.inBare('rev-parse', 'refs/heads/bench-data'));
    expect(await stage.inBare('log', '-1', '--format=%s', 'refs/heads/bench-data')).toMatch(/\[skip ci\]$/);
    expect(stage.github.violations).toEqual([]);
  });
});
